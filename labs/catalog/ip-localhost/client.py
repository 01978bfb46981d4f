import sys
from socket import create_connection


def call(port):
    with create_connection(("localhost", port)) as one:
        address = one.getpeername()[0]
        print(f"Port {port}: reached {address}.")


call(12836)
try:
    call(12837)
except OSError as error:
    # Both addresses were tried; the last error is told.
    print(f"Port 12837: {type(error).__name__}")
    sys.exit("Nobody called localhost listens there.")
