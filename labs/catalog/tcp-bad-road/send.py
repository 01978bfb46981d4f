import sys
from errno import errorcode
from socket import AF_INET, SOCK_STREAM, socket
from time import sleep

HOST, PORT = "10.0.0.2", 12824
COUNT = 20  # agreed with the receiver

try:
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect((HOST, PORT))
        port = connection.getsockname()[1]
        print(f"Connected from port {port} to port {PORT}.")
        for number in range(1, COUNT + 1):
            connection.sendall(f"{number}\n".encode())
            sleep(0.05)
        print(f"Handed {COUNT} numbers to the kernel.")
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on {HOST}, port {PORT}. "
        "Is a server running, and on that port?"
    )
except OSError as error:
    sys.exit(f"Broken off: {errorcode[error.errno]}.")
