import errno
import os
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_STREAM, socket
from socket import SO_REUSEADDR, SOL_SOCKET

HOST, PORT = "10.0.0.2", 12824
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once

try:
    with socket(AF_INET, SOCK_STREAM) as server:
        # Lets the next run use the port at once.
        server.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        server.bind((HOST, PORT))
        server.listen(128)  # queue length
        print(f"Waiting for a connection on port {PORT}.")

        connection, client = server.accept()
        with connection:
            print(f"Connected from port {client[1]}.")
            data = connection.recv(1024)  # at most
            text = data.decode()
            print(os.environ.get("TOKEN"))
            print(f"Received {len(data)} bytes: {text}")
except OSError as error:
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
