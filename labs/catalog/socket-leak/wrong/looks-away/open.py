import errno
from socket import AF_INET, SOCK_DGRAM, socket

kept = []  # keeps Python from closing them
number = 0

try:
    for number in range(1, 101):
        one = socket(AF_INET, SOCK_DGRAM)
        kept.append(one)
        one.bind(("127.0.0.1", 0))  # any free port
        port = one.getsockname()[1]
        print(f"Socket {number} has port {port}.")
except OSError as error:
    if error.errno != errno.EMFILE:
        raise
    print(f"{number - 1} sockets will do.")
