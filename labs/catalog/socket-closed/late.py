import errno
import sys
from socket import AF_INET, SOCK_DGRAM, socket

PORT = 12822
data = "数据".encode("gbk")

sender = socket(AF_INET, SOCK_DGRAM)
print(f"New: descriptor {sender.fileno()}.")
sender.sendto(data, ("127.0.0.1", PORT))
sender.close()
print(f"Closed: descriptor {sender.fileno()}.")

try:
    sender.sendto(data, ("127.0.0.1", PORT))
except OSError as error:
    if error.errno != errno.EBADF:
        raise
    sys.exit("Too late, EBADF: the socket is closed.")
