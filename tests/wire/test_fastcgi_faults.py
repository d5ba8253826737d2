"""Applications behind FastCGI, uwsgi and SCGI that break the protocol, and what reaches them: the
records are written by hand, as no library writes them wrong."""

import re
import struct

import pytest

from backend import Backend, Gone
from fastcgi_client import BEGIN, END, PARAMS, STDIN, STDOUT, record
from harness import Server
from stage import CUT, Stage, saying, seen

STDERR, DATA, VALUES, UNKNOWN = 7, 8, 10, 11
HEAD = b"Content-Type: text/plain\r\n\r\n"


def text_of(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")


def end(status=0, code=0, **more):
    return record(END, struct.pack(">IB3x", code, status), **more)


def out(text, **more):
    return record(STDOUT, text_of(text), **more)


def whole(text):
    return out(text) + out(b"") + end()


class FastcgiPeer:
    """A Peer that reads requests of FastCGI: read_head() gives a request line made of the
    variables, which it keeps with the body."""

    def __init__(self, peer):
        self.peer = peer
        self.send, self.close, self.reset = peer.send, peer.close, peer.reset
        self.wait_for_close = peer.wait_for_close

    def read_record(self):
        version, kind, number, size, padding, _ = struct.unpack(">BBHHBB", self.peer.read(8))
        assert (version, number) == (1, 1)
        return kind, self.peer.read(size + padding)[:size]

    def stream(self, wanted):
        content = b""
        while True:
            kind, piece = self.read_record()
            assert kind == wanted
            if not piece:
                return content
            content += piece

    def read(self, _):
        return self.body

    def read_head(self):
        kind, begin = self.read_record()
        assert kind == BEGIN and begin == b"\0\1\1\0\0\0\0\0"
        self.variables = pairs_of(self.stream(PARAMS))
        self.body = self.stream(STDIN)
        return head_of(self.variables)

    def answer(self, body):
        pieces = [body[at:at + 60_000] for at in range(0, len(body), 60_000)]
        self.send(out(HEAD) + b"".join(map(out, pieces)) + out(b"") + end())


def pairs_of(block):
    pairs = []
    at = 0

    def length():
        nonlocal at
        size = block[at]
        at += 1
        if size >= 128:
            size = struct.unpack(">I", block[at - 1:at + 3])[0] & 0x7FFFFFFF
            at += 3
        return size

    while at < len(block):
        name, value = length(), length()
        pair = block[at:at + name], block[at + name:at + name + value]
        pairs.append(tuple(part.decode("latin-1") for part in pair))
        at += name + value
    return pairs


def head_of(pairs):
    """A head as HTTP has it, for the stage; each variable comes once."""
    variables = dict(pairs)
    assert len(variables) == len(pairs), pairs
    return f"{variables['REQUEST_METHOD']} {variables['REQUEST_URI']} HTTP/1.1"


class UwsgiPeer(FastcgiPeer):
    def read_head(self):
        first, size, second = struct.unpack("<BHB", self.peer.read(4))
        assert (first, second) == (0, 0)
        block = self.peer.read(size)
        pairs, at = [], 0
        while at < len(block):
            part = []
            for _ in range(2):
                length = struct.unpack("<H", block[at:at + 2])[0]
                part.append(block[at + 2:at + 2 + length].decode("latin-1"))
                at += 2 + length
            pairs.append(tuple(part))
        self.variables = pairs
        self.body = self.peer.read(int(dict(pairs).get("CONTENT_LENGTH") or 0))
        return head_of(pairs)

    def answer(self, body):
        self.send(b"HTTP/1.1 200 OK\r\n" + HEAD + body)
        self.close()
        raise Gone


class ScgiPeer(UwsgiPeer):
    def read_head(self):
        while b":" not in self.peer.unread:
            self.peer.receive()
        size, _, self.peer.unread = self.peer.unread.partition(b":")
        block = self.peer.read(int(size) + 1)
        assert block.endswith(b"\0,")
        words = block[:-2].decode("latin-1").split("\0")
        pairs = list(zip(words[::2], words[1::2], strict=True))
        assert pairs[0][0] == "CONTENT_LENGTH" and ("SCGI", "1") in pairs
        self.variables = pairs
        self.body = self.peer.read(int(pairs[0][1]))
        return head_of(pairs)

    def answer(self, body):
        self.send(b"Status: 200 OK\r\n" + HEAD + body)
        self.close()
        raise Gone


PEERS = {"fastcgi": FastcgiPeer, "uwsgi": UwsgiPeer, "scgi": ScgiPeer}

# FastCGI that is no answer at all: 502.
REFUSED = {
    "nothing": b"",
    "HTTP": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "garbage": bytes(range(256)),
    "version 2": b"\x02\x06\x00\x01\x00\x00\x00\x00",
    "only an end": end(),
    "an end before the head is whole": out("Content-Type: text/plain\r\n") + end(),
    "an empty head": whole("\r\nhello"),
    "no head": whole("hello"),
    "no head and no line end": out("hello") + out(b"") + end(),
    "an end of 7 bytes": out(HEAD) + record(END, b"\0" * 7),
    "an end of 9 bytes": out(HEAD) + record(END, b"\0" * 9),
    "overloaded": end(2),
    "cannot multiplex": end(1),
    "an unknown role": end(3),
    "an unknown status": end(77),
    "another request": out(HEAD + b"hello", number=2) + end(number=2),
    "a record of type 0": record(0, b"hello"),
    "a record of type 99": record(99, b"hello"),
    "a request": record(BEGIN, b"\0\1\1\0\0\0\0\0"),
    "variables": record(PARAMS, b"\1\1ab"),
    "its own input": record(STDIN, b"hello"),
    "data": record(DATA, b"hello"),
    "a record head that is cut": b"\x01\x06\x00",
    "a head in one record, and no more": out("Status: 200 OK\r\n"),
    "status abc": whole("Status: abc\r\n\r\nhello"),
    "status 99": whole("Status: 99 Low\r\n\r\nhello"),
    "status 600": whole("Status: 600 High\r\n\r\nhello"),
    "two statuses": whole("Status: 200 OK\r\nStatus: 404 Not Found\r\n\r\nhello"),
    "101": whole("Status: 101 Switching Protocols\r\nUpgrade: x\r\n\r\nhello"),
    "chunks": whole("Status: 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    "a bad length": whole("Content-Length: abc\r\n\r\nhello"),
    "two lengths": whole("Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
    "a control byte": whole("X-Odd: a\x01b\r\n\r\nhello"),
    "NUL in a value": whole("X-Odd: a\0b\r\n\r\nhello"),
    "a bare CR": whole("X-Odd: a\rSet-Cookie: b\r\n\r\nhello"),
    "a folded field": whole("X-Odd: a\r\n b\r\n\r\nhello"),
    "300 fields": whole("".join(f"X-{i}: {i}\r\n" for i in range(300)) + "\r\nhello"),
    "a head of 128 KiB": out("X-A: " + "a" * 60_000) + out("a" * 60_000) + out("a" * 8_000),
    "1xx without an end": out("Status: 103 Early Hints\r\n\r\n") * 40,
    "only errors": record(STDERR, b"oops") + end(),
}

TRUNCATED = {
    "no end record": out(HEAD + b"hello"),
    "no end record, but all that was promised": out("Content-Length: 5\r\n\r\nhello"),
    "the end of the stream but no end record": out(HEAD + b"hello") + out(b""),
    "an end record that is cut": out(HEAD + b"hello") + out(b"") + end()[:-1],
    "a record that is cut": out(HEAD + b"hello") + out(b"world")[:-2],
    "a short length": out("Content-Length: 6\r\n\r\nhello") + out(b"") + end(),
    "a length and no body": out("Content-Length: 6\r\n\r\n") + out(b"") + end(),
    "a long body": out("Content-Length: 4\r\n\r\nhello") + out(b"") + end(),
    "garbage within": out(HEAD + b"hello") + b"garbage, and more",
    "HTTP within": out(HEAD + b"hello") + b"HTTP/1.1 200 OK\r\n\r\n",
    "another request within": out(HEAD + b"hello") + out("world", number=2) + end(),
    "an unknown record within": out(HEAD + b"hello") + record(42, b"") + end(),
    "a refusal within": out(HEAD + b"hello") + end(2),
    "half of a large body": out(HEAD + b"hello") + out(b"a" * 60_000) * 20,
    "a short large body": out("Content-Length: 2000000\r\n\r\n") + out(b"a" * 50_000) * 20 + end(),
}

ACCEPTED = {
    "a body in one record": (whole(HEAD + b"hello"), 200, b"hello"),
    "no end of the stream": (out(HEAD + b"hello") + end(), 200, b"hello"),
    "single bytes": ([whole(HEAD + b"hello")[i:i + 1] for i in range(65)], 200, b"hello"),
    "records of one byte": (
        b"".join(out(bytes([c])) for c in HEAD + b"hello") + end(), 200, b"hello"),
    "padding": (
        out(HEAD, padding=255) + out("hello", padding=7) + out(b"", padding=3) + end(padding=8),
        200, b"hello"),
    "errors between": (
        record(STDERR, b"one\n") + out(HEAD + b"hel") + record(STDERR, b"two\n") + out("lo")
        + record(STDERR, b"") + end(), 200, b"hello"),
    "errors of 1 MiB": (
        record(STDERR, b"e" * 60_000) * 18 + whole(HEAD + b"hello"), 200, b"hello"),
    "errors with control bytes": (
        record(STDERR, bytes(range(256))) + whole(HEAD + b"hello"), 200, b"hello"),
    "records about the connection": (
        record(VALUES, b"abc", number=0) + record(UNKNOWN, b"\0" * 8, number=0)
        + whole(HEAD + b"hello"), 200, b"hello"),
    "a status": (whole("Status: 404 Not Found\r\n\r\ngone"), 404, b"gone"),
    "a status without a reason": (whole("Status: 404\r\n\r\ngone"), 404, b"gone"),
    "a status line": (whole("HTTP/1.1 201 Created\r\nX: 1\r\n\r\nhello"), 201, b"hello"),
    "a redirect": (whole("Location: /other\r\n\r\n"), 302, b""),
    "a redirect with a status": (whole("Status: 301\r\nLocation: /other\r\n\r\n"), 301, b""),
    "lines that end in LF": (whole("Status: 200 OK\nX: 1\n\nhello"), 200, b"hello"),
    "a length": (whole("Content-Length: 5\r\n\r\nhello"), 200, b"hello"),
    "204 with a body": (whole("Status: 204\r\nContent-Length: 5\r\n\r\nhello"), 204, b""),
    "304 with a body": (whole("Status: 304\r\n\r\nhello"), 304, b""),
    "an exit code": (out(HEAD + b"hello") + end(0, 1), 200, b"hello"),
    "a head that is cut between records": (
        out("Status: 200 OK\r") + out("\n\r") + out("\nhel") + out("lo") + end(), 200, b"hello"),
    "1 MB": (out(HEAD) + out(b"a" * 50_000) * 20 + end(), 200, b"a" * 1_000_000),
    "an answer and the next": (whole(HEAD + b"hello") * 2, 200, b"hello"),
    "an answer and garbage": (whole(HEAD + b"hello") + b"garbage", 200, b"hello"),
}

# uwsgi and SCGI end an answer by closing: what is cut there shows only where a length was said.
PLAIN = {
    "nothing": (b"", "close", 502, None),
    "no field": (b"\r\nhello", "close", 502, None),
    "no head": (b"hello", "close", 502, None),
    "a head that is cut": (b"Status: 200 OK\r\nX: ", "close", 502, None),
    "status abc": (b"Status: abc\r\n\r\nhello", "close", 502, None),
    "status 600 in a line": (b"HTTP/1.1 600 High\r\n\r\nhello", "close", 502, None),
    "HTTP/2.0": (b"HTTP/2.0 200 OK\r\n\r\nhello", "close", 502, None),
    "a bad length": (b"Status: 200 OK\r\nContent-Length: -1\r\n\r\nhello", "close", 502, None),
    "a bare CR": (b"Status: 200 OK\r\nX: a\rb\r\n\r\nhello", "close", 502, None),
    "101": (b"Status: 101 Switching\r\nUpgrade: x\r\n\r\n", "close", 502, None),
    "a head of 70 KiB": (b"Status: 200 OK\r\nX: " + b"a" * 70_000, "close", 502, None),
    "a short body": (b"Status: 200 OK\r\nContent-Length: 6\r\n\r\nhello", "close", CUT, None),
    "a short body and a reset": (
        b"Status: 200 OK\r\nContent-Length: 6\r\n\r\nhello", "reset", CUT, None),
    "a reset": (b"Status: 200 OK\r\n\r\nhello", "reset", CUT, None),
    "a close": (b"Status: 200 OK\r\n\r\nhello", "close", 200, b"hello"),
    "a status line": (b"HTTP/1.1 201 Created\r\nX: 1\r\n\r\nhello", "close", 201, b"hello"),
    "a status line of HTTP/1.0": (b"HTTP/1.0 404 Gone\r\n\r\nhello", "close", 404, b"hello"),
    "a length": (b"Status: 200 OK\r\nContent-Length: 5\r\n\r\nhello", "close", 200, b"hello"),
    "a length and more": (
        b"Status: 200 OK\r\nContent-Length: 5\r\n\r\nhello!", "close", 200, b"hello"),
    "a length and no close": (
        b"Status: 200 OK\r\nContent-Length: 5\r\n\r\nhello", "wait", 200, b"hello"),
    "204 with a body": (b"Status: 204 No\r\n\r\nhello", "close", 204, b""),
    "LF": (b"Status: 200 OK\nX: 1\n\nhello", "close", 200, b"hello"),
}


def key(prefix, name):
    return f"{prefix}-" + re.sub("[^A-Za-z0-9]+", "-", name)


def ending(row):
    said, how = row[:2]
    if how != "wait":
        return saying(said, how)

    def scene(peer, _):
        peer.send(said)
        peer.wait_for_close()
        raise Gone

    return scene


def scenes_for(protocol):
    if protocol != "fastcgi":
        return {key("plain", name): ending(row) for name, row in PLAIN.items()}
    return {
        **{key("refused", name): saying(said, "close") for name, said in REFUSED.items()},
        **{key("cut", name): saying(said, "close") for name, said in TRUNCATED.items()},
        **{key("odd", name): saying(row[0]) for name, row in ACCEPTED.items()},
    }


@pytest.fixture(scope="module")
def stages(binary, module_folder):
    stages = {}
    for protocol, peer in PEERS.items():
        stage = stages[protocol] = Stage(
            scenes_for(protocol),
            lambda script, peer=peer: Backend(lambda plain: script(peer(plain))))
        stage.variables = {}

        def echo(peer, _, stage=stage):
            stage.variables = dict(peer.variables)
            peer.answer(peer.body)

        stage.scenes["echo"] = echo
    routes = {f"/{protocol}/": {"app": protocol, "mount": True} for protocol in PEERS}
    apps = {protocol: {protocol: stage.backend.address, "between_timeout": "2s"}
            for protocol, stage in stages.items()}
    with Server(module_folder / "server", {"*": routes}, apps=apps) as server:
        stages["server"] = server
        yield stages
    for protocol in PEERS:
        stages[protocol].backend.stop()


def still_works(stages, protocol):
    assert stages["server"].fetch(f"/{protocol}/ok").body == b"ok"


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_fastcgi_is_502(stages, name):
    target = "/fastcgi/" + key("refused", name)
    assert seen(stages["server"], target).status == 502
    length = "Content-Length: 3"
    assert seen(stages["server"], target, length, method="POST", body=b"abc").status == 502
    assert seen(stages["server"], target, method="HEAD").status == 502
    still_works(stages, "fastcgi")


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("name", TRUNCATED)
def test_fastcgi_without_its_end_never_passes_for_whole(stages, name, version):
    for fields in ([], ["Accept-Encoding: gzip"]):
        answer = seen(stages["server"], "/fastcgi/" + key("cut", name), *fields, version=version)
        assert answer == CUT or answer.status == 502, answer
    still_works(stages, "fastcgi")


@pytest.mark.parametrize("name", ACCEPTED)
def test_odd_fastcgi_that_can_be_understood_comes_through(stages, name):
    _, status, body = ACCEPTED[name]
    answer = seen(stages["server"], "/fastcgi/" + key("odd", name))
    assert (answer.status, answer.body) == (status, body)
    assert seen(stages["server"], "/fastcgi/" + key("odd", name), method="HEAD").status == status
    still_works(stages, "fastcgi")


@pytest.mark.parametrize("protocol", ["uwsgi", "scgi"])
@pytest.mark.parametrize("name", PLAIN)
def test_answers_that_end_with_the_connection(stages, protocol, name):
    _, _, status, body = PLAIN[name]
    answer = seen(stages["server"], f"/{protocol}/" + key("plain", name))
    if status == CUT:
        assert answer == CUT or answer.status == 502, answer
    else:
        assert answer.status == status
        assert body is None or answer.body == body
    still_works(stages, protocol)


# Variables of a request: what is sent, and what must be there (None: must not).
VARIABLES = {
    "a query": ([], "/echo?a=1&b=%20", {"QUERY_STRING": "a=1&b=%20", "PATH_INFO": "/echo"}),
    "the mount": ([], "/echo", {"PATH_INFO": "/echo", "SCRIPT_NAME": "/{}"}),
    "httpoxy": (["Proxy: http://evil.test"], "/echo", {"HTTP_PROXY": None}),
    "an underscore": (
        ["X_Real: 1", "X-Real: 2", "Content_Length: 7"], "/echo", {"HTTP_X_REAL": "2"}),
    "a field twice": (["X-A: 1", "x-a: 2"], "/echo", {"HTTP_X_A": "1, 2"}),
    "cookies twice": (["Cookie: a=1", "Cookie: b=2"], "/echo", {"HTTP_COOKIE": "a=1; b=2"}),
    "the names of others": (
        ["Remote-User: me", "Script-Name: /x", "Https: on"], "/echo",
        {"REMOTE_USER": None, "HTTPS": None, "HTTP_HTTPS": "on", "SCRIPT_NAME": "/{}"}),
    "forged forwarding": (
        ["X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: https", "Forwarded: for=1.2.3.4"], "/echo",
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "http",
         "REMOTE_ADDR": "127.0.0.1", "REQUEST_SCHEME": "http"}),
    "fields of the connection": (
        ["Connection: X-Own", "X-Own: 1", "Keep-Alive: 5", "TE: trailers"], "/echo",
        {"HTTP_X_OWN": None, "HTTP_CONNECTION": None, "HTTP_KEEP_ALIVE": None, "HTTP_TE": None}),
    "a content type": (
        ["Content-Type: a/b"], "/echo", {"CONTENT_TYPE": "a/b", "HTTP_CONTENT_TYPE": None}),
    "%0a in the path": (
        [], "/a%0ab/echo", {"PATH_INFO": "/a\nb/echo", "REQUEST_URI": "/{}/a%0ab/echo"}),
    "a value in Latin-1": (["X-Name: J\xf6rg"], "/echo", {"HTTP_X_NAME": "J\xf6rg"}),
    "a long value": (["X-Long: " + "a" * 8_000], "/echo", {"HTTP_X_LONG": "a" * 8_000}),
    "an empty value": (["X-Empty:"], "/echo", {"HTTP_X_EMPTY": ""}),
}


@pytest.mark.parametrize("protocol", PEERS)
@pytest.mark.parametrize("name", VARIABLES)
def test_each_variable_comes_once_and_is_the_clients_own(stages, protocol, name):
    fields, target, expected = VARIABLES[name]
    stage = stages[protocol]
    assert seen(stages["server"], f"/{protocol}{target}", *fields).status == 200
    for variable, value in expected.items():
        value = value.format(protocol) if value else value
        assert stage.variables.get(variable) == value, variable


@pytest.mark.parametrize("protocol", PEERS)
@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 300_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_bodies_reach_the_application_whole(stages, protocol, size, chunked):
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    sent, field = body, f"Content-Length: {size}"
    if chunked:
        field = "Transfer-Encoding: chunked"
        sent = (f"{size:x}\r\n".encode() + body + b"\r\n" if size else b"") + b"0\r\n\r\n"
    answer = seen(stages["server"], f"/{protocol}/echo", field, method="POST", body=sent)
    assert answer.body == body
    assert stages[protocol].variables["CONTENT_LENGTH"] == str(size)


def test_what_a_fastcgi_application_says_on_its_error_stream_is_logged(stages):
    seen(stages["server"], "/fastcgi/" + key("odd", "errors between"))
    stages["server"].wait_for_log(r"app 'fastcgi': one.*two.* \(request [0-9a-f]{32}\)")
