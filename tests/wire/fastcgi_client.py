"""A small FastCGI client, and the worker process of a WSGI application that it asks: what the
server does with server/app/frontis_worker, done by hand. A Worker ends with the test that uses it."""

import os
import secrets
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "server/app"
START = "import sys; sys.path.insert(0, %r); from frontis_worker.main import main; main()"
PATIENCE = 20.0
BEGIN, ABORT, END, PARAMS, STDIN, STDOUT = 1, 2, 3, 4, 5, 6
HELLO = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
"""


def record(kind, content=b"", number=1, padding=0):
    return struct.pack(">BBHHBx", 1, kind, number, len(content), padding) + content + bytes(padding)


def length(value):
    return bytes([value]) if value < 128 else struct.pack(">I", value | 0x80000000)


def params_of(params):
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in params.items()]
    return b"".join(length(len(name)) + length(len(value)) + name + value for name, value in pairs)


def request(method="GET", path="/", body=b"", number=1, keep=True, padding=0, **params):
    """The bytes of a whole request."""
    params = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "",
        "REQUEST_URI": path, "SERVER_PROTOCOL": "HTTP/1.1", "SERVER_NAME": "www.example.org",
        "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1", "REQUEST_SCHEME": "http",
        "HTTP_HOST": "www.example.org", "CONTENT_LENGTH": str(len(body)), **params,
    }
    block = params_of(params)
    parts = [record(BEGIN, struct.pack(">HB5x", 1, keep), number, padding)]
    parts += [record(PARAMS, block[at:at + 60000], number, padding)
              for at in range(0, len(block), 60000)]
    parts.append(record(PARAMS, b"", number))
    parts += [record(STDIN, body[at:at + 60000], number, padding)
              for at in range(0, len(body), 60000)]
    parts.append(record(STDIN, b"", number))
    return b"".join(parts)


class Answer:
    def __init__(self, text, numbers, ended):
        head, _, self.body = text.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.fields = [tuple(line.split(": ", 1)) for line in lines if line]
        self.headers = {name.lower(): value for name, value in self.fields}
        self.status = self.headers.get("status")
        self.numbers = numbers  # of the requests that its records named
        self.ended = ended  # false: the connection was closed first


class Asking:
    """One connection to a worker."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(address)

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def bytes(self, count):
        data = b""
        while len(data) < count:
            try:
                part = self.socket.recv(count - len(data))
            except ConnectionResetError:
                part = b""
            if not part:
                return None
            data += part
        return data

    def record(self):
        """The kind, request and content of the next record; None at the end."""
        head = self.bytes(8)
        if head is None:
            return None
        _, kind, number, size, padding = struct.unpack(">BBHHBx", head)
        content = self.bytes(size + padding)
        return None if content is None else (kind, number, content[:size])

    def answer(self):
        text, numbers = [], set()
        while True:
            found = self.record()
            if found is None:
                return Answer(b"".join(text), numbers, False)
            kind, number, content = found
            numbers.add(number)
            if kind == END:
                return Answer(b"".join(text), numbers, True)
            assert kind == STDOUT
            text.append(content)

    def ask(self, *arguments, **settings):
        self.send(request(*arguments, **settings))
        return self.answer()


class Worker:
    """The process of an application whose source is `text`, started as the server does."""

    def __init__(self, folder, text, callable_="site_app:application", **options):
        (folder / "site_app.py").write_text(text)
        self.address = "\0frontis-test-" + secrets.token_hex(16)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.address)
        listener.listen(128)
        self.control, theirs = socket.socketpair()
        self.control.settimeout(PATIENCE)
        settings = {"listen": listener.fileno(), "control": theirs.fileno(), "threads": 1,
                    "server": os.getpid(), "processes": 1, "max_requests": 0,
                    "patience": 20000, **options}
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", START % str(SOURCE), "frontis-worker", callable_,
                 *(f"{key}={value}" for key, value in settings.items())],
                cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                pass_fds=(listener.fileno(), theirs.fileno()),
                env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"})
        listener.close()
        theirs.close()

    def told(self):
        """The next byte of the control socket; empty at its end."""
        return self.control.recv(1)

    def connect(self):
        return Asking(self.address)

    def said(self):
        return self.log.read_text()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def close(self):
        self.control.close()
        self.process.kill()
        self.process.wait()
