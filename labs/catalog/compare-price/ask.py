import sys
from socket import AF_INET, SOCK_DGRAM, SOCK_STREAM, socket
from socket import MSG_WAITALL, SHUT_WR

HOST, PORT = "10.0.0.2", 12826
QUESTION = "数据".encode("gbk")  # 4 bytes


def by_udp(count):
    with socket(AF_INET, SOCK_DGRAM) as asker:
        asker.settimeout(2)
        for _ in range(count):
            asker.sendto(QUESTION, (HOST, PORT))
            asker.recv(1024)


def by_tcp(count):
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect((HOST, PORT))
        for _ in range(count):
            connection.sendall(QUESTION)
            connection.recv(4, MSG_WAITALL)  # all four
        connection.shutdown(SHUT_WR)
        connection.recv(1)  # the other end's close


def counted():
    """What crossed eth0 up to now, by the kernel."""
    with open("/proc/net/dev") as table:
        row = next(one for one in table if "eth0:" in one)
    n = [int(word) for word in row.split()[1:]]
    return n[1] + n[9], n[0] + n[8]  # packets, bytes


try:
    for count in (1, 100):
        for name, ask in ("UDP", by_udp), ("TCP", by_tcp):
            packets, size = counted()
            ask(count)
            after = counted()
            packets = after[0] - packets
            size = after[1] - size
            print(
                f"{name}, {count} asked:",
                f"{packets} packets, {size} bytes",
                flush=True,
            )
except ConnectionRefusedError:
    sys.exit(
        f"Nobody is listening on {HOST}, port {PORT}. "
        "Is the answerer running, and on that port?"
    )
except TimeoutError:
    sys.exit("No answer within two seconds.")
