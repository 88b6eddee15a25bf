"""SIGTERM and SIGINT: what is in flight is finished, nothing new is begun."""

import signal
import time

import pytest

from raw import Connection, fetch
from sluice import PATIENCE, free_port, refused, wait_until
from test_websocket import close_code, frame, read_frame, shake

CONFIG = """
[server]
shutdown_timeout = "1m"

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
        assert server.stop(number) == 0
        assert idle.ended()


def test_requests_in_flight_are_answered_and_no_new_connection_is_taken(serve):
    server = serve(CONFIG.replace('delay = "1s"', 'delay = "4s"'))
    port = server.port
    with Connection(port) as slow:
        slow.begin("/slow")
        server.send_signal(signal.SIGTERM)
        wait_until(lambda: refused(port), "the port is closed")
        assert slow.silent(0)
        response = slow.response()
        assert (response.text, response.get("Connection")) == ("slow", "close")
        assert slow.ended()
    assert server.wait() == 0


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
    assert server.wait() == 0


def test_a_websocket_that_does_not_answer_the_close_holds_nothing_up(serve):
    server = serve(CONFIG.replace('"1m"', '"1s"') + 'close_timeout = "5m"\n')
    with Connection(server.port) as connection:
        shake(connection)
        server.send_signal(signal.SIGTERM)
        assert server.wait() == 0


def test_a_websocket_that_does_not_answer_the_close_has_its_close_timeout_and_no_more(serve):
    server = serve(CONFIG + 'close_timeout = "1s"\n')
    with Connection(server.port) as connection:
        shake(connection)
        start = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert close_code(connection) == 1001
        assert connection.ended()
        assert time.monotonic() - start >= 0.9
        assert server.wait() == 0
        assert time.monotonic() - start < PATIENCE  # and not server.shutdown_timeout, which is a minute


def test_the_time_to_finish_is_limited(serve):
    server = serve(CONFIG.replace('"1m"', '"1s"').replace('delay = "1s"', 'delay = "1h"'))
    with Connection(server.port) as slow:
        slow.begin("/slow")
        start = time.monotonic()
        server.send_signal(signal.SIGTERM)
        server.wait()
        assert time.monotonic() - start >= 0.9


def test_a_second_signal_ends_at_once(serve):
    server = serve(CONFIG.replace('delay = "1s"', 'delay = "1h"'))
    with Connection(server.port) as slow:
        slow.begin("/slow")
        server.send_signal(signal.SIGTERM)
        server.wait_for_line("stopping: no new connections")
        assert slow.silent()
        assert server.process.poll() is None
        server.send_signal(signal.SIGTERM)
        server.wait()


def test_half_a_request_is_not_waited_for(serve):
    server = serve(CONFIG.replace('"1m"', '"1s"') + '[server.timeouts]\nheader = "1h"\n')
    with Connection(server.port) as half:
        half.send("GET / HTTP/1.1\r\nHo")
        assert half.silent(0.1)
        assert server.stop() == 0


def test_the_port_is_free_afterwards(serve):
    port = free_port()
    server = serve(CONFIG, listen=f"127.0.0.1:{port}")
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
