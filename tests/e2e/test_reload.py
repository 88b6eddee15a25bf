"""SIGHUP: a new site beside the old one, or the old one as it was."""

import asyncio
import os
import signal
import threading

import pytest
import websockets

from raw import Connection, fetch
from conftest import with_workers
from sluice import BUILD, PATIENCE, free_port, refused, run, wait_until

OLD = '[[route]]\npath = "/"\ntext = "old"\n[[route]]\npath = "/slow"\ndelay = "1s"\ntext = "slow old"\n[[websocket]]\npath = "/ws"\n'
NEW = OLD.replace("old", "new") + '[[route]]\npath = "/added"\ntext = "added"\n'


def rewrite(server, text):
    """Changes the config and lets the server read it."""
    path = server.folder / "sluice.toml"
    kept = "".join(line + "\n" for line in path.read_text().splitlines() if line.startswith(("[server]", "workers", "limits.")))
    path.write_text(text + "\n" + kept if "[server]" not in text else text)
    server.send_signal(signal.SIGHUP)


def test_new_routes_are_served_on_old_connections(serve):
    server = serve(OLD)
    with Connection(server.port) as connection:
        assert connection.get().text == "old"
        rewrite(server, NEW)
        wait_until(lambda: connection.get().text == "new", "the new text")
        assert connection.get("/added").text == "added"


def test_a_bad_file_changes_nothing_and_says_where_it_is_wrong(serve):
    server = serve(OLD)
    rewrite(server, NEW + '[[route]]\npath = "/broken"\ntxt = "x"\n')
    server.wait_for_line("did you mean `text`")
    assert fetch(server.port).text == "old"
    assert fetch(server.port, "/added").status == 404
    rewrite(server, "this is not TOML [")
    server.wait_for_line("error[", times=2)
    assert fetch(server.port).text == "old"
    rewrite(server, NEW)
    wait_until(lambda: fetch(server.port).text == "new", "the new text after two bad files")


@pytest.mark.parametrize("text", ["", "\n  \n# soon\n", "[server]\nworkers = 1\n", 'include = ["conf.d/*.toml"]\n'])
def test_a_file_that_is_not_written_yet_changes_nothing(serve, text):
    server = serve(OLD)
    (server.folder / "sluice.toml").write_text(text)
    server.send_signal(signal.SIGHUP)
    server.wait_for_line("reload failed")
    assert fetch(server.port).text == "old"
    rewrite(server, NEW)
    wait_until(lambda: fetch(server.port).text == "new", "the new text after the empty file")


def test_an_included_file_that_was_emptied_changes_nothing_until_it_is_written_or_gone(serve):
    other = '[[route]]\npath = "/other"\ntext = "other"\n'
    server = serve('include = ["conf.d/*.toml"]\n' + OLD, files={"conf.d/a.toml": other, "conf.d/b.toml": ""})
    (server.folder / "conf.d/a.toml").write_text("")
    server.send_signal(signal.SIGHUP)
    server.wait_for_line("a.toml is empty now")
    server.wait_for_line("reload failed")
    assert fetch(server.port, "/other").text == "other"
    (server.folder / "conf.d/a.toml").write_text("# nothing for now\n")
    server.send_signal(signal.SIGHUP)
    wait_until(lambda: fetch(server.port, "/other").status == 404, "the end of the route")


def test_watching_sees_files_that_an_include_matches(serve):
    server = serve('include = ["conf.d/*.toml"]\n' + OLD, arguments=["--watch"])
    other = '[[route]]\npath = "/other"\ntext = "{}"\n'
    (server.folder / "conf.d").mkdir()
    (server.folder / "conf.d/a.toml").write_text(other.format("first"))
    wait_until(lambda: fetch(server.port, "/other").text == "first", "the new file")
    (server.folder / "conf.d/a.toml").unlink()
    wait_until(lambda: fetch(server.port, "/other").status == 404, "the end of the file")


