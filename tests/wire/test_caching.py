"""The caching table of the design, row by row: what earns `immutable`, what loses it, and what
each other policy says. Expires is always the same moment as max-age."""

import base64
import ctypes
import hashlib
import json
import os
import re
from email.utils import parsedate_to_datetime

import pytest

from client import poll
from harness import Server, wait_a_little, write_tree

IMMUTABLE = "public, max-age=31536000, immutable"
AUTO = "public, max-age=0, must-revalidate"
YEAR = 31536000
MTIME = 1204329600
PAGE = b"body { color: red }\n"
PICTURE = bytes(range(256)) * 8
OTHER = b"body { color: blue }\n"


def md5_12(content):
    return hashlib.md5(content).hexdigest()[:12]


def esbuild_8(content):
    library = ctypes.CDLL("libxxhash.so.0")
    library.XXH64.restype = ctypes.c_uint64
    number = library.XXH64(content, ctypes.c_size_t(len(content)), ctypes.c_uint64(0))
    return base64.b32encode(number.to_bytes(8, "big")).decode()[:8]


def parcel_8(content):
    library = ctypes.CDLL("libxxhash.so.0")
    library.XXH3_64bits.restype = ctypes.c_uint64
    return f"{library.XXH3_64bits(content, ctypes.c_size_t(len(content))):016x}"[-8:]


DJANGO = f"css/app.{md5_12(PAGE)}.css"
DJANGO_BARE = f"robots.{md5_12(b'User-agent: x')}"
DJANGO_MAP = f"app.js.{md5_12(b'{}')}.map"
HUGO = f"main.min.{hashlib.sha256(PAGE).hexdigest()}.css"
ESBUILD = f"logo-{esbuild_8(PICTURE)}.png"
PARCEL = f"logo.{parcel_8(PICTURE)}.png"

FILES = {
    DJANGO: PAGE, DJANGO_BARE: b"User-agent: x", DJANGO_MAP: b"{}", HUGO: PAGE,
    ESBUILD: PICTURE, PARCEL: PICTURE,
    "css/wrong.0123456789ab.css": PAGE,
    "an-old-hope.css": PAGE, "arrow-90deg-up.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "plain.css": PAGE, "photo-20080206.jpg": PICTURE,
}
LISTED = {
    "app/listed-Zz9Yx8Wv.js": b"export default 1;\n",
    "app/listed.css": PAGE, "app/same.txt": b"same\n",
}
VITE = {"assets/main-BRBmoGS9.js": b"import './x';\n", "assets/main-5UjPuW9k.css": PAGE}


def age(response):
    """Expires - Date in seconds."""
    dates = [parsedate_to_datetime(response.get(name)) for name in ("Expires", "Date")]
    return (dates[0] - dates[1]).total_seconds()


def is_immutable(response):
    return response.status == 200 and response.get("Cache-Control") == IMMUTABLE


@pytest.fixture(scope="module")
def server(binary, module_folder):
    static = write_tree(module_folder / "static", FILES)
    for folder, _, names in os.walk(static):
        for name in names:
            os.utime(os.path.join(folder, name), (MTIME, MTIME))
    manifest = {"paths": {"app/listed.js": "app/listed-Zz9Yx8Wv.js",
                          "app/same.txt": "app/same.txt"}, "version": "1.0"}
    listed = write_tree(module_folder / "listed",
                        {**LISTED, "staticfiles.json": json.dumps(manifest)})
    vite = write_tree(module_folder / "vite", {
        **VITE, "index.html": b"<!doctype html>\n",
        ".vite/manifest.json": json.dumps({"main.js": {
            "file": "assets/main-BRBmoGS9.js", "css": ["assets/main-5UjPuW9k.css"],
            "isEntry": True}})})
    plain = write_tree(module_folder / "plain", {"a.css": PAGE, "page.txt": b"page\n"})
    sites = {"*": {
        "/static/": {"files": str(static)},
        "/listed/": {"files": str(listed)},
        "/vite/": {"files": str(vite)},
        "/hour/": {"files": str(plain), "cache": "1h"},
        "/years/": {"files": str(plain), "cache": "2y"},
        "/ever/": {"files": str(plain), "cache": "immutable"},
        "/never/": {"files": str(plain), "cache": "none"},
        "/tried/": [{"files": str(static)}, {"respond": 200, "body": "the application\n"}],
    }}
    with Server(module_folder, sites) as running:
        yield running


@pytest.mark.parametrize("name", [DJANGO, DJANGO_BARE, DJANGO_MAP, HUGO, ESBUILD, PARCEL])
def test_a_fingerprint_that_fits_the_bytes_is_immutable(server, name):
    response = server.fetch(f"/static/{name}")
    assert is_immutable(response), response
    assert age(response) == YEAR


@pytest.mark.parametrize("target", [
    "/listed/app/listed-Zz9Yx8Wv.js", "/vite/assets/main-BRBmoGS9.js",
    "/vite/assets/main-5UjPuW9k.css"])
