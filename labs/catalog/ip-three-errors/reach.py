import sys
from errno import errorcode
from socket import AF_INET, SOCK_STREAM, socket

# RFC 5737 keeps this address for examples: nobody's.
NOBODYS = "192.0.2.1"
PORT = 12835


def bind(address):
    with socket(AF_INET, SOCK_STREAM) as server:
        server.bind((address, PORT))


def connect(address):
    with socket(AF_INET, SOCK_STREAM) as client:
        client.settimeout(2)
        client.connect((address, PORT))


def attempt(what, act, address):
    try:
        act(address)
        print(f"{what} {address}: done.")
    except TimeoutError:
        print(f"{what} {address}: no answer.")
    except OSError as error:
        name = errorcode.get(error.errno, str(error))
        print(f"{what} {address}: {name}.")
        errors.append(name)


errors = []
attempt("Bind to", bind, NOBODYS)
attempt("Connect to", connect, NOBODYS)
attempt("Connect to", connect, "127.0.0.1")
if errors:
    sys.exit(f"{len(errors)} of 3 ended in an error.")
