"""A file whose fingerprint was proved stays answerable after it has gone from its root, with the
same bytes and fields; nothing else does."""

import os
import random
import re
import shutil

import pytest

from client import poll
from harness import run_command, wait_a_little, write_tree
from pressing import (CODINGS, LARGE, WAIT, ask, decode, flip_a_byte, hashed, kept_file, noise,
                      right, start, state_of, stored, text, wait_for_all,
                      wait_until_kept)

CSS = text("style")
APP = hashed("css/app.css", CSS)
# Everything but what tells the time of the answer.
MOVING = {"date", "expires"}


def fields(response):
    return sorted((name.lower(), value) for name, value in response.fields
                  if name.lower() not in MOVING)


def is_gone(server, target):
    return poll(lambda: server.fetch(target).status == 404)


def stays(server, target, content, looks=6):
    """For longer than the server may go on without a look at the disk (a second)."""
    for look in range(looks):
        response = server.fetch(target)
        assert (response.status, response.body) == (200, content)
        if look + 1 < looks:
            wait_a_little()
    return response


@pytest.mark.parametrize("requested", [True, False], ids=["requested", "seen by the rounds"])
@pytest.mark.parametrize("size", [8000, LARGE])
def test_a_proved_file_outlives_its_root(serve, tmp_path, requested, size):
    content = text("kept", size)
    name = hashed("css/app.css", content)
    root = write_tree(tmp_path / "root", {name: content})
    server = start(serve, root, {"headers": {"X-Team": "web"}})
    target = f"/{name}"
    before = None
    if requested:
        wait_for_all(server, {target: content})
        before = {coding: ask(server, target, coding) for coding in ("identity", *CODINGS)}
    wait_until_kept(server, name)
    (root / name).unlink()
    (root / "css").rmdir()
    for _ in range(2):
        response = stays(server, target, content)
        assert response.get("Content-Type") == "text/css; charset=utf-8"
        assert "immutable" in response.get("Cache-Control") and response.get("X-Team") == "web"
        wait_for_all(server, {target: content})
        for coding in before or ():
            after = ask(server, target, coding)
            assert fields(after) == fields(before[coding])
            assert decode(after.get("Content-Encoding"), after.body) == content
        server.stop()
        server.start()


def test_a_kept_file_is_a_file_like_any_other(serve, tmp_path):
    root = write_tree(tmp_path / "root", {APP: CSS})
    server = start(serve, root)
    wait_until_kept(server, APP)
    tag = server.fetch(f"/{APP}").get("ETag")
    modified = server.fetch(f"/{APP}").get("Last-Modified")
    (root / APP).unlink()
    stays(server, f"/{APP}", CSS)
    part = server.fetch(f"/{APP}", "Range: bytes=100-199", f"If-Range: {tag}")
    assert (part.status, part.body) == (206, CSS[100:200])
    assert server.fetch(f"/{APP}", "Range: bytes=0-9,50-59").status == 206
    assert server.fetch(f"/{APP}", f"If-None-Match: {tag}").status == 304
    assert server.fetch(f"/{APP}", f"If-Modified-Since: {modified}").status == 304
    assert server.fetch(f"/{APP}", f'If-Match: "other"').status == 412
    head = server.fetch(f"/{APP}", method="HEAD")
    assert head.get("Content-Length") == str(len(CSS)) and head.get("ETag") == tag
    assert server.fetch(f"/{APP}", method="POST").status == 405


WRONG = "js/app.0123456789ab.js"
PICTURE = hashed("img/face.png", noise("face"))


