import sys
from socket import AF_INET, SOCK_STREAM, socket

PORT = 12824

try:
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect(("127.0.0.1", PORT))
        for word in "one", "two", "three":
            connection.sendall(word.encode())
            print(f"Sent {len(word)} bytes: {word}")
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on 127.0.0.1, port {PORT}. "
        "Is a server running, and on that port?"
    )
