import errno
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_DGRAM, socket

PORT = 12822
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once

try:
    receiver = socket(AF_INET, SOCK_DGRAM)
    receiver.bind(("127.0.0.1", PORT))
    print(f"Waiting for datagrams on port {PORT}.")

    while True:  # for ever
        data = receiver.recv(1024)
        print(f"{len(data)} bytes: {data.decode()}")
except OSError as error:
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
