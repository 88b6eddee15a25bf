"""permessage-deflate (RFC 7692), with two clients that other people wrote."""

import asyncio
import os
import random

import aiohttp
import pytest
import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

CONFIG = """
[[websocket]]
path = "/plain"

[[websocket]]
path = "/shared"
compression = true

[[websocket]]
path = "/kept"
compression = { server_context_takeover = true, client_context_takeover = true, threshold = "1B" }
max_message = "2MiB"

[[websocket]]
path = "/small"
compression = { server_max_window_bits = 9, client_max_window_bits = 10, level = 1, threshold = "1B" }
"""


@pytest.fixture
def server(serve):
    return serve(CONFIG)


def messages():
    generator = random.Random(1)
    words = ["alpha", "beta", "gamma", "delta", "größer", "😀"]
    for size in (1, 10, 300, 5000, 70_000, 400_000):
        yield " ".join(generator.choice(words) for _ in range(size // 5 + 1))
    yield os.urandom(100_000)
    yield b"\0" * 1_000_000
    yield ""


@pytest.mark.parametrize("path", ["/plain", "/shared", "/kept", "/small"])
@pytest.mark.parametrize("factory", [
    dict(),
    dict(server_no_context_takeover=True, client_no_context_takeover=True),
    dict(server_max_window_bits=9, client_max_window_bits=9),
    dict(server_max_window_bits=12),
    dict(client_max_window_bits=True),
])
def test_the_websockets_library_gets_its_messages_back(server, path, factory):
    async def run():
        offer = ClientPerMessageDeflateFactory(**factory)
        async with websockets.connect(f"ws://127.0.0.1:{server.port}{path}", extensions=[offer], compression=None,
                                      max_size=None) as socket:
            assert bool(socket.extensions) == (path != "/plain")
            for message in messages():
                for _ in range(2):
                    await socket.send(message)
                    assert await socket.recv() == message

    asyncio.run(run())


@pytest.mark.parametrize("path", ["/shared", "/kept"])
def test_aiohttp_gets_its_messages_back(server, path):
    async def run():
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(f"{server.url}{path}", compress=15, max_msg_size=0) as socket:
                assert socket.compress
                for message in messages():
                    await (socket.send_bytes if isinstance(message, bytes) else socket.send_str)(message)
                    assert (await socket.receive()).data == message

    asyncio.run(run())


def test_a_bomb_closes_1009_and_costs_no_memory(server):
    async def run():
        async with websockets.connect(f"ws://127.0.0.1:{server.port}/shared", max_size=None) as socket:
            await socket.send("x" * (200 << 20))
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await socket.recv()
            return closed.value.rcvd.code

    before = server.resident_bytes()
    assert asyncio.run(run()) == 1009
    assert server.resident_bytes() - before < 16 << 20
