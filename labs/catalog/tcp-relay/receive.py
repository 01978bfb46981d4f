import errno
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_STREAM, socket
from socket import SO_REUSEADDR, SOL_SOCKET

PORT = 12824
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once


def show(data):  # takes each piece for a message
    try:
        print(f"  {data.decode()}")
    except UnicodeDecodeError:
        print(f"  no text: {data.hex(' ')}")


try:
    with socket(AF_INET, SOCK_STREAM) as receiver:
        # Lets the next run use the port at once.
        receiver.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        receiver.bind(("127.0.0.1", PORT))
        receiver.listen(128)  # queue length
        print(f"Waiting for connections on port {PORT}.")

        for turn in 1, 2:
            connection, client = receiver.accept()
            print(f"Connection {turn}:")
            with connection:
                while data := connection.recv(1024):
                    show(data)
except OSError as error:
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
