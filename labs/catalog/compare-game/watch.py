import errno
import sys
from select import select
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_DGRAM, SOCK_STREAM, socket
from socket import SO_REUSEADDR, SOL_SOCKET
from time import time

HOST, PORT = "10.0.0.2", 12827
COUNT = 40  # agreed with the sender
NEXT = b"\n"  # between two messages of a stream
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once
by_udp, by_tcp = {}, {}  # number: age in ms


def note(ages, line):
    number, sent = line.split()
    ages[int(number)] = time() * 1000 - float(sent)


def mark(age):
    if age is None:
        return "_"  # it did not come
    return "|" if age < 100 else "o"


def report(name, ages):
    if not ages:
        return
    sent = range(1, COUNT + 1)
    belt = "".join(mark(ages.get(one)) for one in sent)
    by_age = [round(age) for age in sorted(ages.values())]
    median, worst = by_age[len(by_age) // 2], by_age[-1]
    print(f"{name}: {len(ages)} of {COUNT} came.")
    print(belt)
    print(f"Age: median {median} ms, worst {worst} ms.")


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
        sockets = [server, receiver]
        wait, rest, ended = None, b"", False
        while not ended:
            readable, _, _ = select(sockets, [], [], wait)
            ended = not readable  # quiet: it ends
            for ready in readable:
                if ready is receiver:
                    note(by_udp, receiver.recv(1024))
                    wait = 1 if len(sockets) == 2 else None
                elif ready is server:
                    sockets.append(server.accept()[0])
                elif data := ready.recv(4096):
                    *lines, rest = (rest + data).split(NEXT)
                    for line in lines:
                        note(by_tcp, line)
                else:
                    ready.close()
                    ended = True
        report("UDP", by_udp)
        report("TCP", by_tcp)
except OSError as error:
    if error.errno == errno.EADDRNOTAVAIL:
        sys.exit(f"This host has no address {HOST}.")
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
