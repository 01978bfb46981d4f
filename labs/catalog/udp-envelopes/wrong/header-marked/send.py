import os
from socket import AF_INET, SOCK_DGRAM, socket

HOST, PORT = "10.0.0.2", 12822
token = os.environ.get("TOKEN", "no token")

with socket(AF_INET, SOCK_DGRAM) as sender:
    data = f"数据{token}".encode("utf-8")
    count = sender.sendto(data, (HOST, PORT))
    print(f"Handed {count} bytes to the kernel.")
