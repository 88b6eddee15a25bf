"""SIGTERM and SIGINT: what is in flight is finished, nothing new is begun."""

import signal
import socket
import time

import pytest

from raw import Connection, fetch
from sluice import wait_until
from test_websocket import close_code, frame, read_frame, shake

CONFIG = """
[server]
shutdown_timeout = "10s"

[[route]]
path = "/"
text = "x"

[[route]]
path = "/slow"
delay = "1s"
text = "slow"

[[websocket]]
path = "/ws"
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_server_ends_at_once_with_status_0(serve, number):
    server = serve(CONFIG)
    with Connection(server.port) as idle:
        assert idle.get().text == "x"
        assert server.stop(number, within=5) == 0
        assert idle.ended()


def test_requests_in_flight_are_answered_and_no_new_connection_is_taken(serve):
    server = serve(CONFIG)
    with Connection(server.port) as slow:
        slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        assert slow.silent(0.2)
        server.send_signal(signal.SIGTERM)

        def refused():
            try:
                socket.create_connection(("127.0.0.1", server.port), 1).close()
            except ConnectionRefusedError:
                return True

        wait_until(refused, "the port is closed", within=0.9)
        response = slow.response()
        assert (response.text, response.get("Connection")) == ("slow", "close")
        assert slow.ended()
    assert server.wait(5) == 0


def test_websockets_are_closed_with_1001(serve):
    server = serve(CONFIG)
    with Connection(server.port) as connection:
        shake(connection)
        connection.send(frame(1, b"x"))
        assert read_frame(connection) == (1, b"x")
        server.send_signal(signal.SIGTERM)
        assert close_code(connection) == 1001
        connection.send(frame(8, b"\x03\xe9"))
        assert connection.ended()
    assert server.wait(5) == 0


def test_a_websocket_that_does_not_answer_the_close_holds_nothing_up(serve):
    server = serve(CONFIG.replace('"10s"', '"1s"'))
    with Connection(server.port) as connection:
        shake(connection)
        server.send_signal(signal.SIGTERM)
        assert server.wait(8) == 0


def test_the_time_to_finish_is_limited(serve):
    server = serve(CONFIG.replace('"10s"', '"1s"').replace('delay = "1s"', 'delay = "1h"'))
    with Connection(server.port) as slow:
        slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        assert slow.silent(0.2)
        start = time.monotonic()
        server.send_signal(signal.SIGTERM)
        server.wait(10)
        assert time.monotonic() - start >= 0.9


def test_a_second_signal_ends_at_once(serve):
    server = serve(CONFIG.replace('delay = "1s"', 'delay = "1h"'))
    with Connection(server.port) as slow:
        slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        assert slow.silent(0.2)
        server.send_signal(signal.SIGTERM)
        assert slow.silent(0.3)
        assert server.process.poll() is None
        server.send_signal(signal.SIGTERM)
        server.wait(3)


def test_half_a_request_is_not_waited_for(serve):
    server = serve(CONFIG.replace('"10s"', '"1s"'))
    with Connection(server.port) as half:
        half.send("GET / HTTP/1.1\r\nHo")
        assert half.silent(0.1)
        assert server.stop(within=5) == 0


def test_the_port_is_free_afterwards(serve):
    server = serve(CONFIG)
    port = server.port
    fetch(port)
    server.stop()
    again = serve(CONFIG, listen=f"127.0.0.1:{port}")
    assert fetch(again.port).text == "x"


@pytest.mark.release
def test_signals_at_its_very_end_do_not_change_the_exit_status(serve):
    for _ in range(20):
        server = serve(CONFIG)
        while server.process.poll() is None:
            server.send_signal(signal.SIGTERM)
            time.sleep(0.0003)
        assert server.wait() == 0
