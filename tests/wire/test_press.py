"""Press makes every variant by itself: soon after the first request, or without any. What it has
made belongs to the bytes of a file, whatever the file is called and whenever it was changed."""

import gzip
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from client import poll
from harness import Server, write_tree
from pressing import (CODINGS, LARGE, SUFFIX, WAIT, ask, decode, is_pressed, noise,
                      right, set_time, stamps, start, state_of, stored, stored_name, text,
                      variant_file, wait_for, wait_for_all, wait_until_pressed)

FILES = {
    "app.css": text("style"), "app.js": text("script"), "page.html": b"<p>" + text("page"),
    "picture.svg": b"<svg xmlns='http://www.w3.org/2000/svg'>" + text("svg") + b"</svg>",
    "data.json": b'"' + text("json").replace(b"\n", b" ") + b'"', "app.js.map": text("map"),
    "sub/dir/deep.txt": text("deep"), "large.css": text("large", LARGE),
    "just.css": text("small", 200), "noise.css": noise("noise"), "tiny.css": b"a { b: c }\n",
    "empty.css": b"", "archive.zip": text("zip"),
}
CODED = ["app.css", "app.js", "page.html", "picture.svg", "data.json", "app.js.map",
         "sub/dir/deep.txt", "large.css", "just.css"]
PLAIN = ["noise.css", "tiny.css", "empty.css", "archive.zip"]


@pytest.fixture(scope="module")
def server(binary, module_folder):
    """All is pressed, and every coded file was asked for in each coding."""
    root = write_tree(module_folder / "root", FILES)
    sites = {"*": {"/": {"files": str(root)}}}
    with Server(module_folder, sites, threads=1) as running:
        wait_until_pressed(state_of(running), [FILES[name] for name in CODED])
        running.coded = wait_for_all(running, {f"/{name}": FILES[name] for name in CODED})
        yield running


@pytest.mark.parametrize("name", CODED)
def test_every_variant_is_made_without_a_build_step(server, name):
    plain = server.fetch(f"/{name}")
    assert plain.body == FILES[name] and plain.get("Content-Encoding") is None
    assert plain.get("Vary").lower() == "accept-encoding"
    tags = {plain.get("ETag")}
    for coding in CODINGS:
        response = server.coded[f"/{name}", coding]
        assert decode(coding, response.body) == FILES[name]
        assert len(response.body) <= 0.95 * len(FILES[name])
        assert response.get("ETag").endswith(f'-{SUFFIX[coding]}"')
        tags.add(response.get("ETag"))
        assert response.get("Vary").lower() == "accept-encoding"
        for field in ("Content-Type", "Cache-Control", "Last-Modified"):
            assert response.get(field) == plain.get(field)
    assert len(tags) == 1 + len(CODINGS) and not any(tag.startswith("W/") for tag in tags)


@pytest.mark.parametrize("name", PLAIN)
def test_what_saves_too_little_is_never_coded(server, name):
    for coding in CODINGS:
        assert right(server, f"/{name}", FILES[name], coding) is None
        assert not variant_file(state_of(server), FILES[name], coding).exists()


def test_nothing_is_stored_that_saves_less_than_a_twentieth(server):
    content = {stored_name(c): c for c in FILES.values()}
    for name, path in stored(state_of(server) / "variants").items():
        whole = content[name.rpartition(".")[0]]
        assert path.stat().st_size <= 0.95 * len(whole), name


def test_the_client_chooses_and_the_smallest_wins(server):
    sizes = {coding: len(server.coded["/app.css", coding].body) for coding in CODINGS}
    best = ask(server, "/app.css", "gzip, br, zstd")
    assert len(best.body) == min(sizes.values())
    assert ask(server, "/app.css", "gzip, br;q=0.5, zstd;q=0").get("Content-Encoding") == "gzip"
    assert ask(server, "/app.css", "gzip;q=0, *;q=0, identity").body == FILES["app.css"]
    assert ask(server, "/app.css", "deflate, *;q=0").status == 406


@pytest.mark.parametrize("name", ["app.css", "large.css"])
def test_heads_ranges_and_conditions_are_those_of_the_variant(server, name):
    whole = server.coded[f"/{name}", "br"]
    tag, half = whole.get("ETag"), len(whole.body) // 2
    head = ask(server, f"/{name}", "br", method="HEAD")
    assert head.get("Content-Length") == str(len(whole.body)) and head.get("ETag") == tag
    assert ask(server, f"/{name}", "br", f"If-None-Match: {tag}").status == 304
    other = server.coded[f"/{name}", "gzip"].get("ETag")
    assert ask(server, f"/{name}", "br", f"If-None-Match: {other}").status == 200
    parts = [ask(server, f"/{name}", "br", f"Range: bytes={span}", f"If-Range: {tag}")
             for span in (f"0-{half - 1}", f"{half}-")]
    assert [part.status for part in parts] == [206, 206]
    assert b"".join(part.body for part in parts) == whole.body


