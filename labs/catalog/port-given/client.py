import sys
from signal import SIG_DFL, SIGINT, signal
from socket import AF_INET, SOCK_STREAM, socket

signal(SIGINT, SIG_DFL)  # Ctrl-C ends it at once
line = input("Which port? ")
port = int(line) if line.isdecimal() else 0
if not 0 < port < 65536:
    sys.exit(f"{line} is no port.")

try:
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect(("127.0.0.1", port))
        data = connection.recv(1024).decode()
        print(f"Received from port {port}: {data}")
except ConnectionRefusedError:
    sys.exit(f"Nobody is listening on port {port}.")
