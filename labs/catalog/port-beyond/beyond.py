import sys
from socket import AF_INET, SOCK_STREAM, socket

PORT = 70000

with socket(AF_INET, SOCK_STREAM) as server:
    try:
        server.bind(("127.0.0.1", PORT))
    except OverflowError as error:
        name = type(error).__name__
        sys.exit(f"There is no port {PORT} ({name}).")

    server.listen()
    print(f"Waiting for a connection on port {PORT}.")
