import errno
import os
import sys
from hashlib import sha256
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, IPPROTO_TCP, SOCK_STREAM, socket
from socket import SO_REUSEADDR, SOL_SOCKET, TCP_NODELAY
from time import sleep

PORT, NEXT = 12825, 12824
seed = os.environ.get("TOKEN", "no token")
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once


def chance(turn):  # sizes by chance, 1 to 12
    dice = sha256(f"{seed} {turn}".encode()).digest()
    return [1 + die % 12 for die in dice]


def cut(data, sizes):
    pieces = []
    while data:
        size = sizes[len(pieces) % len(sizes)]
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
            sleep(0.03)
    print("Passed on:", *[len(piece) for piece in pieces])


try:
    with socket(AF_INET, SOCK_STREAM) as relay:
        # Lets the next run use the port at once.
        relay.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        relay.bind(("127.0.0.1", PORT))
        relay.listen(128)  # queue length
        print(f"Waiting for a connection on port {PORT}.")

        source, client = relay.accept()
        data = b""
        with source:
            while piece := source.recv(1024):
                data += piece
        print(f"Seed: {seed}")
        pass_on(cut(data, [5, *chance(1)]))  # inside 数
        pass_on([data])  # all at once
        pass_on(cut(data, chance(2)))
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
