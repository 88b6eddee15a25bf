"""Rooms: what is published in one reaches all who follow it, on all workers, in one order."""

import asyncio
import io
import http.client
import json
import socket
import threading

import aiohttp
import pytest
import websockets

from raw import Connection, fetch
from sluice import BUILD, PATIENCE
from test_websocket import frame, read_frame, shake

CONFIG = """
[server.timeouts]
write_idle = "5m"

[[websocket]]
path = "/chat/{room}"
room = "chat/{room}"
history = 3

[[websocket]]
path = "/staff/{room}"
room = "chat/staff/{room}"

[[websocket]]
path = "/others/{room}"
room = "others/{room}"
to = "others"

[[websocket]]
path = "/json/{room}"
query.name = { type = "string", default = "someone" }
room = "{room}"
json = { from = "{name}", text = "{message.text}" }
greeting = { welcome = "{name}", room = "{room.name}", members = "{room.count}" }
notices = { join = { came = "{name}", members = "{room.count}" }, leave = { left = "{name}", members = "{room.count}" } }

[[websocket]]
path = "/slow/{room}"
room = "slow/{room}"
max_backlog = "64KiB"
close_timeout = "5m"
ping = "0s"

[[websocket]]
path = "/lossy/{room}"
room = "slow/{room}"
max_backlog = "64KiB"
ping = "0s"
slow_consumer = "drop_oldest"

[[websocket]]
path = "/flood/{room}"
room = "flood/{room}"
max_backlog = "256MiB"
ping = "0s"

[[route]]
path = "/publish/{room}"
method = "POST"
publish = { room = "chat/{room}", text = "{body}" }

[[route]]
path = "/publish-from/{room}"
method = "POST"
publish = { room = "chat/{room}", text = "{body}", origins = ["https://*.example.org"] }

[[route]]
path = "/announce"
method = "POST"
publish = { room = "chat/{query.to}", json = { news = "{body}" } }
status = 202

[[route]]
path = "/events/{room}"
events = { room = "chat/{room}", history = 10, heartbeat = "1s", retry = "3s" }
"""


@pytest.fixture(params=[1, 4], ids=["one worker", "four workers"])
def server(serve, request):
    return serve(CONFIG, workers=request.param)


class Client:
    """A connected client of the websockets library, as a context."""

    def __init__(self, server, path, **options):
        self.connecting = websockets.connect(f"ws://127.0.0.1:{server.port}{path}", max_size=None, ping_interval=None,
                                             open_timeout=PATIENCE, **options)

    async def __aenter__(self):
        self.socket = await self.connecting.__aenter__()
        return self

    async def __aexit__(self, *exception):
        await self.connecting.__aexit__(*exception)

    async def send(self, message):
        await self.socket.send(message)

    async def next(self, count=1):
        got = [await asyncio.wait_for(self.socket.recv(), PATIENCE) for _ in range(count)]
        return got if count > 1 else got[0]

    async def nothing(self):
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(self.socket.recv(), 0.3)


def run(conversation):
    asyncio.run(asyncio.wait_for(conversation, 10 * PATIENCE))


def test_a_message_reaches_all_members_and_no_other_room(server):
    async def talk():
        async with Client(server, "/chat/a") as one, Client(server, "/chat/a") as two, Client(server, "/chat/b") as other:
            await one.send("hello")
            await two.send(b"\x00\xff")
            assert sorted(map(bytes, [m.encode() if isinstance(m, str) else m for m in await one.next(2)])) == [b"\x00\xff", b"hello"]
            assert len(await two.next(2)) == 2
            await other.nothing()

    run(talk())


def test_no_value_reaches_a_room_of_another_kind(server):
    async def talk():
        async with Client(server, "/staff/board") as staff, Client(server, "/chat/staff%2Fboard") as guest:
            await guest.send("from a guest")
            assert await guest.next() == "from a guest"
            await staff.send("from staff")
            assert await staff.next() == "from staff"
            loop = asyncio.get_running_loop()
            for path in ("/publish/staff%2Fboard", "/announce?to=staff%2Fboard", "/announce?to=staff/board"):
                status, body = await loop.run_in_executor(None, request, server, path, b"by POST")
                assert json.loads(body) == {"receivers": 1}
            assert len(await guest.next(3)) == 3
            await guest.nothing()
            await staff.nothing()

    run(talk())


def test_pages_of_other_origins_may_not_publish(server):
    def status(path, fields):
        return fetch(server.port, path, method="POST", fields=fields, body=b"x").status

    for path, expected in [("/publish/o", {"": 200, "Origin: http://localhost\r\n": 200, "Origin: https://evil.com\r\n": 403,
                                           "Origin: null\r\n": 403, "Sec-Fetch-Site: cross-site\r\n": 403}),
                           ("/publish-from/o", {"": 200, "Origin: https://app.example.org\r\n": 200,
                                                "Origin: https://example.org\r\n": 403, "Origin: http://localhost\r\n": 403,
                                                "Origin: https://evil.com/.example.org\r\n": 403})]:
        assert {fields: status(path, fields) for fields in expected} == expected


