"""Who has an earlier version of a script or style sheet is sent what has changed since (RFC 9842):
only where the setting says so, only for a version that is held, only where the page may read it."""

import base64
import hashlib
import json
import random
import shutil
import subprocess

import pytest

import chromium
from client import poll
from harness import Server, write_tree
from pressing import (LARGE, WAIT, decode, flip_a_byte, hashed, kept_file, state_of, stamps, stored,
                      text, wait_for, wait_for_all)

DCZ = "gzip, deflate, br, zstd, dcb, dcz"
MAGIC = bytes.fromhex("5e2a4d1820000000")

pytestmark = pytest.mark.skipif(not shutil.which("zstd"), reason="zstd is not installed")


def versions(name, count=2, size=30_000):
    """{hashed name: content}: each differs from the one before it by a line."""
    body = text(name, size)
    made = [b"/* version %d */\n" % number + body + b"/* end of %d */\n" % number
            for number in range(1, count + 1)]
    return {hashed(name, content): content for content in made}


def token(content):
    return f":{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def ask(server, target, dictionary, *fields, accept=DCZ, **more):
    """`dictionary` is content, or the value of the field."""
    value = dictionary if isinstance(dictionary, str) else token(dictionary)
    return server.fetch(target, f"Accept-Encoding: {accept}", f"Available-Dictionary: {value}",
                        *fields, **more)


def undelta(folder, coded, dictionary):
    """Decoded by a tool that knows nothing of us."""
    assert coded[:40] == MAGIC + hashlib.sha256(dictionary).digest(), coded[:40].hex()
    files = write_tree(folder, {"dictionary": dictionary, "frame.zst": coded[40:]})
    subprocess.run(["zstd", "-dqf", f"--patch-from={files / 'dictionary'}", files / "frame.zst",
                    "-o", files / "out"], check=True, timeout=30, capture_output=True)
    return (files / "out").read_bytes()


def vary(response):
    return {part.strip().lower() for part in (response.get("Vary") or "").split(",")}


def is_delta(response):
    assert response.status == 200
    return response.get("Content-Encoding") == "dcz" and response


def wait_for_delta(server, target, dictionary, *fields, **more):
    response = poll(lambda: is_delta(ask(server, target, dictionary, *fields, **more)), WAIT)
    assert response, f"{target} never came as dcz: {server.log()}"
    return response


SCRIPTS = versions("js/app.js")
STYLES = versions("css/app.css")
(JS1, SCRIPT1), (JS2, SCRIPT2) = SCRIPTS.items()
(CSS1, STYLE1), (CSS2, STYLE2) = STYLES.items()
PLAIN = text("plain.js", 30_000)
UNRELATED = hashed("js/other.js", text("other", 9000))


@pytest.fixture(scope="module")
def server(binary, module_folder):
    files = {**SCRIPTS, **STYLES, "js/plain.js": PLAIN, UNRELATED: text("other", 9000)}
    root = write_tree(module_folder / "root", files)
    sites = {"*": {
        "/": {"files": str(root)},
        "/cors/": {"files": str(root), "headers": {"Access-Control-Allow-Origin": "*"}}}}
    log = {"access": str(module_folder / "access.log"), "format": "json"}
    with Server(module_folder, sites, threads=1, press={"deltas": True}, log=log) as running:
        wait_for_all(running, {f"/{name}": content for name, content in files.items()})
        wait_for_delta(running, f"/{JS2}", SCRIPT1)
        wait_for_delta(running, f"/cors/{JS2}", SCRIPT1)
        yield running


@pytest.mark.parametrize("name, before, content", [
    (JS2, SCRIPT1, SCRIPT2), (CSS2, STYLE1, STYLE2),
    (JS1, SCRIPT2, SCRIPT1),
], ids=["script", "style", "an older script"])
def test_a_delta_holds_what_has_changed(server, tmp_path, name, before, content):
    response = wait_for_delta(server, f"/{name}", before)
    assert undelta(tmp_path / "decoded", response.body, before) == content
    assert {"accept-encoding", "available-dictionary"} <= vary(response)
    best = server.fetch(f"/{name}", f"Accept-Encoding: {DCZ}")
    assert best.get("Content-Encoding") in ("br", "zstd")
    assert len(response.body) < len(best.body) / 10
    assert response.get("ETag") != best.get("ETag") and not response.get("ETag").startswith("W/")
    for field in ("Content-Type", "Cache-Control", "Use-As-Dictionary"):
        assert response.get(field) == best.get(field)


