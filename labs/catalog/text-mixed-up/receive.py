import errno
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_DGRAM, socket

PORT = 12822
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once

try:
    with socket(AF_INET, SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", PORT))
        print(f"Waiting for datagrams on port {PORT}.")

        # Both times the encoding that was not used.
        for encoding in "gbk", "utf-8":
            data = receiver.recv(1024)
            print(f"{len(data)} bytes: {data.hex(' ')}")
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError as error:
                text = error.reason
            print(f"  {encoding}: {text}")
except OSError as error:
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
