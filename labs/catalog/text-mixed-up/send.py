from socket import AF_INET, SOCK_DGRAM, socket

PORT = 12822

with socket(AF_INET, SOCK_DGRAM) as sender:
    for encoding in "utf-8", "gbk":
        data = "数据".encode(encoding)
        sender.sendto(data, ("127.0.0.1", PORT))
        print(f"Sent 数据 in {encoding}: {data.hex(' ')}")
