"""WebSocket endpoints, with the `websockets` library and with frames made by hand."""

import asyncio
import json
import os
import struct
import threading

import aiohttp
import pytest
import websockets

from raw import Connection, fetch

CONFIG = """
[[websocket]]
path = "/ws"

[[websocket]]
path = "/reply/{room}"
reply = "{room}: {message}"
max_message = "64KiB"

[[websocket]]
path = "/json"
json = { message = "{message.message}", by = "sluice" }
"""

HANDSHAKE = {"Host": "localhost", "Upgrade": "websocket", "Connection": "Upgrade",
             "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13"}


@pytest.fixture
def server(serve):
    return serve(CONFIG)


def talk(server, path, conversation, **options):
    """Runs `conversation(socket)` over a connection of the websockets library."""
    async def run():
        async with websockets.connect(f"ws://127.0.0.1:{server.port}{path}", max_size=None, **options) as socket:
            return await conversation(socket)

    return asyncio.run(run())


def shake(connection, path="/ws", **changes):
    fields = {**HANDSHAKE, **{name.replace("_", "-"): value for name, value in changes.items()}}
    connection.send(f"GET {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items() if v is not None) + "\r\n")
    return connection.response()


def frame(opcode, payload=b"", final=True, masked=True, reserved=0):
    first = (0x80 if final else 0) | reserved << 4 | opcode
    size = len(payload)
    mask = 0x80 if masked else 0
    if size < 126:
        head = bytes([first, mask | size])
    elif size < 65536:
        head = bytes([first, mask | 126]) + struct.pack(">H", size)
    else:
        head = bytes([first, mask | 127]) + struct.pack(">Q", size)
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + bytes(octet ^ key[i % 4] for i, octet in enumerate(payload))


def read_frame(connection):
    """(opcode, payload)"""
    first, second = connection._exactly(2)
    size = second & 0x7F
    if size == 126:
        size, = struct.unpack(">H", connection._exactly(2))
    elif size == 127:
        size, = struct.unpack(">Q", connection._exactly(8))
    assert not second & 0x80, "a server never masks"
    return first & 0x0F, connection._exactly(size)


def close_code(connection):
    opcode, payload = read_frame(connection)
    assert opcode == 8, (opcode, payload[:50])
    return struct.unpack(">H", payload[:2])[0] if payload else None


def test_text_and_binary_come_back_as_they_were(server):
    async def conversation(socket):
        for message in ("hello", "", "ü😀", "a\nb", b"\x00\x01\xff", b"", "x" * 70_000, os.urandom(200_000)):
            await socket.send(message)
            assert await socket.recv() == message

    talk(server, "/ws", conversation)


def test_a_reply_holds_path_parameters_and_the_message(server):
    async def conversation(socket):
        await socket.send("hi")
        return await socket.recv()

    assert talk(server, "/reply/kitchen", conversation) == "kitchen: hi"
    assert talk(server, "/reply/k%C3%BCche%20%22", conversation) == 'küche ": hi'


def test_json_messages_are_taken_apart_and_put_together(server):
    async def conversation(socket):
        for value in ("text", 5, 1.5, None, True, [1, "a", None], {"b": 1, "a": []}, "quote \" \\ \n ü", 10**23):
            await socket.send(json.dumps({"message": value, "extra": 1}))
            assert json.loads(await socket.recv()) == {"message": value, "by": "sluice"}

    talk(server, "/json", conversation)


@pytest.mark.parametrize("message", ["hello", "", "[1]", "5", "null", '{"msg":"x"}', '{"message":"x",}', '{"message":NaN}', "{" * 50_000])
def test_what_is_not_the_expected_json_closes(server, message):
    async def conversation(socket):
        await socket.send(message)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
        return closed.value.rcvd.code

    assert talk(server, "/json", conversation) in (1003, 1007, 1008, 1011)


def test_a_fragmented_message_is_one_message(server):
    with Connection(server.port) as connection:
        assert shake(connection, "/reply/r").status == 101
        connection.send(frame(1, b"he", final=False) + frame(9, b"p") + frame(0, b"llo ", final=False) + frame(0, b"\xc3", final=False) + frame(0, b"\xbc"))
        assert read_frame(connection) == (10, b"p")
        assert read_frame(connection) == (1, "r: hello ü".encode())


def test_pings_are_answered_and_pongs_ignored(server):
    with Connection(server.port) as connection:
        shake(connection)
        connection.send(frame(10, b"unasked") + frame(9, b"x" * 125) + frame(9))
        assert [read_frame(connection), read_frame(connection)] == [(10, b"x" * 125), (10, b"")]


def test_many_messages_in_one_write_come_back_in_order(server):
    with Connection(server.port) as connection:
        shake(connection)
        connection.send(b"".join(frame(1, b"%d" % i) for i in range(1000)))
        assert [read_frame(connection) for _ in range(1000)] == [(1, b"%d" % i) for i in range(1000)]


def test_a_frame_may_arrive_octet_by_octet(server):
    with Connection(server.port) as connection:
        shake(connection)
        for octet in frame(2, b"z" * 130):
            connection.send(bytes([octet]))
        assert read_frame(connection) == (2, b"z" * 130)


def test_frames_may_follow_the_handshake_in_the_same_segment(server):
    with Connection(server.port) as connection:
        connection.send("GET /ws HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in HANDSHAKE.items()) + "\r\n")
        connection.send(frame(1, b"early"))
        assert connection.response().status == 101
        assert read_frame(connection) == (1, b"early")


def test_a_large_frame_may_come_with_the_handshake(server):
    message = os.urandom(20_000)
    with Connection(server.port) as connection:
        head = "GET /ws HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in HANDSHAKE.items()) + "\r\n"
        connection.send(head.encode() + frame(2, message) + frame(1, b"next"))
        assert connection.response().status == 101
        assert [read_frame(connection), read_frame(connection)] == [(2, message), (1, b"next")]


def test_large_echoes_are_whole_whatever_the_reader_takes_at_once(server):
    """Two clients with small windows in turns: what could not be sent must outlast what is received next."""
    messages = [[os.urandom(3_000 + 977 * number) for number in range(40)] for _ in range(2)]
    with Connection(server.port, receive_buffer=4096) as one, Connection(server.port, receive_buffer=4096) as other:
        clients = (one, other)
        for client in clients:
            shake(client)
        senders = [threading.Thread(target=lambda c, m: c.send(b"".join(frame(2, message) for message in m)), args=pair)
                   for pair in zip(clients, messages)]
        for sender in senders:
            sender.start()
        for number in range(40):
            for client, sent in zip(clients, messages):
                assert read_frame(client) == (2, sent[number])
        for sender in senders:
            sender.join()


@pytest.mark.parametrize("sent, answered", [(struct.pack(">H", 1000) + b"bye", 1000), (struct.pack(">H", 4000), 4000),
                                            (b"", None), (struct.pack(">H", 3000) + "ü".encode(), 3000)])
def test_a_close_is_answered_and_the_connection_ends(server, sent, answered):
    with Connection(server.port) as connection:
        shake(connection)
        connection.send(frame(8, sent))
        assert close_code(connection) in (answered, 1000 if answered is None else answered)
        assert connection.ended()


WRONG = {
    "an unmasked frame": (frame(1, b"x", masked=False), {1002}),
    "a reserved bit": (frame(1, b"x", reserved=4), {1002}),
    "a reserved opcode": (frame(3, b"x"), {1002}),
    "a reserved control opcode": (frame(11, b"x"), {1002}),
    "a continuation of nothing": (frame(0, b"x"), {1002}),
    "a new message inside another": (frame(1, b"a", final=False) + frame(1, b"b"), {1002}),
    "a fragmented ping": (frame(9, b"x", final=False), {1002}),
    "a ping of 126 octets": (frame(9, b"x" * 126), {1002}),
    "a length not in its shortest form": (b"\x81\xfe\x00\x05\0\0\0\0hello", {1002}),
    "a length with its highest bit": (b"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", {1002, 1009}),
    "invalid UTF-8": (frame(1, b"\xff\xfe"), {1007}),
    "UTF-8 cut short": (frame(1, b"\xc3"), {1007}),
    "a surrogate": (frame(1, b"\xed\xa0\x80"), {1007}),
    "a close of one octet": (frame(8, b"x"), {1002}),
    "a close with a code for no wire": (frame(8, struct.pack(">H", 1005)), {1002}),
    "a close with an unknown code": (frame(8, struct.pack(">H", 999)), {1002}),
    "a close reason that is no UTF-8": (frame(8, struct.pack(">H", 1000) + b"\xff"), {1007, 1002}),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_breach_of_the_protocol_closes_with_its_code(server, name):
    data, codes = WRONG[name]
    with Connection(server.port) as connection:
        shake(connection)
        connection.send(data)
        assert close_code(connection) in codes
        assert connection.ended()


def test_invalid_utf_8_is_noticed_before_the_message_ends(server):
    with Connection(server.port) as connection:
        shake(connection)
        connection.send(frame(1, b"ok \xff", final=False))
        assert close_code(connection) == 1007


def test_a_message_over_the_limit_closes_1009_before_it_is_read(server):
    with Connection(server.port) as connection:
        shake(connection, "/reply/r")
        connection.send(b"\x82\xff" + struct.pack(">Q", 1 << 40) + b"\0\0\0\0" + b"x")  # a head, and one octet
        assert close_code(connection) == 1009
    with Connection(server.port) as connection:
        shake(connection, "/reply/r")
        connection.send(frame(1, b"x" * 65536))
        assert len(read_frame(connection)[1]) == 65536 + 3
        connection.send(frame(1, b"x" * 40_000, final=False) + frame(0, b"x" * 40_000))
        assert close_code(connection) == 1009


HANDSHAKE_FAULTS = {
    "no Upgrade": (dict(Upgrade=None), (426, 400)),
    "no Connection": (dict(Connection=None), (426, 400)),
    "Connection: close": (dict(Connection="close"), (426, 400)),
    "no key": (dict(Sec_WebSocket_Key=None), (400,)),
    "a short key": (dict(Sec_WebSocket_Key="abc"), (400,)),
    "no version": (dict(Sec_WebSocket_Version=None), (400, 426)),
    "version 8": (dict(Sec_WebSocket_Version="8"), (426,)),
    "a foreign origin": (dict(Origin="http://evil.example"), (403,)),
}


@pytest.mark.parametrize("name", HANDSHAKE_FAULTS)
def test_a_faulty_handshake_is_refused_with_its_status(server, name):
    changes, statuses = HANDSHAKE_FAULTS[name]
    with Connection(server.port) as connection:
        response = shake(connection, **changes)
        assert response.status in statuses
        if response.status == 426:
            assert response.get("Sec-WebSocket-Version") == "13" or response.get("Upgrade").lower() == "websocket"


def test_the_handshake_is_that_of_rfc_6455(server):
    with Connection(server.port) as connection:
        response = shake(connection, Connection="keep-alive, Upgrade", Upgrade="WebSocket", Origin="http://localhost")
        assert (response.status, response.get("Sec-WebSocket-Accept")) == (101, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        assert response.get("Sec-WebSocket-Protocol") is None


def test_a_plain_request_to_an_endpoint_is_told_to_upgrade(server):
    response = fetch(server.port, "/ws")
    assert (response.status, response.get("Upgrade").lower()) == (426, "websocket")
    assert fetch(server.port, "/nowhere").status == 404


def test_a_reader_that_never_reads_does_not_fill_the_memory(server):
    """Echoes that nobody takes hold back the reading of further messages."""
    before = server.resident_bytes()
    with Connection(server.port, receive_buffer=4096) as connection:
        shake(connection)
        connection.socket.settimeout(1)
        message = frame(2, b"x" * 60_000)
        sent = 0
        try:
            while sent < 300:
                connection.send(message)
                sent += 1
        except TimeoutError:
            pass
        assert sent < 300, "the server took 18 MB without being read"
    assert server.resident_bytes() - before < 64 << 20
    assert fetch(server.port, "/nowhere").status == 404


def test_two_hundred_sessions_do_not_mix(server):
    async def run():
        async with aiohttp.ClientSession() as session:
            async def one(i):
                async with session.ws_connect(f"{server.url}/reply/{i}") as socket:
                    for n in range(5):
                        await socket.send_str(f"{n}")
                        assert (await socket.receive()).data == f"{i}: {n}"

            await asyncio.gather(*(one(i) for i in range(200)))

    asyncio.run(run())


@pytest.mark.parametrize("level", ["debug", "info"])
def test_a_refused_handshake_is_in_the_log_with_its_reason_for_who_looks_for_it(serve, level):
    server = serve(f'[log]\nlevel = "{level}"\n[[websocket]]\npath = "/ws"\n')
    for changes, status in ((dict(Origin="http://evil.example"), 403), (dict(Sec_WebSocket_Key="abc"), 400)):
        with Connection(server.port) as connection:
            assert shake(connection, **changes).status == status
    if level == "debug":
        server.wait_for_line("WebSocket refused with 403: ")
        server.wait_for_line("WebSocket refused with 400: ")
        assert "(/ws, client 127.0.0.1)" in server.stderr()
    else:
        assert "WebSocket refused" not in server.stderr()
