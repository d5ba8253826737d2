"""Where a server can listen: IPv4, IPv6, Unix sockets, and several of them at once."""

import os
import socket
import stat

import pytest

from client import Connection, fetch, poll, request
from harness import free_port, write_tree


@pytest.fixture
def sites(tmp_path):
    return {"*": {"/": {"files": str(write_tree(tmp_path / "root", {"a.txt": b"a\n"}))}}}


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


def test_a_unix_socket(serve, sites, tmp_path):
    path = tmp_path / "s.sock"
    server = serve(sites, listen=f"unix:{path}")
    assert server.fetch("/a.txt").body == b"a\n"
    assert stat.S_ISSOCK(os.stat(path).st_mode)
    with Connection(str(path)) as connection:
        for _ in range(3):
            connection.send(request("/a.txt") * 2)
            assert [connection.read_response().body for _ in range(2)] == [b"a\n"] * 2


def test_a_unix_socket_that_was_left_behind_is_replaced(serve, sites, tmp_path):
    path = tmp_path / "s.sock"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    assert serve(sites, listen=f"unix:{path}").fetch("/a.txt").body == b"a\n"


@ipv6
def test_an_ipv6_address(serve, sites):
    server = serve(sites, listen=f"[::1]:{free_port('::1')}")
    assert server.fetch("/a.txt", host="[::1]").body == b"a\n"


def test_several_places_at_once(serve, sites, tmp_path):
    ports = [free_port(), free_port()]
    path = tmp_path / "s.sock"
    server = serve(sites, listen=[f"127.0.0.1:{ports[0]}", f"127.0.0.1:{ports[1]}", f"unix:{path}"])
    for address in [("127.0.0.1", ports[0]), ("127.0.0.1", ports[1]), str(path)]:
        assert poll(lambda: fetch(address, "/a.txt").body == b"a\n"), address
    assert server.is_running()


@ipv6
def test_a_port_alone_is_every_address(serve, sites):
    port = free_port()
    serve(sites, listen=port)
    assert fetch(("127.0.0.1", port), "/a.txt").body == b"a\n"
    assert fetch(("::1", port), "/a.txt").body == b"a\n"


def test_every_thread_answers(serve, sites):
    server = serve(sites, threads=4)
    connections = [server.connect() for _ in range(40)]
    for connection in connections:
        connection.send(request("/a.txt"))
    assert all(c.read_response().body == b"a\n" for c in connections)
    for connection in connections:
        connection.close()
