from errno import errorcode
from socket import create_connection

BINDS = {
    12831: "127.0.0.1",
    12832: "0.0.0.0",
    12833: "::1",
    12834: "::",
}
ADDRESSES = ["127.0.0.1", "127.0.0.77", "::1"]


def ask(address, port):
    try:
        # On one machine, a second is long.
        with create_connection((address, port), 1) as one:
            one.recv(1)  # until the server closes
        return "reached"
    except ConnectionRefusedError:
        return "refused"
    except TimeoutError:
        return "silent"
    except OSError as error:
        return errorcode.get(error.errno, str(error))


def show(*cells):
    line = "".join(cell.ljust(11) for cell in cells)
    print(line.rstrip())


show("bound to", *ADDRESSES)
for port, bound in BINDS.items():
    show(bound, *[ask(to, port) for to in ADDRESSES])
