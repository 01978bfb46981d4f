import os
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_STREAM, socket

PORT = 12824
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once

try:
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect(("127.0.0.1", PORT))
        port = connection.getsockname()[1]
        print(f"Connected from port {port} to port {PORT}.")
        print("Waiting for bytes from the server.")

        token = os.environ.get("TOKEN", "no token")
        connection.sendall(token.encode())  # speaks first
        data = connection.recv(1024)  # at most
        text = "the other end has closed."
        if len(data) > 0:
            text = data.decode("gbk")
        print(f"Received {len(data)} bytes: {text}")
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on 127.0.0.1, port {PORT}. "
        "Is a server running, and on that port?"
    )
