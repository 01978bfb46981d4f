from socket import AF_INET, SOCK_DGRAM, socket

PORT = 12822

with socket(AF_INET, SOCK_DGRAM) as sender:
    for text in "数", "€", "😀":
        print(f"{text}  length {len(text)}")
        for encoding in "utf-8", "gbk", "gb18030":
            try:
                data = text.encode(encoding)
            except UnicodeEncodeError:
                print(f"  {encoding}: UnicodeEncodeError")
            else:
                print(f"  {encoding}: {data.hex(' ')}")
                sender.sendto(data, ("127.0.0.1", PORT))
    sender.sendto(b"", ("127.0.0.1", PORT))  # the end