def test_a_name_that_a_manifest_lists_is_immutable(server, target):
    response = server.fetch(target)
    assert is_immutable(response), response
    assert age(response) == YEAR


@pytest.mark.parametrize("target", [
    "/static/an-old-hope.css", "/static/arrow-90deg-up.svg", "/static/plain.css",
    "/static/photo-20080206.jpg", "/listed/app/listed.css", "/listed/app/same.txt",
    "/vite/index.html",
    # A query that is none of the file's.
    "/static/plain.css?v=1", "/static/plain.css?v=", "/static/plain.css?",
    "/static/plain.css?1204329601", "/static/plain.css?v=0123456789abcdef",
    "/static/plain.css?v=a", "/static/plain.css?x=y",
])
def test_a_pattern_alone_earns_nothing(server, target):
    response = server.fetch(target)
    assert (response.status, response.get("Cache-Control")) == (200, AUTO), response
    assert age(response) == 0


@pytest.mark.parametrize("query", [
    str(MTIME), f"v={MTIME}", f"v={hashlib.sha256(PAGE).hexdigest()}",
    f"v={hashlib.sha256(PAGE).hexdigest()[:16]}", hashlib.sha256(PAGE).hexdigest()[:16],
])
def test_a_query_that_names_this_version_is_immutable(server, query):
    response = server.fetch(f"/static/plain.css?{query}")
    assert is_immutable(response), response
    assert age(response) == YEAR


def test_a_name_that_never_fitted_is_no_cache_and_said_so(server):
    response = server.fetch("/static/css/wrong.0123456789ab.css")
    assert response.get("Cache-Control") == "no-cache", response
    assert response.body == PAGE
    server.wait_for_log(r"wrong\.0123456789ab\.css")


@pytest.mark.parametrize("name", ["app.0123456789ab.css", "app.0123456789abcdef0123.js"])
def test_a_missing_fingerprinted_name_is_404_and_never_the_applications_page(server, name):
    assert server.fetch("/tried/missing.css").body == b"the application\n"
    response = server.fetch(f"/tried/{name}")
    assert (response.status, response.get("Cache-Control")) == (404, "no-store"), response


@pytest.mark.parametrize("target, control, seconds", [
    ("/hour/a.css", r"^public, max-age=3600$", 3600),
    ("/years/a.css", r"^public, max-age=63072000$", 63072000),
    ("/ever/a.css", f"^{IMMUTABLE}$", YEAR),
])
def test_a_declared_lifetime_is_what_it_says(server, target, control, seconds):
    response = server.fetch(target)
    assert re.search(control, response.get("Cache-Control")), response
    assert age(response) == seconds


def test_cache_none_is_never_kept(server):
    response = server.fetch("/never/a.css")
    assert re.search(r"no-store|no-cache", response.get("Cache-Control")), response
    assert response.get("Expires") is None or age(response) <= 0


@pytest.mark.parametrize("target", [
    f"/static/{DJANGO}", "/static/plain.css", "/hour/a.css", "/years/a.css", "/ever/a.css",
    "/never/a.css", "/listed/app/listed-Zz9Yx8Wv.js", f"/static/{ESBUILD}",
    "/static/css/wrong.0123456789ab.css", f"/static/plain.css?{MTIME}"])
def test_a_304_has_exactly_the_fields_of_the_200(server, target):
    def both():
        with server.connect() as connection:
            head = f"GET {target} HTTP/1.1\r\nHost: site.test\r\n"
            connection.send(f"{head}\r\n".encode())
            whole = connection.read_response()
            connection.send(f"{head}If-None-Match: {whole.get('ETag')}\r\n\r\n".encode())
            same = connection.read_response()
        # The second may have ended between the two: then Date and Expires say different moments.
        return (whole, same) if whole.get("Date") == same.get("Date") else None

    whole, same = poll(both)
    assert same.status == 304
    representation = ("content-type", "content-length", "accept-ranges", "last-modified")
    expected = [(k, v) for k, v in whole.fields if k.lower() not in representation]
    seen = [(k, v) for k, v in same.fields if k.lower() not in ("last-modified", "accept-ranges")]
    assert sorted(seen) == sorted(expected)


def test_tags_are_of_the_content_and_of_nothing_else(serve, tmp_path):
    root = write_tree(tmp_path / "root", {
        "a.txt": b"same\n", "b.txt": b"same\n", "c.txt": b"else\n"})
    os.utime(root / "b.txt", (MTIME, MTIME))
    sites = {"*": {"/": {"files": str(root)}}}
    first, second = serve(sites), serve(sites)
    tags = [s.fetch(f"/{n}.txt").get("ETag") for s in (first, second) for n in "abc"]
    assert tags[0] == tags[1] == tags[3] == tags[4] != tags[2] == tags[5]
    assert not tags[0].startswith("W/")


