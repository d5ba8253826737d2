"""The access log: one line for each answer, in either format, whoever asks whatever."""

import json
import re

import pytest

from cases.site import CSS, CSS_GZ
from client import poll, request
from harness import write_tree

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
