import errno
import sys
from hashlib import sha256
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_DGRAM, SOCK_STREAM, socket
from socket import SO_REUSEADDR, SOL_SOCKET

HOST, PORT = "10.0.0.2", 12829
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once


def take_by_udp():
    file = bytearray(receiver.recv(65536))
    receiver.settimeout(0.3)  # nobody says: that was all
    try:
        while True:
            file += receiver.recv(65536)
    except TimeoutError:
        report("UDP", file)


def take_by_tcp():
    file = bytearray()
    connection, _ = server.accept()
    with connection:
        while data := connection.recv(65536):
            file += data
    report("TCP", file)


def report(name, file):
    mark = sha256(file).hexdigest()[:8]
    print(f"{name}: {len(file)} bytes, sha-256 {mark}")


server = socket(AF_INET, SOCK_STREAM)
receiver = socket(AF_INET, SOCK_DGRAM)
try:
    with server, receiver:
        # Lets the next run use the port at once.
        server.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        server.bind((HOST, PORT))
        server.listen(128)  # queue length
        receiver.bind((HOST, PORT))
        print(f"Waiting on port {PORT}, by UDP and by TCP.")
        take_by_udp()
        take_by_tcp()
except OSError as error:
    if error.errno == errno.EADDRNOTAVAIL:
        sys.exit(f"This host has no address {HOST}.")
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
