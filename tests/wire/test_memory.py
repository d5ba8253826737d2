"""What bodies cost in memory: as good as nothing, however large they are and however slow the
client is. With sanitizers memory means nothing, so this needs a release build in FRONTIS_BINARY;
bench/memory makes one and shows the figures."""

import socket
import struct
import threading
import time
from pathlib import Path

import pytest

import harness
import peers
from client import Connection, poll, request
from harness import write_tree

MB = 1_000_000
SLOW, SLOW_SIZE, SLOW_RATE = 100, 10 * MB, 20_000
APP = '''
import hashlib


def application(environ, start_response):
    plain = ("Content-Type", "application/octet-stream")
    if environ["REQUEST_METHOD"] == "POST":
        size = 0
        while data := environ["wsgi.input"].read(65536):
            size += len(data)
        start_response("200 OK", [plain])
        return [b"%d" % size]
    size = int(environ["QUERY_STRING"] or 0)
    start_response("200 OK", [plain, ("Content-Length", str(size))])
    return Answer(bytes(min(65536, size - at)) for at in range(0, size, 65536))


class Answer:
    """Tells by a file of one byte for each when it is done with."""

    def __init__(self, parts):
        self.parts = parts

    def __iter__(self):
        return self.parts

    def close(self):
        with open("done", "ab") as file:
            file.write(b".")
'''


def has_sanitizers():
    return b"__asan_init" in harness.binary().read_bytes()


@pytest.fixture(scope="module", autouse=True)
def release(binary):
    if has_sanitizers():
        pytest.skip("with AddressSanitizer memory means nothing; bench/memory runs this")


@pytest.fixture
def server(serve, tmp_path):
    """In front of two processes of its own; it has been used, so that what is there once is."""
    code = write_tree(tmp_path / "code", {"site_app.py": APP})
    server = serve({"*": {"/": {"app": "site"}}}, limits={"body": "2GiB"},
                   apps={"site": peers.wsgi(code, "site_app")}, threads=2)
    assert poll(lambda: server.log().count("is ready") == 2, 30), server.log()
    for _ in range(10):
        upload(server, 2 * MB)
        download(server, 2 * MB)
    return server


def memory(server, name):
    """Bytes of VmRSS (now) or VmHWM (at most)."""
    for line in Path(f"/proc/{server.pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise AssertionError(name)


def forget_peak(server):
    Path(f"/proc/{server.pid}/clear_refs").write_text("5")


def upload(server, size):
    with Connection(server.address, 120) as client:
        client.send(request("/", f"Content-Length: {size}", method="POST"))
        block = bytes(MB)
        for _ in range(size // MB):
            assert client.send(block)
        answer = client.read_response()
    assert (answer.status, answer.body) == (200, b"%d" % size), answer


def download(server, size):
    with Connection(server.address, 120) as client:
        client.send(request(f"/?{size}", "Connection: close"))
        got = 0
        while data := client.socket.recv(1 << 20):
            got += len(data)
    assert got > size


def show(what, bytes_):
    """For bench/memory, which runs pytest with -s."""
    print(f"| {what} | {bytes_ / MB:.1f} MB |")


def test_an_upload_of_a_gigabyte_costs_no_memory(server):
    before = memory(server, "VmRSS")
    forget_peak(server)
    upload(server, 1000 * MB)
    peak = memory(server, "VmHWM") - before
    show("1 GB upload, RSS at most more than before", peak)
    assert peak < 8 * MB


def test_a_hundred_megabytes_each_way_cost_little(server):
    before = memory(server, "VmRSS")
    forget_peak(server)
    threads = [threading.Thread(target=work, args=(server, 100 * MB))
               for work in (upload, download)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    peak = memory(server, "VmHWM") - before
    show("100 MB up and 100 MB down at once, RSS at most more than before", peak)
    assert peak < 16 * MB


def slow_client(server):
    """Has asked for a large answer, and takes little of it at a time."""
    client = Connection(server.address, 60, receive_buffer=16 * 1024)
    client.send(request(f"/?{SLOW_SIZE}"))
    return client


def take_slowly(clients, taken, begun):
    """What each client may have had by now."""
    for number, client in enumerate(clients):
        due = int((time.monotonic() - begun) * SLOW_RATE)
        if taken[number] < due:
            taken[number] += len(client.socket.recv(due - taken[number]))
    time.sleep(0.02)


def test_slow_clients_hold_no_process_and_little_memory(server, tmp_path):
    before = memory(server, "VmRSS")
    forget_peak(server)
    done = tmp_path / "code" / "done"
    done.write_bytes(b"")
    clients = [slow_client(server) for _ in range(SLOW)]
    try:
        taken, begun = [0] * SLOW, time.monotonic()
        while done.stat().st_size < SLOW:
            assert time.monotonic() < begun + 100, f"{done.stat().st_size} answers given"
            take_slowly(clients, taken, begun)
        # Nobody has all of it, and the app is there for others.
        assert max(taken) < SLOW_SIZE / 2
        for _ in range(50):
            assert server.fetch("/?10").body == bytes(10)
        until = time.monotonic() + 5
        while time.monotonic() < until:
            take_slowly(clients, taken, begun)
        peak = memory(server, "VmHWM") - before
        show(f"{SLOW} clients at 20 kB/s, 10 MB each, RSS at most more than before", peak)
        assert peak < SLOW * 256 * 1024
    finally:
        for client in clients:
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
    assert poll(lambda: memory(server, "VmRSS") - before < 16 * MB, 20)
