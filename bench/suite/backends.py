"""The fastest of backends: bench/floor beside the load, with the same answer over each protocol."""

import contextlib
import struct
import subprocess

from suite import machine
from suite.peers import stop

BODY = b"hello from the backend\n" * 40
FIELDS = b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(BODY)


def record(kind, content=b""):
    return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content


def pair(name, value):
    return bytes((len(name), len(value))) + name + value


PARAMS = {
    b"REQUEST_METHOD": b"GET", b"SCRIPT_NAME": b"", b"PATH_INFO": b"/fastcgi/",
    b"QUERY_STRING": b"", b"SERVER_NAME": b"localhost", b"SERVER_PORT": b"80",
    b"SERVER_PROTOCOL": b"HTTP/1.1", b"REMOTE_ADDR": b"127.0.0.1", b"HTTP_HOST": b"localhost",
}

ANSWERS = {
    "http": b"HTTP/1.1 200 OK\r\n" + FIELDS + BODY,
    "fastcgi": record(6, b"Status: 200 OK\r\n" + FIELDS + BODY) + record(6) + record(3, bytes(8)),
    "uwsgi": b"HTTP/1.1 200 OK\r\n" + FIELDS + BODY,
}
# What the floor asks with.
PACKET = b"".join(struct.pack("<H", len(name)) + name + struct.pack("<H", len(value)) + value
                  for name, value in PARAMS.items())
ASKS = {
    "http": b"GET /http/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "fastcgi": record(1, b"\0\1\1\0\0\0\0\0")
               + record(4, b"".join(pair(*one) for one in PARAMS.items())) + record(4) + record(5),
    "uwsgi": b"\0" + struct.pack("<H", len(PACKET)) + b"\0" + PACKET,
}
MODES = {"http": "answer", "fastcgi": "fastcgi", "uwsgi": "uwsgi"}


@contextlib.contextmanager
def running(floor, folder):
    """All three; gives what configurations call them."""
    folder.mkdir(parents=True, exist_ok=True)
    _, core = machine.cores()
    places = {"http": str(machine.free_port()), "fastcgi": str(folder / "fastcgi.sock"),
              "uwsgi": str(folder / "uwsgi.sock")}
    started = []
    try:
        for kind, place in places.items():
            (folder / f"{kind}.answer").write_bytes(ANSWERS[kind])
            (folder / f"{kind}.ask").write_bytes(ASKS[kind])
            with contextlib.suppress(FileNotFoundError):
                (folder / f"{kind}.sock").unlink()
            started.append(subprocess.Popen(["taskset", "-c", str(core), floor, place, MODES[kind],
                                             str(folder / f"{kind}.answer")]))
        machine.wait_for(lambda: machine.accepts(int(places["http"])))
        for kind in ("fastcgi", "uwsgi"):
            machine.wait_for((folder / f"{kind}.sock").exists)
            (folder / f"{kind}.sock").chmod(0o666)  # for servers whose workers are not root
        yield {f"{kind.upper()}_BACKEND": place for kind, place in places.items()}
    finally:
        for process in started:
            stop(process)


def floor_mode(kind, values, folder):
    length = 0 if kind == "uwsgi" else len(ANSWERS[kind])
    return ["backend", str(folder / "http.answer"), values[f"{kind.upper()}_BACKEND"],
            str(folder / f"{kind}.ask"), str(length)]
