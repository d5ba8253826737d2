"""Logs that are renamed while they are written to, as logrotate does it, and opened anew by SIGUSR1:
no line is lost, none is cut, and what cannot be opened costs nothing but a complaint."""

import contextlib
import json
import os
import re
import signal
import threading
from pathlib import Path

import pytest

from client import Connection, poll, request
from harness import write_tree

LARGE = 8 * 1024 * 1024
REOPENED = "the logs are opened anew"


@pytest.fixture
def start(serve, tmp_path):
    """start(**log) starts a server whose logs lie in the folder `logs`."""
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n", "large.bin": b""})
    os.truncate(root / "large.bin", LARGE)
    logs = tmp_path / "logs"
    logs.mkdir()

    def begin(limits=None, **log):
        server = serve({"*": {"/": {"files": str(root)}}}, limits=limits or {},
                       log={"access": str(logs / "access.log"), "file": str(logs / "error.log"),
                            "format": "json", **log})
        server.logs = logs
        return server

    return begin


def wait_for(pattern, file):
    found = poll(lambda: re.search(pattern, file.read_text()) and file.read_text())
    assert found, file.read_text()
    return found


def reopened(server):
    """How often it has said so, in all files."""
    return sum(file.read_text().count(REOPENED) for file in server.logs.glob("error.log*"))


def rotate(server, number):
    count = reopened(server)
    for name in ("access.log", "error.log"):
        (server.logs / name).rename(server.logs / f"{name}.{number}")
    server.signal(signal.SIGUSR1)
    assert poll(lambda: reopened(server) == count + 1), server.log()


def held_by(server):
    """The files that it has open."""
    names = []
    for link in Path(f"/proc/{server.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            names.append(os.readlink(link))
    return names


def targets_in(*files):
    return [json.loads(line)["target"] for file in files for line in file.read_text().splitlines()]


class Askers:
    """Threads that ask for targets which nobody else asks for, until they are stopped."""

    def __init__(self, address, count=4):
        self.address = address
        self.targets = [[] for _ in range(count)]
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._ask, args=(number,), daemon=True)
                        for number in range(count)]
        for thread in self.threads:
            thread.start()

    def _ask(self, number):
        with Connection(self.address) as connection:
            while not self.stopping.is_set():
                batch = [f"/a.txt?{number}.{len(self.targets[number]) + i}" for i in range(50)]
                connection.send(b"".join(request(target) for target in batch))
                for target in batch:
                    assert connection.read_response().status == 200
                    self.targets[number].append(target)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(20)
            assert not thread.is_alive()
        return [target for each in self.targets for target in each]


def test_a_rotation_under_load_loses_and_cuts_no_line(start):
    server = start()
    askers = Askers(server.address)
    for number in range(8):
        before = len(askers.targets[0])
        assert poll(lambda: len(askers.targets[0]) > before, 20)
        rotate(server, number)
    asked = askers.stop()
    server.stop()
    files = sorted(server.logs.glob("access.log*"))
    assert len(files) == 9
    assert all(file.read_bytes()[-1:] in (b"\n", b"") for file in files)
    logged = targets_in(*files)
    assert len(logged) == len(asked)
    assert set(logged) == set(asked)


def test_lines_go_to_the_new_file_and_the_old_one_is_let_go(start):
    server = start()
    server.fetch("/a.txt?before")
    old = server.logs / "access.log"
    assert poll(lambda: "before" in old.read_text())
    for number in range(5):
        rotate(server, number)
    # Nothing was asked for meanwhile, and still nobody holds what may be compressed or deleted.
    assert poll(lambda: not [name for name in held_by(server) if re.search(r"\.log\.\d", name)])
    assert sum(name.endswith(".log") for name in held_by(server)) == 2
    server.fetch("/a.txt?after")
    server.stop()
    assert targets_in(server.logs / "access.log.0") == ["/a.txt?before"]
    assert targets_in(server.logs / "access.log") == ["/a.txt?after"]


def test_a_file_that_cannot_be_opened_leaves_the_old_one_in_use(start):
    server = start()
    moved = server.logs.with_name("moved")
    server.logs.rename(moved)
    server.signal(signal.SIGUSR1)
    log = wait_for("SIGUSR1: cannot open the access log .*; the old one stays in use",
                   moved / "error.log")
    assert re.search(r"SIGUSR1: cannot open the error log .* there is no folder .*/logs", log), log
    assert "create its folder" in log
    assert REOPENED not in log
    server.fetch("/a.txt?still")
    assert poll(lambda: "still" in (moved / "access.log").read_text())
    moved.rename(server.logs)
    server.signal(signal.SIGUSR1)
    wait_for(REOPENED, server.logs / "error.log")


def test_a_rotation_while_it_stops_cuts_nothing_short(start):
    server = start(limits={"drain": "10m", "min_rate": 0})
    with server.connect(receive_buffer=4096) as connection:
        connection.send(request("/large.bin"))
        assert connection.receive()
        server.signal(signal.SIGTERM)
        wait_for("stopping", server.logs / "error.log")
        rotate(server, 0)
        assert server.is_running()
        response = connection.read_response()
        assert response.status == 200 and len(response.body) == LARGE
    assert server.wait() == 0, server.log()
    assert targets_in(server.logs / "access.log") == ["/large.bin"]


def test_there_is_nothing_to_reopen_on_stdout_and_stderr(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n"})
    server = serve({"*": {"/": {"files": str(root)}}}, log={"access": "stdout"})
    server.signal(signal.SIGUSR1)
    server.wait_for_log(REOPENED)
    server.fetch("/a.txt")
    assert poll(lambda: "GET /a.txt HTTP/1.1" in server.output.read_text())


def test_a_server_without_an_access_log_takes_the_signal_as_well(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n"})
    server = serve({"*": {"/": {"files": str(root)}}})
    server.signal(signal.SIGUSR1)
    server.wait_for_log(REOPENED)
    assert server.fetch("/a.txt").status == 200
