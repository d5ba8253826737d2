"""Disks fill, folders vanish, bits flip: whatever becomes of the state folder, every answer holds
the bytes of its file, the log says what was found, and what was lost is made again."""

import os
import random
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cases.site import brotli, gz, zstd
from client import poll
from harness import write_tree
from pressing import (CODINGS, LARGE, WAIT, flip_a_byte, noise, right, set_time, stamps, start,
                      state_of, stored, text, variant_file, wait_for, wait_for_all,
                      wait_until_pressed)

SMALL_AND_LARGE = {**{f"{i}.css": text(i) for i in range(4)}, "large.css": text("large", LARGE),
                   # Half of it is left by any coding: these variants are large, too.
                   "wide.txt": noise("wide", 80_000).hex().encode()}


@pytest.fixture
def root(tmp_path):
    return write_tree(tmp_path / "root", SMALL_AND_LARGE)


def targets(files=None):
    return {f"/{name}": content for name, content in (files or SMALL_AND_LARGE).items()}


def all_right(server, files=None):
    for target, content in targets(files).items():
        for coding in CODINGS:
            right(server, target, content, coding)


@pytest.fixture
def pressed(serve, root):
    server = start(serve, root)
    wait_for_all(server, targets())
    return server


def add(server, root, name):
    """A file that came later gets its variants."""
    (root / f"{name}.css").write_bytes(text(name))
    wait_for_all(server, {f"/{name}.css": text(name)})


# --- the index ---

def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def empty(path):
    os.truncate(path, 0)


def overwrite(path):
    path.write_bytes(b"this is no database\n" * 500)


def scribble(path):
    """Pages in the middle are noise: SQLite finds out when it gets there."""
    with open(path, "r+b") as file:
        file.seek(4096)
        file.write(noise("pages", max(4096, path.stat().st_size - 8192)))


DAMAGES = [cut, empty, overwrite, scribble]


def index_of(server):
    found = sorted(state_of(server).glob("index.sqlite3"))
    assert found, f"no index in {os.listdir(state_of(server))}"
    return found[0]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_costs_nothing_but_time(pressed, root, damage):
    pressed.stop()
    damage(index_of(pressed))
    pressed.start()
    all_right(pressed)
    wait_for_all(pressed, targets())
    add(pressed, root, "late")
    if damage is not empty:  # SQLite takes an empty file for a new database
        pressed.wait_for_log(r"index\.sqlite3")
    pressed.stop()
    made = stamps(state_of(pressed) / "variants")
    pressed.start()
    wait_for_all(pressed, targets())
    assert stamps(state_of(pressed) / "variants") == made, "the new index remembers nothing"


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_index_that_is_damaged_in_service_costs_nothing_but_time(pressed, root, damage):
    damage(index_of(pressed))
    all_right(pressed)
    add(pressed, root, "late")
    pressed.stop()
    pressed.start()
    all_right(pressed)
    wait_for_all(pressed, targets())
    add(pressed, root, "later")


def test_an_index_that_is_gone_loses_no_variant(pressed):
    pressed.stop()
    made = stamps(state_of(pressed) / "variants")
    for path in state_of(pressed).glob("index.sqlite3*"):
        path.unlink()
    pressed.start()
    wait_for_all(pressed, targets())
    assert stamps(state_of(pressed) / "variants") == made, "what lay there was made again"


# --- the folder ---

def test_a_state_folder_that_is_deleted_in_service_comes_back(pressed, root):
    state = state_of(pressed)
    shutil.rmtree(state)
    all_right(pressed)
    add(pressed, root, "late")
    wait_until_pressed(state, [text("late")])
    wait_for_all(pressed, targets())
    pressed.stop()
    pressed.start()
    all_right(pressed)
    wait_for_all(pressed, {**targets(), "/late.css": text("late")})
    wait_until_pressed(state, [*SMALL_AND_LARGE.values(), text("late")])


def test_variants_that_are_deleted_in_service_are_made_again(pressed):
    state = state_of(pressed)
    shutil.rmtree(state / "variants")
    all_right(pressed)
    wait_for_all(pressed, targets())
    assert poll(lambda: variant_file(state, SMALL_AND_LARGE["wide.txt"], "br").exists(), WAIT)


