import errno
import sys
from select import select
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_DGRAM, SOCK_STREAM, socket
from socket import SO_REUSEADDR, SOL_SOCKET

HOST, PORT = "10.0.0.2", 12826
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once
datagrams, messages, connections = 0, 0, 0

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
        while connections < 2:  # agreed with the asker
            readable, _, _ = select(sockets, [], [])
            for ready in readable:
                if ready is receiver:
                    data, asker = receiver.recvfrom(1024)
                    receiver.sendto(data, asker)
                    datagrams += 1
                elif ready is server:
                    connection, _ = server.accept()
                    sockets.append(connection)
                elif data := ready.recv(1024):
                    ready.sendall(data)
                    messages += len(data) // 4
                else:
                    sockets.remove(ready)
                    ready.close()
                    connections += 1
        print(f"Answered {datagrams} datagrams.")
        print(
            f"Answered {messages} messages in "
            f"{connections} connections."
        )
except OSError as error:
    if error.errno == errno.EADDRNOTAVAIL:
        sys.exit(f"This host has no address {HOST}.")
    if error.errno != errno.EADDRINUSE:
        raise
    sys.exit(
        f"Port {PORT} is already in use. Stop the "
        "program that holds it, then run this again."
    )
