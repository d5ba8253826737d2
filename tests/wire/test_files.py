"""What may be served from a directory and what may not: links, odd files, names, changes."""

import os
import socket
import stat
from urllib.parse import quote

import pytest

from client import fetch, poll, request
from harness import Server, open_descriptors, write_tree

LARGE = 64 * 1024 * 1024
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


def start(serve, root, **action):
    return serve({"*": {"/": {"files": str(root), **action}}})


def test_links_inside_are_followed(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a/real.txt": b"real\n", "b/": b""})
    (root / "relative.txt").symlink_to("a/real.txt")
    (root / "b/up.txt").symlink_to("../a/real.txt")
    (root / "folder").symlink_to("a")
    (root / "absolute.txt").symlink_to(root / "a/real.txt")
    (root / "absolute-folder").symlink_to(root / "a")
    server = start(serve, root)
    for target in ("/relative.txt", "/b/up.txt", "/folder/real.txt", "/absolute.txt",
                   "/absolute-folder/real.txt"):
        assert server.fetch(target).body == b"real\n", target


def test_links_outside_are_not_there(serve, tmp_path):
    outside = write_tree(tmp_path / "outside", {"secret.txt": b"secret\n"})
    write_tree(tmp_path / "root-too", {"secret.txt": b"secret\n"})
    root = write_tree(tmp_path / "root", {"a/x.txt": b"x\n"})
    (root / "up.txt").symlink_to("../outside/secret.txt")
    (root / "absolute.txt").symlink_to(outside / "secret.txt")
    (root / "folder").symlink_to(outside)
    (root / "twin.txt").symlink_to(tmp_path / "root-too/secret.txt")
    (root / "passwd").symlink_to("/etc/passwd")
    (root / "self").symlink_to("/proc/self/root/etc/passwd")
    (root / "chain.txt").symlink_to("absolute.txt")
    (root / "loop.txt").symlink_to("loop.txt")
    (root / "ping").symlink_to("pong")
    (root / "pong").symlink_to("ping")
    (root / "dangling.txt").symlink_to("nothing.txt")
    server = start(serve, root)
    for target in ("/up.txt", "/absolute.txt", "/folder/secret.txt", "/twin.txt", "/passwd",
                   "/self", "/chain.txt", "/loop.txt", "/ping", "/ping/x", "/dangling.txt"):
        assert server.fetch(target).status == 404, target


def test_links_to_a_declared_directory_are_followed(serve, tmp_path):
    shared = write_tree(tmp_path / "shared", {"x.txt": b"shared\n", "sub/y.txt": b"deep\n"})
    outside = write_tree(tmp_path / "shared-not", {"x.txt": b"no\n"})
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n"})
    (root / "file.txt").symlink_to(shared / "x.txt")
    (root / "folder").symlink_to(shared)
    (root / "not.txt").symlink_to(outside / "x.txt")
    (shared / "away.txt").symlink_to("/etc/passwd")
    server = start(serve, root, links=[str(shared)])
    assert server.fetch("/file.txt").body == b"shared\n"
    assert server.fetch("/folder/sub/y.txt").body == b"deep\n"
    assert server.fetch("/not.txt").status == 404
    assert server.fetch("/folder/away.txt").status == 404


def test_odd_files_block_nobody(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n"})
    os.mkfifo(root / "fifo.txt")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(root / "socket.txt"))
    odd = ["/fifo.txt", "/socket.txt"]
    try:
        os.mknod(root / "zero.txt", stat.S_IFCHR | 0o666, os.makedev(1, 5))
        odd.append("/zero.txt")
    except PermissionError:
        pass  # devices need root; the other two do not
    server = start(serve, root)
    for target in odd * 2:
        assert server.fetch(target, timeout=5).status == 404, target
        assert server.fetch("/a.txt", timeout=5).body == b"a\n"
    listener.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_not_there(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n", "closed/b.txt": b"b\n"})
    (root / "a.txt").chmod(0)
    (root / "closed").chmod(0)
    server = start(serve, root)
    assert server.fetch("/a.txt").status in (403, 404)
    assert server.fetch("/closed/b.txt").status in (403, 404)
    (root / "closed").chmod(0o700)


def test_names_that_are_denied_and_names_that_are_allowed(serve, tmp_path):
    files = {name: b"x\n" for name in (
        ".env", ".htpasswd", "settings.py", "mod.pyc", "db.sqlite3", "tls.pem", "tls.key", "a.txt~",
        ".a.txt.swp", "b.swp", ".git/HEAD", ".hg/store", ".svn/entries", "sub/.git/HEAD",
        "dir.py/a.txt")}
    root = write_tree(tmp_path / "root", {**files, ".well-known/acme": b"x\n", "ok.txt": b"x\n"})
    closed = start(serve, root)
    for name in files:
        assert closed.fetch(f"/{name}").status == 404, name
    assert closed.fetch("/.well-known/acme").status == 200
    opened = start(serve, root, allow=["*.py", ".env"])
    assert opened.fetch("/settings.py").status == 200
    assert opened.fetch("/.env").status == 200
    assert opened.fetch("/.htpasswd").status == 404
    assert opened.fetch("/tls.key").status == 404


def test_an_index_of_another_name(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"home.html": b"home\n", "sub/default.htm": b"sub\n",
                                          "index.html": b"not this\n"})
    server = start(serve, root, index=["home.html", "default.htm"])
    assert server.fetch("/").body == b"home\n"
    assert server.fetch("/sub/").body == b"sub\n"


def test_the_prefix_is_stripped_and_kept_to_its_border(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n", "dir/index.html": b"dir\n"})
    server = serve({"*": {"/static/": {"files": str(root)}}})
    assert server.fetch("/static/a.txt").body == b"a\n"
    assert server.fetch("/a.txt").status == 404
    assert server.fetch("/statica.txt").status == 404
    assert server.fetch("/static/../a.txt").status == 404
    response = server.fetch("/static/dir")
    assert response.status in (301, 308) and response.get("Location") == "/static/dir/"
    response = server.fetch("//static//dir")
    assert response.status in (301, 308) and response.get("Location") == "/static/dir/"


def test_the_longest_route_wins_whatever_the_order(serve, tmp_path):
    roots = {name: str(write_tree(tmp_path / name, {"x.txt": name.encode()})) for name in "abc"}
    server = serve({"*": {"/": {"files": roots["a"]}, "/deep/er/": {"files": roots["c"]},
                          "/deep/": {"files": roots["b"]}, "/deep/x.txt": {"respond": 418}}})
    assert server.fetch("/x.txt").body == b"a"
    assert server.fetch("/deep/er/x.txt").body == b"c"
    assert server.fetch("/deep/x.txt").status == 418
    assert server.fetch("/deeper/x.txt").status == 404


def test_roots_are_tried_in_turn(serve, tmp_path):
    first = write_tree(tmp_path / "first", {"a.txt": b"first\n", "dir/a.txt": b"x\n"})
    second = write_tree(tmp_path / "second", {"a.txt": b"second\n", "b.txt": b"second\n",
                                              "dir/index.html": b"dir\n"})
    server = serve({"*": {"/": [{"files": str(first)}, {"files": str(second)}]}})
    assert server.fetch("/a.txt").body == b"first\n"
    assert server.fetch("/b.txt").body == b"second\n"
    assert server.fetch("/c.txt").status == 404
    assert server.fetch("/dir/").body == b"dir\n"
    assert server.fetch("/a.txt", method="POST").status == 405


def test_headers_of_a_route_are_added(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n"})
    added = {"X-Frame-Options": "DENY", "Link": "</a.css>; rel=preload"}
    server = start(serve, root, headers=added)
    response = server.fetch("/a.txt")
    assert {name: response.get(name) for name in added} == added


def test_a_file_that_is_cut_while_it_is_sent_ends_that_connection_only(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"large.bin": b"", "a.txt": b"a\n"})
    os.truncate(root / "large.bin", LARGE)
    server = start(serve, root)
    with server.connect(receive_buffer=8192) as slow, server.connect() as other:
        slow.send(request("/large.bin"))
        while len(slow.unread) < 4096:
            assert slow.receive()
        other.send(request("/a.txt"))
        assert other.read_response().body == b"a\n"
        os.truncate(root / "large.bin", 65536)
        received = len(slow.read_rest())
        assert received < LARGE, "more came than the file has"
        other.send(request("/a.txt"))
        assert other.read_response().body == b"a\n"
    assert server.is_running()
    assert poll(lambda: len(server.fetch("/large.bin").body) == 65536)


def test_a_file_that_is_replaced_while_it_is_sent_is_sent_whole(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"large.bin": b"o" * (8 * 1024 * 1024)})
    server = start(serve, root)
    with server.connect(receive_buffer=8192) as slow:
        slow.send(request("/large.bin"))
        while len(slow.unread) < 4096:
            assert slow.receive()
        (root / "new.bin").write_bytes(b"n" * 1000)
        os.rename(root / "new.bin", root / "large.bin")
        response = slow.read_response()
    assert response.body == b"o" * (8 * 1024 * 1024)
    assert poll(lambda: server.fetch("/large.bin").body == b"n" * 1000)


def test_a_file_rewritten_within_the_same_second_changes_its_tag(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.txt": b"one\n"})
    moment = (1_700_000_000, 1_700_000_000)
    os.utime(root / "a.txt", moment)
    server = start(serve, root)
    first = server.fetch("/a.txt")
    (root / "a.txt").write_bytes(b"two\n")  # the same size, inode and second
    os.utime(root / "a.txt", moment)
    second = poll(lambda: (r := server.fetch("/a.txt")).body == b"two\n" and r, 3)
    assert second, "the change was never seen"
    assert second.get("ETag") != first.get("ETag") and not second.get("ETag").startswith("W/")
    assert second.get("Last-Modified") == first.get("Last-Modified")


def test_a_root_that_is_switched_is_followed(serve, tmp_path):
    write_tree(tmp_path / "releases", {
        "1/a.txt": b"one\n", "2/a.txt": b"two\n", "2/b.txt": b"new\n"})
    current = tmp_path / "current"
    current.symlink_to("releases/1")
    server = start(serve, current)
    assert server.fetch("/a.txt").body == b"one\n"
    assert server.fetch("/b.txt").status == 404
    (tmp_path / "next").symlink_to("releases/2")
    os.rename(tmp_path / "next", current)
    assert poll(lambda: server.fetch("/a.txt").body == b"two\n"), "the switch was never followed"
    assert poll(lambda: server.fetch("/b.txt").body == b"new\n")


def test_a_removed_file_is_gone_and_a_new_one_is_there(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.txt": b"a\n"})
    server = start(serve, root)
    assert server.fetch("/a.txt").status == 200
    assert server.fetch("/b.txt").status == 404
    (root / "a.txt").unlink()
    (root / "b.txt").write_bytes(b"b\n")
    assert poll(lambda: server.fetch("/a.txt").status == 404), "a removed file is still served"
    assert poll(lambda: server.fetch("/b.txt").status == 200), "a new file was never found"


@pytest.mark.parametrize("name", [
    "größe", "日本語", "emoji-🎈", "a'b\"c", "a b  c", "semi;colon", "#hash", "que?stion",
    "per%cent", "plus+", "[brackets]", "back\\slash", "tab\there", "line\nend", "-dash", "a" * 250])
def test_any_name_can_be_asked_for(names, name):
    response = fetch(names.address, "/" + quote(name + ".txt"[:255 - len(name.encode())]))
    assert (response.status, response.body) == (200, name.encode())


@pytest.fixture(scope="module")
def names(binary, module_folder):
    marks = test_any_name_can_be_asked_for.pytestmark[0].args[1]
    files = {name + ".txt"[:255 - len(name.encode())]: name.encode() for name in marks}
    root = write_tree(module_folder / "root", files)
    with Server(module_folder, {"*": {"/": {"files": str(root)}}}) as server:
        yield server


UPLOADS = {"photo.jpg": JPEG, "fake.jpg": HTML, "fake.png": b"\n \t<html><body>", "fake.txt": HTML,
           "fake.gif": SVG, "page.html": HTML, "page.htm": HTML, "nameless": HTML,
           "script.js": b"alert(1)",
           "bom.png": b"\xef\xbb\xbf<script>alert(1)</script>", "page.xhtml": HTML,
           "wide.png": "\ufeff<html><script>".encode("utf-16-le")}


@pytest.fixture(scope="module")
def uploads(binary, module_folder):
    root = write_tree(module_folder / "uploads", UPLOADS)
    sites = {"*": {"/": {"files": str(root), "uploads": True}, "/own/": {"files": str(root)}}}
    with Server(module_folder / "uploads-server", sites) as server:
        yield server


@pytest.mark.parametrize("name", [n for n in UPLOADS if n not in ("photo.jpg", "script.js")])
def test_active_content_in_uploads_is_defused(uploads, name):
    def defused():
        response = uploads.fetch(f"/{name}")
        assert response.status == 200 and response.body == UPLOADS[name]
        kind = response.get("Content-Type")
        harmless = kind.startswith("text/plain") or (
            response.get("Content-Disposition") or "").startswith("attachment")
        image = kind.startswith(("image/png", "image/jpeg", "image/gif"))
        assert harmless or image, response
        assert response.get("X-Content-Type-Options") == "nosniff"
        return harmless and "sandbox" in (response.get("Content-Security-Policy") or "")

    assert poll(defused, 3), uploads.fetch(f"/{name}")


def test_a_photo_in_uploads_stays_a_photo(uploads):
    response = uploads.fetch("/photo.jpg")
    assert response.get("Content-Type") == "image/jpeg"
    assert response.get("Content-Disposition") is None


def test_elsewhere_a_page_is_a_page(uploads):
    response = uploads.fetch("/own/page.html")
    assert response.get("Content-Type").startswith("text/html")
    assert response.get("Content-Disposition") is None


def test_a_name_without_extension_gets_its_type_from_its_bytes(serve, tmp_path):
    kinds = {"/photo": "image/jpeg", "/odd.qqq": "image/jpeg", "/text": "text/plain"}
    root = write_tree(tmp_path / "root", {
        "photo": JPEG, "text": b"plain words\n" * 20, "page": HTML, "odd.qqq": JPEG})
    server = start(serve, root)
    for target, kind in kinds.items():
        assert poll(lambda: server.fetch(target).get("Content-Type").startswith(kind)), target
    assert not server.fetch("/page").get("Content-Type").startswith("text/html")


def test_no_descriptor_is_lost(serve, tmp_path):
    root = write_tree(tmp_path / "root", {f"{i}.txt": b"x" * i for i in range(50)})
    os.truncate(write_tree(root, {"large.bin": b""}) / "large.bin", LARGE)
    server = start(serve, root)

    def visit():
        for i in range(50):
            server.fetch(f"/{i}.txt")
            server.fetch(f"/missing{i}.txt")
        for _ in range(3):
            with server.connect() as connection:  # leaves in the middle
                connection.send(request("/large.bin"))
                connection.receive()

    visit()
    before = poll(lambda: open_descriptors(server.pid))
    for _ in range(3):
        visit()
    assert poll(lambda: open_descriptors(server.pid) <= before + 4), "descriptors are lost"
