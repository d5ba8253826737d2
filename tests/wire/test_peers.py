"""Real applications behind Frontis, over every protocol: what they are asked is what the client
asked, and what they answer is what the client gets."""

import hashlib
import json
import os
import re
import shutil
import socket
import struct
import tempfile
import threading
from pathlib import Path

import pytest

import echo_site
import peers
from backend import Backend
from client import request
from harness import Server, write_tree

peers.needs(peers.GUNICORN, "gunicorn")
peers.needs(peers.UWSGI, "uwsgi")
peers.needs(peers.PHP_FPM, "php-fpm")

PYTHON = {
    "gunicorn on tcp": lambda folder, code, module="echo": peers.gunicorn(
        folder, module, code, tcp=True, threads=4),
    "gunicorn": lambda folder, code, module="echo": peers.gunicorn(folder, module, code),
    **{f"uwsgi {protocol}": lambda folder, code, module="echo", protocol=protocol: peers.uwsgi(
        folder, module, code, protocol) for protocol in ("uwsgi", "http", "scgi", "fastcgi")},
}
PHP = {"php-fpm": lambda folder, code: peers.php_fpm(folder, code / "index.php")}
MOUNTED = ["wsgi", "uwsgi uwsgi", "uwsgi fastcgi"]
KEEP_CONNECTIONS = ["gunicorn on tcp", "php-fpm"]
BYTES = 3_000_000


@pytest.fixture(scope="module")
def code():
    """php-fpm's workers are another user, who cannot see into pytest's folders."""
    folder = Path(tempfile.mkdtemp(prefix="frontis-peers-"))
    folder.chmod(0o755)
    write_tree(folder, {"echo.py": echo_site.WSGI, "index.php": echo_site.PHP,
                        "shop.py": echo_site.FLASK})
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module", params=["wsgi", *PYTHON, *PHP])
def site(request, module_folder, code, binary):
    """A server in front of each peer in turn."""
    folder = module_folder / request.param.replace(" ", "-")
    routes = {"*": {"/": {"app": "site"}}}
    if request.param == "wsgi":
        with Server(folder, routes, apps={"site": peers.wsgi(code, "echo")}) as server:
            yield server
        return
    with {**PYTHON, **PHP}[request.param](folder, code) as peer:
        with Server(folder, routes, apps={"site": peer.app}) as server:
            yield server


def ask(server, target, *fields, **more):
    answer = server.fetch(target, *fields, **more)
    assert answer.status == 200, (answer, server.log())
    assert answer.get("Content-Type").startswith("application/json")
    return json.loads(answer.body)


def post(server, target, body, kind):
    return ask(server, target, f"Content-Type: {kind}", f"Content-Length: {len(body)}",
               method="POST", body=body)


def test_a_query_comes_as_it_was_sent(site):
    for query in ("a=1&b=2", "q=%20%2F%3f+%26", "", "?", "x=%C3%BC", "a&b=&=c"):
        environ = ask(site, f"/echo?{query}")["environ"]
        assert environ["QUERY_STRING"] == query
        assert environ["REQUEST_METHOD"] == "GET"


PATHS = [
    ("/echo/plain", b"/echo/plain"),
    ("/a%20b/c%2Bd", b"/a b/c+d"),
    ("/gr%C3%BC%C3%9Fe", "/grüße".encode()),
    ("/%E6%97%A5%E6%9C%AC", "/日本".encode()),
    ("/a%3Fb%23c", b"/a?b#c"),
    ("/dots/..hidden", b"/dots/..hidden"),
    ("/semi;colon=1,2", b"/semi;colon=1,2"),
]


@pytest.mark.parametrize("target, path", PATHS, ids=[target for target, _ in PATHS])
def test_the_path_comes_as_bytes(site, target, path):
    environ = ask(site, target)["environ"]
    assert environ["PATH_INFO"].encode("latin-1") == path
    said = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    assert said in (None, target)


def test_the_variables_are_those_of_the_request(site):
    fields = ("X-One: 1", "Accept-Language: de", "Accept-Language: en", "User-Agent: us",
              "Proxy: http://evil", "X_One: 2", "X-Forwarded-For: 9.9.9.9", "Connection: X-Hop",
              "X-Hop: 1")
    environ = ask(site, "/echo?x=1", *fields, host="www.example.org:8080")["environ"]
    expected = {
        "REQUEST_METHOD": "GET", "QUERY_STRING": "x=1", "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "www.example.org:8080", "HTTP_X_ONE": "1", "HTTP_USER_AGENT": "us",
        "HTTP_X_FORWARDED_FOR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "http",
        "HTTP_X_FORWARDED_HOST": "www.example.org:8080", "PATH_INFO": "/echo",
    }
    assert {name: environ.get(name) for name in expected} == expected
    assert environ["HTTP_ACCEPT_LANGUAGE"].replace(" ", "") == "de,en"
    assert not {"HTTP_PROXY", "HTTP_X_HOP", "HTTPS"} & set(environ)
    assert environ.get("HTTP_CONNECTION", "keep-alive") == "keep-alive"  # that to the peer
    assert environ.get("CONTENT_LENGTH", "") in ("", "0")