def test_a_message_to_the_others_does_not_come_back(server):
    async def talk():
        async with Client(server, "/others/a") as one, Client(server, "/others/a") as two:
            await one.send("from one")
            assert await two.next() == "from one"
            await two.send("from two")
            assert await one.next() == "from two"

    run(talk())


def test_all_members_see_the_messages_of_all_in_one_order(server):
    async def talk():
        members, each = 8, 150
        clients = [Client(server, "/chat/order") for _ in range(members)]
        for client in clients:
            await client.__aenter__()

        async def speak(i):
            for n in range(each):
                await clients[i].send(f"{i} {n}")

        async def listen(client):
            return await client.next(members * each)

        seen = await asyncio.gather(*map(listen, clients), *(speak(i) for i in range(members)))
        seen = seen[:members]
        assert all(messages == seen[0] for messages in seen)
        for i in range(members):
            own = [m for m in seen[0] if m.startswith(f"{i} ")]
            assert own == [f"{i} {n}" for n in range(each)]
        for client in clients:
            await client.__aexit__(None, None, None)

    run(talk())


def test_who_comes_later_gets_the_history_and_then_everything_once(server):
    async def talk():
        async with Client(server, "/chat/h") as one:
            for n in range(5):
                await one.send(f"{n}")
            await one.next(5)
            async with Client(server, "/chat/h") as late:
                assert await late.next(3) == ["2", "3", "4"]
                await one.send("5")
                assert await late.next() == "5"
        await asyncio.sleep(0.1)
        async with Client(server, "/chat/h") as back:  # nobody was there meanwhile
            assert await back.next(3) == ["3", "4", "5"]

    run(talk())


def test_members_are_greeted_counted_and_announced(server):
    async def talk():
        async with Client(server, "/json/kitchen?name=Ann") as ann:
            assert json.loads(await ann.next()) == {"welcome": "Ann", "room": "kitchen", "members": 1}
            assert json.loads(await ann.next()) == {"came": "Ann", "members": 1}
            async with Client(server, "/json/kitchen?name=Bob") as bob:
                assert json.loads(await bob.next()) == {"welcome": "Bob", "room": "kitchen", "members": 2}
                assert json.loads(await bob.next()) == {"came": "Bob", "members": 2}
                assert json.loads(await ann.next()) == {"came": "Bob", "members": 2}
                await bob.send('{"text": "hi"}')
                assert json.loads(await ann.next()) == {"from": "Bob", "text": "hi"}
                assert json.loads(await bob.next()) == {"from": "Bob", "text": "hi"}
            assert json.loads(await ann.next()) == {"left": "Bob", "members": 1}

    run(talk())


def test_a_bad_message_ends_only_its_sender(server):
    async def talk():
        async with Client(server, "/json/r?name=A") as a, Client(server, "/json/r?name=B") as b:
            await a.next(3)
            await b.send("no json")
            with pytest.raises(websockets.ConnectionClosed) as closed:
                while True:
                    await b.next()
            assert closed.value.rcvd.code == 1003
            assert json.loads(await a.next()) == {"left": "B", "members": 1}

    run(talk())


def test_members_with_and_without_compression_share_a_room(serve):
    server = serve("""
[[websocket]]
path = "/shared"
room = "r"
compression = true
[[websocket]]
path = "/kept"
room = "r"
compression = { server_context_takeover = true, client_context_takeover = true }
[[websocket]]
path = "/plain"
room = "r"
""", workers=2)

    async def talk():
        clients = [Client(server, "/shared"), Client(server, "/kept"), Client(server, "/plain"),
                   Client(server, "/shared", compression=None)]
        for client in clients:
            await client.__aenter__()
        for i, client in enumerate(clients):
            message = f"{i} " * 3000
            await client.send(message)
            for other in clients:
                assert await other.next() == message
        for client in clients:
            await client.__aexit__(None, None, None)

    run(talk())


def post(server, path, body):
    return fetch(server.port, path, method="POST", headers={"Content-Length": str(len(body))}, body=body)


def request(server, path, body):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.request("POST", path, body)
    response = connection.getresponse()
    return response.status, response.read().decode()


def test_a_route_publishes_in_a_room(server):
    async def talk():
        async with Client(server, "/chat/p") as one, Client(server, "/chat/p") as two:
            loop = asyncio.get_running_loop()
            status, body = await loop.run_in_executor(None, request, server, "/publish/p", "from ü HTTP".encode())
            assert (status, json.loads(body)) == (200, {"receivers": 2})
            status, body = await loop.run_in_executor(None, request, server, "/announce?to=p", b'say "hi"')
            assert (status, json.loads(body)) == (202, {"receivers": 2})
            for client in (one, two):
                assert await client.next() == "from ü HTTP"
                assert json.loads(await client.next()) == {"news": 'say "hi"'}
        status, _ = await loop.run_in_executor(None, request, server, "/publish/p", b"\xff\xfe")
        assert status == 400

    run(talk())
    assert request(server, "/publish/empty", b"x") == (200, '{"receivers":0}')


