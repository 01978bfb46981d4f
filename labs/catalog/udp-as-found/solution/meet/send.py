from socket import AF_INET, SOCK_DGRAM, socket

PORT = 12822

with socket(AF_INET, SOCK_DGRAM) as sender:
    data = "数据".encode("gbk")
    count = sender.sendto(data, ("127.0.0.1", PORT))
    port = sender.getsockname()[1]  # the kernel's choice
    print(f"Handed {count} bytes to the kernel.")
    print(f"From port {port} to port {PORT}.")