def test_the_request_has_an_id_that_its_client_did_not_choose(site):
    ids = [ask(site, "/echo", "X-Request-ID: chosen", "X_Request_Id: chosen")["environ"]
           ["HTTP_X_REQUEST_ID"] for _ in range(2)]
    assert all(re.fullmatch("[0-9a-f]{32}", id) for id in ids)
    assert ids[0] != ids[1]


def test_a_form_is_read(site):
    body = "name=J%C3%BCrgen+M&plz=1%262".encode()
    said = post(site, "/echo", body, "application/x-www-form-urlencoded")
    assert said["form"] == {"name": ["Jürgen M"], "plz": ["1&2"]}
    assert said["environ"]["CONTENT_LENGTH"] == str(len(body))
    assert said["environ"]["CONTENT_TYPE"] == "application/x-www-form-urlencoded"


def test_a_large_upload_comes_whole(site):
    body = os.urandom(BYTES)
    said = post(site, "/echo", body, "application/octet-stream")
    assert said["length"] == BYTES
    assert said["sha256"] == hashlib.sha256(body).hexdigest()


def test_a_chunked_upload_comes_whole_and_counted(site):
    body = os.urandom(200_000)
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in
                      (body[:1], body[1:100_000], body[100_000:])) + b"0\r\n\r\n"
    said = ask(site, "/echo", "Content-Type: application/octet-stream",
               "Transfer-Encoding: chunked", method="POST", body=chunks)
    assert said["sha256"] == hashlib.sha256(body).hexdigest()
    assert said["environ"]["CONTENT_LENGTH"] == str(len(body))


def test_head_has_no_body(site):
    with site.connect() as client:
        for _ in range(3):
            client.send(request("/unchanged", method="HEAD"))
            answer = client.read_response("HEAD")
            assert (answer.status, answer.get("ETag")) == (200, '"one"')
        client.send(request("/unchanged"))
        assert client.read_response().body == b"one"


def test_unchanged_has_no_body(site):
    with site.connect() as client:
        for _ in range(3):
            client.send(request("/unchanged", 'If-None-Match: "one"'))
            answer = client.read_response()
            assert (answer.status, answer.get("ETag"), answer.body) == (304, '"one"', b"")
        client.send(request("/unchanged"))
        assert client.read_response().body == b"one"


def test_an_answer_without_a_length_comes_whole(site):
    expected = b"".join(b"%d\n" % number for number in range(1000))
    with site.connect() as client:
        for _ in range(3):
            client.send(request("/stream"))
            assert client.read_response().body == expected


def test_cookies_go_both_ways(site):
    answer = site.fetch("/cookies", "Cookie: x=1; y=2")
    assert answer.all("Set-Cookie") == ["a=1; Path=/", "b=2"]
    assert answer.get("X-Got") == "x=1; y=2"


def test_statuses_come_as_they_are(site):
    answer = site.fetch("/moved")
    assert (answer.status, answer.get("Location")) == (302, "/elsewhere?x=1")
    answer = site.fetch("/missing")
    assert (answer.status, answer.body) == (404, b"not here")


def test_each_answer_has_one_date_and_one_server(site):
    answer = site.fetch("/echo")
    for name in ("Date", "Content-Length", "Connection"):
        assert len(answer.all(name)) == 1, (name, answer.fields)
    assert len(answer.all("Server")) <= 1


def test_php_knows_its_script(binary, tmp_path, code):
    with PHP["php-fpm"](tmp_path / "php", code) as peer:
        with Server(tmp_path, {"*": {"/": {"app": "site"}}}, apps={"site": peer.app}) as server:
            environ = ask(server, "/some/page?x=1")["environ"]
    assert environ["SCRIPT_FILENAME"] == str(code / "index.php")
    assert environ["REQUEST_URI"] == "/some/page?x=1"
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert environ["SERVER_NAME"] == "site.test"
    assert environ["SERVER_PORT"] == "80"
    assert environ["GATEWAY_INTERFACE"] == "CGI/1.1"
    assert environ["REQUEST_SCHEME"] == "http"


def copy(source, to):
    try:
        while data := source.recv(65536):
            to.sendall(data)
        to.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def relay(peer):
    """A script for Backend that passes everything to `peer` and back."""

    def script(ours):
        family = socket.AF_UNIX if isinstance(peer.address, str) else socket.AF_INET
        with socket.socket(family) as theirs:
            theirs.connect(peer.address)
            back = threading.Thread(target=copy, args=(theirs, ours.socket), daemon=True)
            back.start()
            ours.socket.settimeout(None)
            copy(ours.socket, theirs)
            back.join(10)

    return script


