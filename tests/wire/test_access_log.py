"""The access log: one line for each answer, in either format, whoever asks whatever."""

import json
import re

import pytest

from backend import Backend, answering
from cases.site import CSS, CSS_GZ
from client import Connection, fetch, poll, request
from harness import free_port, write_tree

COMBINED = re.compile(
    r'^(?P<client>\S+) - - \[(?P<date>\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000)\] '
    r'"(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) (?P<bytes>\d+|-) '
    r'"(?P<referer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)"(?P<more>.*)$')


@pytest.fixture(params=["combined", "json"])
def logged(serve, tmp_path, request):
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n", "app.css": CSS, "app.css.gz": CSS_GZ,
                                          "big.bin": bytes(200000)})
    path = tmp_path / "access.log"
    server = serve({"*": {"/": {"files": str(root)}}},
                   log={"access": str(path), "format": request.param}, threads=1)

    def lines(count):
        """The first `count` lines, as {client, request, status, bytes, referer, agent}."""
        found = poll(lambda: path.exists() and (t := path.read_text()).count("\n") >= count and t)
        assert found, path.read_text() if path.exists() else "no log"
        assert found.endswith("\n")
        return [read(line) for line in found.splitlines()]

    def read(line):
        if request.param == "combined":
            match = COMBINED.match(line)
            assert match, line
            return {**match.groupdict(), "status": int(match["status"])}
        value = json.loads(line)
        parts = (value["method"], value["target"], value["protocol"])
        return {"client": value["client"], "status": value["status"], "bytes": str(value["bytes"]),
                "request": " ".join(parts) if parts[0] else "-", "date": value["time"],
                "referer": value["referer"] or "-", "agent": value["user_agent"] or "-",
                "more": f"{value['variant']} {value['cache']}", "json": value}

    server.lines = lines
    server.log_format = request.param
    return server


def test_a_line_says_who_asked_for_what_and_what_became_of_it(logged):
    logged.fetch("/a.txt?b=c", "Referer: http://x.test/", "User-Agent: tester/1.0 (x)")
    line = logged.lines(1)[0]
    assert line["client"] == "127.0.0.1"
    assert line["request"] == "GET /a.txt?b=c HTTP/1.1"
    assert (line["status"], line["bytes"]) == (200, "2")
    assert (line["referer"], line["agent"]) == ("http://x.test/", "tester/1.0 (x)")


def test_bytes_are_those_of_the_body(logged):
    logged.fetch("/a.txt", method="HEAD")
    logged.fetch("/a.txt", "If-None-Match: *")
    logged.fetch("/big.bin")
    logged.fetch("/big.bin", "Range: bytes=0-99")
    lines = logged.lines(4)
    assert [l["status"] for l in lines] == [200, 304, 200, 206]
    assert [l["bytes"].replace("-", "0") for l in lines] == ["0", "0", "200000", "100"]


def test_the_variant_and_the_cache_verdict_are_told(logged):
    def is_coded():
        return logged.fetch("/app.css", "Accept-Encoding: gzip").get("Content-Encoding") == "gzip"

    assert poll(is_coded)
    found = poll(lambda: any("gzip" in l["more"] and "auto" in l["more"] for l in logged.lines(1)))
    assert found, logged.lines(1)


def test_a_malformed_request_is_a_line_too(logged):
    with logged.connect() as connection:
        connection.send(b"NONSENSE\r\n\r\n")
        assert connection.read_response().status in (400, 501)
        connection.expect_end()
    line = logged.lines(1)[0]
    assert line["status"] in (400, 501)


def test_nobody_can_forge_a_line(logged):
    logged.fetch("/%0d%0a127.0.0.1%20-%20-?\"quo\\te\"", "User-Agent: a\"b\\c\td\xe9\xff",
                 "Referer: \" 200 5 \"")
    logged.fetch("/a.txt")
    lines = logged.lines(2)
    assert len(lines) == 2
    assert lines[1]["request"] == "GET /a.txt HTTP/1.1"


def test_pipelined_requests_are_lines_in_their_order(logged):
    with logged.connect() as connection:
        connection.send(b"".join(request(f"/a.txt?{i}") for i in range(50)))
        for _ in range(50):
            connection.read_response()
    targets = [l["request"].split()[1] for l in logged.lines(50)]
    assert targets == [f"/a.txt?{i}" for i in range(50)]


def test_a_stop_loses_no_line(logged):
    for i in range(20):
        logged.fetch(f"/a.txt?{i}")
    logged.stop()
    assert len(logged.lines(20)) == 20


