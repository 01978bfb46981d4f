import errno
from socket import AF_INET, SOCK_DGRAM, SOCK_STREAM, socket
from time import sleep

PORT = 12825
TCP, UDP = SOCK_STREAM, SOCK_DGRAM


def ask(name, kind):
    address = name.split(" ")[1]
    one = socket(AF_INET, kind)
    answer = "ok"
    try:
        one.bind((address, PORT))
    except OSError as error:
        answer = errno.errorcode[error.errno]
    print(f"{name}: {answer}")
    return one


all_sockets = [
    ask("TCP 127.0.0.1", TCP),
    ask("UDP 127.0.0.1", UDP),
    ask("TCP 127.0.0.2", TCP),
    ask("TCP 0.0.0.0", TCP),
]
sleep(1)  # time to look at the sockets
for one in all_sockets:
    one.close()
