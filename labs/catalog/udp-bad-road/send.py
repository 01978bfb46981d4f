from socket import AF_INET, SOCK_DGRAM, socket
from time import sleep

HOST, PORT = "10.0.0.2", 12822
COUNT = 20  # agreed with the receiver

with socket(AF_INET, SOCK_DGRAM) as sender:
    for number in range(1, COUNT + 1):
        data = str(number).encode()
        sender.sendto(data, (HOST, PORT))
        sleep(0.05)
    print(f"Handed {COUNT} datagrams to the kernel.")
