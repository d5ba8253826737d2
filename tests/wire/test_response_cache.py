"""Answers of the application that are kept: `cache_responses`, and `frontis purge`."""

import threading

import peers
import pytest

from backend import Backend, answering
from client import poll, request
from harness import run_command, write_tree


class App:
    """A backend whose answers say how often it was asked; `fields` and `status` may be changed."""

    def __init__(self):
        self.fields = ""
        self.status = "200 OK"
        self.body = "answer"
        self.asked = []
        self.lock = threading.Lock()
        self.gate = threading.Event()
        self.gate.set()
        self.is_dead = False
        self.backend = Backend(self._script)

    def _script(self, peer):
        while True:
            head, _ = peer.read_request()
            with self.lock:
                self.asked.append(head.split("\r\n")[0])
                number = len(self.asked)
            assert self.gate.wait(20)
            if self.is_dead:
                return
            peer.answer(f"{self.body} {number}", self.status, self.fields)

    def times_asked(self, method):
        with self.lock:
            return sum(line.startswith(method + " ") for line in self.asked)


@pytest.fixture
def app():
    app = App()
    yield app
    app.gate.set()
    app.backend.stop()


@pytest.fixture
def server(serve, app):
    return serve(
        {"*": {"/": {"app": "site", "cache_responses": "60s"}}},
        apps={"site": {"http": app.backend.address, "wait": "200ms"}},
    )


def status_of(answer):
    return answer.get("Cache-Status")


def test_a_second_request_is_answered_without_the_app(server, app):
    first = server.fetch("/page")
    second = server.fetch("/page")
    assert (first.body, second.body) == (b"answer 1", b"answer 1")
    assert status_of(first) == "frontis; fwd=miss; stored"
    assert status_of(second).startswith("frontis; hit; ttl=")
    assert second.get("Age") == "0" or int(second.get("Age")) < 30
    assert len(app.asked) == 1


def test_head_is_answered_from_what_get_has_kept(server, app):
    server.fetch("/page")
    answer = server.fetch("/page", method="HEAD")
    assert answer.get("Content-Length") == str(len("answer 1"))
    assert len(app.asked) == 1


REFUSED = {
    "private": "Cache-Control: private\r\n",
    "no-store": "Cache-Control: no-store\r\n",
    "cookie": "Set-Cookie: a=1\r\n",
    "vary-star": "Vary: *\r\n",
    "vary-by-client": "Vary: X-Real-IP\r\n",
    "stale-at-once": "Cache-Control: max-age=0\r\n",
}


@pytest.mark.parametrize("fields", REFUSED.values(), ids=REFUSED)
def test_what_may_not_be_kept_is_not(server, app, fields):
    app.fields = fields
    assert [server.fetch("/").body for _ in range(2)] == [b"answer 1", b"answer 2"]


REQUESTS_PAST = {
    "cookie": ("Cookie: a=1",),
    "authorization": ("Authorization: Basic YTpi",),
    "no-cache": ("Cache-Control: no-cache",),
    "no-store": ("Cache-Control: no-store",),
    "range": ("Range: bytes=0-1",),
}


@pytest.mark.parametrize("fields", REQUESTS_PAST.values(), ids=REQUESTS_PAST)
def test_some_requests_go_past_it(server, app, fields):
    server.fetch("/")
    assert server.fetch("/", *fields).body == b"answer 2"


def test_a_post_outdates_what_is_kept(server, app):
    server.fetch("/")
    server.fetch("/", "Content-Length: 0", method="POST")
    assert server.fetch("/").body == b"answer 3"


def test_a_post_outdates_it_when_its_client_has_left(server, app):
    server.fetch("/")
    app.gate.clear()
    with server.connect() as client:
        client.send(request("/", "Content-Length: 0", method="POST"))
        assert poll(lambda: app.times_asked("POST") == 1)
    app.gate.set()
    assert poll(lambda: server.fetch("/").body != b"answer 1")
    assert app.times_asked("GET") == 2


def test_a_post_whose_answer_never_comes_outdates_it(server, app):
    server.fetch("/")
    app.is_dead = True
    assert server.fetch("/", "Content-Length: 0", method="POST").status == 502
    app.is_dead = False
    assert server.fetch("/").body == b"answer 3"


SLOW = """
import os
import time

version = "old"


def application(environ, start_response):
    global version
    if environ["REQUEST_METHOD"] == "POST":
        open("begun", "w").close()
        while not os.path.exists("go"):
            time.sleep(0.01)
        version = "new"
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [version.encode()]
"""


