"""The hot path, counted by strace: one recv and one send for each keep-alive request of a small
file, and nothing else that asks the kernel."""

import re
import shutil
import signal
import subprocess

import pytest

from client import poll, request
from harness import write_tree

REQUESTS = 10_000
RECEIVES = {"read", "recvfrom", "recvmsg", "readv"}
SENDS = {"write", "sendto", "sendmsg", "writev", "sendfile"}
NEVER = {"open", "openat", "openat2", "stat", "fstat", "lstat", "newfstatat", "setsockopt",
         "getsockopt", "epoll_ctl", "fcntl", "close", "ioctl", "timerfd_settime"}
# What goes on once a second or once for all: re-checks, clocks, the end of the connection.
SLACK = 60

pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")


def counts(report):
    """{call: number} from the table of strace -c."""
    table = {}
    for line in report.splitlines():
        row = re.match(r"\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?([a-z_0-9]+)\s*$", line)
        if row:
            table[row[2]] = int(row[1])
    return table


def traced(server, tmp_path, work):
    out = tmp_path / "strace"
    errors = tmp_path / "strace-errors"
    with open(errors, "wb") as said:
        tracer = subprocess.Popen(["strace", "-c", "-f", "-p", str(server.pid), "-o", str(out)],
                                  stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        ready = poll(lambda: tracer.poll() is not None or "attached" in errors.read_text(), 10)
        assert ready
        if tracer.poll() is not None:
            pytest.skip(f"strace may not look here: {errors.read_text().strip()}")
        work()
    finally:
        if tracer.poll() is None:
            tracer.send_signal(signal.SIGINT)
            tracer.wait(20)
    table = counts(out.read_text())
    assert table, out.read_text()
    return table


@pytest.fixture
def small(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.css": b"body { color: red }\n" * 20})
    # With a state folder press looks around every few seconds, whatever is asked for.
    return serve({"*": {"/": {"files": str(root)}}}, state=None)


def test_one_receive_and_one_send_a_request(small, tmp_path):
    message = request("/a.css")
    with small.connect() as connection:
        def ask(times):
            for _ in range(times):
                connection.send(message)
                assert connection.read_response().status == 200

        ask(50)
        table = traced(small, tmp_path, lambda: ask(REQUESTS))
    receives = sum(table.get(name, 0) for name in RECEIVES)
    sends = sum(table.get(name, 0) for name in SENDS)
    assert REQUESTS <= receives <= REQUESTS + SLACK, table
    assert REQUESTS <= sends <= REQUESTS + SLACK, table
    assert sum(table.get(name, 0) for name in NEVER) <= SLACK, table
    assert table.get("statx", 0) <= SLACK, table


def test_a_304_costs_no_more(small, tmp_path):
    message = request("/a.css", f"If-None-Match: {small.fetch('/a.css').get('ETag')}")
    with small.connect() as connection:
        def ask(times):
            for _ in range(times):
                connection.send(message)
                assert connection.read_response().status == 304

        ask(50)
        table = traced(small, tmp_path, lambda: ask(1000))
    assert sum(table.get(name, 0) for name in RECEIVES) <= 1000 + SLACK, table
    assert sum(table.get(name, 0) for name in SENDS) <= 1000 + SLACK, table
    assert sum(table.get(name, 0) for name in NEVER) <= SLACK, table


def test_pipelined_requests_share_a_send(small, tmp_path):
    batch = request("/a.css") * 16
    with small.connect() as connection:
        def ask(times):
            for _ in range(times):
                connection.send(batch)
                assert all(connection.read_response().status == 200 for _ in range(16))

        ask(5)
        table = traced(small, tmp_path, lambda: ask(100))
    assert sum(table.get(name, 0) for name in SENDS) <= 200 + SLACK, table