def test_heads_conditions_and_ranges_are_those_of_the_delta(server):
    whole = wait_for_delta(server, f"/{JS2}", SCRIPT1)
    tag = whole.get("ETag")
    head = ask(server, f"/{JS2}", SCRIPT1, method="HEAD")
    assert head.get("Content-Length") == str(len(whole.body)) and head.get("ETag") == tag
    same = ask(server, f"/{JS2}", SCRIPT1, f"If-None-Match: {tag}")
    assert same.status == 304
    assert {"accept-encoding", "available-dictionary"} <= vary(same)
    part = ask(server, f"/{JS2}", SCRIPT1, "Range: bytes=0-9", f"If-Range: {tag}")
    assert (part.status, part.body) in ((206, whole.body[:10]), (200, whole.body))
    plain = server.fetch(f"/{JS2}", f"If-None-Match: {tag}")
    assert plain.status in (200, 304) and plain.body in (SCRIPT2, b"")


@pytest.mark.parametrize("name, destination", [(JS1, "script"), (JS2, "script"), (CSS2, "style")])
def test_a_fingerprinted_script_or_style_is_a_dictionary(server, name, destination):
    for accept in ("br", "identity"):
        value = server.fetch(f"/{name}", f"Accept-Encoding: {accept}").get("Use-As-Dictionary")
        stem, _, extension = name.rpartition("/")[2].split(".")
        assert f'match="/{name.split("/")[0]}/{stem}.*.{extension}"' in value, value
        assert f'match-dest=("{destination}")' in value, value


def test_a_name_without_a_fingerprint_is_none(server):
    assert "Use-As-Dictionary" not in server.fetch("/js/plain.js")


@pytest.mark.parametrize("why, value", [
    ("unknown", token(b"never seen")), ("of another file", token(text("other", 9000))),
    ("itself", token(SCRIPT2)), ("not base64", ":!!!!:"), ("too short", ":AAAA:"),
    ("not bytes", token(SCRIPT1).strip(":")), ("empty", ""), ("two", token(SCRIPT1) * 2),
    ("a list", f"{token(SCRIPT1)}, {token(SCRIPT1)}"),
    ("url-safe", token(SCRIPT1).replace("+", "-").replace("/", "_") + "-"),
])
def test_a_dictionary_that_is_not_held_earns_the_best_coding(server, why, value):
    response = ask(server, f"/{JS2}", value)
    coding = response.get("Content-Encoding")
    assert coding in ("br", "zstd") and decode(coding, response.body) == SCRIPT2


@pytest.mark.parametrize("accept", ["gzip, br, zstd", "br, dcz;q=0", "br, *", "br;q=1, dcz;q=0.1"])
def test_a_client_that_does_not_want_it_does_not_get_it(server, accept):
    response = ask(server, f"/{JS2}", SCRIPT1, accept=accept)
    coding = response.get("Content-Encoding")
    assert coding != "dcz" and decode(coding, response.body) == SCRIPT2


@pytest.mark.parametrize("site, mode, plain, cors", [
    (None, None, True, True),
    ("same-origin", "no-cors", True, True),
    ("same-origin", "cors", True, True),
    ("same-origin", "same-origin", True, True),
    ("none", "navigate", True, True),
    ("cross-site", "navigate", True, True),
    ("same-site", "no-cors", False, False),
    ("cross-site", "no-cors", False, False),
    ("same-site", "cors", False, True),
    ("cross-site", "cors", False, True),
])
def test_only_a_page_that_may_read_it_gets_a_delta(server, site, mode, plain, cors):
    fields = [f"Sec-Fetch-Site: {site}", f"Sec-Fetch-Mode: {mode}"] if site else []
    if mode == "cors" and site != "same-origin":
        fields.append("Origin: https://else.test")
    for route, wanted in (("", plain), ("/cors", cors)):
        response = ask(server, f"{route}/{JS2}", SCRIPT1, *fields)
        assert (response.get("Content-Encoding") == "dcz") == wanted, (route, site, mode)
        if not wanted:
            assert decode(response.get("Content-Encoding"), response.body) == SCRIPT2


def test_it_is_off_by_default(serve, tmp_path):
    server = serve({"*": {"/": {"files": str(write_tree(tmp_path / "root", SCRIPTS))}}}, threads=1)
    wait_for(server, f"/{JS2}", SCRIPT2, "br")
    assert poll(lambda: kept_file(state_of(server), SCRIPT1).exists(), WAIT)
    for _ in range(5):
        response = ask(server, f"/{JS2}", SCRIPT1)
        assert response.get("Content-Encoding") in ("br", "zstd")
        assert "Use-As-Dictionary" not in response
        assert vary(response) == {"accept-encoding"}


def test_a_version_that_has_gone_is_still_a_dictionary(serve, tmp_path):
    root = write_tree(tmp_path / "root", {JS1: SCRIPT1})
    server = serve({"*": {"/": {"files": str(root)}}}, threads=1, press={"deltas": True})
    state = state_of(server)
    assert poll(lambda: kept_file(state, SCRIPT1).exists(), WAIT)
    (root / JS1).unlink()
    (root / JS2).write_bytes(SCRIPT2)
    response = wait_for_delta(server, f"/{JS2}", SCRIPT1)
    assert undelta(tmp_path / "decoded", response.body, SCRIPT1) == SCRIPT2
    wait_for(server, f"/{JS2}", SCRIPT2, "br")
    made = stamps(state / "variants")
    server.stop()
    server.start()
    assert is_delta(ask(server, f"/{JS2}", SCRIPT1)), "forgotten in a restart"
    assert stamps(state / "variants") == made, "what was there has been made again"


