"""`frontis press` and `frontis kept`: what a deploy script does ahead of time, and what a person asks
of the versions that are kept."""

import fcntl
import gzip
import hashlib
import json
import os
import pty
import re
import resource
import shutil
import signal
import struct
import subprocess
import termios
import time

import pytest

from client import poll
from harness import (REPORT, binary as binary_path, environment, free_port, run_command,
                     write_config, write_tree)
from pressing import (CODINGS, SUFFIX, WAIT, decode, hashed, is_pressed, noise, stamps,
                      stored, text, variant_file)

STYLE, SCRIPT, DENSE = text("style"), text("script", 30_000), noise("dense")
FILES = {"app.css": STYLE, "js/app.js": SCRIPT, "js/twin.js": SCRIPT, "dense.svg": DENSE,
         "tiny.css": b"a{}\n", "photo.jpg": noise("photo"), ".hidden.css": text("hidden"),
         "settings.py": text("python")}
COMPRESSIBLE = {"app.css", "js/app.js", "js/twin.js", "dense.svg", "tiny.css"}
MTIME = 1_204_329_600


@pytest.fixture(autouse=True)
def needs_a_binary(binary):
    pass


@pytest.fixture
def root(tmp_path):
    root = write_tree(tmp_path / "root", FILES)
    for path in root.rglob("*"):
        os.utime(path, (MTIME, MTIME))
    return root


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


def press(*arguments, code=0, **more):
    got, out, errors = run_command("press", *arguments, **{"timeout": 120, **more})
    assert got == code, (got, out, errors)
    return out, errors


def pressed(*arguments, code=0, **more):
    """What --json says."""
    out, _ = press(*arguments, "--json", code=code, **more)
    assert out.count("\n") == 1
    return json.loads(out)


def counts(told, name):
    return {coding: told["codings"][coding][name] for coding in told["codings"]}


def all_of(number):
    return dict.fromkeys(CODINGS, number)


# --- into the state folder ---

def test_the_first_run_builds_what_decodes_to_the_content(root, state):
    told = pressed(root, "--state", state)
    assert (told["files"], told["compressible"]) == (6, 5)
    assert told["bytes"] == sum(len(FILES[name]) for name in COMPRESSIBLE)
    assert told["faults"] == [] and told["stopped"] is False and told["seconds"] > 0
    for coding in CODINGS:
        coded = {content: variant_file(state, content, coding).read_bytes()
                 for content in (STYLE, SCRIPT)}
        for content, bytes_of in coded.items():
            assert decode(coding, bytes_of) == content
        # The twin is sent from the same variant; what is of no use is sent as it is.
        sums = told["codings"][coding]
        assert sums["bytes"] == (len(coded[STYLE]) + 2 * len(coded[SCRIPT]) + len(DENSE) +
                                 len(FILES["tiny.css"]))
        assert sums["useless"] == 2 and sums["built"] + sums["skipped"] == 3
    assert len(stored(state / "variants")) == 2 * len(CODINGS)


def test_a_second_run_builds_nothing(root, state):
    first = pressed(root, "--state", state)
    before = stamps(state / "variants")
    second = pressed(root, "--state", state)
    assert counts(second, "built") == all_of(0)
    assert counts(second, "skipped") == all_of(3)
    assert counts(second, "useless") == all_of(2)
    assert counts(second, "bytes") == counts(first, "bytes")
    assert stamps(state / "variants") == before


