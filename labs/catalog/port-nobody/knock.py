import errno
import sys
from socket import AF_INET, SOCK_STREAM, socket


def knock(port):
    connection = socket(AF_INET, SOCK_STREAM)
    answer = "connected"
    try:
        connection.connect(("127.0.0.1", port))
    except OSError as error:
        answer = errno.errorcode[error.errno]
    print(f"Port {port}: {answer}")
    return connection


first = knock(12825)  # the holder's port
own = first.getsockname()[1]
if own == 0:
    first.close()
    sys.exit("Nobody is there. Run holder first.")

print(f"My own port is {own}.")
second = knock(own)  # bound, not listening
third = knock(12826)  # nobody has it
for one in [third, second, first]:
    one.close()