def test_stdout_takes_the_log_as_well(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n"})
    server = serve({"*": {"/": {"files": str(root)}}}, log={"access": "stdout"})
    server.fetch("/a.txt")
    assert poll(lambda: "GET /a.txt HTTP/1.1" in server.output.read_text())


def test_off_is_off(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n"})
    server = serve({"*": {"/": {"files": str(root)}}}, log={"access": "off"})
    server.fetch("/a.txt")
    server.stop()
    assert "/a.txt" not in server.output.read_text()


def test_routine_answers_of_files_are_sampled_and_nothing_else(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n", "big.bin": bytes(8_000_000)})
    with Backend(answering()) as backend:
        server = serve({"*": {"/": {"files": str(root)}, "/app/": {"app": "site"},
                              "/fixed": {"respond": 200}}},
                       apps={"site": {"http": backend.address}},
                       log={"access": "stdout", "format": "json", "sample": "1/20"})
        with server.connect() as connection:
            for _ in range(20):
                connection.send(request("/a.txt") * 49 + request("/missing"))
                for _ in range(50):
                    connection.read_response()
            for target in ("/app/x", "/fixed"):
                connection.send(request(target))
                assert connection.read_response().status == 200
            connection.send(request("/a.txt", "If-None-Match: *"))
            assert connection.read_response().status == 304
        with server.connect(receive_buffer=4096) as connection:
            connection.send(request("/big.bin"))
            assert connection.receive()
        server.fetch("/last")
        server.stop()
    lines = [json.loads(line) for line in server.output.read_text().splitlines()]
    by_target = {}
    for line in lines:
        by_target.setdefault(line["target"], []).append(line)
    assert len(by_target["/missing"]) == 20
    assert [line["complete"] for line in by_target["/big.bin"]] == [False]
    assert {"/app/x", "/fixed", "/last"} <= set(by_target)
    files = by_target.get("/a.txt", [])
    assert {line["sample"] for line in files} == {20}
    assert 5 <= len(files) <= 150, len(files)  # 49 are to be expected; the odds are below 1e-13
    assert all(line["sample"] == 1 for line in lines if line["target"] != "/a.txt")


# ---- who asked: whoever stands before us, on each way that a line is written

CLIENT = "198.51.100.7"
SAID = f"X-Forwarded-For: 6.6.6.6, {CLIENT}"
GREETING = f"PROXY TCP4 {CLIENT} 127.0.0.1 4321 80\r\n".encode()


@pytest.fixture
def behind(serve, tmp_path):
    """behind(**settings) starts a server of files and an app, on a port and on one that wants a
    PROXY header: its lines come from `clients(count)`, its second address is `greeted`."""
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n", "big.bin": bytes(8_000_000)})
    port = free_port()
    with Backend(answering()) as backend:
        def start(**settings):
            server = serve(
                {"*": {"/": {"files": str(root)}, "/app/": {"app": "site"}}}, threads=1,
                apps={"site": {"http": backend.address}},
                log={"access": "stdout", "format": "json"},
                listen=[f"127.0.0.1:{free_port()}", f"unix:{tmp_path}/sock",
                        {"address": f"127.0.0.1:{port}", "proxy_protocol": True}], **settings)
            server.greeted = ("127.0.0.1", port)
            server.unix = f"{tmp_path}/sock"
            server.clients = lambda count: clients_in(server, count)
            return server

        yield start


def clients_in(server, count):
    found = poll(lambda: (t := server.output.read_text()).count("\n") >= count and t)
    assert found, server.output.read_text()
    return [json.loads(line)["client"] for line in found.splitlines()]


def leave_early(address, *fields, before=b""):
    with Connection(address, receive_buffer=4096) as connection:
        connection.send(before + request("/big.bin", *fields))
        assert connection.receive()


def test_the_client_of_a_trusted_proxy_is_logged_whatever_answers(behind):
    server = behind(trusted_proxies=["127.0.0.1"])
    for target in ("/a.txt", "/app/x", "/missing"):
        server.fetch(target, SAID)
    server.fetch("/a.txt", f"Forwarded: for={CLIENT}")
    leave_early(server.address, SAID)
    assert server.clients(5) == [CLIENT] * 5


def test_each_request_of_a_connection_has_its_own_client(behind):
    server = behind(trusted_proxies=["127.0.0.1"])
    with server.connect() as connection:
        connection.send(b"".join(request("/a.txt", f"X-Forwarded-For: 192.0.2.{i}")
                                 for i in range(20)) + request("/a.txt"))
        for _ in range(21):
            connection.read_response()
    assert server.clients(21) == [f"192.0.2.{i}" for i in range(20)] + ["127.0.0.1"]


def test_the_client_of_a_proxy_on_a_unix_socket_is_logged(behind):
    server = behind(trusted_proxies=["unix:"])
    fetch(server.unix, "/a.txt", SAID)
    server.fetch("/a.txt", SAID)
    assert sorted(server.clients(2)) == ["127.0.0.1", CLIENT]


def test_nobody_else_is_believed(behind):
    server = behind(trusted_proxies=["10.0.0.0/8"])
    server.fetch("/a.txt", SAID)
    fetch(server.unix, "/app/x", SAID)
    assert sorted(server.clients(2)) == ["127.0.0.1", "unix:"]


def test_the_client_of_the_proxy_protocol_is_logged_whatever_becomes_of_it(behind):
    server = behind()
    for target, fields in (("/a.txt", ()), ("/app/x", ()), ("/a.txt", ("Bad Field: 1",))):
        with Connection(server.greeted) as connection:
            connection.send(GREETING + request(target, *fields))
            assert connection.read_response().status in (200, 400)
    leave_early(server.greeted, before=GREETING)
    assert server.clients(4) == [CLIENT] * 4


def test_the_proxy_protocol_may_name_a_proxy_that_is_trusted(behind):
    server = behind(trusted_proxies=[CLIENT])
    with Connection(server.greeted) as connection:
        connection.send(GREETING + request("/a.txt", "X-Forwarded-For: 203.0.113.9"))
        assert connection.read_response().status == 200
    assert server.clients(1) == ["203.0.113.9"]


def test_a_refused_head_is_of_the_proxy_that_sent_it(behind):
    # What it says of the client cannot be read.
    server = behind(trusted_proxies=["127.0.0.1"])
    with server.connect() as connection:
        connection.send(request("/a.txt", SAID, "Bad Field: 1"))
        assert connection.read_response().status == 400
    assert server.clients(1) == ["127.0.0.1"]
