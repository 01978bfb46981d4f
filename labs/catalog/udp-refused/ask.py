import sys
from socket import AF_INET, SOCK_DGRAM, socket
from time import sleep

HOST, PORT = "10.0.0.2", 12821


def ask(connected):
    refused = False
    with socket(AF_INET, SOCK_DGRAM) as sender:
        if connected:
            sender.connect((HOST, PORT))  # sends nothing

        for number in range(1, 4):
            try:
                if connected:
                    sender.send(b"?")
                else:
                    sender.sendto(b"?", (HOST, PORT))
                say(f"{number} taken,")
            except ConnectionRefusedError:
                say("ECONNREFUSED,")
                refused = True
            sleep(0.05)

        sender.settimeout(0.5)
        try:
            sender.recv(1024)
            print("an answer.")
        except ConnectionRefusedError:
            print("ECONNREFUSED.")
            refused = True
        except TimeoutError:
            print("no answer.")
    return refused


def say(word):
    print(word, end=" ", flush=True)


say("Unconnected:")
ask(connected=False)
say("Connected:")
if ask(connected=True):
    sys.exit(f"Nobody has port {PORT} on {HOST}.")