def test_nothing_else_is_kept(serve, tmp_path):
    site = {"plain.css": CSS, WRONG: text("wrong"), APP: CSS}
    root = write_tree(tmp_path / "root", site)
    uploads = write_tree(tmp_path / "uploads", {PICTURE: noise("face")})
    server = serve({"*": {
        "/": [{"files": str(root)}, {"respond": 200, "body": "the application\n"}],
        "/media/": {"files": str(uploads), "uploads": True}}}, threads=1)
    for target in ("/plain.css", f"/{WRONG}", f"/{APP}", f"/media/{PICTURE}"):
        assert server.fetch(target).status == 200
    wait_until_kept(server, APP)
    assert poll(lambda: len(stored(state_of(server) / "variants")) >= 2 * len(CODINGS), WAIT)
    assert len(stored(state_of(server) / "kept")) == 1
    for name in site:
        (root / name).unlink()
    (uploads / PICTURE).unlink()
    assert poll(lambda: server.fetch("/plain.css").body == b"the application\n")
    for target in (f"/{WRONG}", f"/media/{PICTURE}", "/css/never.38d674d0e73a.css"):
        assert is_gone(server, target), target
        assert server.fetch(target).get("Cache-Control") == "no-store"
    assert stays(server, f"/{APP}", CSS)


def test_the_root_has_the_last_word(serve, tmp_path):
    root = write_tree(tmp_path / "root", {APP: CSS})
    server = start(serve, root)
    wait_until_kept(server, APP)
    (root / APP).unlink()
    stays(server, f"/{APP}", CSS, 1)
    (root / APP).write_bytes(b"other { }\n")
    response = poll(lambda: (r := server.fetch(f"/{APP}")).body == b"other { }\n" and r)
    assert response, "the kept version hides the file"
    assert response.get("Cache-Control") == "no-cache"
    (root / APP).write_bytes(CSS)
    response = poll(lambda: (r := server.fetch(f"/{APP}")).body == CSS and r)
    assert response and "immutable" in response.get("Cache-Control")


def test_a_route_keeps_its_own(serve, tmp_path):
    """The same name under another route or host was never there."""
    root = write_tree(tmp_path / "root", {APP: CSS})
    other = write_tree(tmp_path / "other", {"empty/": None})
    server = serve({"site.test": {"/a/": {"files": str(root)}, "/b/": {"files": str(other)}},
                    "else.test": {"/a/": {"files": str(other)}}}, threads=1)
    wait_until_kept(server, APP)
    (root / APP).unlink()
    stays(server, f"/a/{APP}", CSS, 1)
    assert server.fetch(f"/b/{APP}").status == 404
    assert server.fetch(f"/a/{APP}", host="else.test").status == 404


def test_a_listed_name_is_kept_as_well(serve, tmp_path):
    manifest = b'{"paths": {"app.js": "app-Zz9Yx8Wv.js"}, "version": "1.1", "hash": "x"}'
    root = write_tree(tmp_path / "root", {
        "staticfiles.json": manifest, "app-Zz9Yx8Wv.js": text("listed"),
        "assets/name-20080206.css": text("declared")})
    server = start(serve, root, {"fingerprinted": "assets/"})
    for target in ("/app-Zz9Yx8Wv.js", "/assets/name-20080206.css"):
        assert poll(lambda: "immutable" in server.fetch(target).get("Cache-Control"))
    wait_until_kept(server, "/app-Zz9Yx8Wv.js", "/assets/name-20080206.css")
    # The next release lists another name.
    (root / "staticfiles.json").write_bytes(manifest.replace(b"Zz9Yx8Wv", b"Aa1Bb2Cc"))
    (root / "app-Zz9Yx8Wv.js").unlink()
    (root / "assets/name-20080206.css").unlink()
    for _ in range(2):
        for target, content in (("/app-Zz9Yx8Wv.js", text("listed")),
                                ("/assets/name-20080206.css", text("declared"))):
            response = stays(server, target, content)
            assert "immutable" in response.get("Cache-Control")
        server.stop()
        server.start()


def test_keep_0_keeps_nothing(serve, tmp_path):
    root = write_tree(tmp_path / "root", {APP: CSS})
    server = start(serve, root, keep=0)
    wait_for_all(server, {f"/{APP}": CSS})
    (root / APP).unlink()
    assert is_gone(server, f"/{APP}")
    assert not stored(state_of(server) / "kept")


