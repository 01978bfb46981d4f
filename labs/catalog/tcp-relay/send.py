import sys
from socket import AF_INET, SOCK_STREAM, socket
from time import sleep

PORT = 12825  # the relay's

try:
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect(("127.0.0.1", PORT))
        for word in "你好", "网络", "socket":
            data = word.encode()
            connection.sendall(data)
            print(f"Sent {len(data)} bytes: {word}")
            sleep(0.1)
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on 127.0.0.1, port {PORT}. "
        "Is a relay running, and on that port?"
    )
