"""Files are served while the application is stuck: every process blocked, its queue full. What it
costs in speed is the business of bench/isolation."""

import threading

import pytest

import peers
from client import fetch, poll, request
from harness import write_tree

FILES = 1000
PROCESSES, QUEUE, TOO_MANY = 2, 20, 3
BLOCKED = """
import os, time


def application(environ, start_response):
    open(os.path.join(FOLDER, "begun-%d" % os.getpid()), "w").close()
    while not os.path.exists(os.path.join(FOLDER, "go")):
        time.sleep(0.02)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"at last"]
"""


class Waiting:
    """One request to the app, on its way until the app goes on."""

    def __init__(self, server):
        self.answer = None
        self.thread = threading.Thread(target=self._ask, args=(server.address,), daemon=True)
        self.thread.start()

    def _ask(self, address):
        self.answer = fetch(address, "/", timeout=60)

    def result(self):
        self.thread.join(60)
        return self.answer


@pytest.fixture
def stuck(serve, tmp_path):
    """A server whose app is blocked and whose queue is full: (server, requests, release)."""
    code = write_tree(tmp_path / "code", {"stuck.py": f"FOLDER = {str(tmp_path)!r}\n" + BLOCKED})
    root = write_tree(tmp_path / "static", {
        **{f"{number}.bin": bytes([number]) * 3000 for number in range(50)},
        "big.bin": bytes(1_000_000)})
    app = peers.wsgi(code, "stuck", processes=PROCESSES, queue=QUEUE, queue_timeout="120s")
    server = serve({"*": {"/static/": {"files": str(root)}, "/": {"app": "site"}}},
                   apps={"site": app})
    assert poll(lambda: server.log().count("is ready") == PROCESSES, 30), server.log()
    sent = [Waiting(server) for _ in range(PROCESSES + QUEUE + TOO_MANY)]
    assert poll(lambda: len(list(tmp_path.glob("begun-*"))) == PROCESSES, 30)
    assert poll(lambda: len([one for one in sent if one.answer]) == TOO_MANY, 30), server.log()
    refused = [one.answer for one in sent if one.answer]
    assert all(one.status == 503 and one.get("Retry-After") for one in refused), refused
    waiting = [one for one in sent if not one.answer]
    yield server, waiting, (tmp_path / "go").touch
    (tmp_path / "go").touch()
    for one in waiting:
        one.result()


def test_every_file_is_served_while_all_processes_are_blocked(stuck):
    server, waiting, release = stuck
    with server.connect() as client:
        for number in range(FILES):
            target = f"/static/{number % 50}.bin"
            client.send(request(target))
            answer = client.read_response()
            assert (answer.status, answer.body) == (200, bytes([number % 50]) * 3000)
    for _ in range(20):
        assert len(server.fetch("/static/big.bin").body) == 1_000_000
        assert server.fetch("/static/1.bin", method="HEAD").status == 200
        assert server.fetch("/static/none.bin").status == 404
    assert not [one for one in waiting if one.answer]
    release()
    assert [one.result().status for one in waiting] == [200] * len(waiting)
    assert server.fetch("/").status == 200


def test_many_clients_get_files_while_all_processes_are_blocked(stuck):
    server, waiting, _ = stuck
    faults = []

    def ask():
        with server.connect() as client:
            for number in range(FILES // 20):
                client.send(request(f"/static/{number % 50}.bin"))
                answer = client.read_response()
                if answer.status != 200 or len(answer.body) != 3000:
                    faults.append(answer)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults and not [one for one in waiting if one.answer]


def test_who_leaves_the_queue_makes_room(stuck):
    server, waiting, release = stuck
    release()
    assert [one.result().status for one in waiting] == [200] * len(waiting)
    # All room is back: as many again are taken.
    again = [Waiting(server) for _ in range(PROCESSES + QUEUE)]
    assert [one.result().status for one in again] == [200] * len(again)


MIXED = """
import os, time


def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        open(os.path.join(FOLDER, "slow"), "w").close()
        while not os.path.exists(os.path.join(FOLDER, "go")):
            time.sleep(0.02)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"answer"]
"""


def test_nobody_waits_behind_a_slow_request_while_another_process_is_free(serve, tmp_path):
    # A process that was quick gets requests ahead; those go elsewhere when it is quick no more.
    code = write_tree(tmp_path / "code", {"mixed.py": f"FOLDER = {str(tmp_path)!r}\n" + MIXED})
    server = serve({"*": {"/": {"app": "site"}}},
                   apps={"site": peers.wsgi(code, "mixed", processes=2)})
    assert poll(lambda: server.log().count("is ready") == 2, 30), server.log()
    for _ in range(100):
        assert server.fetch("/quick").status == 200
    slow = threading.Thread(target=server.fetch, args=("/slow",), kwargs={"timeout": 60})
    slow.start()
    assert poll(lambda: (tmp_path / "slow").exists(), 30)
    answers = []

    def ask():
        with server.connect() as client:
            for _ in range(30):
                client.send(request("/quick"))
                answers.append(client.read_response().status)

    crowd = [threading.Thread(target=ask) for _ in range(8)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join(60)
    assert answers == [200] * 240
    assert slow.is_alive()
    (tmp_path / "go").touch()
    slow.join(60)