def test_watching_sees_that_a_file_is_mended_which_the_running_config_does_not_know(serve):
    server = serve(OLD, arguments=["--watch"])
    (server.folder / "b.toml").write_text('[[route]]\npath = "/b"\ntxt = "b"\n')
    (server.folder / "sluice.toml").write_text('include = ["b.toml", "c.toml"]\n' + NEW)
    server.wait_for_line("reload failed")
    (server.folder / "b.toml").write_text('[[route]]\npath = "/b"\ntext = "b"\n')
    server.wait_for_line("reload failed", times=2)
    (server.folder / "c.toml").write_text('[[route]]\npath = "/c"\ntext = "c"\n')
    wait_until(lambda: fetch(server.port, "/b").text == "b" and fetch(server.port, "/c").text == "c", "both files")


def test_an_empty_file_is_refused_at_the_start(tmp_path):
    (tmp_path / "empty.toml").write_text("# nothing\n")
    done = run("serve", "-c", tmp_path / "empty.toml", "--listen", "127.0.0.1:0")
    assert done.returncode == 78 and "this config is empty" in done.stderr


def test_requests_in_flight_end_on_the_site_where_they_began(serve):
    server = serve(OLD)
    with Connection(server.port) as slow:
        slow.begin("/slow")
        rewrite(server, NEW)
        server.wait_for_line("reloaded")
        assert slow.response().text == "slow old"
        assert slow.get("/").text == "new"


def test_a_websocket_whose_endpoint_did_not_change_stays(serve):
    server = serve(OLD)

    async def conversation():
        async with websockets.connect(f"ws://127.0.0.1:{server.port}/ws") as socket:
            await socket.send("before")
            assert await socket.recv() == "before"
            rewrite(server, NEW)
            await asyncio.to_thread(wait_until, lambda: fetch(server.port).text == "new", "the new text")
            await socket.send("after")
            assert await socket.recv() == "after"

    asyncio.run(conversation())


