import errno
import sys
from socket import AF_INET, SOCK_STREAM, socket


def knock(port):
    connection = socket(AF_INET, SOCK_STREAM)
    try:
        connection.connect(("127.0.0.1", port))
    except OSError as error:
        connection.close()
        code = errno.errorcode[error.errno]
        print(f"Port {port}: {code}")
        return None
    print(f"Port {port}: connected")
    return connection


first = knock(12825)  # the holder's port
if first is None:
    sys.exit("Nobody is there. Run holder first.")

own = first.getsockname()[1]
print(f"My own port is {own}.")
knock(own)  # bound, not listening
knock(12826)  # nobody has it
first.close()
