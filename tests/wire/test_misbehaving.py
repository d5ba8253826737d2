"""What applications say wrong over HTTP, and what a client gets to see of it: nothing that is not
HTTP, and never a part of an answer that looks like all of it."""

import gzip
import re

import pytest

from backend import Gone
from client import request
from harness import Server
from stage import CUT, Stage, saying, seen

OK = "HTTP/1.1 200 OK\r\n"
COUNTED = OK + "Content-Length: 5\r\n"
CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n"
TEXT = "Content-Type: text/plain\r\n"


def with_field(line):
    return f"{COUNTED}{line}\r\n\r\nhello"


# What comes instead of a head: 502.
REFUSED = {
    "nothing": "",
    "an empty line": "\r\n\r\n",
    "garbage": bytes(range(256)),
    "a hello of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
    "a page without a head": "<html>hello</html>",
    "a FastCGI record": b"\x01\x06\x00\x01\x00\x05\x00\x00hello",
    "HTTP/2.0": "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "HTTP/0.9": "HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n",
    "a version in small letters": "http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "another protocol": "ICY 200 OK\r\nContent-Length: 0\r\n\r\n",
    "status 99": "HTTP/1.1 99 Low\r\nContent-Length: 0\r\n\r\n",
    "status 099": "HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n",
    "status 600": "HTTP/1.1 600 High\r\nContent-Length: 0\r\n\r\n",
    "status abc": "HTTP/1.1 abc Odd\r\nContent-Length: 0\r\n\r\n",
    "status 2000": "HTTP/1.1 2000 Long\r\nContent-Length: 0\r\n\r\n",
    "status -20": "HTTP/1.1 -20 Less\r\nContent-Length: 0\r\n\r\n",
    "no status": "HTTP/1.1 \r\nContent-Length: 0\r\n\r\n",
    "two spaces before the status": "HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n",
    "NUL in the reason": "HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n",
    "bare CR in the reason": "HTTP/1.1 200 O\rK\r\nContent-Length: 0\r\n\r\n",
    "a line without a colon": with_field("X-Odd"),
    "a field without a name": with_field(": odd"),
    "a space before the colon": with_field("X-Odd : 1"),
    "a space in a name": with_field("X Odd: 1"),
    "a bracket in a name": with_field("X(Odd): 1"),
    "NUL in a value": with_field("X-Odd: a\0b"),
    "NUL in a name": with_field("X\0Odd: 1"),
    "bare CR in a value": with_field("X-Odd: a\rSet-Cookie: b"),
    "a control byte in a value": with_field("X-Odd: a\x01b"),
    "DEL in a value": with_field("X-Odd: a\x7fb"),
    "obs-fold": with_field("X-Odd: a\r\n b"),
    "obs-fold with a tab": with_field("X-Odd: a\r\n\tb"),
    "obs-fold in the first field": f"{OK} folded: 1\r\nContent-Length: 0\r\n\r\n",
    "300 fields": with_field("\r\n".join(f"X-{i}: {i}" for i in range(300))),
    "a head of 70 KiB": with_field("\r\n".join(f"X-{i}: {'a' * 1000}" for i in range(70))),
    "a field of 1 MiB": OK + "X-Odd: " + "a" * 1024 * 1024,
    "a status line without an end": "HTTP/1.1 200 " + "a" * 80_000,
    "length abc": f"{OK}Content-Length: abc\r\n\r\nhello",
    "length -1": f"{OK}Content-Length: -1\r\n\r\nhello",
    "length +5": f"{OK}Content-Length: +5\r\n\r\nhello",
    "length 0x5": f"{OK}Content-Length: 0x5\r\n\r\nhello",
    "length 5.0": f"{OK}Content-Length: 5.0\r\n\r\nhello",
    "length of nothing": f"{OK}Content-Length:\r\n\r\nhello",
    "length with a word": f"{OK}Content-Length: 5 bytes\r\n\r\nhello",
    "length beyond 64 bits": f"{OK}Content-Length: 18446744073709551621\r\n\r\nhello",
    "two lengths": f"{OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "two lengths in a list": f"{OK}Content-Length: 5, 6\r\n\r\nhello!",
    "length and chunks": f"{COUNTED}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": f"{OK}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "coding gzip": f"{OK}Transfer-Encoding: gzip\r\n\r\nhello",
    "coding identity": f"{OK}Transfer-Encoding: identity\r\n\r\nhello",
    "coding gzip, chunked": f"{OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "coding chunked, chunked": f"{OK}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "coding chunked twice": OK + "Transfer-Encoding: chunked\r\n" * 2 + "\r\n0\r\n\r\n",
    "coding xchunked": f"{OK}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "101 unasked": "HTTP/1.1 101 Odd\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhello",
    "1xx without an end": "HTTP/1.1 103 Early Hints\r\n\r\n" * 40,
    "1xx and nothing more": "HTTP/1.1 103 Early Hints\r\n\r\n",
    "100 and garbage": "HTTP/1.1 100 Continue\r\n\r\nhello",
    "a head that is cut": COUNTED,
    "a status line that is cut": "HTTP/1.1 2",
    "a field that is cut": OK + "Content-Le",
    "an answer behind an empty line": f"\r\n{COUNTED}\r\nhello",
}

