"""X-Accel-Redirect and X-Sendfile: the application decides, the server sends the file from a route
that nobody reaches without it."""

import pytest

from client import request
from harness import Server, write_tree
from stage import Stage, saying, seen

TEXT = b"the quick brown fox\n" * 50


def wish(fields, body="a page of the framework"):
    return saying(f"HTTP/1.1 200 OK\r\n{fields}Content-Length: {len(body)}\r\n\r\n{body}")


def scenes(files):
    accel = "X-Accel-Redirect: /protected/"
    return {
        "text": wish(f"{accel}text.txt\r\nContent-Type: text/html; charset=utf-8\r\n"),
        "typed": wish(f"{accel}text.txt\r\nContent-Type: application/x-own\r\n"),
        "named": wish(
            f"{accel}text.txt\r\nContent-Disposition: attachment; filename=\"a.txt\"\r\n"
            "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Own: 1\r\n"),
        "cached": wish(f"{accel}text.txt\r\nCache-Control: public, max-age=60\r\n"),
        "own-validators": wish(
            f"{accel}text.txt\r\nETag: \"app\"\r\nLast-Modified: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
            "Content-Encoding: br\r\nAccept-Ranges: none\r\n"),
        "query": wish(f"{accel}text.txt?token=1\r\n"),
        "escaped": wish(f"{accel}a%20b.txt\r\n"),
        "nested": wish(f"{accel}deep/text.txt\r\n"),
        "sendfile": wish(f"X-Sendfile: {files}/text.txt\r\n"),
        "sendfile-deep": wish(f"X-Sendfile: {files}/deep/text.txt\r\n"),
        "both": wish(f"{accel}text.txt\r\nX-Sendfile: {files}/missing\r\n"),
        "chunked": saying("HTTP/1.1 200 OK\r\nX-Accel-Redirect: /protected/text.txt\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        # What a framework says that takes the file's length, and sends nothing itself.
        "length-of-file": saying(f"HTTP/1.1 200 OK\r\n{accel}text.txt\r\n"
                                 f"Content-Length: {len(TEXT)}\r\n\r\n", "close"),
        "sendfile-and-length": saying(f"HTTP/1.1 200 OK\r\nX-Sendfile: {files}/text.txt\r\n"
                                      f"Content-Length: {len(TEXT)}\r\n\r\n"),
        "public": wish("X-Accel-Redirect: /public/text.txt\r\n"),
        "large": wish(f"{accel}text.txt\r\n", "a" * 300_000),
        "file-of-both": wish("X-Accel-Redirect: /both/text.txt\r\n"),
        "app-of-both": wish("X-Accel-Redirect: /both/missing.txt\r\n"),
        "missing": wish(f"{accel}missing.txt\r\n"),
        "climbing": wish(f"{accel}../secret.txt\r\n"),
        "climbing-escaped": wish(f"{accel}%2e%2e/secret.txt\r\n"),
        "hidden": wish(f"{accel}.hidden\r\n"),
        "no-path": wish("X-Accel-Redirect: protected/text.txt\r\n"),
        "a-host": wish("X-Accel-Redirect: http://a.test/protected/text.txt\r\n"),
        "bad-escape": wish("X-Accel-Redirect: /protected/%zz\r\n"),
        "nul": wish("X-Accel-Redirect: /protected/%00\r\n"),
        "loop": wish("X-Accel-Redirect: /loop\r\n"),
        "to-an-app": wish("X-Accel-Redirect: /ok\r\n"),
        "loop-of-two": wish("X-Accel-Redirect: /loop\r\n"),
        "sendfile-outside": wish("X-Sendfile: /etc/passwd\r\n"),
        "sendfile-climbing": wish(f"X-Sendfile: {files}/../secret.txt\r\n"),
        "sendfile-beside": wish(f"X-Sendfile: {files}-other/text.txt\r\n"),
        "sendfile-relative": wish("X-Sendfile: text.txt\r\n"),
        "sendfile-root": wish(f"X-Sendfile: {files}\r\n"),
        "sendfile-missing": wish(f"X-Sendfile: {files}/missing.txt\r\n"),
        "sendfile-link": wish(f"X-Sendfile: {files}/link.txt\r\n"),
    }


@pytest.fixture(scope="module")
def stage(binary, module_folder):
    files = write_tree(module_folder / "files", {
        "text.txt": TEXT, "a b.txt": b"spaced", "deep/text.txt": b"deep", ".hidden": b"hidden"})
    write_tree(module_folder / "files-other", {"text.txt": b"other"})
    write_tree(module_folder / "public", {"text.txt": b"public"})
    (module_folder / "secret.txt").write_bytes(b"secret")
    (files / "link.txt").symlink_to(module_folder / "secret.txt")
    stage = Stage(scenes(files))
    routes = {
        "/": {"app": "site"},
        "/protected/": {"files": str(files), "internal": True},
        "/public/": {"files": str(module_folder / "public")},
        "/both/": [{"files": str(module_folder / "public")}, {"app": "site"}],
    }
    apps = {"site": {"http": stage.backend.address}}
    with Server(module_folder / "server", {"*": routes}, apps=apps) as stage.server:
        yield stage
    stage.backend.stop()


# (scene, fields of the request, status, body, fields of the answer; None: not there)
SENT = {
    "a file": ("text", [], 200, TEXT, {"Content-Type": "text/plain; charset=utf-8",
                                       "Cache-Control": "private, no-cache",
                                       "X-Accel-Redirect": None}),
    "a type of the app's": ("typed", [], 200, TEXT, {"Content-Type": "application/x-own"}),
    "a disposition": ("named", [], 200, TEXT, {
        "Content-Disposition": 'attachment; filename="a.txt"', "X-Own": "1"}),
    "caching of the app's": ("cached", [], 200, TEXT, {"Cache-Control": "public, max-age=60"}),
    "validators are the file's": ("own-validators", [], 200, TEXT, {"Content-Encoding": None,
                                                                   "Accept-Ranges": "bytes"}),
    "a query": ("query", [], 200, TEXT, {}),
    "an escape": ("escaped", [], 200, b"spaced", {}),
    "a folder": ("nested", [], 200, b"deep", {}),
    "X-Sendfile": ("sendfile", [], 200, TEXT, {"X-Sendfile": None,
                                              "Cache-Control": "private, no-cache"}),
    "X-Sendfile in a folder": ("sendfile-deep", [], 200, b"deep", {}),
    "both": ("both", [], 200, TEXT, {"X-Sendfile": None}),
    "an answer in chunks": ("chunked", [], 200, TEXT, {}),
    "the length of the file and no body": ("length-of-file", [], 200, TEXT, {}),
    "the length, no body, and no end": ("sendfile-and-length", [], 200, TEXT, {}),
    "an answer that is long": ("large", [], 200, TEXT, {}),
    "a public route": ("public", [], 200, b"public", {}),
    "a file of a chain": ("file-of-both", [], 200, b"public", {}),
    "a range": ("text", ["Range: bytes=4-8"], 206, b"quick",
                {"Content-Range": f"bytes 4-8/{len(TEXT)}"}),
    "the last bytes": ("text", ["Range: bytes=-4"], 206, b"fox\n", {}),
    "a range beyond": ("text", ["Range: bytes=5000-"], 416, None,
                       {"Content-Range": f"bytes */{len(TEXT)}"}),
    "an old date": ("text", ["If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"], 200, TEXT, {}),
    "a tag that fits all": ("text", ["If-None-Match: *"], 304, b"", {}),
    "a tag that does not fit": ("text", ['If-None-Match: "x"'], 200, TEXT, {}),
    "a wrong If-Match": ("text", ['If-Match: "x"'], 412, None, {}),
}

REFUSED = {
    "no file": ("missing", 404),
    "a path that climbs": ("climbing", 500),
    "a path that climbs in escapes": ("climbing-escaped", 500),
    "a hidden file": ("hidden", 404),
    "no path": ("no-path", 500),
    "an address": ("a-host", 500),
    "an escape that is none": ("bad-escape", 500),
    "NUL": ("nul", 500),
    "a loop": ("loop", 500),
    "an application": ("to-an-app", 500),
    "the application of a chain": ("app-of-both", 500),
    "a wish of a wish": ("loop-of-two", 500),
    "a file outside": ("sendfile-outside", 500),
    "a file that climbs outside": ("sendfile-climbing", 500),
    "a file beside": ("sendfile-beside", 500),
    "a relative file": ("sendfile-relative", 500),
    "the root itself": ("sendfile-root", 500),
    "no such file": ("sendfile-missing", 404),
    "a link to the outside": ("sendfile-link", 404),
}


@pytest.mark.parametrize("name", SENT)
def test_the_file_is_sent(stage, name):
    scene, fields, status, body, expected = SENT[name]
    answer = seen(stage.server, f"/{scene}", *fields)
    assert answer.status == status
    assert body is None or answer.body == body
    for field, value in expected.items():
        assert answer.get(field) == value, field
    head = seen(stage.server, f"/{scene}", *fields, method="HEAD")
    if fields and fields[0].startswith("Range"):
        assert head.status == 200  # RFC 9110, 14.2: ranges are for GET
        return
    assert head.status == status
    assert head.get("Content-Length") == answer.get("Content-Length")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_sent_is_no_page_of_the_framework(stage, name, method):
    scene, status = REFUSED[name]
    answer = seen(stage.server, f"/{scene}", "Content-Length: 0", method=method)
    assert answer.status in (status, 404 if "climb" in scene else status)
    assert b"framework" not in answer.body and b"secret" not in answer.body
    assert "root:" not in answer.body.decode("latin-1")
    assert seen(stage.server, "/ok").body == b"ok"


def test_the_application_is_not_asked_twice(stage):
    before = stage.times("to-an-app"), stage.times("ok")
    assert seen(stage.server, "/to-an-app").status == 500
    assert (stage.times("to-an-app"), stage.times("ok")) == (before[0] + 1, before[1])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods_get_the_file_whole(stage, method):
    answer = seen(stage.server, "/text", "Content-Length: 3", method=method, body=b"abc")
    assert (answer.status, answer.body) == (200, TEXT)


def test_cookies_of_the_app_all_come(stage):
    assert seen(stage.server, "/named").all("Set-Cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize("target", [
    "/protected/text.txt", "/protected/", "//protected/text.txt", "/protected//text.txt",
    "/x/../protected/text.txt", "/%70rotected/text.txt", "/protected/./text.txt",
    "http://other.test/protected/text.txt",
])
def test_nobody_reaches_an_internal_route_by_himself(stage, target):
    for fields in ([], ["X-Accel-Redirect: /protected/text.txt"], ["X-Sendfile: text.txt"]):
        answer = seen(stage.server, target, *fields)
        assert answer.status == 404
        assert b"fox" not in answer.body


def test_validators_of_the_file_are_good_for_the_next_request(stage):
    tag = seen(stage.server, "/text").get("ETag")
    assert tag and tag != '"app"'
    assert seen(stage.server, "/own-validators", f"If-None-Match: {tag}").status == 304
    date = seen(stage.server, "/text").get("Last-Modified")
    assert seen(stage.server, "/own-validators", f"If-Modified-Since: {date}").status == 304
    part = seen(stage.server, "/text", "Range: bytes=0-2", f"If-Range: {tag}")
    assert part.status in (200, 206)  # 200 while the file is not hashed and its tag is weak


def test_a_connection_goes_on_behind_a_file(stage):
    with stage.server.connect() as client:
        for _ in range(5):
            client.send(request("/large") + request("/ok"))
            assert client.read_response().body == TEXT
            assert client.read_response().body == b"ok"
