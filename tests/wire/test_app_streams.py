"""What passes an application's front in both directions at once: events, uploads, tunnels. Nothing
here asserts a time, only what came before what."""

import threading

import pytest

from backend import Gone, answering
from client import TIMEOUT, BadAnswer, request
from harness import wait_a_little


def test_the_first_event_is_there_before_the_second_is_made(front):
    for fields in ("Content-Type: text/event-stream\r\n",
                   "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"):
        more = threading.Event()
        is_chunked = "chunked" in fields

        def script(peer):
            def event(text):
                peer.send(f"{len(text):x}\r\n{text}\r\n" if is_chunked else text)

            peer.read_request()
            peer.send(f"HTTP/1.1 200 OK\r\n{fields}\r\n")
            event("data: 1\n\n")
            assert more.wait(TIMEOUT)
            event("data: 2\n\n")
            if is_chunked:
                peer.send("0\r\n\r\n")

        server, _ = front(script)
        for coding in ([], ["Accept-Encoding: gzip"]):
            more.clear()
            with server.connect() as client:
                client.send(request("/", *coding))
                # With a coding the first event cannot be seen in the bytes, but it is there.
                wanted = b"data: 1\n\n" if not coding else b"\x1f\x8b"
                while wanted not in client.unread:
                    assert client.receive()
                assert b"data: 2" not in client.unread
                more.set()
                assert client.read_response().chunked


def test_a_streamed_upload_is_at_the_app_before_it_has_ended(front):
    first = threading.Event()

    def script(peer):
        head = peer.read_head()
        backend.note(head.lower())
        peer.read(1)
        first.set()
        while b"end" not in peer.unread:
            peer.receive()
        peer.answer(b"done")
        peer.wait_for_close()

    server, backend = front(script, {"stream": True})
    counted = ("Content-Length: 8", b"begin", b"end")
    chunked = ("Transfer-Encoding: chunked", b"5\r\nbegin\r\n", b"3\r\nend\r\n0\r\n\r\n")
    for field, begin, end in (counted, chunked):
        first.clear()
        with server.connect() as client:
            client.send(request("/", field, method="POST", body=begin))
            assert first.wait(TIMEOUT)
            client.send(end)
            assert client.read_response().body == b"done"
        assert field.lower() in backend.heads[-1]


def test_a_buffered_upload_takes_no_worker_before_it_has_ended(front):
    server, backend = front(answering(b"done"))
    with server.connect() as client:
        client.send(request("/", "Content-Length: 8", method="POST", body=b"begin"))
        wait_a_little()
        assert backend.connections == 0
        client.send(b"end")
        assert client.read_response().body == b"done"


def test_a_slow_reader_does_not_hold_the_app(front):
    sent = threading.Event()
    body = b"a" * 10_000_000

    def script(peer):
        peer.read_request()
        peer.answer(body)
        sent.set()
        peer.wait_for_close()

    server, _ = front(script)
    with server.connect(receive_buffer=4096) as client:
        client.send(request("/"))
        assert sent.wait(TIMEOUT)
        assert len(client.unread) == 0
        assert client.read_response().body == body


def test_a_streamed_answer_waits_for_its_reader(front):
    sent = threading.Event()
    body = b"a" * 50_000_000

    def script(peer):
        peer.read_request()
        peer.answer(body)
        sent.set()
        peer.wait_for_close()

    server, _ = front(script, {"stream": True})
    with server.connect(receive_buffer=4096) as client:
        client.send(request("/"))
        wait_a_little()
        assert not sent.is_set()
        assert len(client.read_response().body) == len(body)
        assert sent.wait(TIMEOUT)


# --- Bodies that wait to be wanted, or are too large. ---


def test_expect_is_answered_by_ourselves_and_once(front):
    server, backend = front(lambda peer: answering(b"done", note=backend.note)(peer))
    with server.connect() as client:
        client.send(request("/", "Content-Length: 5", "Expect: 100-continue", method="POST"))
        while b"100 Continue\r\n\r\n" not in client.unread:
            assert client.receive()
        assert backend.connections == 0
        client.send(b"hello")
        answer = client.read_response()
        assert [each.status for each in answer.interim] == [100]
        assert answer.body == b"done"
    assert "expect" not in backend.heads[0].lower()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("field,body", [
    ("Content-Length: 2000", b"a" * 2000),
    ("Content-Length: 99999999999", b""),
    ("Transfer-Encoding: chunked", b"7d0\r\n" + b"a" * 2000 + b"\r\n0\r\n\r\n"),
    ("Expect: 100-continue\r\nContent-Length: 2000", b""),
])
def test_a_body_that_is_too_large_is_413_and_asks_nobody(front, field, body, stream):
    server, backend = front(answering(), {"stream": stream}, server={"limits": {"body": 1000}})
    with server.connect() as client:
        client.send(request("/", field, method="POST", body=body))
        assert client.read_response().status == 413
    if not (stream and "chunked" in field):
        assert backend.connections == 0


