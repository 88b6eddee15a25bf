"""The page of [status]: its events, and what Chromium makes of it. Left out in parts where there is no Chromium."""

import asyncio
import json

import pytest

import browser
from conftest import with_workers
from raw import Connection, fetch
from test_reload import rewrite
from sluice import wait_until

CONFIG = '''
[status]
[[route]]
path = "/hello/{name}"
text = "hello {name}"
[[route]]
path = "/broken"
status = 500
[[route]]
path = "/slow"
delay = "30ms"
text = "slow"
[[websocket]]
path = "/ws"
'''


def event(connection):
    """The next event of a stream, and what came before it of its head."""
    text = connection.content_until(b"\n\n").decode()
    return json.loads(text.rpartition("data: ")[2])


def test_the_events_tell_what_the_data_tells_again_and_again(serve):
    server = serve(CONFIG)
    with Connection(server.port) as stream:
        stream.send("GET /_status/events HTTP/1.1\r\nHost: x\r\n\r\n")
        head = stream._until(b"\r\n\r\n").decode()
        assert "200 OK" in head and "text/event-stream" in head and "no-store" in head
        first = event(stream)
        fetch(server.port, "/hello/Ada")
        wait_until(lambda: any(r["route"] == "/hello/{name}" and r["requests"] == 1 for r in event(stream)["routes"]), "the request")
        data = json.loads(fetch(server.port, "/_status/data").text)
        assert data.keys() == first.keys()
        assert first["config_version"] == 1 and first["config_loaded"] > 1_600_000_000
        rewrite(server, CONFIG.replace("hello {name}", "good day {name}"))
        wait_until(lambda: event(stream)["config_version"] == 2, "the reload")  # the stream stayed
        rewrite(server, CONFIG.replace("[status]", ""))
        assert stream.content_ended()  # its section is gone
        assert stream.get("/hello/Ada").status == 200


def test_a_head_request_for_the_events_ends(serve):
    server = serve(CONFIG)
    with Connection(server.port) as connection:
        head = connection.get("/_status/events", method="HEAD")
        assert head.status == 200 and head.get("Content-Length") is None
        assert connection.get("/hello/Ada").status == 200


# In the page: how many points each chart has, and the cells of a route.
POINTS = "Math.min(...[...document.querySelectorAll('#rates path, #opens path')].map(p => p.getAttribute('d').split('L').length))"
ROW = "[...document.querySelectorAll('#routes tr')].map(r => [...r.cells].map(c => c.innerText)).find(r => r[0] === '%s')"
BRIGHTNESS = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number).reduce((a, b) => a + b) / 3"


@pytest.mark.skipif(not browser.BINARY, reason="there is no Chromium")
def test_the_page_shows_the_server_in_chromium(serve, tmp_path):
    server = serve(CONFIG)
    pictures = tmp_path / "pictures"
    pictures.mkdir()

    async def load(over):
        with Connection(server.port) as connection:
            while not over.is_set():
                for path in ("/hello/Ada", "/hello/Grace", "/slow", "/broken", "/no/such"):
                    connection.get(path)
                await asyncio.sleep(0.01)

    async def look():
        over = asyncio.Event()
        async with browser.Browser(tmp_path) as page:
            requests = asyncio.create_task(load(over))
            await page.go(f"http://127.0.0.1:{server.port}/_status")
            await page.until("document.getElementById('state').innerText === 'serving'")
            await page.until(f"{POINTS} >= 4")
            greeting = await page.run(ROW % "/hello/{name}")
            assert len(greeting) == 9 and greeting[6:8] == ["0", "0"] and "s" in greeting[3]
            await page.until(f"({ROW % '/broken'})[7] !== '0'")
            assert await page.run("document.querySelectorAll('#routes td.bad').length") == 1
            assert "Version 1" in await page.run("document.getElementById('loaded').innerText")

            rewrite(server, with_workers(CONFIG, 1) + "txt = 1\n")
            await page.until("document.getElementById('reload').innerText.includes('failed')")
            assert "unknown key" in await page.run("document.getElementById('reload').innerText")
            light = await page.screenshot(pictures / "light.png", "light", 1200, 900)
            assert await page.run(BRIGHTNESS) > 200
            dark = await page.screenshot(pictures / "dark.png", "dark", 1200, 900)
            assert await page.run(BRIGHTNESS) < 60
            await page.screenshot(pictures / "narrow.png", "dark", 400, 900)
            assert await page.run("document.documentElement.scrollWidth <= innerWidth")  # tables scroll by themselves
            assert light != dark and min(len(light), len(dark)) > 20_000
            over.set()
            await requests
            origins = await page.run("[...new Set(performance.getEntriesByType('resource').map(e => new URL(e.name).origin))]")
            assert set(origins) <= {f"http://127.0.0.1:{server.port}"}
            assert page.faults == []

    asyncio.run(look())
