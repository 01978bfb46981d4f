import errno
import sys
from socket import AF_INET, SOCK_DGRAM, socket

number = 0

try:
    for number in range(1, 11):
        with socket(AF_INET, SOCK_DGRAM) as one:
            one.bind(("127.0.0.1", 0))  # any free port
            port = one.getsockname()[1]
            print(f"Socket {number} has port {port}.")
except OSError as error:
    if error.errno != errno.EMFILE:
        raise
    sys.exit(f"No descriptor for socket {number}: EMFILE.")
