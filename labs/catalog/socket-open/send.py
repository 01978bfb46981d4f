from socket import AF_INET, SOCK_DGRAM, socket

PORT = 12822
sender = socket(AF_INET, SOCK_DGRAM)
data = "数据".encode("gbk")
count = sender.sendto(data, ("127.0.0.1", PORT))
print(f"Handed {count} bytes to the kernel.")
print("Nothing left to do, and nothing closed.")
