import errno
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_STREAM, socket

PORT = 12825
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once

try:
    with socket(AF_INET, SOCK_STREAM) as holder:
        holder.bind(("127.0.0.1", PORT))
        holder.listen()
        print(f"Holding TCP port {PORT} of 127.0.0.1.")

        connection, client = holder.accept()
        with connection:
            print(f"Connected from port {client[1]}.")
            connection.recv(1)  # until the other end closes
except OSError as error:
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
