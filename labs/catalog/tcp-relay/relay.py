import errno
import sys
from itertools import cycle
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, IPPROTO_TCP, SOCK_STREAM, socket
from socket import SO_REUSEADDR, SOL_SOCKET, TCP_NODELAY
from time import sleep

PORT, NEXT = 12825, 12824
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once


def cut(data):
    pieces = []
    sizes = cycle([1, 4, 2, 5])
    while data:
        size = next(sizes)
        pieces.append(data[:size])
        data = data[size:]
    return pieces


def pass_on(pieces):
    with socket(AF_INET, SOCK_STREAM) as target:
        # Each piece goes at once, however small.
        target.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        target.connect(("127.0.0.1", NEXT))
        for piece in pieces:
            target.sendall(piece)
            sleep(0.05)
    print("Passed on:", *[len(piece) for piece in pieces])


try:
    with socket(AF_INET, SOCK_STREAM) as relay:
        # Lets the next run use the port at once.
        relay.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        relay.bind(("127.0.0.1", PORT))
        relay.listen(128)  # queue length
        print(f"Waiting for a connection on port {PORT}.")

        source, client = relay.accept()
        pieces = []
        with source:
            while piece := source.recv(1024):
                pieces.append(piece)
        pass_on(pieces)  # as they came
        pass_on(cut(b"".join(pieces)))  # the same bytes
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on 127.0.0.1, port {NEXT}. "
        "Is a receiver running, and on that port?"
    )
except OSError as error:
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
