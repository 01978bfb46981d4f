import sys
from socket import AF_INET, SOCK_STREAM, socket

PORT = 12824
data = bytes(90_000)

try:
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect(("127.0.0.1", PORT))
        connection.setblocking(False)
        sent = 0
        try:
            while sent < len(data):
                taken = connection.send(data[sent:])
                sent += taken
                print(f"Kernel took {taken} bytes.")
        except BlockingIOError as error:
            print(f"Stop, {error.strerror}.")
        print(f"{len(data) - sent} bytes are left.")

        connection.setblocking(True)
        connection.sendall(data[sent:])  # waits for room
        print("Now all are taken.")
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on 127.0.0.1, port {PORT}. "
        "Is a server running, and on that port?"
    )