class Chunks(io.RawIOBase):
    """The content of a chunked body, to its last chunk."""

    def __init__(self, file):
        self.source, self.left = file, b""

    def readable(self):
        return True

    def readinto(self, room):
        if not self.left:
            size = int(self.source.readline() or b"0", 16)
            self.left = self.source.read(size)
            self.source.readline()
        taken = min(len(room), len(self.left))
        room[:taken], self.left = self.left[:taken], self.left[taken:]
        return taken


class Events:
    """A client of an event stream, by octets."""

    def __init__(self, server, path, **fields):
        self.socket = socket.create_connection(("127.0.0.1", server.port), PATIENCE)
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.fields = {}
        while line := self.file.readline().strip():
            name, _, value = line.decode().partition(": ")
            self.fields[name.lower()] = value
        if self.fields.get("transfer-encoding") == "chunked":
            self.file = io.BufferedReader(Chunks(self.file))

    def next(self):
        """The next event with data: {field: value}, data joined."""
        event = {}
        while True:
            line = self.file.readline()
            assert line, "the stream ended"
            line = line.decode().rstrip("\n")
            if not line and "data" in event:
                return event
            if not line or line.startswith(":"):
                continue
            name, _, value = line.partition(": ")
            event[name] = event[name] + "\n" + value if name == "data" and name in event else value

    def close(self):
        self.file.close()
        self.socket.close()


def test_an_event_stream_follows_a_room_and_takes_up_where_it_stopped(server):
    events = Events(server, "/events/e")
    assert events.status == 200
    assert events.fields["content-type"] == "text/event-stream"
    assert events.fields["transfer-encoding"] == "chunked" and "connection" not in events.fields
    assert "date" in events.fields and "content-length" not in events.fields
    request(server, "/publish/e", b"one\ntwo\r\nthree\rfour\n")
    first = events.next()
    assert first["data"] == "one\ntwo\nthree\nfour\n"
    request(server, "/publish/e", b"second")
    assert events.next()["data"] == "second"
    events.close()
    request(server, "/publish/e", b"third")
    again = Events(server, "/events/e", Last_Event_ID=first["id"])
    assert [again.next()["data"], again.next()["data"]] == ["second", "third"]
    other_run = Events(server, "/events/e", Last_Event_ID="1234abcd-500")
    assert len([other_run.next() for _ in range(3)]) == 3
    again.close()
    other_run.close()


def test_an_event_stream_sends_comments_while_nothing_happens(server):
    events = Events(server, "/events/quiet")
    assert events.file.readline() == b"retry: 3000\n"
    lines = [events.file.readline() for _ in range(3)]
    assert b":\n" in lines
    events.close()


def test_a_websocket_message_reaches_event_streams(server):
    events = Events(server, "/events/mixed")

    async def talk():
        async with Client(server, "/chat/mixed") as client:
            await client.send(b"binary is left out")
            await client.send("text")
            await client.next(2)

    run(talk())
    assert events.next()["data"] == "text"
    events.close()


def fill(server, room, messages, size):
    """Publishes from a member that reads what it gets."""
    async def talk():
        async with Client(server, f"/slow/{room}") as speaker:
            for n in range(messages):
                await speaker.send(f"{n:06} " + "x" * size)
                await speaker.next()

    run(talk())


def test_a_member_that_does_not_read_is_closed_1013_and_delays_nobody(server):
    before = server.resident_bytes()
    with Connection(server.port, receive_buffer=4096) as stuck:
        shake(stuck, "/slow/s")
        fill(server, "s", 400, 50_000)  # 20 MB: more than any socket buffers hold
        if BUILD == "release":  # sanitizers keep what was freed
            assert server.resident_bytes() - before < 12 << 20
        seen, codes = [], []
        stuck.socket.settimeout(PATIENCE)
        while not codes:
            opcode, payload = read_frame(stuck)
            if opcode == 8:
                codes.append(int.from_bytes(payload[:2], "big"))
            else:
                seen.append(int(payload[:6]))
        assert codes == [1013]
        assert seen == list(range(len(seen)))


def test_a_member_that_does_not_read_may_miss_the_oldest_messages(server):
    with Connection(server.port, receive_buffer=4096) as stuck:
        shake(stuck, "/lossy/l")
        fill(server, "l", 200, 50_000)
        stuck.socket.settimeout(PATIENCE)
        seen = []
        while not seen or seen[-1] != 199:
            opcode, payload = read_frame(stuck)
            assert opcode == 1 and len(payload) == 50_007
            seen.append(int(payload[:6]))
        assert len(seen) < 200
        assert seen == sorted(seen)


def test_a_flood_in_a_large_room_is_delivered_whole(server):
    """The sender is quicker than the deliveries: nothing may be lost."""
    async def talk():
        members = [Client(server, "/flood/r") for _ in range(20)]
        for member in members:
            await member.__aenter__()
        messages, payload = 1000, "y" * 5000

        async def count(client):
            for n in range(messages):
                assert (await client.next()).startswith(f"{n} ")

        async def flood():
            for n in range(messages):
                await members[0].send(f"{n} {payload}")

        await asyncio.gather(flood(), *map(count, members))
        for member in members:
            await member.__aexit__(None, None, None)

    run(talk())
