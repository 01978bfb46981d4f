import errno
import os
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_STREAM, socket

PORT = 40000
token = os.environ.get("TOKEN", "no token")
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once

try:
    with socket(AF_INET, SOCK_STREAM) as server:
        server.bind(("127.0.0.1", PORT))
        server.listen()
        print(f"Waiting for a client on port {PORT}.")

        connection, client = server.accept()
        with connection:
            connection.sendall(token.encode())
            print(f"Sent {token}.")
            connection.recv(1)  # until the other end closes
except OSError as error:
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
