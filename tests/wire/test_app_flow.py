"""When an application is asked and how often: retries, clients that leave, lines, addresses that
come and go. Nothing here asserts a time, only what came before what."""

import select
import signal
import threading

import pytest

from backend import Backend, answering
from client import TIMEOUT, poll, request
from harness import free_port, wait_a_little
from stage import CUT, seen

SLOW = 300_000  # more than the pieces that anybody reads at once


def closing_after(count, note, wait_for_body=True):
    """A script that answers `count` requests on each connection, and closes it on the next."""

    def script(peer):
        for number in range(count + 1):
            head, _ = peer.read_request() if wait_for_body else (peer.read_head(), b"")
            note(head.split("\r\n")[0])
            if number == count:
                return
            peer.answer(b"hello")

    return script


def lines_of(backend, method):
    return [line for line in backend.heads if line.startswith(method)]


# --- Retries: (method, body, how often at most it may reach an application that only closes). ---

AGAIN = {
    "GET": ("GET", b"", 3),
    "HEAD": ("HEAD", b"", 3),
    "PUT": ("PUT", b"body", 3),
    "DELETE": ("DELETE", b"", 3),
    "OPTIONS": ("OPTIONS", b"", 3),
    "POST": ("POST", b"body", 1),
    "POST without a body": ("POST", b"", 1),
    "POST of a large body": ("POST", b"a" * SLOW, 1),
    "PATCH": ("PATCH", b"body", 1),
}


@pytest.mark.parametrize("kept", [0, 1])
@pytest.mark.parametrize("name", AGAIN)
def test_a_connection_that_is_closed_instead_of_an_answer(front, name, kept):
    method, body, times = AGAIN[name]
    server, backend = front(lambda peer: closing_after(kept, backend.note)(peer))
    with server.connect() as client:
        for _ in range(kept):
            client.send(request("/first"))
            assert client.read_response().body == b"hello"
        client.send(request("/", f"Content-Length: {len(body)}", method=method, body=body))
        status = client.read_response(method).status
    asked = len([line for line in lines_of(backend, method) if "/first" not in line])
    if kept == 0:
        assert (status, asked) == (502, times)
    else:
        # A new connection answers, and what must not be sent twice went over one from the start.
        assert status == 200
        assert asked == (1 if times == 1 else 2)


