"""Requests that go to an application over HTTP, and its answers on their way back."""

import hashlib
import os

import pytest

from backend import Backend, answering
from client import request

@pytest.fixture
def proxy(serve, tmp_path):
    """proxy(script, **app) starts a backend and a server in front of it: (server, backend)."""
    backends = []

    def start(script, route=None, path=None, **app):
        backend = Backend(script, path=path)
        backends.append(backend)
        (tmp_path / "static").mkdir(exist_ok=True)
        (tmp_path / "static" / "file.txt").write_text("a file")
        sites = {
            "*": {
                "/static/": {"files": str(tmp_path / "static")},
                "/": {"app": "site", **(route or {})},
            }
        }
        server = serve(sites, apps={"site": {"http": backend.address, **app}})
        return server, backend

    yield start
    for backend in backends:
        backend.stop()


def post(server, body, *fields, target="/"):
    length = f"Content-Length: {len(body)}"
    return server.fetch(target, length, *fields, method="POST", body=body)


def test_an_answer_comes_through_as_it_is(proxy):
    fields = "Content-Type: text/plain\r\nX-Own: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
    server, _ = proxy(answering(b"hello", fields=fields))
    answer = server.fetch("/page?x=1")
    assert answer.status == 200
    assert answer.body == b"hello"
    assert answer.get("X-Own") == "1"
    assert answer.all("Set-Cookie") == ["a=1", "b=2"]
    assert server.fetch("/static/file.txt").body == b"a file"


def test_connections_to_the_app_are_kept(proxy):
    server, backend = proxy(answering())
    with server.connect() as client:
        for _ in range(20):
            client.send(request("/"))
            assert client.read_response().body == b"hello"
    assert backend.connections == 1


def test_a_body_reaches_the_app_whole(proxy):
    def script(peer):
        while True:
            _, body = peer.read_request()
            peer.answer(hashlib.sha256(body).hexdigest())

    server, _ = proxy(script)
    for size in (1, 1000, 65_536, 65_537, 3_000_000):
        body = os.urandom(size)
        answer = post(server, body)
        assert answer.body.decode() == hashlib.sha256(body).hexdigest(), size


def test_large_answers_come_through(proxy):
    body = os.urandom(5_000_000)
    server, _ = proxy(answering(body))
    assert server.fetch("/").body == body


def test_an_app_that_is_not_there_is_502(serve, tmp_path):
    app = {"http": f"unix:{tmp_path}/none", "wait": "300ms"}
    server = serve({"*": {"/": {"app": "site"}}}, apps={"site": app})
    assert server.fetch("/").status == 502
    server.wait_for_log("app 'site'.*cannot connect")
