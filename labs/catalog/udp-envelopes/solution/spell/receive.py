import errno
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_DGRAM, socket

HOST, PORT = "10.0.0.2", 12822
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once

try:
    with socket(AF_INET, SOCK_DGRAM) as receiver:
        receiver.bind((HOST, PORT))
        print(f"Waiting for a datagram on port {PORT}.")

        data, sender = receiver.recvfrom(1024)
        text = data.decode("utf-8")
        print(f"Received {len(data)} bytes: {text}")
        print(f"From {sender[0]}, port {sender[1]}.")
except OSError as error:
    if error.errno == errno.EADDRNOTAVAIL:
        sys.exit(f"This host has no address {HOST}.")
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
