"""Request smuggling through the proxy: whatever bytes a client sends, an application gets exactly
the requests that were understood, each well-formed, or none.

The backend is stricter than any application: what is not one plain HTTP/1.1 request behind the
other is a fault of the server.
"""

import re
import threading

import pytest

from backend import Backend, Gone
from client import BadAnswer
from harness import Server

LINE = re.compile(rb"(GET|HEAD|POST|PUT|OPTIONS|DELETE|PATCH) ([!-~\x80-\xff]+) HTTP/1\.1\Z")
FIELD = re.compile(rb"([A-Za-z0-9-]+): ([\t\x20-\x7e\x80-\xff]*)\Z")
FRAMING = [b"content-length", b"transfer-encoding"]


class StrictBackend(Backend):
    """Keeps (target, {field: [values]}, body) of each request, and answers it with a count."""

    def __init__(self):
        self.requests = []
        self.broken = []
        super().__init__(self._serve)

    def _serve(self, peer):
        while True:
            while b"\r\n\r\n" not in peer.unread:
                peer.receive()
            head, _, peer.unread = peer.unread.partition(b"\r\n\r\n")
            try:
                target, fields = self._read(head)
            except AssertionError as fault:
                self.broken.append(str(fault))
                raise Gone
            if b"transfer-encoding" in fields:
                body = peer.read_chunks()
            else:
                body = peer.read(int(fields.get(b"content-length", [b"0"])[0]))
            with self.lock:
                self.requests.append((target.decode("latin-1"), fields, body))
            peer.answer(body)

    @staticmethod
    def _read(head):
        line, *rest = head.split(b"\r\n")
        match = LINE.match(line)
        assert match, f"the request line {line}"
        fields = {}
        for each in rest:
            field = FIELD.match(each)
            assert field, f"the field {each}"
            fields.setdefault(field[1].lower(), []).append(field[2])
        assert len(fields.get(b"host", [])) == 1, f"Host in {head}"
        framing = [value for name in FRAMING for value in fields.get(name, [])]
        assert len(framing) <= 1, f"framing in {head}"
        if b"transfer-encoding" in fields:
            assert framing == [b"chunked"]
        elif framing:
            assert re.match(rb"[0-9]+\Z", framing[0])
        return match[2], fields


@pytest.fixture(scope="module")
def wall(binary, module_folder):
    with StrictBackend() as backend:
        routes = {"/": {"app": "site"}, "/stream/": {"app": "site", "stream": True}}
        apps = {"site": {"http": backend.address}}
        with Server(module_folder / "server", {"*": routes}, apps=apps) as server:
            server.backend = backend
            yield server


def exchange(wall, data):
    """Sends `data`, then reads all answers: (statuses, what the backend got)."""
    backend = wall.backend
    with backend.lock:
        backend.requests.clear()
    statuses = []
    with wall.connect() as client:
        sending = threading.Thread(target=client.send, args=(data,))
        sending.start()
        try:
            for _ in range(4):
                answer = client.read_response()
                statuses.append(answer.status)
                if answer.closes:
                    break
        except BadAnswer as fault:
            assert str(fault).startswith(("the connection ended inside", "nothing came")), fault
        sending.join()
    assert backend.broken == []
    with backend.lock:
        return statuses, list(backend.requests)


def raw(text):
    return text if isinstance(text, bytes) else text.encode("latin-1")


HOST = "Host: a.test\r\n"
INNER = "GET /inner HTTP/1.1\r\nHost: a.test\r\n\r\n"
LAST = "GET /last HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n"


def post(framing, body=""):
    return f"POST /outer HTTP/1.1\r\n{HOST}{framing}\r\n{body}"


def get(fields="", target="/outer"):
    return f"GET {target} HTTP/1.1\r\n{HOST}{fields}\r\n"


