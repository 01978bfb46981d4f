import sys
from errno import errorcode
from select import select
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, AF_INET6, SOCK_STREAM, socket
from socket import SO_REUSEADDR, SOL_SOCKET

# Where each port is bound.
BINDS = {
    12831: "127.0.0.1",
    12832: "0.0.0.0",
    12833: "::1",
    12834: "::",
}
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once


def serve(address, port):
    family = AF_INET6 if ":" in address else AF_INET
    server = socket(family, SOCK_STREAM)
    servers.append(server)
    # Lets the next run use the port at once.
    server.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    server.bind((address, port))
    server.listen(128)  # queue length


servers = []
try:
    for port, address in BINDS.items():
        serve(address, port)
    for port, address in BINDS.items():
        print(f"Port {port} is bound to {address}.")
    print("Waiting for calls.")

    while True:
        ready, _, _ = select(servers, [], [])
        for server in ready:
            connection, client = server.accept()
            with connection:
                port = connection.getsockname()[1]
                print(f"Port {port}: {client[0]} came in.")
                connection.sendall(b"hello")
                connection.recv(1)  # until it leaves
except OSError as error:
    name = errorcode.get(error.errno, str(error))
    sys.exit(f"Port {port}, bound to {address}: {name}.")
finally:
    for server in servers:
        server.close()
