"""Slow and greedy clients: each limit of time, rate and number, with small values."""

import contextlib
import os
import socket
import time

import pytest

from client import BadAnswer, Connection, poll, request
from harness import write_tree

LARGE = 64 * 1024 * 1024
PATIENCE = 15.0  # a bound for the test, not a claim about the server


@pytest.fixture
def start(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n", "large.bin": b""})
    os.truncate(root / "large.bin", LARGE)
    return lambda **limits: serve({"*": {"/": {"files": str(root)}}}, limits=limits)


def established(port):
    """The peers' ports of the connections that the server still holds on `port`."""
    rows = [line.split() for line in open("/proc/net/tcp").readlines()[1:]]
    ends = [(row[1].split(":"), row[2].split(":"), row[3]) for row in rows]
    return {int(far[1], 16) for near, far, state in ends
            if int(near[1], 16) == port and state == "01"}


def drip(connection, pieces, pause=0.1):
    """Sends piece after piece until the server answers or ends; False if it never did."""
    connection.socket.settimeout(pause)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        connection.send(next(pieces))
        with contextlib.suppress(socket.timeout):
            connection.unread += (data := connection.socket.recv(65536))
            connection.ended = not data
            connection.socket.settimeout(connection.timeout)
            return True
    return False


def forever(piece):
    while True:
        yield piece


def is_cut(connection):
    """The server ends the connection; an answer before that must be a 408."""
    try:
        response = connection.read_response()
    except BadAnswer:
        assert connection.ended, "the connection is still open"
        return True
    assert response.status == 408, response
    connection.expect_end()
    return True


@pytest.mark.parametrize("name, begin, piece", [
    ("fields", b"GET /a.txt HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n"),
    ("a field", b"GET /a.txt HTTP/1.1\r\nHost: x\r\nX: ", b"y"),
    ("a target", b"GET /", b"a"),
])
def test_one_deadline_covers_a_head_however_it_drips(start, name, begin, piece):
    server = start(head_timeout="1s", idle_timeout="30s")
    with server.connect() as connection:
        connection.send(begin)
        assert drip(connection, forever(piece)), "the head may drip for ever"
        response = connection.read_response()
        assert response.status == 408 and response.closes, response
    assert server.fetch("/a.txt").status == 200


def test_a_head_that_stops_is_told_408(start):
    server = start(head_timeout="1s", idle_timeout="30s")
    with server.connect() as connection:
        connection.send(b"GET /a.txt HTTP/1.1\r\nHost: ")
        response = connection.read_response()
        assert response.status == 408 and response.closes
        connection.expect_end()


def test_empty_lines_are_no_way_to_stay(start):
    server = start(head_timeout="1s", idle_timeout="1s")
    with server.connect() as connection:
        connection.send(b"\r\n")
        assert drip(connection, forever(b"\r\n")), "empty lines keep a connection for ever"
    assert server.fetch("/a.txt").status == 200


def test_a_connection_that_never_says_anything_is_ended(start):
    server = start(head_timeout="1s", idle_timeout="1s")
    with server.connect() as connection:
        assert is_cut(connection)


def test_an_idle_connection_is_ended_without_a_word(start):
    server = start(idle_timeout="1s")
    with server.connect() as connection:
        connection.send(request("/a.txt"))
        assert connection.read_response().body == b"a\n"
        connection.expect_end()


def test_requests_keep_a_connection_alive(start):
    server = start(idle_timeout="1s", head_timeout="1s")
    with server.connect() as connection:
        for _ in range(5):
            connection.send(request("/a.txt"))
            assert connection.read_response().body == b"a\n"
            time.sleep(0.5)


@pytest.mark.parametrize("fields, begin", [
    ("Content-Length: 50000", b"x"),
    ("Transfer-Encoding: chunked", b"1000\r\nx"),
])
def test_a_body_that_stops_is_cut(start, fields, begin):
    server = start(rate_window="1s", min_rate=1024, idle_timeout="30s")
    with server.connect() as connection:
        connection.send(request("/a.txt", fields, method="POST", body=begin))
        with contextlib.suppress(BadAnswer):
            assert connection.read_response().status in (405, 408)
        connection.read_rest()
        assert connection.ended
    assert server.fetch("/a.txt").status == 200


def test_a_body_that_drips_is_cut(start):
    server = start(rate_window="1s", min_rate=1024, idle_timeout="30s", head_timeout="30s")
    with server.connect() as connection:
        connection.send(request("/a.txt", "Content-Length: 50000", method="POST"))
        end = time.monotonic() + PATIENCE
        while connection.send(b"x") and time.monotonic() < end:
            time.sleep(0.05)
        assert time.monotonic() < end, "the body may drip for ever"


def test_a_reader_that_stops_is_cut(start):
    server = start(rate_window="1s", min_rate=1024)
    with server.connect(receive_buffer=4096) as connection:
        connection.send(request("/large.bin"))
        assert connection.receive()
        ours = connection.socket.getsockname()[1]
        assert poll(lambda: ours not in established(server.address[1]), PATIENCE), "never cut"
        assert len(connection.read_rest()) < LARGE
    assert server.fetch("/a.txt").status == 200


def test_a_reader_who_takes_his_time_gets_everything(start):
    server = start(rate_window="1s", min_rate=1024, idle_timeout="1s")
    with server.connect(receive_buffer=65536) as connection:
        connection.send(request("/large.bin", "Range: bytes=0-3999999"))
        for _ in range(8):
            connection.receive()
            time.sleep(0.25)
        assert len(connection.read_response().body) == 4000000


def opened(address, count, source=None):
    """Connections, as many as can be had, and for each whether it is served."""
    connections = [Connection(address, timeout=2, source=source) for _ in range(count)]
    served = []
    for connection in connections:
        try:
            connection.send(request("/a.txt"))
            served.append(connection.read_response().status == 200)
        except (BadAnswer, OSError):
            served.append(False)
    return connections, served


def close_all(connections):
    for connection in connections:
        connection.close()


def test_no_more_connections_than_the_limit_and_service_goes_on(start):
    server = start(connections=10)
    connections, served = opened(server.address, 14)
    assert 9 <= sum(served) <= 10, served
    close_all(connections)
    assert poll(lambda: server.fetch("/a.txt").status == 200), "never recovered"


def test_one_client_cannot_take_all_connections(start):
    server = start(connections_per_client=4)
    # The connection that asked whether the server is ready may not have been counted out yet.
    assert poll(lambda: server.fetch("/a.txt").status == 200)
    connections, served = opened(server.address, 7, source="127.0.0.1")
    assert 3 <= sum(served) <= 4, served
    others, others_served = opened(server.address, 3, source="127.0.0.2")
    assert all(others_served), "another address was refused too"
    close_all(connections + others)

    def recovered():
        try:
            return server.fetch("/a.txt").status == 200
        except (BadAnswer, OSError):
            return False

    assert poll(recovered), "never recovered"


def test_many_ranges_never_multiply_the_bytes(start):
    server = start()
    size = 64 * 1024 * 1024
    for ranges in (",".join(["0-"] * 200), ",".join(f"{i}-" for i in range(0, 1000, 5)),
                   ",".join(f"0-{i}" for i in range(1000, 2000, 8))):
        with server.connect() as connection:
            connection.send(request("/large.bin", f"Range: bytes={ranges}"))
            while b"\r\n\r\n" not in connection.unread:
                assert connection.receive()
            head = bytes(connection.unread).split(b"\r\n\r\n")[0].decode("latin-1").lower()
            length = int(head.split("content-length: ")[1].split("\r\n")[0])
            assert length <= size, head


def test_hundreds_of_connections_at_once(start):
    server = start(connections_per_client=0)
    connections, served = opened(server.address, 300)
    assert all(served)
    close_all(connections)
