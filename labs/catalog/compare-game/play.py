import sys
from errno import errorcode
from socket import AF_INET, SOCK_DGRAM, SOCK_STREAM, socket
from socket import IPPROTO_TCP, TCP_NODELAY
from time import sleep, time

HOST, PORT = "10.0.0.2", 12827
COUNT = 40  # agreed with the watcher

connection = socket(AF_INET, SOCK_STREAM)
sender = socket(AF_INET, SOCK_DGRAM)
try:
    with connection, sender:
        # Small pieces leave at once.
        connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        connection.connect((HOST, PORT))
        for number in range(1, COUNT + 1):
            # Its number, and when it was sent, in ms.
            line = f"{number} {time() * 1000:.0f}\n"
            sender.sendto(line.encode(), (HOST, PORT))
            connection.sendall(line.encode())
            sleep(0.025)
    print(f"Handed {COUNT} messages to the kernel, twice.")
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on {HOST}, port {PORT}. "
        "Is the watcher running, and on that port?"
    )
except OSError as error:
    sys.exit(f"Broken off: {errorcode[error.errno]}.")