# The whole of it is refused, and the application never asked.
REFUSED = {
    "CL.TE": post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + INNER),
    "TE.CL": post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "5\r\nhello\r\n0\r\n\r\n"),
    "TE.CL with a zero": post("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", INNER),
    "TE after a tab": post("Transfer-Encoding:\tgzip\tchunked\r\n", "0\r\n\r\n"),
    "TE before a space and colon": post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
    "TE before a tab and colon": post("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n"),
    "TE in a folded field": post("X: y\r\n Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    "TE with a folded value": post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
    "TE folded in two": post("Transfer-Encoding: chu\r\n nked\r\n", "0\r\n\r\n"),
    "TE behind a bare LF": post("X: y\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    "TE behind a bare CR": post("X: y\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    "TE behind NUL": post("X: y\0Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    "TE twice": post("Transfer-Encoding: chunked\r\n" * 2, "0\r\n\r\n"),
    "TE twice, the second unknown": post(
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n", "0\r\n\r\n"),
    "TE of a list": post("Transfer-Encoding: identity, chunked\r\n", "0\r\n\r\n"),
    "TE of a list, chunked first": post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
    "TE of chunked twice in a list": post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"),
    "TE xchunked": post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
    "TE in quotes": post('Transfer-Encoding: "chunked"\r\n', "0\r\n\r\n"),
    "TE with a parameter": post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"),
    "TE behind a vertical tab": post("Transfer-Encoding: \x0bchunked\r\n", "0\r\n\r\n"),
    "TE behind DEL": post("Transfer-Encoding: \x7fchunked\r\n", "0\r\n\r\n"),
    "TE behind a no-break space": post("Transfer-Encoding: \xa0chunked\r\n", "0\r\n\r\n"),
    "TE identity": post("Transfer-Encoding: identity\r\n", INNER),
    "TE of nothing": post("Transfer-Encoding:\r\n", INNER),
    "TE of nothing beside CL": post("Transfer-Encoding:\r\nContent-Length: 5\r\n", "hello"),
    "TE on HTTP/1.0": f"POST / HTTP/1.0\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "CL twice, different": post("Content-Length: 5\r\nContent-Length: 0\r\n", "hello" + INNER),
    "CL twice, the same": post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"),
    "CL in a list": post("Content-Length: 5, 5\r\n", "hello"),
    "CL with a plus": post("Content-Length: +5\r\n", "hello"),
    "CL below zero": post("Content-Length: -5\r\n", "hello"),
    "CL in hexadecimal": post("Content-Length: 0x5\r\n", "hello"),
    "CL of nothing": post("Content-Length: \r\n", INNER),
    "CL with a space within": post("Content-Length: 1 0\r\n", "hellohello"),
    "CL with an underscore": post("Content-Length: 1_0\r\n", "hellohello"),
    "CL beyond 64 bits": post("Content-Length: 18446744073709551621\r\n", "hello"),
    "CL before a space and colon": post("Content-Length : 5\r\n", "hello"),
    "CL in other digits": post("Content-Length: \xb2\r\n", "he"),
    "a folded field": get("X: a\r\n b\r\n"),
    "a folded first field": f"GET / HTTP/1.1\r\n {HOST}\r\n",
    "a bare LF between fields": get("X: a\nY: b\r\n"),
    "a bare LF behind the line": f"GET / HTTP/1.1\n{HOST}\r\n",
    "a bare LF before the empty line": f"GET / HTTP/1.1\r\n{HOST}X: a\n\r\n",
    "only bare LF": f"GET / HTTP/1.1\nHost: a.test\n\n",
    "a bare CR in a value": get("X: a\rb\r\n"),
    "a bare CR behind a value": get("X: a\r\r\n"),
    "a NUL in a value": get("X: a\0b\r\n"),
    "a NUL in a name": get("X\0Y: a\r\n"),
    "a control byte in a value": get("X: a\x01b\r\n"),
    "no name": get(": a\r\n"),
    "no colon": get("X\r\n"),
    "a space in a name": get("X Y: a\r\n"),
    "two Hosts": f"GET / HTTP/1.1\r\n{HOST}Host: b.test\r\n\r\n",
    "no Host": "GET / HTTP/1.1\r\n\r\n",
    "a Host with a path": "GET / HTTP/1.1\r\nHost: a.test/../b\r\n\r\n",
    "a Host with a space": "GET / HTTP/1.1\r\nHost: a.test b.test\r\n\r\n",
    "a Host with an @": "GET / HTTP/1.1\r\nHost: a.test@b.test\r\n\r\n",
    "a Host with a quote": 'GET / HTTP/1.1\r\nHost: a"b\r\n\r\n',
    "a Host with a bad port": "GET / HTTP/1.1\r\nHost: a.test:80a\r\n\r\n",
    "a space in the target": get(target="/a b"),
    "a tab in the target": get(target="/a\tb"),
    "a version in the target": get(target="/ HTTP/1.1"),
    "a bare CR in the target": get(target="/a\rb"),
    "a bare LF in the target": get(target="/a\nb"),
    "a NUL in the target": get(target="/a\0b"),
    "%00 in the target": get(target="/a%00b"),
    "half an escape in the target": get(target="/a%0"),
    "no escape in the target": get(target="/a%zz"),
    "a target without a slash": get(target="outer"),
    "an absolute target without a host": get(target="http:///outer"),
    "an absolute target with a user": get(target="http://me@b.test/outer"),
    "an absolute target of https": get(target="https://b.test/outer"),
    "an absolute target with a space": get(target="http://b.test /outer"),
    "* for GET": get(target="*"),
    "a method with a space": f"GE T / HTTP/1.1\r\n{HOST}\r\n",
    "two spaces in the line": f"GET  / HTTP/1.1\r\n{HOST}\r\n",
    "a tab in the line": f"GET\t/ HTTP/1.1\r\n{HOST}\r\n",
    "a space before the line": f" GET / HTTP/1.1\r\n{HOST}\r\n",
    "a space behind the line": f"GET / HTTP/1.1 \r\n{HOST}\r\n",
    "a line in small letters": f"GET / http/1.1\r\n{HOST}\r\n",
    "HTTP/0.9": "GET /\r\n\r\n",
    "HTTP/2.0": f"GET / HTTP/2.0\r\n{HOST}\r\n",
    "HTTP/1.10": f"GET / HTTP/1.10\r\n{HOST}\r\n",
    "the preface of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_be_read_in_two_ways_reaches_nobody(wall, name):
    statuses, got = exchange(wall, raw(REFUSED[name]) + raw(LAST))
    assert got == []
    assert len(statuses) == 1 and statuses[0] in (400, 405, 414, 431, 501, 505), statuses


# What is answered without the application, though it is well-formed.
OURS = {
    "CONNECT": (f"CONNECT b.test:80 HTTP/1.1\r\n{HOST}\r\n", (405, 501)),
    "OPTIONS *": (f"OPTIONS * HTTP/1.1\r\n{HOST}\r\n", (200, 204)),
    "TRACE": (f"TRACE /outer HTTP/1.1\r\n{HOST}Cookie: a=b\r\n\r\n", (405, 501)),
    "a method that nobody knows": (f"GETX /outer HTTP/1.1\r\n{HOST}\r\n", (501,)),
    "a method in small letters": (f"get /outer HTTP/1.1\r\n{HOST}\r\n", (501,)),
}


@pytest.mark.parametrize("name", OURS)
def test_the_application_is_not_asked_for_everything(wall, name):
    data, expected = OURS[name]
    statuses, got = exchange(wall, raw(data) + raw(LAST))
    assert statuses[0] in expected
    assert [target for target, _, _ in got] in ([], ["/last"])


# A body that is found broken only after the head was good: 400, and nothing behind it is a request.
BROKEN_BODIES = {
    "a size that is none": "zz\r\nhello\r\n0\r\n\r\n",
    "a size with 0x": "0x5\r\nhello\r\n0\r\n\r\n",
    "a size with a plus": "+5\r\nhello\r\n0\r\n\r\n",
    "a size below zero": "-5\r\nhello\r\n0\r\n\r\n",
    "a size with a space before it": " 5\r\nhello\r\n0\r\n\r\n",
    "a size of nothing": "\r\nhello\r\n0\r\n\r\n",
    "a size beyond 64 bits": "10000000000000005\r\nhello\r\n0\r\n\r\n",
    "a size behind a bare LF": "5\nhello\r\n0\r\n\r\n",
    "a size behind a bare CR": "5\rhello\r\n0\r\n\r\n",
    "an extension with a bare LF": "5;a\nhello\r\n0\r\n\r\n",
    "an extension with a bare CR": "5;a\rb\r\nhello\r\n0\r\n\r\n",
    "an extension with NUL": "5;a\0\r\nhello\r\n0\r\n\r\n",
    "an extension of 20 KiB": "5;" + "a" * 20_000 + "\r\nhello\r\n0\r\n\r\n",
    "a chunk that is too long": "5\r\nhello world\r\n0\r\n\r\n",
    "a chunk that ends in LF": "5\r\nhello\n0\r\n\r\n",
    "a trailer with a bare LF": "5\r\nhello\r\n0\r\nX: a\n\r\n",
    "a trailer that is none": "5\r\nhello\r\n0\r\nGET /inner HTTP/1.1\r\n\r\n",
    "a folded trailer": "5\r\nhello\r\n0\r\nX: a\r\n b\r\n\r\n",
    "trailers of 40 KiB": "5\r\nhello\r\n0\r\n" + "X: aaaaaaaaaaaaaaaa\r\n" * 2_000 + "\r\n",
}


@pytest.mark.parametrize("name", BROKEN_BODIES)
def test_a_broken_body_ends_the_connection(wall, name):
    body = BROKEN_BODIES[name]
    statuses, got = exchange(wall, raw(post("Transfer-Encoding: chunked\r\n", body)) + raw(LAST))
    assert got == []
    assert len(statuses) == 1 and statuses[0] in (400, 413, 431), statuses


@pytest.mark.parametrize("name", BROKEN_BODIES)
def test_a_broken_body_never_passes_for_whole_where_it_streams(wall, name):
    head = f"POST /stream/outer HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n"
    statuses, got = exchange(wall, raw(head + BROKEN_BODIES[name]) + raw(LAST))
    assert got == []
    assert len(statuses) == 1 and statuses[0] >= 400, statuses


# What is one request, or two: (the bytes, targets that the backend must have seen, its fields of
# the first request, the body of it).
PASSED = {
    "a body that looks like a request": (
        post(f"Content-Length: {len(INNER)}\r\n", INNER), ["/outer"], {}, raw(INNER)),
    "chunks that look like a request": (
        post("Transfer-Encoding: chunked\r\n", f"{len(INNER):x}\r\n{INNER}\r\n0\r\n\r\n"),
        ["/outer"], {}, raw(INNER)),
    "a GET with a body": (
        get(f"Content-Length: {len(INNER)}\r\n") + INNER, ["/outer"], {}, raw(INNER)),
    "TE in small letters": (
        post("transfer-encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"), ["/outer"], {},
        b"hello"),
    "TE in capitals": (
        post("Transfer-Encoding: CHUNKED\r\n", "5\r\nhello\r\n0\r\n\r\n"), ["/outer"], {},
        b"hello"),
    "TE between tabs": (
        post("Transfer-Encoding:\tchunked\t\r\n", "5\r\nhello\r\n0\r\n\r\n"), ["/outer"], {},
        b"hello"),
    "chunks with extensions": (
        post("Transfer-Encoding: chunked\r\n", '5;a=b;c="d"\r\nhello\r\n0;e\r\n\r\n'),
        ["/outer"], {}, b"hello"),
    "chunks with a trailer": (
        post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nX-Late: 1\r\nHost: b\r\n\r\n"),
        ["/outer"], {"x-late": None, "host": ["a.test"]}, b"hello"),
    "TE listed in Connection": (
        post("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n",
             "5\r\nhello\r\n0\r\n\r\n"), ["/outer"], {}, b"hello"),
    "CL listed in Connection": (
        post("Connection: Content-Length\r\nContent-Length: 5\r\n", "hello"), ["/outer"], {},
        b"hello"),
    "Host listed in Connection": (
        get("Connection: Host, X-Forwarded-For\r\n"), ["/outer"],
        {"host": ["a.test"], "x-forwarded-for": ["127.0.0.1"]}, b""),
    "pipelined requests": (get() + INNER, ["/outer", "/inner"], {}, b""),
    "an empty line before": ("\r\n" + get(), ["/outer"], {}, b""),
    "fields of the connection": (
        get("Connection: X-Own, keep-alive\r\nConnection: x-too\r\nX-Own: 1\r\nX-Too: 2\r\n"
            "X-Stays: 3\r\nKeep-Alive: 5\r\nProxy-Connection: close\r\nTE: trailers\r\n"
            "Trailer: X\r\nProxy-Authorization: Basic eDp5\r\nUpgrade: h2c\r\n"
            "HTTP2-Settings: a\r\n"),
        ["/outer"],
        {"x-own": None, "x-too": None, "x-stays": ["3"], "keep-alive": None, "te": None,
         "proxy-connection": None, "trailer": None, "upgrade": None,
         "proxy-authorization": None}, b""),
    "httpoxy": (get("Proxy: http://evil.test\r\n"), ["/outer"], {"proxy": None}, b""),
    "names with an underscore": (
        get("X_Forwarded_For: 1\r\nContent_Length: 5\r\nX-Good: 1\r\n"), ["/outer"],
        {"x_forwarded_for": None, "content_length": None, "x-good": ["1"]}, b""),
    "names with other signs": (
        get("X.Dot: 1\r\nX!Mark: 2\r\nX'Quote: 3\r\n"), ["/outer"],
        {"x.dot": None, "x!mark": None, "x'quote": None}, b""),
    "forged forwarding": (
        get("X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: evil.test\r\nX-Real-IP: 1.2.3.4\r\n"
            "X-Forwarded-Proto: https\r\nForwarded: for=1.2.3.4\r\nX-Forwarded-Port: 1\r\n"
            "x-forwarded-for: 4.3.2.1\r\nX-Forwarded-Prefix: /evil\r\nX-Forwarded-Server: b\r\n"),
        ["/outer"],
        {"x-forwarded-for": ["127.0.0.1"], "x-forwarded-host": ["a.test"],
         "x-real-ip": ["127.0.0.1"], "x-forwarded-proto": ["http"], "x-forwarded-port": ["80"],
         "x-forwarded-prefix": None, "x-forwarded-server": None,
         "forwarded": ['for=127.0.0.1;host="a.test";proto=http']}, b""),
    "an absolute target": (
        get(target="http://b.test/outer?x=1"), ["/outer?x=1"],
        {"host": ["b.test"], "x-forwarded-host": ["b.test"]}, b""),
    "an absolute target with a port": (
        get(target="http://b.test:8080/outer"), ["/outer"], {"host": ["b.test:8080"]}, b""),
    "an absolute target without a path": (
        get(target="http://b.test?x"), ["/?x"], {"host": ["b.test"]}, b""),
    "%0d%0a in the path": (
        get(target="/a%0d%0aX-Evil:%201%0d%0a"), ["/a%0d%0aX-Evil:%201%0d%0a"],
        {"x-evil": None}, b""),
    "%0d%0a in the query": (
        get(target="/a?b=%0d%0aX-Evil:1"), ["/a?b=%0d%0aX-Evil:1"], {"x-evil": None}, b""),
    "%20HTTP/1.1 in the path": (
        get(target="/a%20HTTP/1.1%0d%0aHost:%20b"), ["/a%20HTTP/1.1%0d%0aHost:%20b"],
        {"host": ["a.test"]}, b""),
    "odd signs in the query": (
        get(target="/a?<>\"{}|\\^`[]"), ["/a?<>\"{}|\\^`[]"], {}, b""),
    "a value in Latin-1": (get("X-Name: J\xf6rg\r\n"), ["/outer"], {"x-name": ["J\xf6rg"]}, b""),
    "a value with tabs": (get("X-Tab: \ta\tb\t\r\n"), ["/outer"], {"x-tab": ["a\tb"]}, b""),
    "an empty value": (get("X-Empty:\r\n"), ["/outer"], {"x-empty": [""]}, b""),
    "an Expect": (
        post("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"), ["/outer"],
        {"expect": None, "content-length": ["5"]}, b"hello"),
    # RFC 3986, 3.2.2: a comma may stand in a name, and both sides see one host.
    "a Host with a comma": (
        "GET /outer HTTP/1.1\r\nHost: a.test,b.test\r\n\r\n", ["/outer"],
        {"host": ["a.test,b.test"], "x-forwarded-host": ["a.test,b.test"]}, b""),
    "no body of a POST": (
        post("Content-Length: 0\r\n"), ["/outer"], {"content-length": ["0"]}, b""),
    "HTTP/1.0": (
        f"GET /outer HTTP/1.0\r\n{HOST}Connection: keep-alive\r\n\r\n", ["/outer"],
        {"host": ["a.test"]}, b""),
}


@pytest.mark.parametrize("name", PASSED)
def test_what_is_understood_reaches_the_app_as_it_was_understood(wall, name):
    data, targets, fields, body = PASSED[name]
    statuses, got = exchange(wall, raw(data) + raw(LAST))
    assert [target for target, _, _ in got] == [*targets, "/last"]
    assert [status for status in statuses if status != 200] == []
    first = got[0]
    assert first[2] == body
    for field, values in fields.items():
        expected = None if values is None else [value.encode("latin-1") for value in values]
        assert first[1].get(field.encode()) == expected, field


@pytest.mark.parametrize("name", PASSED)
def test_the_same_where_every_byte_comes_by_itself(wall, name):
    data, targets, _, body = PASSED[name]
    with wall.backend.lock:
        wall.backend.requests.clear()
    with wall.connect() as client:
        assert client.send_bytewise(raw(data) + raw(LAST))
        for _ in [*targets, "/last"]:
            assert client.read_response().status == 200
        client.expect_end()
    assert wall.backend.broken == []
    assert [target for target, _, _ in wall.backend.requests] == [*targets, "/last"]
    assert wall.backend.requests[0][2] == body
