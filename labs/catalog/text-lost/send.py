from socket import AF_INET, SOCK_DGRAM, socket

PORT = 12822

with socket(AF_INET, SOCK_DGRAM) as sender:
    for text in "数据", "5€", "数😀":
        try:
            data = text.encode("gbk")
        except UnicodeEncodeError as error:
            lost = text[error.start]
            print(f"{text}: GBK has no {lost}, not sent")
        else:
            print(f"{text}: {data.hex(' ')}")
            sender.sendto(data, ("127.0.0.1", PORT))
    sender.sendto(b"", ("127.0.0.1", PORT))  # the end
