import errno
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_DGRAM, socket

PORT = 12821
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once

try:
    with socket(AF_INET, SOCK_DGRAM) as echo:
        echo.bind(("127.0.0.1", PORT))
        print(f"Waiting for a question on port {PORT}.")

        data, sender = echo.recvfrom(1024)
        text = data.decode()
        print(f"Received {len(data)} bytes: {text}")
        print(f"From port {sender[1]}.")
        answer = text[::-1].encode()
        echo.sendto(answer, sender)  # whoever asked
except OSError as error:
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
