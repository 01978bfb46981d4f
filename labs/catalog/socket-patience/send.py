import os
from socket import AF_INET, SOCK_DGRAM, socket
from time import sleep

PORT = 12822
token = os.environ.get("TOKEN", "no token")

with socket(AF_INET, SOCK_DGRAM) as sender:
    sleep(0.6)  # it comes late
    data = token.encode()
    sender.sendto(data, ("127.0.0.1", PORT))
    print(f"Sent {len(data)} bytes, once: {token}")
