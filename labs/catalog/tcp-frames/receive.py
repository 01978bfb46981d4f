import errno
import sys
from json import dumps
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_STREAM, socket
from socket import SO_REUSEADDR, SOL_SOCKET

PORT = 12824
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once


class FrameReader:
    """Is given pieces, gives whole messages."""

    def push(self, piece):
        # Takes every piece for a message. Not yet right.
        return [piece]


def shown(message):
    try:
        return dumps(message.decode(), ensure_ascii=False)
    except UnicodeDecodeError:
        return f"<{message.hex(' ')}>"  # no text


try:
    with socket(AF_INET, SOCK_STREAM) as receiver:
        # Lets the next run use the port at once.
        receiver.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        receiver.bind(("127.0.0.1", PORT))
        receiver.listen(128)  # queue length
        print(f"Waiting for connections on port {PORT}.")

        for turn in range(3):
            connection, client = receiver.accept()
            reader = FrameReader()
            messages = []
            with connection:
                while piece := connection.recv(1024):
                    messages += reader.push(piece)
            print(*[shown(message) for message in messages])
except OSError as error:
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