@pytest.mark.parametrize("kind", KEEP_CONNECTIONS)
def test_a_connection_is_used_again(kind, binary, tmp_path, code):
    with {**PYTHON, **PHP}[kind](tmp_path / "peer", code) as peer:
        with Backend(relay(peer)) as between:
            app = {name: between.address if name in ("http", "fastcgi") else value
                   for name, value in peer.app.items()}
            app["idle_timeout"] = "30s"
            routes = {"*": {"/": {"app": "site"}}}
            with Server(tmp_path, routes, apps={"site": app}, threads=1) as server:
                for _ in range(10):
                    ask(server, "/echo")
                    assert server.fetch("/stream").status == 200
                assert between.connections == 1


@pytest.mark.parametrize("more", [{}, {"idle_timeout": "30s"}], ids=["as it is", "kept"])
def test_no_idle_connection_holds_the_only_process(more, binary, tmp_path, code):
    # A process of php-fpm serves one connection, and a POST never goes over one that was idle.
    with peers.php_fpm(tmp_path / "peer", code / "index.php", processes=1) as peer:
        routes = {"*": {"/": {"app": "site"}}}
        with Server(tmp_path, routes, apps={"site": {**peer.app, **more}}, threads=2) as server:
            for _ in range(8):
                ask(server, "/echo")
                assert post(server, "/echo", b"a=b", "text/plain")["length"] == 3


def pairs_of_uwsgi(peer):
    head = peer.read(4)
    rest = peer.read(struct.unpack("<H", head[1:3])[0])
    pairs = []
    while rest:
        size = struct.unpack("<H", rest[:2])[0]
        name, rest = rest[2:2 + size], rest[2 + size:]
        size = struct.unpack("<H", rest[:2])[0]
        value, rest = rest[2:2 + size], rest[2 + size:]
        pairs.append((name.decode(), value.decode("latin-1")))
    return pairs


def pairs_of_scgi(peer):
    size = b""
    while not size.endswith(b":"):
        size += peer.read(1)
    words = peer.read(int(size[:-1])).decode("latin-1").split("\0")[:-1]
    assert peer.read(1) == b","
    return list(zip(words[::2], words[1::2]))


@pytest.mark.parametrize("protocol, read", [("uwsgi", pairs_of_uwsgi), ("scgi", pairs_of_scgi)])
def test_each_variable_comes_once(protocol, read, serve):
    seen = []

    def script(peer):
        seen.append(read(peer))
        assert peer.read(2) == b"ok"
        peer.send("Status: 200 OK\r\n\r\nfine" if protocol == "scgi"
                  else "HTTP/1.1 200 OK\r\n\r\nfine")

    with Backend(script) as backend:
        app = {protocol: backend.address, "params": {"SERVER_NAME": "own", "HTTP_X_A": "own"}}
        server = serve({"*": {"/": {"app": "site"}}}, apps={"site": app})
        fields = ("X-A: 1", "X-A: 2", "x-a: 3", "X_A: 4", "Content-Type: a/b", "Content-Length: 2",
                  "Host-: x", "Remote-Addr: 1", "X-Real-IP: 6.6.6.6", "Cookie: a", "Cookie: b")
        assert server.fetch("/x?y", *fields, method="POST", body=b"ok").body == b"fine"
    names = [name for name, _ in seen[0]]
    assert sorted(names) == sorted(set(names))
    values = dict(seen[0])
    assert values["SERVER_NAME"] == "own" and values["HTTP_X_A"] == "own"
    assert values["HTTP_COOKIE"] == "a; b" and values["REMOTE_ADDR"] == "127.0.0.1"
    assert values["HTTP_X_REAL_IP"] == "127.0.0.1" and values["CONTENT_LENGTH"] == "2"


@pytest.mark.parametrize("kind", MOUNTED)
def test_a_mounted_app_knows_where_it_is(kind, binary, tmp_path, code):
    pytest.importorskip("flask")
    routes = {"*": {"/shop/": {"app": "shop", "mount": True}, "/": {"respond": 404}}}

    def check(app):
        with Server(tmp_path, routes, apps={"shop": app}) as server:
            said = server.fetch("/shop/", host="www.example.org").body.decode()
            assert said == "/shop/item/x%20y http://www.example.org/shop/item/z"
            assert server.fetch("/shop/item/%C3%BC").body == "ü".encode()
            assert server.fetch("/shop/go").get("Location").endswith("/shop/")
            assert server.fetch("/item/x").status == 404

    if kind == "wsgi":
        check(peers.wsgi(code, "shop"))
        return
    with PYTHON[kind](tmp_path / "peer", code, "shop") as peer:
        check(peer.app)
