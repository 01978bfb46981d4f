from socket import AF_INET, SOCK_DGRAM, socket

HOST, PORT = "10.0.0.2", 12822

with socket(AF_INET, SOCK_DGRAM) as sender:
    data = "数据".encode("gbk")
    count = sender.sendto(data, (HOST, PORT))
    print(f"Handed {count} bytes to the kernel.")
