"""An application that is restarted, killed, reloaded or broken, while fifty clients ask: none of
them is told, and files are served as if nothing were."""

import os
import re
import signal
import time

import pytest

import peers
from client import poll
from crowd import Crowd
from harness import write_tree

peers.needs(peers.GUNICORN, "gunicorn")
peers.needs(peers.UWSGI, "uwsgi")

DOWN = 2.0
APP = """
import os
import time


def application(environ, start_response):
    time.sleep(0.005)  # so that whatever happens, happens to requests in flight
    body = b"VERSION %d" % os.getpid()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
"""


def code_of(version):
    return APP.replace("VERSION", version)


@pytest.fixture
def code(tmp_path):
    return write_tree(tmp_path / "code", {"site_app.py": code_of("one")})


@pytest.fixture
def front(serve, tmp_path):
    """front(app) starts a server with files beside that app."""

    def start(app, **settings):
        root = write_tree(tmp_path / "static", {"file.txt": "a file", "big.bin": bytes(200_000)})
        routes = {"*": {"/static/": {"files": str(root)}, "/": {"app": "site"}}}
        return serve(routes, apps={"site": app}, **settings)

    return start


def crowd(server, clients=50):
    return Crowd(server.address, ["/page", "/page?x=1", "/static/file.txt"], clients)


def pid_of(server):
    answer = server.fetch("/pid")
    assert answer.status == 200, server.log()
    return int(answer.body.split()[1])


def pids_of(server, count=2):
    """The processes that answer."""
    found = set()
    assert poll(lambda: found.add(pid_of(server)) or len(found) >= count, 30), found
    return found


def is_there(process):
    return os.path.exists(f"/proc/{process}")


PEERS = {
    "gunicorn": lambda folder, code: peers.gunicorn(folder, "site_app", code),
    "gunicorn on tcp": lambda folder, code: peers.gunicorn(folder, "site_app", code, tcp=True,
                                                           threads=4),
    "uwsgi": lambda folder, code: peers.uwsgi(folder, "site_app", code),
    "uwsgi's http on tcp": lambda folder, code: peers.uwsgi(folder, "site_app", code, "http",
                                                            tcp=True),
    "uwsgi's fastcgi": lambda folder, code: peers.uwsgi(folder, "site_app", code, "fastcgi"),
}


@pytest.mark.parametrize("kind", PEERS)
def test_a_restart_of_the_app_is_not_seen(kind, front, code, tmp_path):
    with PEERS[kind](tmp_path / "peer", code) as peer:
        server = front(peer.app)
        with crowd(server) as clients:
            clients.wait_for_answers()
            peer.stop()
            time.sleep(DOWN)
            peer.start()
            clients.wait_for_answers(300)
        clients.check()


@pytest.mark.parametrize("kind", ["gunicorn", "gunicorn on tcp", "uwsgi"])
def test_a_kill_of_each_worker_is_not_seen(kind, front, code, tmp_path):
    with PEERS[kind](tmp_path / "peer", code) as peer:
        server = front(peer.app)
        with crowd(server, 20) as clients:
            for worker in peer.workers():
                clients.wait_for_answers()
                os.kill(worker, signal.SIGKILL)
                assert poll(lambda: worker not in peer.workers() and len(peer.workers()) == 2, 20)
            clients.wait_for_answers()
        clients.check()


def test_a_kill_of_each_own_process_is_not_seen(front, code):
    server = front(peers.wsgi(code, "site_app"))
    with crowd(server, 20) as clients:
        for _ in range(2):
            for process in pids_of(server):
                clients.wait_for_answers()
                os.kill(process, signal.SIGKILL)
                assert poll(lambda: not is_there(process), 20)
        clients.wait_for_answers()
    clients.check()


def test_a_kill_of_all_own_processes_is_not_seen(front, code):
    server = front(peers.wsgi(code, "site_app"))
    with crowd(server, 20) as clients:
        clients.wait_for_answers()
        for process in pids_of(server):
            os.kill(process, signal.SIGKILL)
        clients.wait_for_answers(300)
    clients.check()


def answers_with(server, version):
    return poll(lambda: server.fetch("/page").body.startswith(version), 30)


def test_a_touch_brings_new_code_and_nobody_waits_in_vain(front, code, tmp_path):
    touched = tmp_path / "reload"
    touched.touch()
    server = front(peers.wsgi(code, "site_app", reload_on=[str(touched)]))
    with crowd(server, 20) as clients:
        clients.wait_for_answers()
        before = pids_of(server)
        write_tree(code, {"site_app.py": code_of("two")})
        os.utime(touched, (time.time() + 5, time.time() + 5))
        assert answers_with(server, b"two"), server.log()
        # The second process takes its turn after the first.
        assert poll(lambda: not any(map(is_there, before)), 30)
        clients.wait_for_answers(200)
    clients.check()
    assert {body.split()[0] for body in clients.seen} == {b"one", b"two", b"a"}
    assert all(server.fetch("/page").body.startswith(b"two") for _ in range(10))


def test_a_hangup_brings_new_code_and_nobody_waits_in_vain(front, code):
    server = front(peers.wsgi(code, "site_app"))
    with crowd(server, 20) as clients:
        for version in ("two", "three"):
            clients.wait_for_answers()
            before = pids_of(server)
            write_tree(code, {"site_app.py": code_of(version)})
            server.signal(signal.SIGHUP)
            assert answers_with(server, version.encode()), server.log()
            assert poll(lambda: not any(map(is_there, before)), 30)
        clients.wait_for_answers(200)
    clients.check()
    assert server.is_running()


def test_new_code_that_does_not_run_leaves_the_old_in_place(front, code):
    server = front(peers.wsgi(code, "site_app"))
    with crowd(server, 10) as clients:
        clients.wait_for_answers()
        write_tree(code, {"site_app.py": "import no_such_module\n"})
        server.signal(signal.SIGHUP)
        server.wait_for_log("ModuleNotFoundError: No module named 'no_such_module'", 20)
        clients.wait_for_answers()
        write_tree(code, {"site_app.py": code_of("mended")})
        server.signal(signal.SIGHUP)
        assert answers_with(server, b"mended"), server.log()
    clients.check()


@pytest.mark.parametrize("way", ["a touch", "a hangup"])
def test_an_app_that_cannot_be_imported_costs_no_file(way, front, code, tmp_path):
    write_tree(code, {"site_app.py": "def helper():\n    return 1 / 0\n\n\nhelper()\n"})
    touched = tmp_path / "reload"
    touched.touch()
    server = front(peers.wsgi(code, "site_app", reload_on=[str(touched)], wait="60s"))
    # Some of these come while nobody knows yet: they do not wait for what will not come either.
    assert server.fetch("/page").status in (502, 503)
    assert server.fetch("/static/file.txt").body == b"a file"
    log = server.wait_for_log("ZeroDivisionError", 20)
    assert re.search(r"site_app\.py\", line 2, in helper", log), log
    # At once, though `wait` is long: the client gives up before that.
    answer = server.fetch("/page")
    assert answer.status in (502, 503), server.log()
    assert answer.get("Cache-Control") == "no-store"
    assert server.fetch("/static/file.txt").body == b"a file"
    write_tree(code, {"site_app.py": code_of("mended")})
    if way == "a touch":
        os.utime(touched, (time.time() + 5, time.time() + 5))
    else:
        server.signal(signal.SIGHUP)
    assert poll(lambda: server.fetch("/page").status == 200, 30), server.log()
    assert server.fetch("/page").body.startswith(b"mended")
