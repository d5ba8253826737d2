"""`memcached:` in a chain, against the real server."""

import shutil
import socket
import subprocess

import pytest

from backend import Backend, answering
from client import poll
from harness import free_port

pytestmark = pytest.mark.skipif(not shutil.which("memcached"), reason="memcached is not installed")


class Memcached:
    def __init__(self, port):
        self.port = port
        self.process = subprocess.Popen(
            ["memcached", "-l", "127.0.0.1", "-p", str(port), "-u", "nobody", "-m", "16"]
        )
        assert poll(self._is_up, 10)

    def _is_up(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def set(self, key, value):
        with socket.create_connection(("127.0.0.1", self.port), 5) as client:
            client.sendall(f"set {key} 0 0 {len(value)}\r\n".encode() + value + b"\r\n")
            assert client.recv(100) == b"STORED\r\n"

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def memcached():
    server = Memcached(free_port())
    yield server
    server.stop()


@pytest.fixture
def backend():
    with Backend(answering(b"from the app")) as backend:
        yield backend


@pytest.fixture
def server(serve, memcached, backend):
    action = {"memcached": f"127.0.0.1:{memcached.port}", "key": "page:$uri"}
    return serve(
        {"*": {"/": [action, {"app": "site"}]}}, apps={"site": {"http": backend.address}}
    )


def test_a_hit_is_answered_without_the_app(server, memcached, backend):
    memcached.set("page:/a.css?x=1", b"body {}")
    answer = server.fetch("/a.css?x=1")
    assert answer.body == b"body {}"
    assert answer.get("Content-Type") == "text/css; charset=utf-8"
    assert backend.connections == 0
    assert server.fetch("/a.css?x=1", method="HEAD").get("Content-Length") == "7"


def test_a_miss_passes_on(server):
    assert server.fetch("/b").body == b"from the app"


def test_other_methods_pass_on(server, memcached):
    memcached.set("page:/c", b"kept")
    assert server.fetch("/c", "Content-Length: 0", method="POST").body == b"from the app"


def test_large_values_come_whole(server, memcached):
    value = bytes(range(256)) * 2000
    memcached.set("page:/large", value)
    for _ in range(3):
        assert server.fetch("/large").body == value


def test_a_dead_memcached_passes_on(server, memcached, backend):
    memcached.set("page:/d", b"kept")
    assert server.fetch("/d").body == b"kept"
    memcached.stop()
    assert server.fetch("/d").body == b"from the app"
    assert server.fetch("/d").body == b"from the app"
    server.wait_for_log("memcached at 127.0.0.1.*pass on")


def test_one_that_never_answers_passes_on(serve, backend):
    with Backend(lambda peer: peer.wait_for_close()) as silent:
        action = {"memcached": silent.address, "key": "$path", "timeout": "100ms"}
        server = serve(
            {"*": {"/": [action, {"app": "site"}]}}, apps={"site": {"http": backend.address}}
        )
        assert server.fetch("/e").body == b"from the app"


def test_a_connection_that_was_closed_while_it_was_idle_is_replaced(serve, backend):
    def script(peer):
        while True:
            while b"\r\n" not in peer.unread:
                peer.receive()
            peer.unread = b""
            if peer.number == 0 and backend.connections > 0:
                return peer.reset()
            peer.send(b"END\r\n" if peer.number == 0 else b"VALUE /f 0 4\r\nkept\r\nEND\r\n")

    with Backend(script) as store:
        server = serve(
            {"*": {"/": [{"memcached": store.address, "key": "$path"}, {"app": "site"}]}},
            apps={"site": {"http": backend.address}},
        )
        assert server.fetch("/f").body == b"from the app"
        assert server.fetch("/f").body == b"kept"
        assert (store.connections, backend.connections) == (2, 1)