def test_a_second_run_reads_no_content(root, state):
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    time.sleep(0.1)  # what was changed right before is not noted, since its times may not tell
    press(root, "--state", state)
    trace = root.parent / "trace"
    done = subprocess.run(
        ["strace", "-f", "-e", "trace=openat,openat2", "-o", str(trace), str(binary_path()), "press",
         str(root), "--state", str(state)],
        env={**environment(), "ASAN_OPTIONS": "detect_leaks=0"}, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "app.css" not in trace.read_text() and "variants/" not in trace.read_text()


def test_a_changed_file_is_built_again(root, state):
    press(root, "--state", state)
    other = text("other")
    (root / "app.css").write_bytes(other)
    told = pressed(root, "--state", state)
    assert counts(told, "built") == all_of(1) and counts(told, "skipped") == all_of(2)
    assert is_pressed(state, [STYLE, SCRIPT, other])


def test_a_renamed_tree_is_not_built_again(root, state):
    press(root, "--state", state)
    told = pressed(shutil.copytree(root, root.parent / "release2"), "--state", state)
    assert counts(told, "built") == all_of(0) and counts(told, "skipped") == all_of(3)


def test_a_variant_that_has_gone_is_built_again(root, state):
    press(root, "--state", state)
    lost = variant_file(state, STYLE, "br")
    lost.unlink()
    cut = variant_file(state, SCRIPT, "gzip")
    cut.write_bytes(cut.read_bytes()[:-1])
    told = pressed(root, "--state", state, "--check", code=1)
    assert counts(told, "missing") == {"gzip": 2, "br": 1, "zstd": 0}
    told = pressed(root, "--state", state)
    assert told["codings"]["br"]["built"] == 1 and told["codings"]["gzip"]["built"] >= 1
    assert decode("br", lost.read_bytes()) == STYLE
    assert decode("gzip", cut.read_bytes()) == SCRIPT


def test_a_lost_index_costs_no_building(root, state):
    press(root, "--state", state)
    before = stamps(state / "variants")
    for path in state.glob("index.sqlite3*"):
        path.unlink()
    told = pressed(root, "--state", state)
    assert counts(told, "skipped") == all_of(3)
    assert stamps(state / "variants") == before


def test_check_builds_nothing_and_names_what_is_missing(root, state):
    out, errors = press(root, "--state", state, "--check", code=1)
    assert not state.exists()
    assert re.search(rf"(?m)^{re.escape(str(root))}/app\.css: missing gzip, br, zstd$", errors)
    assert "photo.jpg" not in errors and ".hidden" not in errors and "tiny" not in errors
    press(root, "--state", state)
    out, errors = press(root, "--state", state, "--check")
    assert errors == ""
    (root / "app.css").write_bytes(text("other"))
    before = stamps(state / "variants")
    out, errors = press(root, "--state", state, "--check", code=1)
    assert errors.count("\n") == 1 and "app.css: missing gzip, br, zstd" in errors
    assert stamps(state / "variants") == before


def test_check_names_a_hundred_files_and_counts_the_rest(tmp_path, state):
    root = write_tree(tmp_path / "root", {f"{i:03}.css": text(i, 500) for i in range(123)})
    _, errors = press(root, "--state", state, "--check", code=1)
    lines = errors.splitlines()
    assert len(lines) == 101 and lines[-1] == "and 23 more"


def test_only_some_codings_and_one_thread(root, state):
    told = pressed(root, "--state", state, "--codings", "gzip,zstd", "--threads", "1")
    assert list(told["codings"]) == ["gzip", "zstd"]
    assert counts(told, "built") == {"gzip": 2, "zstd": 2}  # the twin comes later
    assert not variant_file(state, STYLE, "br").exists()
    told = pressed(root, "--state", state)
    assert told["codings"]["br"]["built"] and not told["codings"]["gzip"]["built"]


def test_max_makes_gzip_no_larger(root, state):
    usual = pressed(root, "--state", state, "--codings", "gzip")
    most = pressed(root, "--state", state.with_name("other"), "--codings", "gzip", "--max")
    assert most["codings"]["gzip"]["bytes"] <= usual["codings"]["gzip"]["bytes"]
    coded = variant_file(state.with_name("other"), SCRIPT, "gzip").read_bytes()
    assert decode("gzip", coded) == SCRIPT


def test_the_table_on_stdout_is_all_there_is_without_a_terminal(root, state):
    out, errors = press(root, "--state", state)
    assert errors == "" and "\x1b" not in out and "\r" not in out
    assert out.startswith("6 files, 5 of them compressible, in ")
    assert re.search(r"(?m)^as it is +[\d,]+ +100\.0$", out)
    for coding in CODINGS:
        assert re.search(rf"(?m)^{coding} +[\d,]+ +\d+\.\d +\d+ +\d+ +2$", out), out


def test_a_terminal_is_shown_a_bar(tmp_path, state):
    root = write_tree(tmp_path / "root", {f"{i}.js": text(i, 150_000) for i in range(20)})
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = subprocess.Popen(
        [str(binary_path()), "press", str(root), "--state", str(state)], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=theirs, env={**environment(), "TERM": "xterm"})
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # nobody has the other end open any more
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    table = process.stdout.read().decode()
    process.stdout.close()
    assert process.wait(WAIT) == 0
    lines = [line.split("\x1b")[0] for line in shown.decode().split("\r") if "[" in line]
    bars = [line for line in lines if line]
    assert bars, shown
    for bar in bars:
        assert re.fullmatch(r"\[#*\.*\] +\d+ %  \d+/20 files  saved \S+ \S+  \S+ left", bar), bar
        assert len(bar) < 100
    assert table.startswith("20 files")


# --- which files ---

def configuration(tmp_path, root, state, **more):
    return write_config(tmp_path, {
        "listen": f"127.0.0.1:{free_port()}", "state": str(state),
        "sites": {"site.test": {"/static/": {"files": str(root), **more}}}})


def test_a_configuration_names_the_roots(tmp_path, root, state):
    file = configuration(tmp_path, root, state)
    assert pressed("-c", file)["compressible"] == 5
    assert is_pressed(state, [STYLE, SCRIPT])
    # The one in the current folder is found, too.
    press("--check", folder=tmp_path)
    assert pressed(folder=tmp_path)["codings"]["br"]["built"] == 0


def test_a_directory_in_a_configured_root_has_its_rules(tmp_path, root, state):
    (root / "deep").mkdir()
    (root / "deep" / ".shown.css").write_bytes(text("shown"))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "far.css").write_bytes(text("far"))
    (root / "deep" / "link").symlink_to(tmp_path / "elsewhere")
    file = configuration(tmp_path, root, state, allow=[".shown.css"],
                         links=[str(tmp_path / "elsewhere")])
    told = pressed(root / "deep", "-c", file)
    assert told["files"] == 2 and is_pressed(state, [text("shown"), text("far")])
    assert not is_pressed(state, [STYLE])
    assert pressed(root / "deep", "--state", state.with_name("bare"))["files"] == 0