# A head that is good, and a body that is not whole: a cut, or 502 where nothing was sent yet.
TRUNCATED = {
    "a short body": (f"{COUNTED}\r\nhell", "close"),
    "no body": (f"{COUNTED}\r\n", "close"),
    "a short body and a reset": (f"{COUNTED}\r\nhell", "reset"),
    "a short text that could be compressed": (
        f"{OK}{TEXT}Content-Length: 5000\r\n\r\n" + "hello" * 500, "close"),
    "half of a large body": (f"{OK}Content-Length: 2000000\r\n\r\n" + "a" * 1_000_000, "close"),
    "all but one byte of a large body": (
        f"{OK}Content-Length: 1000001\r\n\r\n" + "a" * 1_000_000, "close"),
    "half of a large body and a reset": (
        f"{OK}Content-Length: 2000000\r\n\r\n" + "a" * 1_000_000, "reset"),
    "a length beyond all that comes": (
        f"{OK}Content-Length: 9223372036854775807\r\n\r\na", "close"),
    "no chunk": (CHUNKED, "close"),
    "no last chunk": (f"{CHUNKED}5\r\nhello\r\n", "close"),
    "no last chunk and a reset": (f"{CHUNKED}5\r\nhello\r\n", "reset"),
    "no last chunk of a text": (
        f"{OK}{TEXT}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "close"),
    "a cut chunk": (f"{CHUNKED}5\r\nhel", "close"),
    "a chunk without its line end": (f"{CHUNKED}5\r\nhello", "close"),
    "a cut size": (f"{CHUNKED}5\r\nhello\r\n5", "close"),
    "a cut last chunk": (f"{CHUNKED}5\r\nhello\r\n0\r\n", "close"),
    "a cut trailer": (f"{CHUNKED}5\r\nhello\r\n0\r\nX-Sum: 1\r\n", "close"),
    "a chunk that is too long": (f"{CHUNKED}5\r\nhelloo\r\n0\r\n\r\n", "keep"),
    "a size that is none": (f"{CHUNKED}five\r\nhello\r\n0\r\n\r\n", "keep"),
    "a size below zero": (f"{CHUNKED}-5\r\nhello\r\n0\r\n\r\n", "keep"),
    "a size beyond 64 bits": (f"{CHUNKED}10000000000000005\r\nhello\r\n0\r\n\r\n", "keep"),
    "a size with 0x": (f"{CHUNKED}0x5\r\nhello\r\n0\r\n\r\n", "keep"),
    "a body without chunks": (f"{CHUNKED}hello", "close"),
    "a reset instead of a close": (f"{OK}\r\nhello", "reset"),
    "silence within the body": (f"{COUNTED}\r\nhell", "silence"),
    "silence before the last chunk": (f"{CHUNKED}5\r\nhello\r\n", "silence"),
    "silence instead of a close": (f"{OK}\r\nhello", "silence"),
}

# What is odd, but can be understood: (what is said, the ending, status, body).
ACCEPTED = {
    "no reason": ("HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", "keep", 200, b"hello"),
    "an empty reason": ("HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nhello", "keep", 200, b"hello"),
    "HTTP/1.0": ("HTTP/1.0 200 OK\r\n\r\nhello", "close", 200, b"hello"),
    "HTTP/1.0 with a length": (
        "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", "close", 200, b"hello"),
    "HTTP/1.9": ("HTTP/1.9 200 OK\r\nContent-Length: 5\r\n\r\nhello", "keep", 200, b"hello"),
    "lines that end in LF": ("HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", "keep", 200, b"hello"),
    "the same length twice": (
        f"{COUNTED}Content-Length: 5\r\n\r\nhello", "keep", 200, b"hello"),
    "a length with zeros": (f"{OK}Content-Length: 0005\r\n\r\nhello", "keep", 200, b"hello"),
    "a length without a space": (f"{OK}Content-Length:5\r\n\r\nhello", "keep", 200, b"hello"),
    "an empty value": (with_field("X-Empty:"), "keep", 200, b"hello"),
    "a value in Latin-1": (with_field("X-Name: J\xf6rg"), "keep", 200, b"hello"),
    "190 fields": (
        with_field("\r\n".join(f"X-{i}: {i}" for i in range(190))), "keep", 200, b"hello"),
    "a head of 60 KiB": (with_field("X-Long: " + "a" * 60_000), "keep", 200, b"hello"),
    "a head in single bytes": (list(with_field("X-Slow: 1")), "keep", 200, b"hello"),
    "no length": (f"{OK}\r\nhello", "close", 200, b"hello"),
    "no length and no body": (f"{OK}\r\n", "close", 200, b""),
    "no length of 1 MB": (f"{OK}\r\n" + "a" * 1_000_000, "close", 200, b"a" * 1_000_000),
    "chunks": (f"{CHUNKED}3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "keep", 200, b"hello"),
    "chunks in single bytes": (
        list(f"{CHUNKED}3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"), "keep", 200, b"hello"),
    "Chunked": (
        f"{OK}Transfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "keep", 200, b"hello"),
    "chunks with trailers": (
        f"{CHUNKED}5\r\nhello\r\n0\r\nX-Sum: 1\r\nSet-Cookie: a=1\r\n\r\n", "keep", 200, b"hello"),
    "chunks with extensions": (
        f"{CHUNKED}5;a=b;c\r\nhello\r\n0;d\r\n\r\n", "keep", 200, b"hello"),
    "chunks with zeros": (f"{CHUNKED}0005\r\nhello\r\n000\r\n\r\n", "keep", 200, b"hello"),
    "a promise to close, not kept": (
        f"{COUNTED}Connection: close\r\n\r\nhello", "keep", 200, b"hello"),
    "more than was promised": (f"{COUNTED}\r\nhello, and more", "keep", 200, b"hello"),
    "a second answer": (
        f"{COUNTED}\r\nhello{COUNTED}X-Second: 1\r\n\r\nworld", "keep", 200, b"hello"),
    "204 with a body": (
        "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", "keep", 204, b""),
    "204 in chunks": (
        "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "keep", 204, b""),
    "304 with a body": (
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello", "keep", 304, b""),
    "304 in chunks": (
        "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "keep", 304, b""),
    "304 without a length": ("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n", "keep", 304, b""),
    "100 before": ("HTTP/1.1 100 Continue\r\n\r\n" + with_field("X: 1"), "keep", 200, b"hello"),
    "500": ("HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops", "keep", 500, b"oops"),
    "599": ("HTTP/1.1 599 Odd\r\nContent-Length: 4\r\n\r\noops", "keep", 599, b"oops"),
    "418 without a length": ("HTTP/1.1 418 Teapot\r\n\r\nshort", "close", 418, b"short"),
}


def stalling(data):
    def scene(peer, _):
        peer.send(data)
        peer.wait_for_close()
        raise Gone

    return scene


def key(prefix, name):
    return f"{prefix}-" + re.sub("[^A-Za-z0-9]+", "-", name)


def keyed(prefix, table, scene):
    scenes = {key(prefix, name): scene(row) for name, row in table.items()}
    assert len(scenes) == len(table)
    return scenes


def refused_scene(said):
    return saying(said, "close")


def truncated_scene(row):
    said, ending = row
    return stalling(said) if ending == "silence" else saying(said, ending)


def answer_with(fields, body="hello"):
    return saying(f"{OK}{fields}Content-Length: {len(body)}\r\n\r\n{body}")


OWN_SCENES = {
    "silent": stalling(""),
    "half-a-head": stalling(COUNTED),
    "hints": saying(
        "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nConnection: X-Hop\r\n"
        "X-Hop: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\n" + with_field("X: 1")
    ),
    "processing": saying("HTTP/1.1 102 Processing\r\n\r\n" + with_field("X: 1")),
    "hops": answer_with(
        "Connection: X-Private, keep-alive\r\nConnection: x-secret\r\nX-Private: 1\r\n"
        "X-Secret: 2\r\nX-Public: 3\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\n"
        "Proxy-Connection: close\r\nTE: gzip\r\nTrailer: X-Sum\r\nUpgrade: h2c\r\n"
    ),
    "dated": answer_with("Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nServer: gunicorn\r\n"),
    "framed": answer_with("Connection: Content-Length, Content-Type\r\nContent-Type: a/b\r\n"),
    "text": answer_with(TEXT, "hello " * 1000),
    "large": answer_with("X: 1\r\n", "a" * 300_000),
}


@pytest.fixture(scope="module")
def stage(binary, module_folder):
    stage = Stage({
        **keyed("refused", REFUSED, refused_scene),
        **keyed("cut", TRUNCATED, truncated_scene),
        **keyed("odd", ACCEPTED, lambda row: saying(row[0], row[1])),
        **OWN_SCENES,
    })
    address = stage.backend.address
    routes = {
        "/": {"app": "site"},
        "/quick/": {"app": "quick"},
        "/stream/": {"app": "quick", "stream": True},
    }
    apps = {
        "site": {"http": address},
        "quick": {"http": address, "answer_timeout": "300ms", "between_timeout": "300ms"},
    }
    with Server(module_folder / "server", {"*": routes}, apps=apps) as stage.server:
        yield stage
    stage.backend.stop()


def still_works(stage):
    assert stage.server.fetch("/ok").body == b"ok"


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_answer_is_502(stage, name):
    answer = seen(stage.server, "/" + key("refused", name), "Accept-Encoding: gzip")
    assert answer.status == 502
    assert b"502 Bad Gateway" in answer.body
    assert answer.get("Cache-Control") == "no-store"
    still_works(stage)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_answer_to_a_post_is_502_and_not_asked_for_again(stage, name):
    before = stage.times(key("refused", name))
    answer = seen(stage.server, "/" + key("refused", name), "Content-Length: 3", method="POST",
                  body=b"abc")
    assert answer.status == 502
    assert stage.times(key("refused", name)) == before + 1
    still_works(stage)


@pytest.mark.parametrize("route", ["/quick/", "/stream/"])
@pytest.mark.parametrize("name", TRUNCATED)
def test_a_part_never_passes_for_the_whole(stage, name, route):
    target = route + key("cut", name)
    answer = seen(stage.server, target)
    assert answer == CUT or answer.status == 502, answer
    answer = seen(stage.server, target, "Accept-Encoding: gzip")
    assert answer == CUT or answer.status == 502, answer
    answer = seen(stage.server, target, version="1.0")
    assert answer == CUT or answer.status == 502, answer
    still_works(stage)


def test_the_log_tells_of_an_answer_that_was_cut(stage):
    name = next(name for name in TRUNCATED)
    assert seen(stage.server, "/stream/" + key("cut", name)) == CUT
    stage.server.wait_for_log("app 'quick': .*; GET /.* was answered in part")


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_can_be_understood_comes_through(stage, name):
    _, _, status, body = ACCEPTED[name]
    for route in ("/", "/stream/"):
        answer = seen(stage.server, route + key("odd", name))
        assert (answer.status, answer.body) == (status, body)
        assert answer.interim == []
        assert "X-Second" not in answer and "X-Sum" not in answer and "Set-Cookie" not in answer
    still_works(stage)


@pytest.mark.parametrize("name", ACCEPTED)
def test_head_has_no_body_whatever_the_app_sends(stage, name):
    status = ACCEPTED[name][2]
    with stage.server.connect() as client:
        client.send(request("/" + key("odd", name), method="HEAD") + request("/ok"))
        assert client.read_response("HEAD").status == status
        assert client.read_response().body == b"ok"


@pytest.mark.parametrize("method,fields,body", [
    ("GET", [], b""),
    ("HEAD", [], b""),
    ("POST", ["Content-Length: 3"], b"abc"),
    ("PUT", ["Transfer-Encoding: chunked"], b"3\r\nabc\r\n0\r\n\r\n"),
])
@pytest.mark.parametrize("name", ["silent", "half-a-head"])
@pytest.mark.parametrize("route", ["/quick/", "/stream/"])
def test_an_app_that_never_answers_is_504(stage, route, name, method, fields, body):
    before = stage.times(name)
    answer = seen(stage.server, route + name, *fields, method=method, body=body)
    assert answer.status == 504
    assert stage.times(name) == before + 1
    still_works(stage)


def test_early_hints_pass_without_the_fields_of_the_connection(stage):
    answer = seen(stage.server, "/hints")
    assert [hint.status for hint in answer.interim] == [103, 103]
    assert answer.interim[0].fields == [("Link", "</a.css>; rel=preload")]
    assert answer.interim[1].get("Link") == "</b.css>"
    assert answer.body == b"hello"


def test_early_hints_are_not_for_clients_of_http_1_0(stage):
    answer = seen(stage.server, "/hints", version="1.0")
    assert answer.interim == [] and answer.body == b"hello"


def test_other_interim_answers_pass(stage):
    assert [each.status for each in seen(stage.server, "/processing").interim] == [102]


def test_fields_of_the_connection_stay_behind(stage):
    answer = seen(stage.server, "/hops")
    gone = ["X-Private", "X-Secret", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "TE",
            "Trailer", "Upgrade"]
    assert [name for name in gone if name in answer] == []
    assert answer.get("X-Public") == "3"


def test_connection_cannot_take_the_framing_away(stage):
    answer = seen(stage.server, "/framed")
    assert answer.body == b"hello" and answer.get("Content-Length") == "5"
    assert "Content-Type" not in answer


def test_date_and_server_are_ours(stage):
    answer = seen(stage.server, "/dated")
    assert "1970" not in answer.get("Date")
    assert "gunicorn" not in (answer.get("Server") or "")


def test_a_text_is_compressed_on_its_way(stage):
    answer = seen(stage.server, "/text", "Accept-Encoding: gzip")
    assert answer.get("Content-Encoding") == "gzip" and answer.chunked
    assert gzip.decompress(answer.body) == b"hello " * 1000
    assert "Accept-Encoding" in answer.get("Vary")


def test_a_head_of_an_answer_that_promises_a_body_is_reused_for_nothing_else(stage):
    with stage.server.connect() as client:
        for _ in range(3):
            client.send(request("/large", method="HEAD") + request("/ok"))
            assert client.read_response("HEAD").get("Content-Length") == "300000"
            assert client.read_response().body == b"ok"
