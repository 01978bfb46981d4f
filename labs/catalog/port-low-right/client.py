import sys
from socket import AF_INET, SOCK_STREAM, socket

PORT = 80

try:
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect(("127.0.0.1", PORT))
        port = connection.getsockname()[1]
        print(f"Connected from port {port} to port {PORT}.")
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on 127.0.0.1, port {PORT}. "
        "Is a server running, and on that port?"
    )