def test_an_exact_route_is_one_file(tmp_path, root, state):
    file = write_config(tmp_path, {
        "state": str(state), "sites": {"*": {"/app.css": {"files": str(root)}}}})
    assert pressed("-c", file)["files"] == 1
    assert is_pressed(state, [STYLE]) and not is_pressed(state, [SCRIPT])


def test_the_settings_of_press_hold(tmp_path, root, state):
    file = write_config(tmp_path, {
        "state": str(state), "press": {"codings": ["br"], "largest": 10_000},
        "sites": {"*": {"/": {"files": str(root)}}}})
    told = pressed("-c", file)
    assert list(told["codings"]) == ["br"]
    assert (told["codings"]["br"]["built"], told["codings"]["br"]["useless"]) == (1, 4)
    assert is_pressed(state, [STYLE], ["br"]) and not is_pressed(state, [SCRIPT], ["br"])


def test_without_a_place_for_variants_it_says_the_three_ways(tmp_path, root):
    if os.path.exists("/etc/frontis/frontis.yaml"):
        pytest.skip("this machine has a configuration")
    _, errors = press(root, folder=tmp_path, code=2)
    for way in ("-c FILE", "--state DIR", "--siblings"):
        assert way in errors
    _, errors = press("--siblings", folder=tmp_path, code=2)
    assert "name the directories" in errors
    file = write_config(tmp_path, {"sites": {"*": {"/": {"files": str(root)}}}})
    _, errors = press("-c", file, code=1)
    assert "--state DIR" in errors and "--siblings" in errors