# --- Tunnels. ---

UPGRADE = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x"]
SWITCHED = ("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Accept: y\r\n\r\n")


def switched(client):
    while b"\r\n\r\n" not in client.unread:
        assert client.receive()
    head, _, rest = bytes(client.unread).partition(b"\r\n\r\n")
    client.unread[:] = rest
    assert head.startswith(b"HTTP/1.1 101 ")
    return head.decode().lower()


def echoing(early=b""):
    def script(peer):
        head = peer.read_head().lower()
        assert "upgrade: websocket" in head and "connection: upgrade" in head
        peer.send(SWITCHED.encode() + early)
        while True:
            if peer.unread:
                data, peer.unread = peer.unread, b""
                peer.send(data.upper())
                if data.endswith(b"bye"):
                    return
            peer.receive()

    return script


def read_until(client, end):
    while not bytes(client.unread).endswith(end):
        assert client.receive()
    data = bytes(client.unread)
    client.unread.clear()
    return data


def test_a_tunnel_carries_bytes_both_ways_and_from_the_first_on(front):
    server, _ = front(echoing(b"welcome"))
    with server.connect() as client:
        client.send(request("/", *UPGRADE) + b"early")
        head = switched(client)
        assert "upgrade: websocket" in head and "sec-websocket-accept: y" in head
        assert read_until(client, b"EARLY") == b"welcomeEARLY"
        for _ in range(10):
            client.send(b"ping")
            assert read_until(client, b"PING") == b"PING"
        client.send(b"x" * 1_000_000 + b"end")
        assert len(read_until(client, b"END")) == 1_000_003
        client.send(b"bye")
        assert read_until(client, b"BYE") == b"BYE"
        client.expect_end()


def test_a_client_that_closes_its_tunnel_closes_it_at_the_app(front):
    gone = threading.Event()

    def script(peer):
        peer.read_head()
        peer.send(SWITCHED)
        peer.wait_for_close()
        gone.set()

    server, _ = front(script)
    with server.connect() as client:
        client.send(request("/", *UPGRADE))
        switched(client)
    assert gone.wait(TIMEOUT)


def test_a_refused_upgrade_is_an_answer_like_any_other(front):
    server, _ = front(answering(b"no", "426 Upgrade Required", "Upgrade: websocket\r\n"))
    with server.connect() as client:
        for _ in range(3):
            client.send(request("/", *UPGRADE))
            answer = client.read_response()
            assert (answer.status, answer.body) == (426, b"no")


def test_an_upgrade_that_nobody_answers_is_502(front):
    server, _ = front(lambda peer: peer.read_head())
    with server.connect() as client:
        client.send(request("/", *UPGRADE))
        assert client.read_response().status == 502


@pytest.mark.parametrize("data", [
    request("/", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: a"),
    request("/", "Connection: Upgrade", "Upgrade: websocket, h2c"),
    request("/", "Connection: Upgrade", "Upgrade: h2c", "Upgrade: websocket"),
    request("/", "Connection: Upgrade", "Upgrade: TLS/1.3"),
    request("/", "Upgrade: websocket"),
    request("/", "Connection: keep-alive", "Upgrade: websocket"),
    request("/", *UPGRADE, version="1.0"),
    request("/", *UPGRADE, "Content-Length: 0", method="POST"),
])
def test_nothing_else_is_an_upgrade_to_the_app(front, data):
    """A tunnel of HTTP/2, say, would carry requests that nobody here has looked at."""
    server, backend = front(lambda peer: answering(b"plain", note=backend.note)(peer))
    with server.connect() as client:
        client.send(data)
        assert client.read_response().body == b"plain"
    assert "upgrade" not in backend.heads[0].lower()


def test_what_follows_an_upgrade_is_no_request_before_the_app_agrees(front):
    """A client may not smuggle requests behind an Upgrade that the app ignores."""
    server, backend = front(lambda peer: answering(b"no", note=backend.note)(peer))
    with server.connect() as client:
        client.send(request("/one", *UPGRADE) + request("/two"))
        assert client.read_response().body == b"no"
        try:
            client.read_response()
        except BadAnswer:
            pass
    assert [head.split(" ")[1] for head in backend.heads] in (["/one"], ["/one", "/two"])


def test_an_app_that_resets_a_tunnel_ends_it(front):
    def script(peer):
        peer.read_head()
        peer.send(SWITCHED)
        peer.read(4)
        peer.reset()
        raise Gone

    server, _ = front(script)
    with server.connect() as client:
        client.send(request("/", *UPGRADE))
        switched(client)
        client.send(b"ping")
        assert client.read_rest() == b""
