"""What a person sees who asks with curl: a case for every row of the caching table, and the
conditional, ranged and compressed requests that curl makes by itself."""

import gzip
import hashlib
import json
import os
import shutil
import subprocess

import pytest

from client import poll
from harness import Server, write_tree

IMMUTABLE = "public, max-age=31536000, immutable"
AUTO = "public, max-age=0, must-revalidate"
MTIME = 1204329600
CSS = b"body { color: red }\n" * 100
DJANGO = f"app.{hashlib.md5(CSS).hexdigest()[:12]}.css"
SHA256 = hashlib.sha256(CSS).hexdigest()

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@pytest.fixture(scope="module")
def server(binary, module_folder):
    files = {
        DJANGO: CSS, "torn.0123456789ab.css": CSS, "plain.css": CSS, "listed-Zz9Yx8Wv.css": CSS,
        "assets/name-20080206.css": CSS, "an-old-hope.css": CSS, "plain.css.gz": gzip.compress(CSS),
        "staticfiles.json": json.dumps({
            "paths": {"listed.css": "listed-Zz9Yx8Wv.css"}, "version": "1.1", "hash": "x"}),
    }
    root = write_tree(module_folder / "root", files)
    os.utime(root / "plain.css", (MTIME, MTIME))
    sites = {"*": {
        "/": [{"files": str(root), "fingerprinted": "assets/"},
              {"respond": 200, "body": "the application\n"}],
        "/hour/": {"files": str(root), "cache": "1h"},
        "/years/": {"files": str(root), "cache": "2y"},
        "/ever/": {"files": str(root), "cache": "immutable"},
        "/never/": {"files": str(root), "cache": "none"},
    }}
    with Server(module_folder, sites, press={"codings": []}) as running:
        yield running


def curl(server, target, *arguments):
    """Status, fields (lower-case names) and body of the last answer."""
    done = subprocess.run(
        ["curl", "-sS", "-i", "--max-time", "10", *arguments,
         f"http://{server.address[0]}:{server.address[1]}{target}"],
        capture_output=True, timeout=20, check=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(": ")
        fields[name.lower()] = value
    return int(lines[0].split()[1]), fields, body


@pytest.mark.parametrize("row, target, status, control", [
    ("a fingerprint computed again", f"/{DJANGO}", 200, IMMUTABLE),
    ("listed in staticfiles.json", "/listed-Zz9Yx8Wv.css", 200, IMMUTABLE),
    ("a declared prefix, pinned", "/assets/name-20080206.css", 200, IMMUTABLE),
    ("a pattern alone", "/an-old-hope.css", 200, AUTO),
    ("?v= and the digest", f"/plain.css?v={SHA256[:12]}", 200, IMMUTABLE),
    ("? and the digest", f"/plain.css?{SHA256[:8]}", 200, IMMUTABLE),
    ("? and the time of the file", f"/plain.css?{MTIME}", 200, IMMUTABLE),
    ("another query", "/plain.css?v=2", 200, AUTO),
    ("a name that its bytes do not fit", "/torn.0123456789ab.css", 200, "no-cache"),
    ("anything else", "/plain.css", 200, AUTO),
    ("cache: 1h", "/hour/plain.css", 200, "public, max-age=3600"),
    ("cache: 2y", "/years/plain.css", 200, "public, max-age=63072000"),
    ("cache: immutable", "/ever/plain.css", 200, IMMUTABLE),
    ("cache: none", "/never/plain.css", 200, "no-store"),
    ("a missing fingerprinted name", "/gone.38d674d0e73a.css", 404, "no-store"),
    ("a missing declared name", "/assets/gone-20080206.css", 404, "no-store"),
])
def test_each_row_of_the_caching_table(server, row, target, status, control):
    answer = curl(server, target)
    assert (answer[0], answer[1]["cache-control"]) == (status, control), row


def test_a_missing_plain_name_is_the_applications(server):
    status, _, body = curl(server, "/gone.css")
    assert (status, body) == (200, b"the application\n")


def test_head_says_what_get_says(server):
    _, of_get, body = curl(server, "/plain.css")
    _, of_head, nothing = curl(server, "/plain.css", "--head")
    of_get.pop("date"), of_head.pop("date"), of_get.pop("expires"), of_head.pop("expires")
    assert of_head == of_get and body == CSS and nothing == b""


@pytest.mark.parametrize("condition, status", [
    (lambda fields: ("-H", f"If-None-Match: {fields['etag']}"), 304),
    (lambda fields: ("-H", 'If-None-Match: "another"'), 200),
    (lambda fields: ("-z", fields["last-modified"]), 304),
    (lambda fields: ("-z", "Fri, 01 Feb 2008 00:00:00 GMT"), 200),
    (lambda fields: ("-H", 'If-Match: "another"'), 412),
])
def test_conditions(server, condition, status):
    _, fields, _ = curl(server, "/plain.css")
    assert curl(server, "/plain.css", *condition(fields))[0] == status


@pytest.mark.parametrize("asked, status, part", [
    ("0-9", 206, CSS[:10]), ("-5", 206, CSS[-5:]), ("1990-", 206, CSS[1990:]), ("9999-", 416, None),
])
def test_ranges(server, asked, status, part):
    answer = curl(server, "/plain.css", "-r", asked)
    assert answer[0] == status
    assert part is None or answer[2] == part


def test_compressed_once_the_sibling_is_proved(server):
    def is_coded():
        status, fields, body = curl(server, "/plain.css", "--compressed")
        assert status == 200 and body == CSS
        return fields.get("content-encoding") == "gzip"

    assert poll(is_coded)
    plain, coded = (curl(server, "/plain.css", *more)[1]["etag"] for more in ((), ("--compressed",)))
    assert plain != coded