def test_a_state_folder_that_cannot_be_written_is_said(serve, root, tmp_path):
    state = tmp_path / "state"
    state.mkdir()
    (state / "variants").write_bytes(b"a file stands where a folder should be\n")
    server = start(serve, root, state=str(state))
    all_right(server)
    server.wait_for_log(r"variants", WAIT)
    all_right(server)
    (state / "variants").unlink()
    server.stop()
    server.start()
    wait_for_all(server, targets())


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_said_and_recovered_from(serve, tmp_path, small_disk):
    # 3 MB of variants, and no room for them.
    files = {f"{i}.txt": noise(i, 45_000).hex().encode() for i in range(22)}
    root = write_tree(tmp_path / "root", files)
    server = start(serve, root, state=str(small_disk))
    server.wait_for_log(r"no space|full", WAIT)
    for _ in range(3):
        all_right(server, files)
    missing = [target for target, content in targets(files).items()
               if not variant_file(small_disk, content, "br").exists()]
    assert missing, "the disk was not full"
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    # Press rests for a minute after it could not store something.
    late = missing[0]
    assert poll(lambda: right(server, late, targets(files)[late], "br"), 60 + WAIT, 1.0), \
        f"{late} is not made: {server.log()}"
    wait_for_all(server, targets(files))
    add(server, root, "late")


# --- the variants ---

def flip(path, source):
    flip_a_byte(path, source)


def shorten(path, source):
    status = path.stat()
    os.truncate(path, source.randrange(status.st_size))
    set_time(path, status.st_mtime_ns)


def exchange(path, source):
    """A variant of other content, whole and sound, that no other file has."""
    status = path.stat()
    make = {".gz": gz, ".br": brotli, ".zst": zstd}[path.suffix]
    path.write_bytes(make(text(source.random(), source.choice([8000, 300_000]))))
    set_time(path, status.st_mtime_ns)


@pytest.mark.parametrize("damage", [flip, shorten, exchange])
@pytest.mark.parametrize("when", ["stopped", "running"])
def test_a_damaged_variant_is_never_sent(pressed, damage, when):
    source = random.Random(f"{damage.__name__} {when}")
    variants = state_of(pressed) / "variants"
    if when == "stopped":
        pressed.stop()
    made = stored(variants)
    assert len(made) == len(SMALL_AND_LARGE) * len(CODINGS)
    for name in sorted(made):
        damage(made[name], source)
    bad = stamps(variants)
    if when == "stopped":
        pressed.start()
    for _ in range(3):
        all_right(pressed)
    wait_for_all(pressed, targets())
    # Like every warning, it is said once a minute, of the first that was found.
    assert any(name in pressed.log() for name in made), pressed.log()
    sent = variant_file(state_of(pressed), SMALL_AND_LARGE["wide.txt"], "br").relative_to(variants)
    found = [str(sent)] if when == "running" else list(made)  # others are in memory by now
    for name in found:
        assert poll(lambda: stamps(variants).get(name) not in (None, bad[name]), WAIT), \
            f"{name} is damaged, and is not made anew"


@pytest.mark.parametrize("name", ["0.css", "large.css", "wide.txt"])
def test_a_byte_that_flips_between_two_requests_is_never_sent(pressed, name):
    source = random.Random(name)
    content = SMALL_AND_LARGE[name]
    for _ in range(2):
        for coding in CODINGS:
            path = variant_file(state_of(pressed), content, coding)
            assert poll(path.exists, WAIT), "not made again"
            assert right(pressed, f"/{name}", content, coding) or \
                wait_for(pressed, f"/{name}", content, coding)
            flip_a_byte(path, source)
            right(pressed, f"/{name}", content, coding)
            wait_for(pressed, f"/{name}", content, coding)


def test_nothing_wrong_is_sent_while_many_ask_and_bytes_flip(serve, root):
    server = start(serve, root, threads=2)
    wait_for_all(server, targets())
    source = random.Random(20080206)
    variants = state_of(server) / "variants"

    def visit(number):
        for _ in range(15):
            all_right(server)

    with ThreadPoolExecutor(4) as pool:
        visits = [pool.submit(visit, number) for number in range(4)]
        while not all(done.done() for done in visits):
            present = [path for path in stored(variants).values() if path.exists()]
            if present:
                replace_by_flipped(source.choice(present), source)
            time.sleep(0.02)
        for done in visits:
            done.result()
    wait_for_all(server, targets())


def replace_by_flipped(path, source):
    """Renamed over the old one, which a transfer under way still holds open."""
    try:
        copy = path.with_name("flipped")
        shutil.copyfile(path, copy)
        flip_a_byte(copy, source)
        os.rename(copy, path)
    except FileNotFoundError:
        return  # the server has just thrown it away
