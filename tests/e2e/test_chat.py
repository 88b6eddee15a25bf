"""config/examples/chat.toml, in Chromium, where there is one, and with other clients."""

import asyncio
import json
import os
from pathlib import Path

import pytest
import websockets

import browser
from raw import fetch
from sluice import EXAMPLES


@pytest.fixture
def chat(serve):
    return serve(EXAMPLES / "chat.toml")


SPOKEN = "[...document.querySelectorAll('#messages li:not(.notice)')].map(item => item.innerText)"


def said(author, text):
    """True when the page shows this message; spaces and markup as they are."""
    return f"{SPOKEN}.includes({json.dumps(author + text)})"


@pytest.mark.skipif(not browser.BINARY, reason="there is no Chromium")
def test_people_talk_in_their_browsers_and_with_other_clients(chat, tmp_path):
    page = f"{chat.url}/?name="
    markup = "<img src=x onerror=alert(1)> & \"quotes\" ü"
    here = "document.querySelector('#members').innerText"
    pictures = Path(os.environ.get("SLUICE_SCREENSHOTS", tmp_path))

    async def talk():
        async with browser.Browser(tmp_path / "ada") as ada:
            await ada.go(page + "Ada#kitchen")
            await ada.until(f"{here} === '1 here'")
            async with browser.Browser(tmp_path / "grace") as grace, browser.Browser(tmp_path / "linus") as linus:
                await grace.go(page + "Grace#kitchen")
                await ada.until(f"{here} === '2 here'")
                await ada.type("#text", "Hello, Grace")
                await grace.until(said("Ada", "Hello, Grace"))
                await grace.type("#text", markup)
                await ada.until(said("Grace", markup))
                assert await ada.run("document.querySelectorAll('#messages img').length") == 0

                fetch(chat.port, "/rooms/kitchen?name=Cook", method="POST", body=b"Dinner is ready")
                await linus.go(page + "Linus&listen=events#kitchen")
                await linus.until(said("Cook", "Dinner is ready"))  # of the history
                await linus.type("#text", "I only have HTTP")
                for reader in (ada, grace, linus):
                    await reader.until(said("Linus", "I only have HTTP"))
                everything = ["AdaHello, Grace", "Grace" + markup, "CookDinner is ready", "LinusI only have HTTP"]
                assert await ada.run(SPOKEN) == await grace.run(SPOKEN) == everything
                await ada.screenshot(pictures / "chat.png", width=640, height=480)
                await linus.screenshot(pictures / "chat-dark.png", "dark", width=360, height=560)
                assert ada.faults == grace.faults == linus.faults == []
            await ada.until("document.querySelector('#messages li:last-child').innerText === 'Grace has left'")

    asyncio.run(talk())


def test_the_history_the_greeting_and_the_notices_of_the_chat(chat):
    url = f"ws://127.0.0.1:{chat.port}/rooms/hall"

    async def next_of(socket):
        return json.loads(await asyncio.wait_for(socket.recv(), 20))

    async def talk():
        async with websockets.connect(f"{url}?name=Ada") as ada:
            assert await next_of(ada) == {"welcome": "Ada", "members": 1}
            assert await next_of(ada) == {"joined": "Ada", "members": 1}
            await ada.send('{"text": "first"}')
            assert await next_of(ada) == {"from": "Ada", "text": "first"}
            await ada.send("no JSON")
            assert "error" in await next_of(ada)
            async with websockets.connect(f"{url}?name=Grace") as grace:
                assert await next_of(grace) == {"welcome": "Grace", "members": 2}
                assert await next_of(grace) == {"from": "Ada", "text": "first"}
                assert await next_of(ada) == {"joined": "Grace", "members": 2}
            assert await next_of(ada) == {"left": "Grace", "members": 1}
            published = fetch(chat.port, "/rooms/hall?name=Cook", method="POST", body=b"Dinner")
            assert (published.status, published.text) == (202, '{"receivers":1}')
            assert await next_of(ada) == {"from": "Cook", "text": "Dinner"}

    asyncio.run(talk())


def test_the_page_of_the_chat_is_served(chat):
    assert "<title>Chat</title>" in fetch(chat.port, "/").text
    chat.wait_for_line(f"The chat is at http://localhost:{chat.port}/", "stdout")
