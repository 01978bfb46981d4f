import sys
from errno import errorcode
from hashlib import sha256
from socket import AF_INET, SOCK_DGRAM, SOCK_STREAM, socket
from time import sleep

HOST, PORT = "10.0.0.2", 12829
SIZE = 1000  # bytes, of each datagram


def make_file():
    """A line of 8 bytes for each number: 1 MB."""
    numbers = range(1_000_000 // 8)
    return "".join(f"{n:07}\n" for n in numbers).encode()


def by_udp(file):
    with socket(AF_INET, SOCK_DGRAM) as sender:
        sender.connect((HOST, PORT))
        for at in range(0, len(file), SIZE):
            sender.send(file[at : at + SIZE])


def by_tcp(file):
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect((HOST, PORT))
        connection.sendall(file)


try:
    file = make_file()
    mark = sha256(file).hexdigest()[:8]
    print(f"File: {len(file)} bytes, sha-256 {mark}")
    by_udp(file)
    sleep(0.5)  # until the road is empty
    by_tcp(file)
    print("Handed the file to the kernel, twice.")
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on {HOST}, port {PORT}. "
        "Is the receiver running, and on that port?"
    )
except OSError as error:
    sys.exit(f"Broken off: {errorcode[error.errno]}.")
