import os
import sys
from socket import AF_INET, SOCK_STREAM, socket

PORT = 12825  # the relay's
token = os.environ.get("TOKEN", "no token")

try:
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect(("127.0.0.1", PORT))
        for text in "数据", "", token:
            data = text.encode()
            # Four bytes that say how many follow.
            header = len(data).to_bytes(4, "big")
            connection.sendall(header + data)
            print(f'Sent 4 + {len(data)} bytes: "{text}"')
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on 127.0.0.1, port {PORT}. "
        "Is a relay running, and on that port?"
    )
