import errno
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_DGRAM, socket
from time import monotonic

HOST, PORT = "10.0.0.2", 12822
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
    with socket(AF_INET, SOCK_DGRAM) as receiver:
        receiver.bind((HOST, PORT))
        print(f"Waiting for datagrams on port {PORT}.")
        while True:
            note(int(receiver.recv(1024)))
            receiver.settimeout(1)  # quiet: it ends
except TimeoutError:
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
