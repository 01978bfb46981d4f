import errno
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_STREAM, socket

PORT = 80
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once

try:
    with socket(AF_INET, SOCK_STREAM) as server:
        server.bind(("127.0.0.1", PORT))
        server.listen()
        print(f"Waiting for a connection on port {PORT}.")

        connection, client = server.accept()
        with connection:
            print(f"Connected from port {client[1]}.")
            connection.recv(1)  # until the other end closes
except PermissionError:
    sys.exit(f"I may not bind port {PORT} (EACCES).")
except OSError as error:
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