def test_it_is_made_without_a_request(serve, tmp_path):
    root = write_tree(tmp_path / "root", {JS1: SCRIPT1})
    server = serve({"*": {"/": {"files": str(root)}}}, threads=1, press={"deltas": True})
    assert poll(lambda: kept_file(state_of(server), SCRIPT1).exists(), WAIT)
    (root / JS2).write_bytes(SCRIPT2)

    def deltas():
        return [path for path in stored(state_of(server) / "variants").values()
                if path.read_bytes().startswith(MAGIC)]

    assert poll(deltas, WAIT), "nothing is made ahead of time"


def test_what_does_not_fit_the_window_is_not_coded(serve, tmp_path):
    small = text("window", 100_000)
    large = small + bytes(9 * 1024 * 1024)  # beyond 8 MiB and 1.25 times the dictionary
    names = [hashed("js/big.js", small), hashed("js/big.js", large)]
    root = write_tree(tmp_path / "root", {names[0]: small, names[1]: large, **SCRIPTS})
    server = serve({"*": {"/": {"files": str(root)}}}, threads=1,
                   press={"deltas": True, "codings": ["gzip"]})
    assert poll(lambda: kept_file(state_of(server), small).exists(), WAIT)
    wait_for(server, f"/{names[1]}", large, "gzip")
    wait_for_delta(server, f"/{JS2}", SCRIPT1)
    wait_for_delta(server, f"/{names[0]}", large)  # the other way round it fits
    for _ in range(3):
        response = ask(server, f"/{names[1]}", small)
        coding = response.get("Content-Encoding")
        assert coding == "gzip" and decode(coding, response.body) == large


def test_a_damaged_delta_or_dictionary_is_never_sent(serve, tmp_path):
    root = write_tree(tmp_path / "root", {JS1: SCRIPT1, JS2: SCRIPT2})
    server = serve({"*": {"/": {"files": str(root)}}}, threads=1, press={"deltas": True})
    wait_for_delta(server, f"/{JS2}", SCRIPT1)
    source = random.Random(9842)
    for kind in ("variants", "kept"):
        server.stop()
        for path in stored(state_of(server) / kind).values():
            flip_a_byte(path, source)
        server.start()

        def sound():
            response = ask(server, f"/{JS2}", SCRIPT1)
            coding = response.get("Content-Encoding")
            content = (undelta(tmp_path / "decoded", response.body, SCRIPT1) if coding == "dcz"
                       else decode(coding, response.body))
            assert content == SCRIPT2
            return coding == "dcz"

        sound()
        assert poll(sound, WAIT), "the delta never came back"


PAGE = '<!doctype html><title>x</title><script src="/{}"></script>\n'
SCRIPT = b"document.documentElement.dataset.version = '%d';\n"


@pytest.mark.skipif(not chromium.PROGRAM, reason="chromium is not installed")
def test_chromium_runs_a_script_that_came_as_a_delta(serve, tmp_path):
    body = text("browser", LARGE).replace(b"/*", b"//").replace(b".rule", b"//rule")
    log = tmp_path / "access.log"
    root = write_tree(tmp_path / "root", {"index.html": "not yet"})
    server = serve({"*": {"/": {"files": str(root)}}}, threads=1, press={"deltas": True},
                   log={"access": str(log), "format": "json"})
    address = f"http://127.0.0.1:{server.address[1]}"
    before = None
    with chromium.Chromium(tmp_path / "profile") as browser:
        # Storing a dictionary is the browser's own affair, in its own time: so a few versions.
        for number in range(1, 6):
            content = SCRIPT % number + body
            name = hashed("app.js", content)
            write_tree(root, {name: content, f"{number}.html": PAGE.format(name)})
            wait_for(server, f"/{name}", content, "br")
            if before:
                wait_for_delta(server, f"/{name}", before)
            browser.open(f"{address}/{number}.html")
            shown = poll(lambda: browser.value_of(
                "document.documentElement.dataset.version") == str(number), 20)
            assert shown, f"the script of version {number} was not run"
            before = content
            lines = poll(lambda: fetched_by_the_browser(log, name))
            if lines[-1]["variant"] == "dcz":
                break
        else:
            raise AssertionError(f"the browser was never sent a delta: {lines}")
    assert number > 1 and lines[-1]["status"] == 200 and lines[-1]["bytes"] < 1000


def fetched_by_the_browser(log, name):
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [line for line in lines
            if line["target"] == f"/{name}" and "Chrom" in (line["user_agent"] or "")]
