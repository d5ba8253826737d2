"""The wall clock leaps by a day, forwards or back, while a server serves: as when a machine without
a clock of its own hears from a time server, or one wakes up. What a clock on the wall tells (Date,
Expires, the time in a log) follows it. What is waited for, and how long something took or how old
it is, goes by a clock that nobody sets: no connection is closed because of a leap, a timeout comes
after its own time, and a kept answer is neither stale before its time nor fresh for a day more."""

import itertools
import json
import socket
import threading
from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest

from backend import Backend
from client import BadAnswer, fetch, poll, request
from harness import free_port, write_tree
from pressing import WAIT, text
from wall_clock import COMPILER, WallClock

DAY = 86_400
NEAR = 600  # seconds: far less than a day, and more than any of these tests takes
LARGE = 32 * 1024 * 1024

pytestmark = pytest.mark.skipif(not COMPILER, reason="there is no C compiler here (Debian: gcc)")


@pytest.fixture(params=[DAY, -DAY], ids=["forwards", "back"])
def clock(request, tmp_path):
    """A clock whose leap() is that of the test."""
    clock = WallClock(tmp_path)
    move = clock.leap
    clock.leap = lambda: move(request.param)
    return clock


@pytest.fixture
def site(serve, clock, tmp_path):
    """site(**settings): a server that serves files by that clock, and its root."""

    def start(**settings):
        root = write_tree(tmp_path / "root", {"a.txt": b"a\n", "large.bin": bytes(LARGE)})
        sites = {"*": {"/": {"files": str(root)}, "/hour/": {"files": str(root), "cache": "1h"}}}
        return serve(sites, variables=clock.variables, **settings), root

    return start


@pytest.fixture
def app(serve, clock):
    """app(script, route, **settings): a server by that clock in front of such a backend."""
    started = []

    def start(script, route=None, **settings):
        started.append(Backend(script))
        return serve({"*": {"/": {"app": "site", **(route or {})}}}, variables=clock.variables,
                     apps={"site": {"http": started[0].address}}, **settings)

    yield start
    for each in started:
        each.stop()


def seconds(date):
    return parsedate_to_datetime(date).timestamp()


def asked(connection, target="/a.txt"):
    connection.send(request(target))
    answer = connection.read_response()
    assert answer.status == 200
    return answer


def test_dates_follow_and_every_connection_goes_on(site, clock):
    server, _ = site()
    with server.connect() as idle, server.connect() as half, \
            server.connect(receive_buffer=16384) as reader:
        before = asked(idle, "/hour/a.txt")
        assert abs(seconds(before.get("Date")) - clock.now()) < NEAR
        half.send(b"GET /a.txt HTTP/1.1\r\nHost: ")
        reader.send(request("/large.bin"))
        assert reader.receive()
        clock.leap()
        after = asked(idle, "/hour/a.txt")
        assert abs(seconds(after.get("Date")) - clock.now()) < NEAR
        assert seconds(after.get("Expires")) == seconds(after.get("Date")) + 3600
        assert after.get("ETag") == before.get("ETag")
        assert idle.is_silent(0.3)
        half.send(b"site.test\r\n\r\n")
        assert half.read_response().body == b"a\n"
        assert len(reader.read_response().body) == LARGE
        assert asked(idle).body == b"a\n"


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\n"], ids=["idle", "half a head"])
def test_a_timeout_comes_after_its_own_time(site, clock, sent):
    server, _ = site(limits={"head_timeout": "3s", "idle_timeout": "3s"})
    with server.connect() as connection:
        asked(connection)
        connection.send(sent)
        clock.leap()
        assert connection.is_silent(0.5)
        try:
            assert connection.read_response().status == 408
        except BadAnswer:
            assert connection.ended, "it is still open"


def test_a_file_that_comes_after_the_leap_is_served_and_pressed(site, clock):
    server, root = site()
    assert server.fetch("/a.txt").status == 200
    clock.leap()
    content = text("leap")
    write_tree(root, {"a.txt": b"another\n", "app.css": content})
    assert poll(lambda: server.fetch("/a.txt").body == b"another\n")
    assert server.fetch("/app.css").body == content
    coded = poll(lambda: server.fetch("/app.css", "Accept-Encoding: br").get("Content-Encoding"),
                 WAIT)
    assert coded == "br", server.log()


def test_the_access_log_tells_the_new_time_and_how_long_it_really_took(app, clock, tmp_path):
    is_asked, may_answer = threading.Event(), threading.Event()

    def script(peer):
        while True:
            peer.read_request()
            is_asked.set()
            assert may_answer.wait(20)
            peer.answer("late")

    path = tmp_path / "access.log"
    server = app(script, log={"access": str(path), "format": "json"})
    with server.connect() as connection:
        connection.send(request("/"))
        assert is_asked.wait(20)
        clock.leap()
        assert connection.is_silent(0.6)
        may_answer.set()
        assert connection.read_response().body == b"late"
    lines = poll(lambda: path.exists() and path.read_text().splitlines())
    line = json.loads(lines[0])
    assert 0.6 <= line["duration_us"] / 1e6 < NEAR, line
    time = datetime.fromisoformat(line["time"].replace("Z", "+00:00"))
    assert abs(time.timestamp() - clock.now()) < NEAR, line


def counting(fields):
    """Answers that say how many there were."""
    numbers = itertools.count(1)

    def script(peer):
        while True:
            peer.read_request()
            peer.answer(f"answer {next(numbers)}", fields=fields)

    return script


def test_a_kept_answer_stays_fresh_for_as_long_as_it_was_to(app, clock):
    server = app(counting("Cache-Control: max-age=3600\r\n"), {"cache_responses": "1h"})
    assert server.fetch("/").body == b"answer 1"
    clock.leap()
    again = server.fetch("/")
    assert again.body == b"answer 1" and int(again.get("Age")) < NEAR
    assert "hit" in again.get("Cache-Status")


def test_and_no_longer(app, clock):
    server = app(counting("Cache-Control: max-age=1\r\n"), {"cache_responses": "1h"})
    assert server.fetch("/").body == b"answer 1"
    clock.leap()
    assert poll(lambda: server.fetch("/").body != b"answer 1"), server.fetch("/").fields


def test_the_watchdog_is_fed_as_before(serve, clock, tmp_path):
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.settimeout(20)
    heard.bind(str(tmp_path / "notify"))
    serve({"*": {"/": {"respond": 204}}},
          variables={**clock.variables, "NOTIFY_SOCKET": str(tmp_path / "notify"),
                     "WATCHDOG_USEC": "400000"})
    with heard:
        for leap in (lambda: None, clock.leap):
            leap()
            for _ in range(3):
                while heard.recv(4096) != b"WATCHDOG=1":
                    pass


def test_figures_go_on(site, clock):
    admin = ("127.0.0.1", free_port())
    server, _ = site(admin=f"127.0.0.1:{admin[1]}")

    def now():
        return json.loads(fetch(admin, "/status.json", host="localhost").body)

    def age():
        status = now()
        return status["time"] / 1000 - status["process"]["started"]

    assert -NEAR < age() < NEAR
    clock.leap()

    def is_counted():
        server.fetch("/a.txt")
        status = now()
        return abs(status["time"] / 1000 - clock.now()) < NEAR and status["now"]["requests"] > 0

    assert poll(is_counted, 10), now()
    assert -NEAR < age() < NEAR
    assert fetch(admin, "/ready").status == 200
