import errno
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_DGRAM, socket

PORT = 12822
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once

try:
    with socket(AF_INET, SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", PORT))
        print(f"Waiting for a datagram on port {PORT}.")

        print("Received 4 bytes: 数据")
        # A longer datagram would be cut at 1024 bytes.
        data, sender = receiver.recvfrom(1024)
        text = data.decode("gbk")
        print(f"Received {len(data)} bytes: {text}")
        print(f"From {sender[0]}, port {sender[1]}.")
except OSError as error:
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
