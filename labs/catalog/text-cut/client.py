import sys
from socket import AF_INET, SOCK_STREAM, socket
from time import sleep

PORT = 12824
TEXTS = {"utf-8": "数据", "gbk": "数据", "gb18030": "数😀"}

try:
    for encoding, text in TEXTS.items():
        data = text.encode(encoding)
        with socket(AF_INET, SOCK_STREAM) as connection:
            connection.connect(("127.0.0.1", PORT))
            connection.sendall(data[:-1])
            sleep(0.2)  # the last byte comes late
            connection.sendall(data[-1:])
        print(f"{encoding}: {text} as {data.hex(' ')}")
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on 127.0.0.1, port {PORT}. "
        "Is a server running, and on that port?"
    )