def test_what_is_kept_is_bounded(serve, tmp_path):
    contents = {hashed("img/photo.png", c): c for c in (noise(i, 300_000) for i in range(6))}
    root = write_tree(tmp_path / "root", contents)
    server = start(serve, root, keep_size="1MiB")
    folder = state_of(server) / "kept"
    assert poll(lambda: len(stored(folder)) >= 3, WAIT)
    for name in contents:
        assert server.fetch(f"/{name}").status == 200
    wait_a_little()
    assert sum(path.stat().st_size for path in stored(folder).values()) <= 1024 * 1024
    for name in contents:
        (root / name).unlink()
    wait_a_little()
    statuses = set()
    for name, content in contents.items():
        response = server.fetch(f"/{name}")
        statuses.add(response.status)
        assert response.body == content or response.status == 404
    assert 200 in statuses


def test_purged_is_gone_while_the_server_runs(serve, tmp_path):
    other = text("other")
    names = [APP, hashed("css/other.css", other)]
    root = write_tree(tmp_path / "root", {names[0]: CSS, names[1]: other})
    server = serve({"site.test": {"/static/": {"files": str(root)}}}, threads=1)
    wait_until_kept(server, *names)
    for name in names:
        (root / name).unlink()
    stays(server, f"/static/{names[0]}", CSS, 1)
    code, out, _ = run_command("kept", "list", "-c", server.config)
    assert code == 0 and all(f"site.test/static/{name}" in out for name in names), out
    url = f"http://site.test/static/{names[0]}"
    code, out, errors = run_command("kept", "purge", url, "-c", server.config)
    assert code == 0, (out, errors)
    assert poll(lambda: server.fetch(f"/static/{names[0]}").status == 404, 2 * WAIT), \
        "still served"
    assert server.fetch(f"/static/{names[0]}").get("Cache-Control") == "no-store"
    stays(server, f"/static/{names[1]}", other, 1)
    assert not kept_file(state_of(server), CSS).exists()
    assert run_command("kept", "purge", url, "-c", server.config)[0] == 1
    server.stop()
    server.start()
    assert server.fetch(f"/static/{names[0]}").status == 404
    stays(server, f"/static/{names[1]}", other, 1)


@pytest.mark.parametrize("size", [8000, LARGE])
@pytest.mark.parametrize("when", ["stopped", "running"])
def test_a_damaged_copy_is_never_sent(serve, tmp_path, size, when):
    content = text("kept", size)
    name = hashed("app.css", content)
    root = write_tree(tmp_path / "root", {name: content})
    server = start(serve, root, press={"codings": []})
    wait_until_kept(server, name)
    copy = kept_file(state_of(server), content)
    (root / name).unlink()
    if when == "running":
        stays(server, f"/{name}", content)
    else:
        server.stop()
    flip_a_byte(copy, random.Random(size))
    if when == "stopped":
        server.start()
    # What is in memory is sound, and may be answered until somebody looks at the disk again.
    for _ in range(10):
        response = server.fetch(f"/{name}")
        assert response.status == 404 or response.body == content, "a wrong byte was sent"
    assert is_gone(server, f"/{name}"), "the damaged copy was never found out"
    server.wait_for_log(re.escape(copy.name))
    # The file comes back, and is kept again.
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_bytes(content)
    assert poll(lambda: server.fetch(f"/{name}").body == content)
    assert poll(lambda: copy.exists() and copy.read_bytes() == content, WAIT), "not kept again"


def test_a_kept_folder_that_is_deleted_comes_back(serve, tmp_path):
    root = write_tree(tmp_path / "root", {APP: CSS})
    server = start(serve, root)
    wait_until_kept(server, APP)
    shutil.rmtree(state_of(server))
    later = text("later")
    name = hashed("css/later.css", later)
    (root / name).write_bytes(later)
    right(server, f"/{name}", later, "gzip")
    wait_until_kept(server, name)
    os.unlink(root / name)
    stays(server, f"/{name}", later)
