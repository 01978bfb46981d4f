import sys
from socket import AF_INET, SOCK_STREAM, socket

PORT = 12824
data = bytes(100_000)

try:
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect(("127.0.0.1", PORT))
        connection.sendall(data)  # until all is taken
        print(f"Sent {len(data)} bytes with one call.")
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on 127.0.0.1, port {PORT}. "
        "Is a server running, and on that port?"
    )
