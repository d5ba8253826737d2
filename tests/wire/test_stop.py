"""Nothing is lost in a stop: what has begun is finished, within a bound; what is new is refused."""

import contextlib
import os
import signal
import time

import pytest

from client import BadAnswer, Connection, poll, request
from harness import REPORT, write_tree

BUSY = 64
SIZE = 4 * 1024 * 1024
LARGE = 64 * 1024 * 1024


@pytest.fixture
def start(serve, tmp_path):
    content = b"".join(b"%015d\n" % i for i in range(SIZE // 16))
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n", "busy.bin": content, "large.bin": b""})
    os.truncate(root / "large.bin", LARGE)

    def begin(**limits):
        server = serve({"*": {"/": {"files": str(root)}}},
                       limits={"connections_per_client": 0, **limits})
        server.content = content
        return server

    return begin


def refuses(server):
    try:
        Connection(server.address, timeout=1).close()
        return False
    except OSError:
        return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_loses_no_response_that_had_begun(start, number):
    server = start()
    idle = [server.connect() for _ in range(8)]
    for connection in idle:
        connection.send(request("/a.txt"))
        assert connection.read_response().status == 200
    busy = [server.connect(receive_buffer=16384) for _ in range(BUSY)]
    for connection in busy:
        connection.send(request("/busy.bin"))
    for connection in busy:
        assert connection.receive(), "nothing had begun"
    server.signal(number)
    for connection in idle:
        connection.expect_end()
    assert poll(lambda: refuses(server)), "new connections are still taken"
    assert server.is_running(), "it ended with 64 answers under way"
    for connection in busy:
        response = connection.read_response()
        assert response.status == 200 and response.body == server.content
        connection.expect_end()
    assert server.wait() == 0, server.log()


def test_a_request_in_the_making_is_answered_or_ended_but_never_half(start):
    server = start()
    with server.connect() as connection:
        connection.send(b"GET /a.txt HTTP/1.1\r\nHost: site")
        time.sleep(0.2)
        server.signal(signal.SIGTERM)
        poll(lambda: refuses(server))
        connection.send(b".test\r\n\r\n")
        try:
            response = connection.read_response()
        except BadAnswer:
            assert not connection.unread, "half an answer"
        else:
            # The answer may have been made just before the signal was seen.
            assert response.body == b"a\n"
            connection.expect_end()
    assert server.wait() == 0


def test_a_stop_with_nothing_to_do_is_clean(start):
    server = start()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert not REPORT.search(server.log())


def test_a_stop_waits_no_longer_than_drain(start):
    server = start(drain="1s", min_rate=0)
    with server.connect(receive_buffer=4096) as connection:
        connection.send(request("/large.bin"))
        assert connection.receive()
        server.signal(signal.SIGTERM)
        assert server.wait() == 0  # within the harness's bound, though the client never reads
        assert len(connection.read_rest()) < LARGE


@contextlib.contextmanager
def stopping_while_it_sends(server, path):
    """After SIGTERM, with an answer under way that is read no further; the connection."""
    with server.connect(receive_buffer=4096) as connection:
        connection.send(request(path))
        assert connection.receive()
        server.signal(signal.SIGTERM)
        assert poll(lambda: refuses(server))
        yield connection


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_at_once(start, second):
    server = start(drain="10m", min_rate=0)
    with stopping_while_it_sends(server, "/large.bin"):
        assert server.is_running()
        server.signal(second)
        server.wait()
        assert not REPORT.search(server.log()), server.log()
        server.process = None  # how it ends is its own affair; that it ends is what counts


def test_a_reload_during_a_stop_cuts_nothing_short(start):
    server = start(drain="10m", min_rate=0)
    with stopping_while_it_sends(server, "/busy.bin") as connection:
        server.signal(signal.SIGHUP)
        assert poll(lambda: "because the server is stopping" in server.log())
        response = connection.read_response()
        assert response.status == 200 and response.body == server.content
    assert server.wait() == 0, server.log()


def test_the_same_port_can_be_had_again_at_once(start, serve, tmp_path):
    server = start()
    port = server.address[1]
    with server.connect() as connection:
        connection.send(request("/a.txt"))
        connection.read_response()
        server.stop()
        again = serve({"*": {"/": {"respond": 204}}}, listen=f"127.0.0.1:{port}")
        assert again.fetch("/").status == 204
