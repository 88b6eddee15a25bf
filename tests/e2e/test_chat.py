"""config/examples/chat.toml, in Chromium and with other clients."""

import asyncio
import json
import os
from pathlib import Path

import pytest
import websockets

import chromium
from raw import fetch
from sluice import EXAMPLES


@pytest.fixture
def chat(serve):
    return serve(EXAMPLES / "chat.toml")


SPOKEN = "[...document.querySelectorAll('#messages li:not(.notice)')].map(item => item.innerText)"


def said(author, text):
    """True when the page shows this message; spaces and markup as they are."""
    return f"{SPOKEN}.includes({json.dumps(author + text)})"


@chromium.needed
def test_tabs_talk_to_each_other_and_to_other_clients(chat, tmp_path):
    page = f"http://127.0.0.1:{chat.port}/"
    markup = "<img src=x onerror=alert(1)> & \"quotes\" 🦦"

    async def talk(browser):
        async with browser.tab(f"{page}?name=Ada#kitchen") as ada:
            await ada.until("document.querySelector('#members').innerText === '1 here'")
            async with browser.tab(f"{page}?name=Grace#kitchen") as grace:
                await ada.until("document.querySelector('#members').innerText === '2 here'")
                await ada.type("#text", "Hello, Grace")
                await grace.until(said("Ada", "Hello, Grace"))
                await grace.type("#text", markup)
                await ada.until(said("Grace", markup))
                assert await ada.run("document.querySelectorAll('#messages img').length") == 0

                fetch(chat.port, "/rooms/kitchen?name=Cook", method="POST", body=b"Dinner is ready")
                async with browser.tab(f"{page}?name=Linus&listen=events#kitchen") as linus:
                    await linus.until(said("Cook", "Dinner is ready"))  # of the history
                    await linus.type("#text", "I only have HTTP")
                    for tab in (ada, grace, linus):
                        await tab.until(said("Linus", "I only have HTTP"))
                    await linus.screenshot(folder / "chat-events.png")
                await ada.screenshot(folder / "chat.png")
                everything = ["AdaHello, Grace", "Grace" + markup, "CookDinner is ready", "LinusI only have HTTP"]
                assert await ada.run(SPOKEN) == await grace.run(SPOKEN) == everything
            await ada.until("document.querySelector('#messages li:last-child').innerText === 'Grace has left'")
            await ada.until("document.querySelector('#members').innerText === '1 here'")

    folder = Path(os.environ.get("SLUICE_SCREENSHOTS", tmp_path))
    with chromium.browser() as browser:
        asyncio.run(talk(browser))


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