def test_reloading_under_load_loses_no_request(serve):
    server = serve("[server]\nlimits.keep_alive_requests = 0\n" + OLD)
    wrong, stop = [], threading.Event()

    def visit():
        with Connection(server.port) as connection:
            while not stop.is_set():
                try:
                    response = connection.get()
                except (EOFError, OSError) as error:
                    wrong.append(error)
                    return
                if response.text not in ("old", "new"):
                    wrong.append(response)

    visitors = [threading.Thread(target=visit) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    for times, text in enumerate((NEW, OLD) * 5, 1):
        rewrite(server, text)
        server.wait_for_line("reloaded", times=times)
    stop.set()
    for visitor in visitors:
        visitor.join()
    assert wrong == []


def test_a_new_log_file_is_opened(serve, tmp_path):
    server = serve('[log.access]\nto = "access.log"\n[[route]]\npath = "/"\ntext = "x"\n')
    log = server.folder / "access.log"
    fetch(server.port, "/?one")
    wait_until(lambda: log.exists() and "/?one" in log.read_text(), "the first line")
    log.rename(server.folder / "access.log.1")  # as logrotate does
    server.send_signal(signal.SIGHUP)

    def reopened():
        fetch(server.port, "/?two")
        return log.exists() and "/?two" in log.read_text()

    wait_until(reopened, "the line in the new file")


def test_the_access_log_is_turned_on_moved_and_turned_off_by_a_reload(serve):
    def with_log(to):
        return f'[log.access]\nto = "{to}"\n[[route]]\npath = "/"\ntext = "x"\n'

    server = serve(with_log("off"), workers=2)
    places = {"stdout": server.out, "a.log": server.folder / "a.log", "b.log": server.folder / "b.log"}
    written = {name: 0 for name in places}
    for times, to in enumerate(["a.log", "b.log", "off", "stdout", "off", "a.log"], 1):
        rewrite(server, with_log(to))
        server.wait_for_line("reloaded", times=times)
        fetch(server.port, f"/?{times}")
        if to == "off":
            continue
        written[to] += 1
        wait_until(lambda: f"/?{times} " in places[to].read_text(), f"the line in {to}")
    server.stop()
    assert {name: len(place.read_text().splitlines()) for name, place in places.items()} == written


def test_lines_that_wait_are_written_before_the_access_log_is_turned_off(serve):
    server = serve('[log.access]\nto = "access.log"\n[[route]]\npath = "/"\ntext = "x"\n')
    fetch(server.port, "/?one")
    rewrite(server, '[[route]]\npath = "/"\ntext = "x"\n')
    server.wait_for_line("reloaded")
    fetch(server.port, "/?two")
    server.stop()
    written = (server.folder / "access.log").read_text()
    assert "/?one" in written and "/?two" not in written


def test_a_reload_to_an_access_log_that_cannot_be_written_changes_nothing(serve):
    server = serve(OLD)
    rewrite(server, '[log.access]\nto = "no/such/folder/access.log"\n' + NEW)
    server.wait_for_line("reload failed")
    assert "cannot write the access log" in server.stderr()
    assert fetch(server.port).text == "old"


def test_a_reload_to_a_fifo_that_nobody_reads_changes_nothing(serve, tmp_path):
    server = serve(OLD)
    os.mkfifo(tmp_path / "fifo")
    rewrite(server, f'[log.access]\nto = "{tmp_path}/fifo"\n' + NEW)
    server.wait_for_line("reload failed")
    assert "cannot write the access log" in server.stderr()
    assert fetch(server.port).text == "old"


def test_memory_does_not_grow_with_reloads(serve):
    server = serve(OLD)
    texts = [OLD, NEW]

    def reload(i):
        rewrite(server, texts[i % 2])
        server.wait_for_line("reloaded", times=i + 1)

    for i in range(10):
        reload(i)
    before = server.resident_bytes()
    for i in range(10, 40):
        reload(i)
    assert server.resident_bytes() - before < 16 << 20


def test_listeners_come_and_go_with_a_reload(serve):
    first, second, third = free_port(), free_port(), free_port()
    config = '[server]\nlisten = [{}]\n[[route]]\npath = "/"\ntext = "x"\n'
    server = serve(config.format(f'"127.0.0.1:{first}", "127.0.0.1:{second}"'), listen=None, listeners=2, workers=2)
    with Connection(first) as old:
        assert old.get().text == "x"
        rewrite(server, with_workers(config.format(f'"127.0.0.1:{second}", "127.0.0.1:{third}"'), 2))
        server.wait_for_line("reloaded")
        assert fetch(third).text == "x"
        assert fetch(second).text == "x"
        assert refused(first)
        assert old.get().text == "x", "connections of a removed listener go on"


def test_a_reload_that_cannot_listen_changes_nothing(serve):
    taken = serve('[[route]]\npath = "/"\ntext = "other"\n')
    port = free_port()
    config = '[server]\nlisten = [{}]\n[[route]]\npath = "/"\ntext = "{}"\n'
    server = serve(config.format(f'"127.0.0.1:{port}"', "old"), listen=None)
    rewrite(server, config.format(f'"127.0.0.1:{port}", "127.0.0.1:{taken.port}"', "new"))
    server.wait_for_line("reload failed")
    assert fetch(port).text == "old"


def many_routes(text):
    """Enough for a reload that lasts longer than rewriting the file. It has a tenth of the time of whoever else computes."""
    count = 1000 if BUILD == "release" else 200
    return "".join(f'[[route]]\npath = "/{i}/{{name}}"\ntext = "{text}"\n' for i in range(count))


def test_reloads_that_are_asked_for_during_a_reload_end_with_the_latest_file(serve):
    server = serve(many_routes("old"))
    for text in ("first", "second", "third"):
        rewrite(server, many_routes(text))
    wait_until(lambda: fetch(server.port, "/7/x").text == "third", "the latest text", 5 * PATIENCE)


def test_a_stop_during_a_reload_is_a_good_end(serve):
    server = serve(many_routes("old"))
    rewrite(server, many_routes("new"))
    assert server.stop() == 0