def test_a_post_whose_client_has_left_outdates_what_came_before_its_end(serve, tmp_path):
    code = write_tree(tmp_path / "code", {"slow.py": SLOW})
    app = peers.wsgi(code, "slow", processes=1, threads=4)
    server = serve({"*": {"/": {"app": "site", "cache_responses": "60s"}}}, apps={"site": app})
    assert poll(lambda: server.fetch("/").body == b"old", 20)
    with server.connect() as client:
        client.send(request("/", "Content-Length: 0", method="POST"))
        assert poll(lambda: (code / "begun").exists(), 10)
    # Kept anew behind the client's leaving, and before the change.
    assert poll(lambda: "stored" in status_of(server.fetch("/")), 10)
    assert server.fetch("/").body == b"old"
    (code / "go").touch()
    assert poll(lambda: server.fetch("/").body == b"new", 10)


def test_one_app_cannot_send_to_another_and_nothing_is_kept_of_it(serve, app):
    door = Backend(answering(fields="X-Accel-Redirect: /inner/\r\n"))
    server = serve(
        {
            "*": {
                "/": {"app": "door", "cache_responses": "60s"},
                "/inner/": {"app": "site", "cache_responses": "60s"},
            }
        },
        apps={"door": {"http": door.address}, "site": {"http": app.backend.address}},
    )
    assert [server.fetch("/").status for _ in range(2)] == [500, 500]
    assert server.fetch("/inner/").body == b"answer 1"
    door.stop()


def test_answers_vary_by_what_they_say(server, app):
    app.fields = "Vary: Accept-Language\r\n"
    for language, body in (("de", b"answer 1"), ("en", b"answer 2"), ("de", b"answer 1")):
        assert server.fetch("/", f"Accept-Language: {language}").body == body


def test_a_client_that_has_it_gets_304(server, app):
    app.fields = 'ETag: "one"\r\n'
    server.fetch("/")
    assert server.fetch("/", 'If-None-Match: "one"').status == 304
    assert server.fetch("/", 'If-None-Match: "two"').status == 200
    assert len(app.asked) == 1


def test_that_304_is_as_the_whole_answer_would_be(server, app):
    app.body = "text " * 100
    app.fields = 'ETag: "one"\r\nContent-Type: text/plain\r\nCache-Control: max-age=60\r\n'
    whole = server.fetch("/", "Accept-Encoding: gzip")
    asked = ("Accept-Encoding: gzip", f"If-None-Match: {whole.get('ETag')}")
    answer = server.fetch("/", *asked)
    assert (whole.status, answer.status, len(app.asked)) == (200, 304, 1)
    for name in ("ETag", "Vary", "Cache-Control"):
        assert answer.get(name) == whole.get(name)
    assert (answer.get("ETag"), answer.get("Vary")) == ('W/"one"', "Accept-Encoding")
    assert "Content-Encoding" not in answer


def test_conditions_are_not_for_what_is_no_success(server, app):
    app.status, app.fields = "404 Not Found", 'ETag: "one"\r\n'
    server.fetch("/")
    assert server.fetch("/", "If-None-Match: *").status == 404
    assert len(app.asked) == 1


def test_a_client_cannot_put_its_answer_under_another_host(serve, app):
    server = serve(
        {"*": {"/": {"app": "site", "cache_responses": "60s"}}},
        apps={"site": {"http": app.backend.address}},
        trusted_proxies=["127.0.0.0/8"],
    )
    # A proxy that is trusted, and passes on what its clients make up.
    made_up = "X-Forwarded-Host: site.test"
    assert server.fetch("/", made_up, host="evil.test").body == b"answer 1"
    assert server.fetch("/", host="site.test").body == b"answer 2"
    assert server.fetch("/", made_up, host="site.test").body == b"answer 2"
    code, out, _ = run_command("purge", "http://site.test/", "-c", server.config)
    assert (code, out) == (0, "2 answers purged: site.test/\n")


def test_a_client_cannot_take_fields_from_the_app_for_others(server, app):
    app.fields = "Vary: Accept-Language\r\n"
    hidden = ("Connection: Accept-Language", "Accept-Language: de")
    assert server.fetch("/", *hidden).body == b"answer 1"
    assert server.fetch("/", "Accept-Language: de").body == b"answer 2"


