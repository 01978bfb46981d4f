import os
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_STREAM, socket

HOST, PORT = "10.0.0.2", 12824
token = os.environ.get("TOKEN", "no token")
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once

try:
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect((HOST, PORT))
        port = connection.getsockname()[1]
        print(f"Connected from port {port}.")

        connection.sendall(token.encode())
        print(f"Sent {len(token)} bytes: {token}")
except ConnectionRefusedError:
    sys.exit(f"Nobody is listening on port {PORT}.")
except TimeoutError:
    sys.exit(f"No answer from {HOST}, port {PORT}.")
