"""The command line: help, exit codes, check, run, and explain, which must tell what is done."""

import hashlib
import os
import re
import signal
import subprocess

import pytest

from cases.site import CSS, CSS_GZ
from client import fetch, poll
from harness import (REPORT, Server, binary as binary_path, environment, free_port, run_command,
                     write_config, write_tree)

COMMANDS = ("serve", "run", "init", "check", "explain", "press", "kept", "purge", "reload",
            "upgrade", "status", "manual", "completion")
MTIME = 1204329600
STYLE = b"body { color: red }\n"
HASHED = f"app.{hashlib.md5(STYLE).hexdigest()[:12]}.css"


@pytest.fixture(autouse=True)
def needs_a_binary(binary):
    pass


@pytest.fixture
def root(tmp_path):
    return write_tree(tmp_path / "root", {"a.txt": b"a\n"})


def test_help_shows_every_command():
    code, out, _ = run_command("--help")
    assert code == 0
    for command in COMMANDS:
        assert command in out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command):
    code, out, _ = run_command(command, "--help")
    assert code == 0
    assert f"frontis {command}" in out


def test_version():
    code, out, _ = run_command("--version")
    assert code == 0 and re.search(r"\b\d+\.\d+\.\d+\b", out)


@pytest.mark.parametrize("arguments", [
    ("--nonsense",), ("nonsense",), ("serve", "--nonsense"), ("explain",), ("check", "--dep"),
    ("serve", "-c"), ("run", "--listen"), ("check", "one", "two", "three"),
])
def test_bad_usage_is_2_and_says_so(arguments):
    code, out, errors = run_command(*arguments)
    assert code == 2, (code, out, errors)
    assert errors.strip()


def test_no_colour_where_there_is_no_terminal(tmp_path):
    write_config(tmp_path, "sitess: 1\n")
    for arguments in (("--help",), ("check", "-c", tmp_path / "frontis.yaml")):
        _, out, errors = run_command(*arguments)
        assert "\x1b" not in out + errors


def test_without_any_configuration_serve_says_what_to_do(tmp_path):
    code, _, errors = run_command("serve", folder=tmp_path)
    assert code in (1, 2) and "frontis.yaml" in errors


def test_serve_is_the_default_and_finds_frontis_yaml(tmp_path):
    write_config(tmp_path, "sites:\n  \"*\":\n    /: { fles: /tmp }\n")
    for arguments in ((), ("serve",)):
        code, _, errors = run_command(*arguments, folder=tmp_path)
        assert code == 1 and "frontis.yaml:3:" in errors


def test_check_of_a_good_configuration(tmp_path, root):
    file = write_config(tmp_path, {"listen": f"127.0.0.1:{free_port()}", "sites": {"*": {"/": {"files": str(root)}}}})
    for arguments in (("check",), ("check", "--deep")):
        code, _, errors = run_command(*arguments, "-c", file)
        assert code == 0, errors


def test_check_of_a_bad_configuration_names_every_fault(tmp_path):
    file = write_config(tmp_path, "lisen: 8080\nsites:\n  \"*\":\n    /: { fles: /tmp }\n")
    code, out, errors = run_command("check", "-c", file)
    assert code == 1
    assert re.search(r"frontis\.yaml:1:1: .*lisen.*did you mean 'listen'", out + errors)
    assert re.search(r"frontis\.yaml:4:\d+: .*fles.*did you mean 'files'", out + errors)


def test_check_deep_finds_a_missing_root(tmp_path):
    file = write_config(tmp_path, {"sites": {"*": {"/": {"files": str(tmp_path / "nowhere")}}}})
    code, out, errors = run_command("check", "--deep", "-c", file)
    assert code == 1 and "nowhere" in out + errors


# --- explain ---

@pytest.fixture(scope="module")
def explained(binary, module_folder):
    root = write_tree(module_folder / "root", {
        "index.html": b"<!doctype html>\n", "plain.css": STYLE, HASHED: STYLE,
        "wrong.0123456789ab.css": STYLE, "app.css": CSS, "app.css.gz": CSS_GZ,
        "dir/index.html": b"dir\n", ".hidden": b"no\n", "empty.txt": b"",
        "assets/x-20080206.js": b"1\n", "sp ace.txt": b"space\n"})
    for folder, _, names in os.walk(root):
        for name in names:
            os.utime(os.path.join(folder, name), (MTIME, MTIME))
    sites = {
        "www.example.org": {"/": {"files": str(root), "cache": "1h"}},
        "*": {
            "/": {"files": str(root), "fingerprinted": "assets/"},
            "/never/": {"files": str(root), "cache": "none"},
            "/uploads/": {"files": str(root), "uploads": True},
            "/gone": {"respond": 410},
            "/moved": {"redirect": "/plain.css"},
            "/old/": {"redirect": "https://www.example.org$uri", "status": 301},
        },
    }
    with Server(module_folder, sites) as server:
        assert poll(lambda: server.fetch("/app.css", "Accept-Encoding: gzip").get(
            "Content-Encoding") == "gzip")
        yield server


def told(output, response):
    """The status and the fields that explain tells, whatever else it says around them."""
    status = re.search(r"(?m)^HTTP/1\.1 ([1-5]\d\d) ", output)
    fields = {}
    for name, _ in response.fields:
        fields[name] = re.findall(rf"(?mi)^[\s<|]*{re.escape(name)}: *(.*?)\s*$", output)
    return int(status[1]) if status else None, fields


