import os
import sys
from socket import AF_INET, SOCK_STREAM, socket
from socket import IPPROTO_TCP, TCP_NODELAY

PORT = 12824
text = "你好😀" + os.environ.get("TOKEN", "no token")
data = text.encode("utf-8")

try:
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect(("127.0.0.1", PORT))
        # Each piece shall leave at once.
        connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        connection.sendall(data)
    print(f"Sent {len(data)} bytes: {text}")
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on 127.0.0.1, port {PORT}. "
        "Is a server running, and on that port?"
    )