def test_many_who_miss_cost_the_app_one_request(server, app):
    app.gate.clear()
    answers = []

    def ask():
        answers.append(server.fetch("/slow").body)

    threads = [threading.Thread(target=ask) for _ in range(40)]
    for thread in threads:
        thread.start()
    assert poll(lambda: len(app.asked) == 1)
    app.gate.set()
    for thread in threads:
        thread.join(10)
    assert answers == [b"answer 1"] * 40
    assert len(app.asked) == 1


def test_when_whoever_fetches_leaves_another_one_does(server, app):
    app.gate.clear()
    with server.connect() as first:
        first.send(request("/left"))
        assert poll(lambda: len(app.asked) == 1)
        with server.connect() as second:
            second.send(request("/left"))
            first.close()
            assert poll(lambda: len(app.asked) == 2)
            app.gate.set()
            assert second.read_response().status == 200


def test_a_stale_answer_is_given_while_a_new_one_is_fetched(server, app):
    app.fields = "Cache-Control: max-age=1, stale-while-revalidate=60\r\n"
    server.fetch("/")
    app.gate.clear()
    assert poll(lambda: server.fetch("/").body == b"answer 1" and len(app.asked) == 2, 10)
    stale = server.fetch("/")
    assert (stale.body, len(app.asked)) == (b"answer 1", 2)
    assert int(status_of(stale).rpartition("=")[2]) <= 0
    app.gate.set()
    assert poll(lambda: server.fetch("/").body != b"answer 1", 10)


def test_a_stale_answer_is_better_than_an_error(server, app):
    app.fields = "Cache-Control: max-age=1, stale-if-error=60\r\n"
    server.fetch("/")
    app.status, app.fields = "503 Service Unavailable", ""
    answer = poll(lambda: _if_asked_again(server, app), 10)
    assert answer.status == 200
    assert answer.body == b"answer 1"
    app.is_dead = True
    assert server.fetch("/").body == b"answer 1"


def _if_asked_again(server, app):
    answer = server.fetch("/")
    return answer if len(app.asked) > 1 else None


def test_only_if_cached_never_asks_the_app(server, app):
    assert server.fetch("/", "Cache-Control: only-if-cached").status == 504
    assert app.asked == []


def test_purge_forgets_one_answer_or_many(server, app):
    for path in ("/a", "/news/1", "/news/2"):
        server.fetch(path)
    code, out, err = run_command("purge", "http://site.test/news/*", "-c", server.config)
    assert (code, out) == (0, "2 answers purged: site.test/news/*\n"), err
    server.fetch("/a")
    assert len(app.asked) == 3
    server.fetch("/news/1")
    assert len(app.asked) == 4
    code, out, _ = run_command("purge", "HTTP://Site.Test:80/a", "-c", server.config)
    assert (code, out) == (0, "1 answer purged: site.test/a\n")
    server.fetch("/a")
    assert len(app.asked) == 5


def test_purge_forgets_whatever_the_port_the_scheme_and_the_variant(serve, app):
    server = serve(
        {"*": {"/": {"app": "site", "cache_responses": "60s"}}},
        apps={"site": {"http": app.backend.address}},
        trusted_proxies=["127.0.0.0/8"],
    )
    app.fields = "Vary: Accept-Language\r\n"
    hosts = ("site.test", "site.test:8080", "other.test", "site.test.other")

    def fill():
        for host in hosts:
            for fields in ((), ("Accept-Language: de",), ("X-Forwarded-Proto: https",)):
                server.fetch("/a?b", *fields, host=host)

    for url, count in (
        ("http://site.test/a?b", 6),
        ("https://Site.Test/a*", 6),
        ("site.test:8080/a?b", 3),
        ("http://site.test/a", 0),
        ("/a?b", 12),
        ("/a*", 12),
        ("/b", 0),
        ("site.test*", 9),
    ):
        fill()
        code, out, err = run_command("purge", url, "-c", server.config)
        assert (code, out.split()[0]) == (0, str(count)), (url, out, err)


def test_purge_says_that_no_server_runs(tmp_path):
    code, _, err = run_command("purge", "http://a/b", "--state", tmp_path)
    assert code == 1
    assert "no server runs" in err


def test_large_answers_are_passed_on_and_not_kept(serve, app):
    server = serve(
        {"*": {"/": {"app": "site", "cache_responses": "60s"}}},
        apps={"site": {"http": app.backend.address}},
        response_cache="1MiB",
    )
    app.body = "x" * 500_000
    first = server.fetch("/")
    assert first.body == app.body.encode() + b" 1"
    assert status_of(first) == "frontis; fwd=miss; detail=too-large"
    assert server.fetch("/").body.endswith(b" 2")