@pytest.mark.parametrize("target, host, fields", [
    ("/plain.css", "site.test", ()),
    (f"/{HASHED}", "site.test", ()),
    ("/wrong.0123456789ab.css", "site.test", ()),
    ("/missing.0123456789ab.css", "site.test", ()),
    ("/app.css", "site.test", ()),
    ("/app.css", "site.test", ("Accept-Encoding: gzip",)),
    ("/app.css", "site.test", ("Accept-Encoding: identity;q=0, br",)),
    ("/assets/x-20080206.js", "site.test", ()),
    (f"/plain.css?{MTIME}", "site.test", ()),
    ("/plain.css?v=wrong", "site.test", ()),
    ("/plain.css", "www.example.org", ()),
    ("/never/plain.css", "site.test", ()),
    ("/uploads/index.html", "site.test", ()),
    ("/", "site.test", ()),
    ("/dir", "site.test", ()),
    ("/dir/", "site.test", ()),
    ("/missing.txt", "site.test", ()),
    ("/.hidden", "site.test", ()),
    ("/empty.txt", "site.test", ()),
    ("/sp%20ace.txt", "site.test", ()),
    ("/gone", "site.test", ()),
    ("/moved", "site.test", ()),
    ("/old/page?a=b", "site.test", ()),
    ("/../etc/passwd", "site.test", ()),
    ("/plain.css", "site.test", ("If-None-Match: *",)),
    ("/plain.css", "site.test", ("If-Match: \"other\"",)),
    ("/plain.css", "site.test", ("Range: bytes=0-3",)),
    ("/plain.css", "site.test", ("Range: bytes=99-",)),
])
def test_explain_tells_what_the_server_does(explained, target, host, fields):
    response = fetch(explained.address, target, *fields, host=host)
    arguments = [part for field in fields for part in ("-H", field)]
    code, out, errors = run_command("explain", "-c", explained.config, f"http://{host}{target}",
                                    *arguments)
    assert code in (0, 1), errors
    status, said = told(out, response)
    assert status == response.status, out
    of_the_moment = {"date", "expires", "connection"}
    for name, value in response.fields:
        if name.lower() not in of_the_moment:
            assert value in said[name], f"{name}: {value} is not in\n{out}"
    if "Expires" in response:
        assert said["Expires"], f"Expires is not in\n{out}"


def test_explain_says_why(explained):
    _, out, _ = run_command("explain", "-c", explained.config, f"http://site.test/{HASHED}")
    assert "Django" in out and str(explained.folder / "root") in out
    _, out, _ = run_command("explain", "-c", explained.config, "http://site.test/missing.txt")
    assert "missing.txt" in out


@pytest.mark.parametrize("url", ["http://[::1/", "http://x:99999/", "http://u@x/", "http://x/%zz"])
def test_explain_tells_that_a_url_is_refused(explained, url):
    code, out, errors = run_command("explain", "-c", explained.config, url)
    assert code in (0, 1), errors
    assert re.search(r"(?m)^HTTP/1\.1 400 ", out), out


# --- run ---

def test_run_serves_a_directory_and_prints_its_url(tmp_path, root):
    port = free_port()
    with open(tmp_path / "out", "wb") as out, open(tmp_path / "err", "wb") as err:
        process = subprocess.Popen(
            [str(binary_path()), "run", str(root), "--listen", str(port)],
            cwd=tmp_path, env={**environment(), "XDG_CACHE_HOME": str(tmp_path / "cache")},
            stdin=subprocess.DEVNULL, stdout=out, stderr=err)
    try:
        out = tmp_path / "out"
        printed = poll(lambda: re.search(rf"http://\S*:{port}/", out.read_text()), 20)
        assert printed, (tmp_path / "err").read_text()
        state, = (tmp_path / "cache" / "frontis").iterdir()
        assert f"Keeping compressed variants in {state}" in out.read_text()
        assert fetch(("127.0.0.1", port), "/a.txt").body == b"a\n"
        with pytest.raises(OSError):   # a port alone is one of this address alone
            fetch(("127.0.0.2", port), "/a.txt")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert not REPORT.search((tmp_path / "err").read_text())
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_run_serves_static_directories_beside_it(tmp_path, root):
    static = write_tree(tmp_path / "assets", {HASHED: STYLE})
    port = free_port()
    with open(tmp_path / "out", "wb") as out:
        process = subprocess.Popen(
            [str(binary_path()), "run", str(root), "--static", f"{static}=/s/", "--listen",
             f"127.0.0.1:{port}", "--state", "none"],
            cwd=tmp_path, env=environment(), stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def answered():
        assert process.poll() is None, (tmp_path / "out").read_text()
        try:
            return fetch(("127.0.0.1", port), f"/s/{HASHED}")
        except OSError:
            return None

    try:
        response = poll(answered, 20)
        assert response and "immutable" in response.get("Cache-Control")
    finally:
        process.terminate()
        assert process.wait(20) == 0


def test_run_of_a_directory_that_is_not_there(tmp_path):
    code, _, errors = run_command("run", tmp_path / "nowhere", "--listen", str(free_port()))
    assert code in (1, 2) and "nowhere" in errors
