import sys
from errno import errorcode
from socket import AF_INET, SOCK_DGRAM, SOCK_STREAM, socket
from statistics import median
from time import perf_counter as clock
from time import sleep

HOST, PORT = "127.0.0.1", 12828
COUNT = 30  # questions, agreed with the receiver
SIZE = 12_000_000  # bytes, handed over in these:
DATAGRAM, PIECE = bytes(1200), bytes(60_000)


def ask_all():
    with opened(SOCK_DGRAM) as sender:
        report("UDP", lambda: ask(sender))
    with opened(SOCK_STREAM) as connection:
        report("TCP, open", lambda: ask(connection))
    report("TCP, new for each", ask_by_new)


def ask_by_new():
    with opened(SOCK_STREAM) as connection:
        ask(connection)


def ask(one):
    one.sendall(b"?")
    one.recv(1)


def opened(kind):
    one = socket(AF_INET, kind)
    one.settimeout(2)
    one.connect((HOST, PORT))
    return one


def report(name, question):
    took = []
    for _ in range(COUNT):
        began = clock()
        question()
        took.append(clock() - began)
    print(f"{name}: {median(took) * 1e6:.0f} µs")


def load(kind, data):
    with opened(kind) as one:
        for _ in range(SIZE // len(data)):
            one.sendall(data)


try:
    print("There and back, the median of 30 times:")
    ask_all()
    load(SOCK_DGRAM, DATAGRAM)
    sleep(0.5)  # the receiver waits for more
    load(SOCK_STREAM, PIECE)
    print("Handed 12 MB to the kernel, twice.")
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on {HOST}, port {PORT}. "
        "Is the receiver running, and on that port?"
    )
except TimeoutError:
    sys.exit("No answer within two seconds.")
except OSError as error:
    sys.exit(f"Broken off: {errorcode[error.errno]}.")
