import errno
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_STREAM, socket
from socket import SO_REUSEADDR, SOL_SOCKET
from time import sleep

PORT = 12824
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once

try:
    with socket(AF_INET, SOCK_STREAM) as server:
        # Lets the next run use the port at once.
        server.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", PORT))
        server.listen(128)  # queue length
        print(f"Waiting for a connection on port {PORT}.")

        connection, client = server.accept()
        total = 0
        with connection:
            print("Connected. I do not read yet.")
            sleep(0.7)
            print("Now I read.")
            while data := connection.recv(65536):
                total += len(data)
        print(f"Together {total} bytes.")
except OSError as error:
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