def test_files_are_pressed_without_a_request(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.css": text("a"), "sub/b.css": text("b")})
    server = start(serve, root)
    state = state_of(server)
    wait_until_pressed(state, [text("a"), text("b")])
    for coding in CODINGS:
        assert right(server, "/a.css", text("a"), coding), "the first visitor got the plain file"


def test_new_and_changed_files_are_pressed_without_a_request(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.css": text("a")})
    server = start(serve, root)
    state = state_of(server)
    wait_until_pressed(state, [text("a")])
    (root / "late.css").write_bytes(text("late"))
    (root / "a.css").write_bytes(text("changed"))
    write_tree(root / "new/folder", {"in.css": text("in")})
    write_tree(tmp_path / "outside", {"moved/in.css": text("moved")})
    os.rename(tmp_path / "outside/moved", root / "moved")
    wait_until_pressed(state, [text(name) for name in ("late", "changed", "in", "moved")])


def test_nothing_is_pressed_without_a_state_folder(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.css": text("a")})
    server = start(serve, root, state=None)
    for _ in range(5):
        assert right(server, "/a.css", text("a"), "gzip") is None


def test_only_the_codings_that_are_wanted_are_made(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.css": text("a")})
    server = start(serve, root, press={"codings": ["gzip"]})
    wait_for(server, "/a.css", text("a"), "gzip")
    assert [right(server, "/a.css", text("a"), c) for c in ("br", "zstd")] == [None, None]
    assert set(stored(state_of(server) / "variants")) == {stored_name(text("a"), ".gz")}


def test_larger_files_stay_as_they_are(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"a.css": text("a"), "large.css": text("large", 70_000)})
    server = start(serve, root, press={"largest": "64KiB"})
    assert right(server, "/large.css", text("large", 70_000), "gzip") is None
    wait_until_pressed(state_of(server), [text("a")])
    assert right(server, "/large.css", text("large", 70_000), "gzip") is None
    assert not is_pressed(state_of(server), [text("large", 70_000)], ["gzip"])


def test_a_stale_sibling_gives_way_to_what_is_made(serve, tmp_path):
    stale = gzip.compress(text("old"), mtime=0)
    root = write_tree(tmp_path / "root", {"app.css": text("new"), "app.css.gz": stale})
    server = start(serve, root)
    response = wait_for(server, "/app.css", text("new"), "gzip")
    assert response.get("Vary").lower() == "accept-encoding"
    server.wait_for_log(r"app\.css\.gz")


def replace(root, content):
    (root / "next").write_bytes(content)
    os.rename(root / "next", root / "app.css")


def rewrite(root, content):
    (root / "app.css").write_bytes(content)


def rewrite_with_the_old_time(root, content):
    time_of_it = (root / "app.css").stat().st_mtime_ns
    (root / "app.css").write_bytes(content)
    set_time(root / "app.css", time_of_it)


@pytest.mark.parametrize("change", [replace, rewrite, rewrite_with_the_old_time])
@pytest.mark.parametrize("size", [8000, LARGE])
def test_a_variant_never_answers_for_other_content(serve, tmp_path, change, size):
    old, new = text("old", size), text("new", size)
    root = write_tree(tmp_path / "root", {"app.css": old})
    server = start(serve, root)
    wait_for_all(server, {"/app.css": old})
    change(root, new)
    tags, seen_new, end = {}, False, time.monotonic() + WAIT
    missing = set(CODINGS)
    while missing and time.monotonic() < end:
        time.sleep(0.05)  # press is idle work: it needs a moment without requests
        for coding in (*CODINGS, "identity"):
            response = ask(server, "/app.css", coding)
            used = response.get("Content-Encoding")
            content = decode(used, response.body)
            assert content in ((new,) if seen_new else (old, new)), "the old content came back"
            # A large file has a weak tag until it is hashed; that is of size and time.
            base = re.sub(r"-(gz|br|zst)", "", response.get("ETag"))
            assert base.startswith("W/") or tags.setdefault(base, content) == content
            seen_new = seen_new or content == new
            if content == new:
                missing.discard(used)
    assert not missing, f"never made anew: {missing}"


def test_a_rollback_finds_its_old_variants(serve, tmp_path):
    root = write_tree(tmp_path / "root", {"app.css": text("first")})
    set_time(root / "app.css", 1_700_000_000 * 10**9)
    server = start(serve, root)
    state = state_of(server)
    wait_for_all(server, {"/app.css": text("first")})
    replace(root, text("second"))
    assert poll(lambda: server.fetch("/app.css").body == text("second"))
    wait_for_all(server, {"/app.css": text("second")})
    made = stamps(state / "variants")
    replace(root, text("first"))
    set_time(root / "app.css", 1_700_000_000 * 10**9)
    assert poll(lambda: server.fetch("/app.css").body == text("first"))
    for coding in CODINGS:
        assert right(server, "/app.css", text("first"), coding), f"{coding} was forgotten"
    assert stamps(state / "variants") == made, "what was there has been made again"


def test_the_same_bytes_are_pressed_once_for_all_names_and_routes(serve, tmp_path):
    files = {"app.css": text("same"), "large.css": text("large", LARGE)}
    root = write_tree(tmp_path / "root", files)
    other = write_tree(tmp_path / "other", {"x/copy.css": text("same")})
    server = serve({"*": {"/": {"files": str(root)}, "/other/": {"files": str(other)}}}, threads=1)
    variants = state_of(server) / "variants"
    wait_for_all(server, {"/app.css": text("same"), "/large.css": files["large.css"]})
    made = stamps(variants)
    assert len(made) == 2 * len(CODINGS)
    os.rename(root / "large.css", root / "renamed.css")
    (root / "again.css").write_bytes(text("same"))
    for target in ("/other/x/copy.css", "/again.css"):
        for coding in CODINGS:
            assert right(server, target, text("same"), coding), f"{target} waits for {coding}"
    wait_for_all(server, {"/renamed.css": files["large.css"]})
    assert stamps(variants) == made, "what was there has been made again"


def test_a_restart_finds_everything(serve, tmp_path):
    files = {f"{i}.css": text(i) for i in range(10)} | {"large.css": text("large", LARGE)}
    server = start(serve, write_tree(tmp_path / "root", files))
    wait_for_all(server, {f"/{name}": content for name, content in files.items()})
    made = stamps(state_of(server) / "variants")
    server.stop()
    server.start()
    for name in [name for name in files if name != "large.css"]:
        for coding in CODINGS:
            assert right(server, f"/{name}", files[name], coding), f"{name} waits for {coding}"
    wait_for_all(server, {"/large.css": files["large.css"]})
    assert stamps(state_of(server) / "variants") == made, "what was there has been made again"


def test_the_size_of_all_variants_is_bounded(serve, tmp_path):
    # Half of each is left by a coding: 1.6 MB of variants, and room for 1 MiB.
    files = {f"{i}.txt": noise(i, 45_000).hex().encode() for i in range(12)}
    server = start(serve, write_tree(tmp_path / "root", files), press={"size": "1MiB"})
    variants = state_of(server) / "variants"

    def total():
        return sum(path.stat().st_size for path in stored(variants).values())

    assert poll(lambda: total() > 700_000, WAIT), "nothing is made"
    for _ in range(4):
        for name, content in files.items():
            for coding in CODINGS:
                right(server, f"/{name}", content, coding)
        assert total() <= 1024 * 1024
        time.sleep(0.2)
    wait_for(server, "/0.txt", files["0.txt"], "gzip", 1)


@pytest.mark.parametrize("count, size", [(60, LARGE), (1, 12_000_000)])
def test_a_stop_does_not_wait_for_press(serve, tmp_path, count, size):
    files = {f"{i}.css": text(i, size) for i in range(count)}
    server = start(serve, write_tree(tmp_path / "root", files), press={"threads": 2})
    variants = state_of(server) / "variants"
    if count > 1:
        assert poll(lambda: stored(variants), WAIT), "nothing is made"
    else:
        time.sleep(1.0)  # press is within the file by now
    server.signal(signal.SIGTERM)
    assert server.wait(10) == 0
    assert len(stored(variants)) < len(CODINGS) * count, "it had nothing left to do"


@pytest.fixture
def busy_machine():
    """Every core has more to do than it can: idle work gets next to nothing."""
    count = 4 * len(os.sched_getaffinity(0))
    spin = "import time\nend = time.monotonic() + 60\nwhile time.monotonic() < end: pass"
    busy = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(count)]
    yield
    for process in busy:
        process.kill()
        process.wait()


def test_a_stop_does_not_wait_for_idle_time(serve, tmp_path, busy_machine):
    files = {f"{i}.css": text(i, LARGE) for i in range(60)}
    server = start(serve, write_tree(tmp_path / "root", files), press={"threads": 2})
    for _ in range(3):
        time.sleep(2.0)  # press is within a file by now
        server.signal(signal.SIGTERM)
        assert server.wait(10) == 0
        server.start()
