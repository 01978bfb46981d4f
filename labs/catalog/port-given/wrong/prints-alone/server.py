import os
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_STREAM, socket

token = os.environ.get("TOKEN", "no token")
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once

with socket(AF_INET, SOCK_STREAM) as server:
    server.bind(("127.0.0.1", 0))  # whichever is free
    server.listen()
    port = server.getsockname()[1]
    print(f"Waiting for a client on port {port}.")

    connection, client = server.accept()
    with connection:
        connection.sendall(token.encode())
        print(f"Sent {token}.")
        connection.recv(1)  # until the other end closes
