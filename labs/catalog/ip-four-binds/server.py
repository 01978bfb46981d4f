import sys
from errno import errorcode
from selectors import EVENT_READ, DefaultSelector
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


def bind(address, port):
    family = AF_INET6 if ":" in address else AF_INET
    server = socket(family, SOCK_STREAM)
    servers[port] = server
    # Lets the next run use the port at once.
    server.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    server.bind((address, port))


servers = {}
selector = DefaultSelector()  # waits for all of them
try:
    for port, address in BINDS.items():
        bind(address, port)
    for port, server in servers.items():
        server.listen(128)  # queue length
        selector.register(server, EVENT_READ, port)
    for port, address in BINDS.items():
        print(f"Port {port} is bound to {address}.")
    print("Waiting for calls.")

    while True:
        for key, _ in selector.select():
            connection, client = key.fileobj.accept()
            print(f"Port {key.data}: {client[0]} came in.")
            connection.close()
except OSError as error:
    name = errorcode.get(error.errno, str(error))
    bound = BINDS[port]
    sys.exit(f"Port {port}, bound to {bound}: {name}.")
finally:
    for server in servers.values():
        server.close()
