"""A small thing to be broken: answers HTTP on a port of loopback, and writes down each time that it starts.

python -I -S server.py PORT FILE
"""

import os
import socket
import sys

with open(sys.argv[2], "a") as started:
    started.write(f"{os.getpid()}\n")
listening = socket.socket()
listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listening.bind(("127.0.0.1", int(sys.argv[1])))
listening.listen()
while True:
    connection, _ = listening.accept()
    with connection:
        try:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nalive")
        except OSError:
            continue
