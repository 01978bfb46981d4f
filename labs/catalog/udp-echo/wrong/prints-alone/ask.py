import os
import sys
from socket import AF_INET, SOCK_DGRAM, socket

PORT = 12821
token = os.environ.get("TOKEN", "no token")

with socket(AF_INET, SOCK_DGRAM) as asker:
    asker.settimeout(2)
    data = token.encode()
    asker.sendto(data, ("127.0.0.1", PORT))
    print(f"Asked port {PORT}: {token}")

    print(f"Answer from port {PORT}: {token[::-1]}")
    try:
        data, sender = asker.recvfrom(1024)
    except TimeoutError:
        sys.exit("No answer within two seconds.")
    print(f"Answer from port {sender[1]}: {data.decode()}")
