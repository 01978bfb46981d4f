import os
import sys
from errno import errorcode
from selectors import EVENT_READ, DefaultSelector
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, AF_INET6, SOCK_STREAM, socket
from socket import SO_REUSEADDR, SOL_SOCKET

PORT = 12838
ADDRESSES = ["127.0.0.1"]
token = os.environ.get("TOKEN", "no token")
signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once


def serve(address):
    family = AF_INET6 if ":" in address else AF_INET
    server = socket(family, SOCK_STREAM)
    servers.append(server)
    # Lets the next run use the port at once.
    server.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    server.bind((address, PORT))
    server.listen(128)  # queue length
    selector.register(server, EVENT_READ)


servers = []
selector = DefaultSelector()  # waits for all of them
try:
    for address in ADDRESSES:
        serve(address)
    bound = " and ".join(ADDRESSES)
    print(f"Waiting for calls at {bound}, port {PORT}.")

    while True:
        for key, _ in selector.select():
            connection, client = key.fileobj.accept()
            with connection:
                print(f"{client[0]} came in.")
                connection.sendall(token.encode())
                connection.recv(1)  # until it leaves
except OSError as error:
    name = errorcode.get(error.errno, str(error))
    sys.exit(f"Port {PORT}, bound to {address}: {name}.")
finally:
    for server in servers:
        server.close()