def test_a_large_file_gets_a_strong_tag_in_the_end(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"large.bin": b""})
    os.truncate(root / "large.bin", 48 * 1024 * 1024)
    server = serve({"*": {"/": {"files": str(root)}}})
    first = server.fetch("/large.bin", method="HEAD").get("ETag")
    assert re.fullmatch(r'(W/)?"[^"]+"', first)
    strong = poll(lambda: (tag := server.fetch("/large.bin", method="HEAD").get("ETag")) and
                  not tag.startswith("W/") and tag, 20)
    assert strong, "the tag stayed weak"
    # Each loop finds it out for itself, or from another within a second or two.
    whole = poll(lambda: (r := server.fetch("/large.bin")).get("ETag") == strong and r, 20)
    assert whole and len(whole.body) == 48 * 1024 * 1024


def changed(server, path, target, content):
    """Rewrites a file whose name promised otherwise, and waits until the answer admits it."""
    path.write_bytes(content)
    return poll(lambda: (r := server.fetch(target)).body == content and r)


@pytest.mark.parametrize("name", [DJANGO, HUGO, ESBUILD])
def test_changed_content_under_a_computed_name_loses_the_promise(serve, tmp_path, name):
    root = write_tree(tmp_path / "root", {name: FILES[name]})
    server = serve({"*": {"/": {"files": str(root)}}})
    assert is_immutable(server.fetch(f"/{name}"))
    response = changed(server, root / name, f"/{name}", OTHER)
    assert response.get("Cache-Control") in ("no-cache", AUTO), response
    if name == DJANGO:
        assert response.get("Cache-Control") == "no-cache"
        server.wait_for_log(re.escape(os.path.basename(name)))


def test_changed_content_under_a_listed_name_loses_the_promise(serve, tmp_path):
    name = "js/main-BRBmoGS9.js"
    manifest = {"paths": {"js/main.js": name}, "version": "1.1", "hash": "0123456789ab"}
    root = write_tree(tmp_path / "root", {name: b"1;\n", "staticfiles.json": json.dumps(manifest)})
    server = serve({"*": {"/": {"files": str(root)}}})
    assert is_immutable(server.fetch(f"/{name}"))
    response = changed(server, root / name, f"/{name}", b"2;\n")
    assert response.get("Cache-Control") == "no-cache", response
    server.wait_for_log(re.escape("main-BRBmoGS9.js"))


def test_a_declared_prefix_is_pinned_through_a_restart(serve, tmp_path):
    kept, swapped = "assets/style-20080206.css", "assets/print-20080206.css"
    root = write_tree(tmp_path / "root", {kept: PAGE, swapped: PAGE, "style-20080206.css": PAGE})
    sites = {"*": {"/": {"files": str(root), "fingerprinted": "assets/"}}}
    state = str(tmp_path / "state")
    server = serve(sites, state=state)
    assert is_immutable(server.fetch(f"/{kept}")) and is_immutable(server.fetch(f"/{swapped}"))
    assert server.fetch("/style-20080206.css").get("Cache-Control") == AUTO
    server.stop()
    (root / swapped).write_bytes(OTHER)
    server = serve(sites, state=state)
    assert is_immutable(server.fetch(f"/{kept}"))
    response = server.fetch(f"/{swapped}")
    assert (response.body, response.get("Cache-Control")) == (OTHER, "no-cache")
    server.wait_for_log(r"print-20080206\.css")


def test_a_declared_name_that_changes_while_it_is_served(serve, tmp_path):
    name = "assets/style-20080206.css"
    root = write_tree(tmp_path / "root", {name: PAGE})
    server = serve({"*": {"/": {"files": str(root), "fingerprinted": ["assets/"]}}}, state=None)
    assert is_immutable(server.fetch(f"/{name}"))
    response = changed(server, root / name, f"/{name}", OTHER)
    assert response.get("Cache-Control") == "no-cache", response
    server.wait_for_log(r"style-20080206\.css")


@pytest.mark.parametrize("manifest", [
    "", "{", "[]", '{"version": "9.9", "paths": {}}', '{"paths": 5}'])
def test_a_manifest_that_means_nothing_lists_nothing(serve, tmp_path, manifest):
    root = write_tree(tmp_path / "root", {
        "main-BRBmoGS9.js": b"1;\n", "staticfiles.json": manifest})
    server = serve({"*": {"/": {"files": str(root)}}})
    assert server.fetch("/main-BRBmoGS9.js").get("Cache-Control") == AUTO
    server.wait_for_log(r"staticfiles\.json")


def test_a_manifest_that_comes_later_is_read(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"main-BRBmoGS9.js": b"1;\n"})
    server = serve({"*": {"/": {"files": str(root)}}})
    assert server.fetch("/main-BRBmoGS9.js").get("Cache-Control") == AUTO
    wait_a_little()
    (root / "staticfiles.json").write_text(
        json.dumps({"paths": {"main.js": "main-BRBmoGS9.js"}, "version": "1.0"}))
    assert poll(lambda: is_immutable(server.fetch("/main-BRBmoGS9.js"))), "never became immutable"
