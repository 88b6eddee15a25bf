"""[[echo]]: the echo service of RFC 862."""

import os
import socket
import threading

import pytest

from sluice import PATIENCE

CONFIG = """
[[route]]
path = "/"
text = "x"

[[echo]]
listen = "tcp://127.0.0.1:0"

[[echo]]
listen = "udp://127.0.0.1:0"
"""


@pytest.fixture
def server(serve):
    return serve(CONFIG, listeners=3)


def test_tcp_gives_back_every_octet_until_the_end(server):
    data = os.urandom(3_000_000)
    with socket.create_connection(("127.0.0.1", server.port_of("tcp")), PATIENCE) as connection:
        def send():
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        sender.join()
    assert received == data


def test_a_peer_that_does_not_read_is_not_read_from(server):
    with socket.create_connection(("127.0.0.1", server.port_of("tcp")), PATIENCE) as connection:
        connection.settimeout(1)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 200 << 20:
                sent += connection.send(b"x" * 1_000_000)


@pytest.mark.parametrize("size", [0, 1, 1000, 9000, 60_000])
def test_udp_gives_back_each_datagram(server, size):
    data = os.urandom(size)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(PATIENCE)
        peer.sendto(data, ("127.0.0.1", server.port_of("udp")))
        assert peer.recvfrom(65536)[0] == data
