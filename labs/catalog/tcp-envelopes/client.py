import sys
from socket import AF_INET, SOCK_STREAM, socket

HOST, PORT = "10.0.0.2", 12824

try:
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect((HOST, PORT))
        port = connection.getsockname()[1]
        print(f"Connected from port {port} to port {PORT}.")

        data = "数据".encode("gbk")
        connection.sendall(data)
        print(f"Sent {len(data)} bytes: 数据")
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on {HOST}, port {PORT}. "
        "Is a server running, and on that port?"
    )
except TimeoutError:
    sys.exit(f"No answer from {HOST}, port {PORT}.")
