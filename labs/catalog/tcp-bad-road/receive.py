import errno
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_STREAM, socket
from socket import SO_REUSEADDR, SOL_SOCKET
from time import monotonic

HOST, PORT = "10.0.0.2", 12824
COUNT = 20  # agreed with the sender
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once
came, twice, late, times = [], [], [], []


def note(number):
    if number in came:
        twice.append(number)
    elif number < max(came, default=0):
        late.append(number)
    came.append(number)
    times.append(monotonic())
    print(number, end=" ", flush=True)


def report():
    sent = range(1, COUNT + 1)
    missing = [one for one in sent if one not in came]
    print("\nMissing:", *(missing or ["none"]))
    print("Twice:", *(twice or ["none"]))
    print("Late:", *(late or ["none"]))
    pairs = zip(times, times[1:])
    longest = max((b - a for a, b in pairs), default=0)
    print(f"Longest pause: {longest:.2f} s")


try:
    with socket(AF_INET, SOCK_STREAM) as server:
        # Lets the next run use the port at once.
        server.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        server.bind((HOST, PORT))
        server.listen(128)  # queue length
        print(f"Waiting for a connection on port {PORT}.")
        connection, client = server.accept()
    with connection, connection.makefile() as lines:
        print(f"Connected from port {client[1]}.")
        for line in lines:
            note(int(line))
    report()
except OSError as error:
    if error.errno == errno.EADDRNOTAVAIL:
        sys.exit(f"This host has no address {HOST}.")
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