@pytest.mark.parametrize("arguments", [
    ("--siblings", "--state", "x"), ("--codings", "gzip,lzma"), ("--threads", "0"),
    ("--threads", "many")])
def test_bad_usage(tmp_path, arguments):
    press(tmp_path, *arguments, code=2)


def test_a_directory_that_is_not_there(tmp_path, root, state):
    _, errors = press(tmp_path / "nowhere", "--state", state, code=1)
    assert "nowhere" in errors
    _, errors = press(root / "app.css", "--state", state, code=1)
    assert "app.css' is not a directory" in errors


# --- what goes wrong ---

def as_nobody():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


def open_to_all(path):
    for folder in [path, *path.parents]:
        if folder.stat().st_uid == os.geteuid() and folder != folder.parent:
            folder.chmod(folder.stat().st_mode | 0o055)


@pytest.mark.parametrize("way", ["state", "siblings"])
def test_a_file_that_cannot_be_read_is_named_and_the_rest_goes_on(binary, root, state, way):
    (root / "js/app.js").chmod(0)
    state.mkdir()
    more = {}
    if os.geteuid() == 0:
        open_to_all(root)
        for path in (root, root / "js", state):
            os.chown(path, 65534, 65534)
        # The source tree may lie where only its owner comes.
        more["executable"] = shutil.copy(binary, root.parent / "frontis")
        more["preexec_fn"] = as_nobody
    place = ("--state", state) if way == "state" else ("--siblings",)
    _, errors = press(root, *place, code=1, **more)
    assert errors.count("\n") == 1 and "js/app.js" in errors
    if way == "state":
        assert is_pressed(state, [STYLE, SCRIPT])  # by its twin
    else:
        assert (root / "js/twin.js.br").exists() and not (root / "js/app.js.br").exists()


