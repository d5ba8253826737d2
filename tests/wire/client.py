"""A raw-socket HTTP client that takes nothing on trust.

It sends the exact bytes that it is given, whole or one at a time, and reads answers with a parser
of its own that is stricter than any browser: whatever is not in the grammar of RFC 9112 is a
BadAnswer. Every wait has an end.
"""

import re
import socket
import time
from dataclasses import dataclass, field

TIMEOUT = 10.0
MOST_HEAD = 64 * 1024
TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
STATUS_LINE = re.compile(r"HTTP/1\.1 ([1-5][0-9][0-9]) ([\t\x20-\x7e\x80-\xff]*)\Z")
VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*\Z")


class BadAnswer(AssertionError):
    """The server said something that is not HTTP/1.1, or not in time."""


@dataclass
class Response:
    status: int
    reason: str
    fields: list
    body: bytes = b""
    until_close: bool = False  # the end of the body was the end of the connection
    chunked: bool = False
    interim: list = field(default_factory=list)  # the 1xx answers before this one

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def get(self, name):
        """The one value of a field, None without it; a field that comes twice is a fault."""
        values = self.all(name)
        if len(values) > 1:
            raise BadAnswer(f"{name} comes {len(values)} times: {values}")
        return values[0] if values else None

    def __contains__(self, name):
        return bool(self.all(name))

    @property
    def closes(self):
        tokens = [t.strip().lower() for v in self.all("Connection") for t in v.split(",")]
        return "close" in tokens


class Connection:
    """One connection to `address`: (host, port) or the path of a Unix socket."""

    def __init__(self, address, timeout=TIMEOUT, receive_buffer=None, source=None):
        if isinstance(address, tuple):
            family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        else:
            family = socket.AF_UNIX
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect(address if isinstance(address, tuple) else str(address))
        if family != socket.AF_UNIX:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout = timeout
        self.unread = bytearray()
        self.ended = False
        self.was_reset = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        """Sends all of `data`; False when the server has gone before the end."""
        try:
            self.socket.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def send_bytewise(self, data):
        return all(self.send(data[i : i + 1]) for i in range(len(data)))

    def finish_sending(self):
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def receive(self):
        """More bytes into `unread`; False at the end of the connection."""
        if self.ended:
            return False
        try:
            data = self.socket.recv(256 * 1024)
        except socket.timeout:
            raise BadAnswer(f"nothing came for {self.timeout} s; so far {bytes(self.unread[:300])}")
        except ConnectionResetError:
            self.was_reset = True
            data = b""
        if not data:
            self.ended = True
            return False
        self.unread += data
        return True

    def _need(self, count):
        while len(self.unread) < count:
            if not self.receive():
                raise BadAnswer(
                    f"the connection ended {count - len(self.unread)} bytes too early"
                    f"{' by a reset' if self.was_reset else ''}: {bytes(self.unread[-300:])}"
                )

    def _take(self, count):
        self._need(count)
        data = bytes(self.unread[:count])
        del self.unread[:count]
        return data

    def _line(self):
        while (end := self.unread.find(b"\r\n")) < 0:
            if len(self.unread) > MOST_HEAD:
                raise BadAnswer("a line without an end")
            if not self.receive():
                raise BadAnswer(f"the connection ended inside a line: {bytes(self.unread[:300])}")
        line = self._take(end + 2)[:-2]
        if b"\r" in line or b"\n" in line or b"\0" in line:
            raise BadAnswer(f"a bare CR, LF or NUL in {line}")
        return line.decode("latin-1")

    def _fields(self):
        fields = []
        while line := self._line():
            name, colon, value = line.partition(":")
            if not colon or not TOKEN.match(name) or not VALUE.match(value):
                raise BadAnswer(f"not a field: {line!r}")
            fields.append((name, value.strip(" \t")))
        return fields

    def _head(self):
        line = self._line()
        match = STATUS_LINE.match(line)
        if not match:
            raise BadAnswer(f"not a status line: {line!r}")
        return Response(int(match[1]), match[2], self._fields())

    def _chunks(self):
        body = bytearray()
        while True:
            line = self._line()
            if not re.match(r"[0-9A-Fa-f]{1,8}\Z", line):
                raise BadAnswer(f"not the size of a chunk: {line!r}")
            size = int(line, 16)
            if size == 0:
                self._fields()
                return bytes(body)
            body += self._take(size)
            if self._take(2) != b"\r\n":
                raise BadAnswer("a chunk without its line end")

    def read_response(self, method="GET"):
        """The next answer, with the 1xx answers before it in `interim`."""
        interim = []
        response = self._head()
        while response.status < 200:
            interim.append(response)
            response = self._head()
        response.interim = interim
        length, coding = response.get("Content-Length"), response.get("Transfer-Encoding")
        if length is not None and coding is not None:
            raise BadAnswer("Content-Length together with Transfer-Encoding")
        if length is not None and not re.match(r"[0-9]+\Z", length):
            raise BadAnswer(f"Content-Length: {length}")
        if response.status in (204, 304):
            if coding is not None or (response.status == 204 and length is not None):
                raise BadAnswer(f"framing fields in a {response.status}")
        if method == "HEAD" or response.status in (204, 304):
            return response
        if coding is not None:
            if coding != "chunked":
                raise BadAnswer(f"Transfer-Encoding: {coding}")
            response.chunked = True
            response.body = self._chunks()
        elif length is not None:
            response.body = self._take(int(length))
        else:
            response.until_close = True
            response.body = self.read_rest()
        return response

    def read_rest(self):
        """Everything until the server ends the connection."""
        while self.receive():
            pass
        rest = bytes(self.unread)
        self.unread.clear()
        return rest

    def expect_end(self):
        """The server ends the connection, and says nothing before."""
        rest = self.read_rest()
        if rest:
            raise BadAnswer(f"{len(rest)} bytes behind the last answer: {rest[:300]}")

    def is_silent(self, seconds):
        """Nothing comes, and the connection stays open, for so long."""
        if self.unread or self.ended:
            return False
        self.socket.settimeout(seconds)
        try:
            self.socket.recv(1, socket.MSG_PEEK)
            return False
        except socket.timeout:
            return True
        except ConnectionResetError:
            return False
        finally:
            self.socket.settimeout(self.timeout)


def request(target="/", *fields, method="GET", host="site.test", version="1.1", body=b""):
    """The bytes of a request; `fields` are whole lines, `host=None` leaves Host out."""
    lines = [f"{method} {target} HTTP/{version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    head = "\r\n".join([*lines, *fields, "", ""])
    return head.encode("latin-1") + body


def fetch(address, target="/", *fields, method="GET", timeout=TIMEOUT, **more):
    """One request on a connection of its own."""
    with Connection(address, timeout) as connection:
        connection.send(request(target, *fields, "Connection: close", method=method, **more))
        response = connection.read_response(method)
        connection.expect_end()
        return response


def poll(question, seconds=5.0, pause=0.05):
    """Asks until the answer is true and returns it; None after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer or time.monotonic() > end:
            return answer or None
        time.sleep(pause)
