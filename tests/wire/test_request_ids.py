"""What a request is called, from a trusted proxy to the application and the access log."""

import json
import re
import textwrap

import pytest

import peers
from backend import answering
from client import poll, request
from harness import SOURCE, free_port, write_tree

NEW = re.compile(r"[0-9a-f]{32}\Z")
FORGED = "X-Request-ID: chosen-by-a-client"


def logged(server, count):
    """The first `count` lines of its access log on stdout."""
    found = poll(lambda: (t := server.output.read_text()).count("\n") >= count and t)
    assert found, server.output.read_text()
    return [json.loads(line) for line in found.splitlines()]


def ids_in(head):
    return [line.split(": ", 1)[1] for line in head.split("\r\n")
            if line.lower().startswith("x-request-id:")]


@pytest.fixture
def site(front):
    """site(**settings) starts a server that logs to stdout, and the app behind it: (server, heads
    that the app has seen)."""

    def start(script=None, route=None, others=None, **settings):
        heads = []
        server, _ = front(script or answering(note=heads.append), route=route, others=others,
                          server={"log": {"access": "stdout", "format": "json"}, "threads": 1,
                                  **settings})
        return server, heads

    return start


def test_the_app_and_the_log_know_a_request_by_the_same_new_id(site):
    server, heads = site()
    answers = [server.fetch("/"), server.fetch("/", FORGED), server.fetch("/", "x_request_id: a")]
    ids = [ids_in(head) for head in heads]
    assert [len(each) for each in ids] == [1, 1, 1]
    assert all(NEW.match(each[0]) for each in ids), ids
    assert len({each[0] for each in ids}) == 3
    assert [line["request_id"] for line in logged(server, 3)] == [each[0] for each in ids]
    assert all("X-Request-ID" not in answer for answer in answers)


def test_a_trusted_proxy_may_name_it_if_the_name_is_harmless(site):
    server, heads = site(trusted_proxies=["127.0.0.0/8"])
    given = ["4bf92f3577b34da6a3ce929d0e0e4736", "Root=1-6789-abc", "a" * 128]
    refused = ["a" * 129, "a b", "<script>", 'a"b', "caf\xe9", "a;b", ""]
    for id in given + refused:
        server.fetch("/", f"X-Request-ID: {id}")
    server.fetch("/", "X-Request-ID: one", "X-Request-ID: two")
    ids = [ids_in(head) for head in heads]
    assert ids[:len(given)] == [[id] for id in given]
    assert all(len(each) == 1 and NEW.match(each[0]) for each in ids[len(given):]), ids
    lines = logged(server, len(ids))
    assert [line["request_id"] for line in lines] == [each[0] for each in ids]


def test_what_no_app_is_asked_has_none(site, tmp_path):
    root = write_tree(tmp_path / "static", {"a.txt": b"a\n"})
    server, heads = site(others={"/static/": {"files": str(root)}, "/fixed": {"respond": 200}})
    for target in ("/static/a.txt", "/fixed", "/static/none"):
        server.fetch(target, FORGED)
    assert [line["request_id"] for line in logged(server, 3)] == [None, None, None]
    assert heads == []


def test_a_kept_answer_has_none(site):
    heads = []
    script = answering(fields="Cache-Control: max-age=60\r\n", note=heads.append)
    server, _ = site(script, route={"cache_responses": "60s"})
    for _ in range(3):
        assert server.fetch("/").status == 200
    assert len(heads) == 1
    assert [line["request_id"] for line in logged(server, 3)] == [ids_in(heads[0])[0], None, None]


def test_a_file_that_the_app_asked_for_keeps_its_id(site, tmp_path):
    root = write_tree(tmp_path / "protected", {"a.txt": b"a\n"})
    heads = []
    script = answering(fields="X-Accel-Redirect: /protected/a.txt\r\n", note=heads.append)
    server, _ = site(script, others={"/protected/": {"files": str(root), "internal": True}})
    assert server.fetch("/download").body == b"a\n"
    assert [line["request_id"] for line in logged(server, 1)] == ids_in(heads[0])


