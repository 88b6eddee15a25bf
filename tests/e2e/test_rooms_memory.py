"""What rooms may hold: histories, backlogs, event streams. Counted in octets of memory, whatever a client does."""

import contextlib
import select
import zlib

import pytest

from raw import Connection, fetch
from sluice import wait_until
from test_rooms_hostile import joined, metric
from test_websocket import frame, read_frame, shake

MEBI = 1 << 20
MOST = 8 * MEBI

CONFIG = """
[server.limits]
room_history = "8MiB"

[[websocket]]
path = "/room/{room}"
room = "{room}"
history = 100
compression = true
ping = "0s"
[[route]]
path = "/events/{room}"
events = { room = "{room}", history = 100 }
[[route]]
method = "POST"
path = "/publish/{room}"
publish = { room = "{room}", text = "{body}" }
[metrics]
path = "/metrics"
"""


@pytest.fixture
def server(serve):
    return serve(CONFIG, workers=2)


def publish(server, room, body):
    assert fetch(server.port, f"/publish/{room}", method="POST", body=body).status == 200


def listen(server, room, **options):
    stream = Connection(server.port, **options)
    stream.send(f"GET /events/{room} HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b" 200 " in stream._until(b"\r\n\r\n")
    assert stream.content_until(b"\n\n") == b":\n\n"
    return stream


def deflated(payload):
    """As permessage-deflate sends it (RFC 7692 §7.2.1)."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (stream.compress(payload) + stream.flush(zlib.Z_SYNC_FLUSH))[:-4]


def read_event(stream):
    return stream.content_until(b"\n\n")


@pytest.mark.release
def test_streams_that_read_nothing_hold_a_message_of_many_lines_once(server):
    lines = b"\n" * (MEBI - 1)
    before = server.resident_bytes()
    with joined(server, "/room/lines") as witness, contextlib.ExitStack() as streams:
        silent = [streams.enter_context(listen(server, "lines", receive_buffer=4096)) for _ in range(100)]
        sender = streams.enter_context(Connection(server.port))
        assert shake(sender, "/room/lines", Sec_WebSocket_Extensions="permessage-deflate").status == 101
        sender.send(frame(1, deflated(lines), reserved=4))  # a kilobyte
        assert read_frame(witness) == (1, lines)
        wait_until(lambda: all(select.select([s.socket], [], [], 0)[0] for s in silent), "all have begun to get it")
        silent += [streams.enter_context(listen(server, "lines", receive_buffer=4096)) for _ in range(100)]  # by history
        assert server.resident_bytes() - before < 100 * MEBI  # 1.4 GiB where each has its own
        publish(server, "lines", b"the end")
        assert read_frame(witness) == (1, b"the end")
        reader = streams.enter_context(listen(server, "lines"))
        event = read_event(reader)
        assert event.count(b"data: ") == MEBI
        assert b"data: the end\n" in read_event(reader)


def test_rooms_that_were_left_keep_their_histories_within_one_limit(server):
    for room, text in [("plain", b"kept"), *((f"left{n}", bytes([97 + n]) * (MEBI - 1)) for n in range(20))]:
        with joined(server, f"/room/{room}") as member:
            publish(server, room, text)
            assert read_frame(member) == (1, text)
    wait_until(lambda: metric(server, "sluice_room_members") == 0, "all have left")
    assert metric(server, "sluice_room_history_bytes") <= MOST
    assert metric(server, "sluice_rooms") <= 9
    with joined(server, "/room/plain") as back:  # the heaviest had to go, not the oldest
        assert read_frame(back) == (1, b"kept")


def test_who_comes_gets_a_long_history_and_then_what_is_said(server):
    large = [bytes([97 + n]) * 1_000_000 for n in range(5)]
    with joined(server, "/room/large") as speaker:
        for text in large:
            speaker.send(frame(1, text))
            assert read_frame(speaker) == (1, text)
        with joined(server, "/room/large") as late, listen(server, "large") as stream:
            speaker.send(frame(1, b"live"))
            for text in large + [b"live"]:
                assert read_frame(late) == (1, text)
                assert b"data: " + text in read_event(stream)


@pytest.mark.release
def test_a_backlog_of_tiny_messages_takes_what_max_backlog_says(server):
    with joined(server, "/room/tiny") as sender, joined(server, "/room/tiny", receive_buffer=4096):
        block, most, before = frame(1, b"x") * 2000, 0, server.resident_bytes()
        for _ in range(1000):
            sender.send(block)
            sender._exactly(3 * 2000)
            most = max(most, server.resident_bytes() - before)
            if metric(server, "sluice_room_slow_members_closed_total"):
                break
        assert metric(server, "sluice_room_slow_members_closed_total") == 1
        assert most < 6 * MEBI


def test_clients_that_take_no_history_hold_a_part_of_it(server):
    with joined(server, "/room/deaf") as speaker, contextlib.ExitStack() as others:
        for n in range(70):
            speaker.send(frame(1, bytes([48 + n]) * 100_000))
            read_frame(speaker)
        for _ in range(20):
            others.enter_context(joined(server, "/room/deaf", receive_buffer=4096))
        waiting = wait_until(lambda: metric(server, "sluice_room_backlog_bytes"), "something waits for them")
        assert waiting <= 20 * MEBI
    wait_until(lambda: metric(server, "sluice_room_backlog_bytes") == 0, "nothing waits for those who have gone")
