import errno
import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_DGRAM, SOCK_STREAM, socket
from socket import SO_REUSEADDR, SOL_SOCKET
from time import perf_counter as clock

HOST, PORT = "127.0.0.1", 12828
COUNT = 30  # questions, agreed with the sender
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once


def answer_all():
    for _ in range(COUNT):
        question, asker = receiver.recvfrom(1)
        receiver.sendto(question, asker)
    # One connection for all, then one for each.
    for _ in range(1 + COUNT):
        connection, _ = server.accept()
        with connection:
            while question := connection.recv(1):
                connection.sendall(question)


def take_by_udp():
    size, began = len(receiver.recv(65536)), clock()
    receiver.settimeout(0.3)  # nobody says: that was all
    try:
        while True:
            size += len(receiver.recv(65536))
            ended = clock()
    except TimeoutError:
        report("UDP", size, ended - began)


def take_by_tcp():
    connection, _ = server.accept()
    with connection:
        size, began = 0, clock()
        while data := connection.recv(65536):
            size += len(data)
        report("TCP", size, clock() - began)


def report(name, size, seconds):
    size /= 1e6  # in MB
    print(
        f"{name}: {size:.1f} of 12 MB came,",
        f"at {size / seconds:.0f} MB/s.",
    )


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
        answer_all()
        take_by_udp()
        take_by_tcp()
except OSError as error:
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