def test_an_answer_has_it_where_the_app_says_so(site):
    server, _ = site(answering(fields="X-Request-ID: of-the-app\r\n"))
    assert server.fetch("/").get("X-Request-ID") == "of-the-app"


def test_a_retry_has_the_same_id(front):
    heads = []

    def script(peer):
        head, _ = peer.read_request()
        heads.append(head)
        if len(heads) > 1:
            peer.answer("second")

    server, _ = front(script)
    assert server.fetch("/").body == b"second"
    assert len(heads) == 2
    assert ids_in(heads[0]) == ids_in(heads[1]) != []


def test_combined_ends_with_it(front):
    heads = []
    server, _ = front(answering(note=heads.append), server={"log": {"access": "stdout"}})
    server.fetch("/")
    found = poll(server.output.read_text)
    assert found.endswith(f" site.test {ids_in(heads[0])[0]} 1\n"), found


def closing(peer):
    peer.read_request()
    peer.close()


def cut(peer):
    peer.read_request()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
    peer.close()


def silent(peer):
    peer.read_request()
    peer.wait_for_close()


@pytest.mark.parametrize("script,status,line", [
    (closing, 502, "POST /a was answered with 502"),
    (silent, 504, "POST /a was answered with 504"),
    (cut, 200, "POST /a was answered in part"),
    (answering(fields="X-Accel-Redirect: protected\r\n"), 500, "is no path; .*asked for /a"),
    (answering(fields="X-Accel-Redirect: /b\r\n"), 500, "leads to app 'site'; .*asked for /a"),
], ids=["no answer", "none in time", "half an answer", "a file nowhere", "a file of an app"])
def test_a_fault_of_an_app_is_logged_with_the_id_of_its_request(front, script, status, line):
    server, _ = front(script, answer_timeout="300ms",
                      server={"log": {"access": "stdout", "format": "json"}})
    with server.connect() as connection:
        connection.send(request("/a", "Content-Length: 0", method="POST"))
        connection.receive()
    entry = logged(server, 1)[0]
    assert entry["status"] == status and NEW.match(entry["request_id"])
    log = server.wait_for_log(line)
    told = [each for each in log.splitlines() if re.search(line, each)]
    assert len(told) == 1 and told[0].endswith(f" (request {entry['request_id']})"), log


def test_so_is_an_app_that_is_not_there(serve):
    server = serve({"*": {"/": {"app": "site"}}}, log={"access": "stdout", "format": "json"},
                   apps={"site": {"http": f"127.0.0.1:{free_port()}", "wait": "0s"}})
    assert server.fetch("/a").status == 502
    id = logged(server, 1)[0]["request_id"]
    server.wait_for_log(rf"app 'site': .*; GET /a was answered with 502 \(request {id}\)")


def test_it_is_shown_how_django_logs_it(serve, tmp_path):
    pytest.importorskip("django")
    text = (SOURCE / "conf" / "README.md").read_text()
    shown = re.search(r"```python\n(# mysite/request_id\.py\n.*?)```", text, re.S)[1]
    write_tree(tmp_path / "code", {
        "mysite/__init__.py": "",
        "mysite/request_id.py": shown,
        "mysite/site.py": textwrap.dedent('''
            import logging

            from django.conf import settings
            from django.core.wsgi import get_wsgi_application
            from django.http import HttpResponse
            from django.urls import path

            from mysite.request_id import LOGGING

            settings.configure(ROOT_URLCONF="mysite.site", SECRET_KEY="x", ALLOWED_HOSTS=["*"],
                               MIDDLEWARE=["mysite.request_id.middleware"], LOGGING=LOGGING)

            def page(request):
                logging.getLogger("mysite").info("seen")
                return HttpResponse("page")

            urlpatterns = [path("", page)]
            application = get_wsgi_application()
            '''),
    })
    server = serve({"*": {"/": {"app": "site"}}},
                   apps={"site": peers.wsgi(tmp_path / "code", "mysite.site", processes=1)},
                   log={"access": "stdout", "format": "json"})
    assert server.fetch("/", timeout=30).body == b"page"
    id = logged(server, 1)[0]["request_id"]
    server.wait_for_log(f"INFO {id} seen")
