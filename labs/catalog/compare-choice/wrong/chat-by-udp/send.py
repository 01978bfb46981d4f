import sys
from errno import errorcode
from socket import AF_INET, SOCK_DGRAM, SOCK_STREAM, socket
from socket import IPPROTO_TCP, TCP_NODELAY
from time import sleep, time

TRANSPORT = "UDP"  # or "TCP"
MISSING = 6  # of the 40, so many will not come
MEDIAN = 30  # ms, the age of those that come

HOST, PORT = "10.0.0.2", 12827
COUNT = 40  # agreed with the watcher


def by_udp():
    with socket(AF_INET, SOCK_DGRAM) as sender:
        for number in range(1, COUNT + 1):
            sender.sendto(line(number), (HOST, PORT))
            sleep(0.025)


def by_tcp():
    with socket(AF_INET, SOCK_STREAM) as connection:
        # Small pieces leave at once.
        connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        connection.connect((HOST, PORT))
        for number in range(1, COUNT + 1):
            connection.sendall(line(number))
            sleep(0.025)


def line(number):
    """Its number, and when it was sent, in ms."""
    return f"{number} {time() * 1000:.0f}\n".encode()


print(f"I choose {TRANSPORT}, and expect:")
print(
    f"{MISSING} missing, median age {MEDIAN} ms.",
    flush=True,
)
try:
    by_tcp() if TRANSPORT == "TCP" else by_udp()
    print(f"Handed {COUNT} messages to the kernel.")
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on {HOST}, port {PORT}. "
        "Is the watcher running, and on that port?"
    )
except OSError as error:
    sys.exit(f"Broken off: {errorcode[error.errno]}.")
