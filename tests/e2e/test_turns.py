"""What one client may ask for does not make the others wait: long work goes in turns."""

import contextlib
import time

import pytest

from attackers import BUSY_CONFIG, Attackers, raise_descriptors
from raw import Connection, fetch
from sluice import wait_until
from test_websocket import frame, read_frame, shake

CONFIG = """
[[route]]
path = "/text"
text = "hello"
[[websocket]]
path = "/room"
room = "room"
max_backlog = "16MiB"
""" + BUSY_CONFIG

CASES = {
    "flood": [(1000, "member"), (1, "flood")],
    "inflate": [(16, "inflate")],
    "burst": [(300, "packed-member"), (4, "burst")],
}
SECONDS = 6
LONGEST = 1.5  # seconds. It is about 0.05; one turn of the loop once took 2 to 8


@pytest.mark.release
@pytest.mark.parametrize("name", CASES)
def test_others_hardly_wait_for_who_asks_for_much(serve, name):
    raise_descriptors(4096)
    server = serve(CONFIG, workers=1)
    times = []
    with contextlib.ExitStack() as stack:
        for count, kind in CASES[name]:
            crowd = stack.enter_context(Attackers(server.port, count, [kind]))
            wait_until(lambda: crowd.open >= count, "all have come", within=60)
        other = stack.enter_context(Connection(server.port))
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            begun = time.monotonic()
            assert other.get("/text").status == 200
            times.append(time.monotonic() - begun)
            time.sleep(0.002)
        assert crowd.open == count and crowd.ended == 0
    print(f"\n{name}: {len(times)} requests, the longest took {max(times) * 1000:.1f} ms")
    assert max(times) < LONGEST


def test_each_member_gets_each_message_of_a_flood_once_and_in_order(serve):
    server = serve(CONFIG)
    count = 3000
    with contextlib.ExitStack() as stack:
        members = [stack.enter_context(Connection(server.port)) for _ in range(60)]
        for member in members:
            assert shake(member, "/room").status == 101
        members[0].send(b"".join(frame(1, str(number).encode()) for number in range(count)))
        assert fetch(server.port, "/text").status == 200
        for member in members:
            assert [read_frame(member)[1] for _ in range(count)] == [str(number).encode() for number in range(count)]
        members[7].send(frame(8, b"\x03\xe8"))
        members[0].send(frame(1, b"last"))
        for member in members[8:]:
            assert read_frame(member) == (1, b"last")


def test_who_writes_more_than_a_room_can_be_served_is_held_and_goes_on(serve):
    """No message is lost, and what waits for members stays bounded."""
    server = serve(CONFIG, workers=1)
    count = 200
    with contextlib.ExitStack() as stack:
        members = [stack.enter_context(Connection(server.port)) for _ in range(300)]
        for member in members:
            assert shake(member, "/crowd").status == 101
        for member in members[:50]:
            member.send(frame(1, b"x") * count)
        for member in members[:3] + members[-3:]:
            for _ in range(50 * count):
                assert read_frame(member) == (1, b"x")
