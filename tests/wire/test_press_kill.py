"""Whenever press is killed, no wrong variant is left: each file under state/variants decodes to
the content that its name says, and a server that starts from there serves every file right."""

import os
import random
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import REPORT, Server, environment
from harness import binary as binary_path
from pressing import CODINGS, SUFFIX, decode, right, stored, stored_name, text, wait_for_all

ROUNDS = 200  # kills that hit a process which was still at work
FILES = 24
CODING_OF = {suffix: coding for coding, suffix in SUFFIX.items()}
DECODER = {"gz": ["gzip", "-dc"], "br": ["brotli", "-dc"], "zst": ["zstd", "-qdc"]}


class Site:
    """A tree that changes with each round, and every content that it ever had."""

    def __init__(self, folder, seed):
        self.source = random.Random(seed)
        self.root = folder / "root"
        self.root.mkdir(parents=True)
        self.contents = {}
        self.now = {}
        for number in range(FILES):
            self.write(number)

    def write(self, number):
        name = f"{number % 4}/{number}.css"
        content = text(self.source.random(), self.source.choice([300, 5000, 20_000, 90_000]))
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        if self.source.random() < 0.5:
            path.write_bytes(content)
        else:
            path.with_suffix(".tmp").write_bytes(content)
            os.rename(path.with_suffix(".tmp"), path)
        self.now[f"/{name}"] = content
        self.contents[stored_name(content)] = content

    def change(self, count):
        for number in self.source.sample(range(FILES), count):
            self.write(number)


@pytest.fixture
def site(tmp_path):
    seed = int(os.environ.get("FRONTIS_SEED", "20080206"))
    print(f"seed {seed}")
    return Site(tmp_path, seed)


@pytest.fixture
def server(binary, tmp_path, site):
    made = Server(tmp_path / "server", {"*": {"/": {"files": str(site.root)}}},
                  press={"threads": 2})
    yield made
    made.kill()


def start_command(server, errors, *arguments):
    return subprocess.Popen([str(binary_path()), *arguments], cwd=server.folder,
                            env=environment(), stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=errors)


def start_serving(server, errors):
    return start_command(server, errors, "serve", "-c", str(server.config))


def start_pressing(server, root, errors):
    return start_command(server, errors, "press", str(root), "--state",
                         str(server.folder / "state"))


def kill_after(process, seconds):
    """True when it was still at work."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        time.sleep(0.002)
    hit = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return hit


def fault_of(name, path, contents):
    """By our own decoders, while the rounds go on."""
    stem, _, suffix = name.partition(".")
    if stem not in contents or suffix not in CODING_OF:
        return f"{name}: of no content that there ever was"
    content = decode(CODING_OF[suffix], path.read_bytes())
    return None if content == contents[stem] else f"{name}: decodes to other content"


def check_by_other_hands(name, path, contents):
    """By the tools that everybody has."""
    stem, _, suffix = name.partition(".")
    with open(path, "rb") as file:
        content = subprocess.run(DECODER[suffix], stdin=file, capture_output=True,
                                 check=True, timeout=30).stdout
    assert content == contents[stem], name


def look(variants, contents, seen):
    """Looks at each file that has been written since it was last looked at."""
    for name, path in stored(variants).items():
        status = path.stat()
        stamp = (status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
        if seen.get(name) != stamp:
            assert not (fault := fault_of(name, path, contents)), fault
            seen[name] = stamp


@pytest.mark.skipif(not all(shutil.which(tool[0]) for tool in DECODER.values()),
                    reason="gzip, brotli or zstd is not installed")
def test_two_hundred_kills_leave_no_wrong_variant(server, site):
    variants = server.folder / "state" / "variants"
    hits, misses, seen, longest = 0, 0, {}, 0.6
    with open(server.folder / "stderr", "ab") as errors:
        while hits < ROUNDS:
            assert misses < 4 * ROUNDS, f"it ends too soon to be killed: {server.log()}"
            site.change(site.source.randrange(1, 5))
            # The server waits for idle time; the command does not: most kills go to it.
            serving = site.source.random() < 0.25
            process = (start_serving(server, errors) if serving
                       else start_pressing(server, site.root, errors))
            hit = kill_after(process, site.source.uniform(0.02, longest))
            hits, misses = hits + hit, misses + (not hit)
            # Kills that come after the end are of no use: come sooner, but not too soon.
            longest = min(0.6, longest * 1.01) if hit else max(0.15, longest * 0.97)
            look(variants, site.contents, seen)
    made = stored(variants)
    print(f"{hits} kills, {misses} too late, {len(seen)} variants seen, {len(made)} there")
    assert len(made) > FILES, "hardly anything was made: the kills came too soon"
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda item: check_by_other_hands(*item, site.contents), made.items()))
    assert not REPORT.search(server.log()), server.log()
    assert "damaged" not in server.log(), server.log()

    server.start()
    for target, content in site.now.items():
        for coding in CODINGS:
            right(server, target, content, coding)
    wait_for_all(server, site.now)
    server.stop()