BEGUN = {
    "within the head": "HTTP/1.1 200 OK\r\nContent-",
    "before the body": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("begun", BEGUN)
def test_an_app_that_is_killed_while_it_answers(front, begun, method):
    """Nobody has seen anything of that answer: another process may give it, if that is safe."""

    def script(peer):
        head, _ = peer.read_request()
        backend.note(head)
        if peer.number > 0:
            return peer.answer(b"hello")
        peer.send(BEGUN[begun])

    server, backend = front(script)
    answer = server.fetch("/", method=method)
    if method == "GET":
        assert (answer.status, answer.body, len(backend.heads)) == (200, b"hello", 2)
    else:
        assert (answer.status, len(backend.heads)) == (502, 1)


@pytest.mark.parametrize("is_unix", [False, True])
def test_an_app_that_is_not_there_is_named_with_the_reason(serve, tmp_path, is_unix):
    place = f"unix:{tmp_path}/none.sock" if is_unix else f"127.0.0.1:{free_port()}"
    server = serve({"*": {"/": {"app": "site"}}}, apps={"site": {"http": place, "wait": "0s"}})
    assert server.fetch("/").status == 502
    reason = "No such file or directory" if is_unix else "Connection refused"
    server.wait_for_log(f"app 'site': cannot connect to {place}: {reason}")


@pytest.mark.parametrize("name", AGAIN)
def test_a_connection_that_the_app_closed_while_idle_is_not_used(front, name):
    method, body, _ = AGAIN[name]
    left = threading.Semaphore(0)

    def script(peer):
        head, _ = peer.read_request()
        backend.note(head.split("\r\n")[0])
        peer.answer(b"hello")
        peer.close()
        left.release()

    server, backend = front(script)
    with server.connect() as client:
        for _ in range(5):
            client.send(request("/", f"Content-Length: {len(body)}", method=method, body=body))
            assert client.read_response(method).status == 200
            assert left.acquire(timeout=TIMEOUT)
    assert len(backend.heads) == 5


def test_a_put_is_sent_again_with_its_body(front):
    bodies = []

    def script(peer):
        _, body = peer.read_request()
        bodies.append(body)
        if peer.number > 0:
            peer.answer(b"stored")

    server, _ = front(script)
    body = bytes(range(256)) * 2_000
    answer = server.fetch("/", f"Content-Length: {len(body)}", method="PUT", body=body)
    assert answer.body == b"stored"
    assert bodies == [body, body]


@pytest.mark.parametrize("is_asked_first", [False, True])
def test_an_answer_that_nobody_asked_for_is_given_to_nobody(front, is_asked_first):
    """The server wakes up with both in its hands: a request, and an idle connection that speaks."""
    speak, said = threading.Event(), threading.Event()

    def script(peer):
        peer.read_request()
        peer.answer(b"right")
        if peer.number == 0:
            assert speak.wait(TIMEOUT)
            peer.answer(b"wrong")
            said.set()
        peer.wait_for_close()

    server, backend = front(script, server={"threads": 1})
    with server.connect() as client:
        client.send(request("/"))
        assert client.read_response().body == b"right"
        server.freeze()
        if is_asked_first:
            client.send(request("/"))
        speak.set()
        assert said.wait(TIMEOUT)
        if not is_asked_first:
            client.send(request("/"))
        server.signal(signal.SIGCONT)
        assert client.read_response().body == b"right"
    assert backend.connections == 2


def test_an_answer_before_the_body_is_read(front):
    def script(peer):
        peer.read_head()
        peer.answer(b"too much", "413 Content Too Large", "Connection: close\r\n")

    for route in ({}, {"stream": True}):
        server, _ = front(script, route)
        body = b"a" * 5_000_000
        with server.connect() as client:
            client.send(request("/", f"Content-Length: {len(body)}", method="POST"))
            sending = threading.Thread(target=client.send, args=(body,))
            sending.start()
            answer = client.read_response()
            assert (answer.status, answer.body) == (413, b"too much")
            sending.join(TIMEOUT)


# --- Clients that leave. ---


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("said", [
    b"",
    b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n",
])
def test_a_client_that_leaves_frees_its_worker(front, said, stream):
    asked, freed = threading.Event(), threading.Event()

    def script(peer):
        peer.read_request()
        peer.send(said)
        asked.set()
        peer.wait_for_close()
        freed.set()

    server, _ = front(script, {"stream": stream})
    with server.connect() as client:
        client.send(request("/"))
        assert asked.wait(TIMEOUT)
        if said:
            client.receive()
    assert freed.wait(TIMEOUT)


def test_a_client_that_leaves_the_line_gives_its_turn_away(front):
    free, started = threading.Event(), threading.Event()

    def script(peer):
        while True:
            head, _ = peer.read_request()
            backend.note(head.split(" ")[1])
            started.set()
            assert free.wait(TIMEOUT)
            peer.answer(b"hello")

    server, backend = front(script, max_connections=1)
    with server.connect() as first, server.connect() as last:
        first.send(request("/first"))
        assert started.wait(TIMEOUT)
        with server.connect() as leaving:
            leaving.send(request("/leaving"))
            wait_a_little()
        last.send(request("/last"))
        wait_a_little()
        free.set()
        assert first.read_response().status == 200
        assert last.read_response().status == 200
    assert backend.heads == ["/first", "/last"]


def test_a_client_that_leaves_within_its_upload_asks_nobody(front):
    server, backend = front(answering())
    with server.connect() as client:
        client.send(request("/", "Content-Length: 100000", method="POST", body=b"a" * 50_000))
        wait_a_little()
    assert server.fetch("/").status == 200
    assert backend.connections == 1


def test_a_client_that_leaves_a_streamed_upload_cuts_it_at_the_app(front):
    ended = threading.Event()
    got = []

    def script(peer):
        peer.read_head()
        peer.wait_for_close()
        got.append(peer.unread)
        ended.set()

    server, _ = front(script, {"stream": True})
    with server.connect() as client:
        field = "Transfer-Encoding: chunked"
        client.send(request("/", field, method="POST", body=b"5\r\nhello\r\n"))
        wait_a_little()
    assert ended.wait(TIMEOUT)
    assert got == [b"5\r\nhello\r\n"]


# --- Lines. ---


class Held:
    """A script whose requests all wait for `free`, and that counts how many are there at once."""

    def __init__(self):
        self.free = threading.Event()
        self.here = self.most = 0
        self.lock = threading.Lock()

    def __call__(self, peer):
        while True:
            peer.read_request()
            with self.lock:
                self.here += 1
                self.most = max(self.most, self.here)
            self.free.wait(TIMEOUT)
            with self.lock:
                self.here -= 1
            peer.answer(b"hello")


def test_a_full_line_is_503_with_retry_after(front):
    held = Held()
    server, _ = front(held, max_connections=2, queue=3)
    clients = [server.connect() for _ in range(5)]
    for client in clients:
        client.send(request("/"))
    assert poll(lambda: held.here == 2)
    wait_a_little()
    answer = server.fetch("/")
    assert answer.status == 503
    assert int(answer.get("Retry-After")) > 0
    held.free.set()
    assert [client.read_response().status for client in clients] == [200] * 5
    for client in clients:
        client.close()
    assert held.most == 2


def test_max_connections_hold_for_all_loops_together(front):
    held = Held()
    server, backend = front(held, max_connections=3, server={"threads": 4})
    clients = [server.connect() for _ in range(30)]
    for client in clients:
        client.send(request("/"))
    assert poll(lambda: held.here == 3)
    wait_a_little()
    held.free.set()
    assert [client.read_response().body for client in clients] == [b"hello"] * 30
    for client in clients:
        client.close()
    assert held.most == 3


def test_who_waits_too_long_in_the_line_gets_503(front):
    held = Held()
    server, _ = front(held, max_connections=1, queue_timeout="300ms")
    with server.connect() as first, server.connect() as second:
        first.send(request("/"))
        assert poll(lambda: held.here == 1)
        second.send(request("/"))
        answer = second.read_response()
        assert answer.status == 503 and "Retry-After" in answer
        held.free.set()
        assert first.read_response().status == 200


def test_files_are_served_while_every_worker_is_taken(front, tmp_path):
    (tmp_path / "file.txt").write_text("a file")
    held = Held()
    files = {"/static/": {"files": str(tmp_path)}}
    server, _ = front(held, others=files, max_connections=1, queue=1)
    with server.connect() as first, server.connect() as second:
        first.send(request("/"))
        assert poll(lambda: held.here == 1)
        second.send(request("/"))
        for _ in range(20):
            assert server.fetch("/static/file.txt").body == b"a file"
        held.free.set()


# --- Several addresses, and such that come and go. ---


def test_one_dead_address_of_two_costs_nothing(serve):
    with Backend(answering()) as backend:
        dead = f"127.0.0.1:{free_port()}"
        for addresses in ([dead, backend.address], [backend.address, dead]):
            server = serve({"*": {"/": {"app": "site"}}}, apps={"site": {"http": addresses}})
            for method in ("GET", "POST") * 10:
                assert server.fetch("/", "Content-Length: 0", method=method).status == 200


@pytest.mark.parametrize("fault", [b"", b"garbage\r\n\r\n"])
def test_an_address_that_breaks_every_answer_leaves_get_to_the_other(front, fault):
    def broken(peer):
        peer.read_request()
        peer.send(fault)

    server, _ = front(broken, scripts=[answering()])
    statuses = [server.fetch("/").status for _ in range(20)]
    if not fault:
        assert statuses == [200] * 20
    else:
        assert set(statuses) <= {200, 502} and 200 in statuses


def with_answers(clients):
    return select.select([client.socket for client in clients], [], [], 0)[0]


def test_the_least_busy_address_is_asked(front):
    one, other = Held(), Held()
    server, _ = front(one, scripts=[other])
    clients = [server.connect() for _ in range(6)]
    for client in clients:
        client.send(request("/"))
    assert poll(lambda: one.here == other.here == 3)
    other.free.set()
    # Until its answers are out, the other one is as busy as the first.
    assert poll(lambda: len(with_answers(clients)) == 3)
    for _ in range(10):
        assert server.fetch("/").body == b"hello"
    assert one.here == 3
    one.free.set()
    for client in clients:
        assert client.read_response().body == b"hello"
        client.close()


@pytest.mark.parametrize("method,body", [("GET", b""), ("PUT", b"body"), ("POST", b"body")])
def test_requests_wait_over_a_restart(serve, method, body):
    port = free_port()
    server = serve({"*": {"/": {"app": "site"}}}, apps={"site": {"http": f"127.0.0.1:{port}"}})
    clients = [server.connect() for _ in range(10)]
    for client in clients:
        client.send(request("/", f"Content-Length: {len(body)}", method=method, body=body))
    wait_a_little()
    with Backend(answering(b"back"), port=port) as backend:
        assert [client.read_response().body for client in clients] == [b"back"] * 10
    assert backend.connections <= 10
    for client in clients:
        client.close()


def test_an_address_that_comes_back_is_used_again(serve):
    port = free_port()
    with Backend(answering(b"stays")) as stays:
        addresses = [stays.address, f"127.0.0.1:{port}"]
        server = serve({"*": {"/": {"app": "site"}}}, apps={"site": {"http": addresses}})
        assert {server.fetch("/").body for _ in range(5)} == {b"stays"}
        with Backend(answering(b"back"), port=port):
            assert poll(lambda: server.fetch("/").body == b"back")


def test_a_cut_answer_is_cut_for_everybody(front):
    def script(peer):
        peer.read_request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello")

    server, _ = front(script)
    assert [seen(server, "/") for _ in range(5)] == [CUT] * 5