@pytest.mark.parametrize("way", ["state", "siblings"])
def test_a_full_disk_is_said_once(tmp_path, state, way):
    root = write_tree(tmp_path / "root", {f"{i:02}.css": text(i, 20_000) for i in range(30)})
    small = tmp_path / "small"
    small.mkdir()
    if os.geteuid() != 0 or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)],
            capture_output=True).returncode != 0:
        pytest.skip("needs root and a mount")
    try:
        if way == "siblings":
            for name in ("00.css", "01.css", "02.css"):
                shutil.copy(root / name, small / name)
            (small / "filler").write_bytes(noise("filler", 188_000))
            where = (small, "--siblings")
        else:
            where = (root, "--state", small)
        _, errors = press(*where, code=1)
        assert len(re.findall("(?i)no space|disk|room", errors)) >= 1
        assert len([line for line in errors.splitlines() if "frontis press:" in line]) == 1, errors
        assert not [path for path in small.glob(".frontis-press*")]
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_what_is_done_stays(tmp_path, state, number):
    contents = {f"{i}.js": text(i, 400_000) for i in range(40)}
    root = write_tree(tmp_path / "root", contents)
    process = subprocess.Popen(
        [str(binary_path()), "press", str(root), "--state", str(state)], env=environment(),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert poll(lambda: stored(state / "variants") or process.poll() is not None, WAIT)
        process.send_signal(number)
        out, errors = process.communicate(timeout=WAIT)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 1, (process.returncode, errors)
    assert b"interrupted" in errors and not REPORT.search(errors.decode())
    assert out == b""
    there = stored(state / "variants")
    assert 0 < len(there) < 3 * len(contents)
    by_digest = {hashlib.sha256(content).hexdigest(): content for content in contents.values()}
    coding_of = {suffix: coding for coding, suffix in SUFFIX.items()}
    for name, path in there.items():
        stem, _, suffix = name.replace("/", "").partition(".")
        assert decode(coding_of[suffix], path.read_bytes()) == by_digest[stem]


# --- beside the files ---

def sibling(root, name, coding):
    return root / f"{name}.{SUFFIX[coding]}"


def test_siblings_decode_with_everybodys_tools(root):
    (root / "app.css").chmod(0o640)
    told = pressed(root, "--siblings")
    assert counts(told, "built") == all_of(3)
    for name in ("app.css", "js/app.js", "js/twin.js"):
        for coding in CODINGS:
            path = sibling(root, name, coding)
            assert decode(coding, path.read_bytes()) == FILES[name]
            assert path.stat().st_mtime_ns == (root / name).stat().st_mtime_ns
            assert path.stat().st_mode == (root / name).stat().st_mode
            assert path.stat().st_uid == (root / name).stat().st_uid
    packed = sibling(root, "app.css", "gzip").read_bytes()
    assert gzip.decompress(packed) == STYLE
    assert packed[3:8] == bytes(5), "a name or a time"
    tools = {"gzip": ("gzip", "-dc"), "br": ("brotli", "-dc"), "zstd": ("zstd", "-dc")}
    for coding, tool in tools.items():
        if shutil.which(tool[0]):
            with open(sibling(root, "app.css", coding), "rb") as file:
                assert subprocess.run(tool, stdin=file, capture_output=True, check=True,
                                      timeout=30).stdout == STYLE
    assert {path.name for path in root.rglob("*.br")} == {"app.css.br", "app.js.br", "twin.js.br"}
    assert not list(root.rglob(".frontis*"))


def test_siblings_need_no_second_writing(root):
    press(root, "--siblings")
    before = {path: path.stat().st_ino for path in root.rglob("*")}
    told = pressed(root, "--siblings")
    assert counts(told, "built") == all_of(0) and counts(told, "skipped") == all_of(3)
    assert {path: path.stat().st_ino for path in root.rglob("*")} == before
    press(root, "--siblings", "--check")


def test_stale_siblings_are_found_and_replaced(root):
    press(root, "--siblings")
    other = text("other", len(STYLE))
    (root / "app.css").write_bytes(other)
    os.utime(root / "app.css", (MTIME, MTIME))
    sibling(root, "js/app.js", "br").unlink()
    damaged = sibling(root, "js/twin.js", "zstd")
    damaged.write_bytes(damaged.read_bytes()[:-1])
    _, errors = press(root, "--siblings", "--check", code=1)
    said = dict(line.removeprefix(f"{root}/").split(": ") for line in errors.splitlines())
    assert said == {"app.css": "stale gzip, br, zstd", "js/app.js": "missing br",
                    "js/twin.js": "stale zstd"}
    told = pressed(root, "--siblings")
    assert counts(told, "built") == {"gzip": 1, "br": 2, "zstd": 2}
    for coding in CODINGS:
        assert decode(coding, sibling(root, "app.css", coding).read_bytes()) == other
    press(root, "--siblings", "--check")


def test_a_stale_sibling_that_nothing_replaces_is_named_and_stays(root):
    for name in ("dense.svg", "tiny.css"):
        (root / f"{name}.gz").write_bytes(gzip.compress(b"something else"))
    _, errors = press(root, "--siblings", "--check", code=1)
    assert "dense.svg: stale gzip" in errors and "tiny.css: stale gzip" in errors
    _, errors = press(root, "--siblings", code=1)
    assert "dense.svg.gz" in errors and "tiny.css.gz" in errors and "delete it" in errors
    assert gzip.decompress((root / "dense.svg.gz").read_bytes()) == b"something else"
    assert sibling(root, "app.css", "br").exists()


def test_what_is_no_plain_file_is_left_to_its_owner(root):
    target = root.parent / "target.gz"
    target.write_bytes(gzip.compress(b"something else"))
    (root / "app.css.gz").symlink_to(target)
    (root / "app.css.br").mkdir()
    before = target.read_bytes()
    _, errors = press(root, "--siblings", code=1)
    assert "app.css" in errors and "no plain file" in errors
    assert (root / "app.css.gz").is_symlink() and target.read_bytes() == before
    assert (root / "app.css.br").is_dir()


def test_siblings_of_a_linked_file_lie_beside_the_link(root):
    (root / "linked.css").symlink_to("app.css")
    press(root, "--siblings")
    assert decode("br", sibling(root, "linked.css", "br").read_bytes()) == STYLE


# --- kept ---

@pytest.fixture
def keeping(serve, tmp_path):
    names = [hashed("app.css", STYLE), hashed("my app.js", SCRIPT)]
    root = write_tree(tmp_path / "root", {names[0]: STYLE, names[1]: SCRIPT})
    server = serve({"site.test www.site.test": {"/static/": {"files": str(root)}}}, threads=1)
    for name in names:
        server.fetch("/static/" + name.replace(" ", "%20"))
    told = poll(lambda: len(json.loads(kept_list("-c", server.config, "--json"))["kept"]) == 2, WAIT)
    assert told, server.log()
    server.names = names
    return server


def kept_list(*arguments):
    code, out, errors = run_command("kept", "list", *arguments)
    assert code == 0, errors
    return out


def test_kept_list_shows_what_is_kept(keeping):
    out = kept_list("-c", keeping.config)
    lines = out.splitlines()
    assert lines[0].startswith("URL") and len(lines) == 4
    for name, content in zip(keeping.names, (STYLE, SCRIPT)):
        assert re.search(rf"(?m)^site\.test/static/{re.escape(name)} +{len(content)}  "
                         r"\d{4}-\d\d-\d\d \d\d:\d\d +name$", out), out
    assert lines[-1].startswith("2 versions are kept, ")
    told = json.loads(kept_list("--state", keeping.folder / "state", "--json"))
    assert told["bytes"] == len(STYLE) + len(SCRIPT)
    by_url = {row["url"]: row for row in told["kept"]}
    row = by_url[f"site.test/static/{keeping.names[0]}"]
    assert row["sha256"] == hashlib.sha256(STYLE).hexdigest()
    assert row["trusted_by"] == "name" and abs(row["seen"] - time.time()) < 3600


def test_kept_purge_takes_every_spelling_of_a_url(keeping):
    state = keeping.folder / "state"
    keeping.stop()
    plain, spaced = (f"/static/{name}" for name in keeping.names)
    for arguments in (("https://www.SITE.test:8080" + plain, "-c", keeping.config),
                      ("site.test" + spaced.replace(" ", "%20"), "--state", state)):
        code, out, errors = run_command("kept", "purge", *arguments)
        assert code == 0 and out.startswith("purged site.test/static/"), errors
        code, out, errors = run_command("kept", "purge", *arguments)
        assert code == 1 and "is not kept" in errors
    assert kept_list("--state", state) == "0 versions are kept, 0 bytes\n"
    assert not stored(state / "kept")


def test_kept_purge_goes_on_after_a_url_that_is_not_kept(keeping):
    keeping.stop()
    known = f"site.test/static/{keeping.names[0]}"
    code, out, errors = run_command("kept", "purge", "site.test/none", known, "-c", keeping.config)
    assert code == 1 and "site.test/none" in errors and f"purged {known}" in out


def test_kept_without_anything_kept(tmp_path):
    assert kept_list("--state", tmp_path / "none") == "0 versions are kept, 0 bytes\n"
    code, _, errors = run_command("kept", "purge", "a/b", "--state", tmp_path / "none")
    assert code == 1 and "not kept" in errors
    assert not (tmp_path / "none").exists()
    file = write_config(tmp_path, {"sites": {"*": {"/": {"respond": 404}}}})
    code, _, errors = run_command("kept", "list", "-c", file)
    assert code == 1 and "state" in errors
    assert run_command("kept")[0] == 2 and run_command("kept", "purge")[0] == 2
