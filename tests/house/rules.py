"""The rules of the house as functions: text in, faults out, each a sentence. test_floor_plan.py
shows them the tree, and test_rules.py shows them what they must refuse."""

import re

# Which rooms each room may include from, as in server/README.md. Every room may include itself.
ROOMS = {
    "base": set(),
    "config": {"base"},
    "net": {"base", "config"},
    "http": {"base", "config"},
    "media": {"base", "config", "http"},
    "upstream": {"base", "config", "net", "http"},
    "app": {"base", "config", "net", "http", "upstream"},
    "store": {"base", "config", "net", "http", "upstream"},
    "observe": {"base", "config", "http"},
}
FRONT_HALL = "commands"

TOP_LEVEL = {
    "CMakeLists.txt", "server", "conf", "www", "tests", "bench", "packaging",
    "README.md", "LICENSE", "CHANGELOG.md", ".clang-format", ".gitignore", ".ci",
}
NOT_YET = {"bench"}  # agreed upon, but a folder with nothing in it cannot be committed

LONGEST_LINE = 100
LONGEST_FILE = {"server": 400, "tests": 800}
LONG_FILE = 250

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]*)"', re.MULTILINE)
MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.MULTILINE)
LATER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME)\b")


def room_of(path):
    """The room of a path relative to server/; whatever lies outside all rooms is the front hall."""
    room = path.split("/")[0]
    return room if room in ROOMS else FRONT_HALL


def allowed_rooms(path):
    room = room_of(path)
    if room == FRONT_HALL:
        return set(ROOMS) | {FRONT_HALL}
    allowed = ROOMS[room] | {room}
    if room == "http" and path.split("/")[-1].startswith("session"):
        allowed = allowed | {"net"}
    return allowed


def include_faults(path, text):
    """`path` is relative to server/, as the paths in its includes must be."""
    faults = []
    for target in INCLUDE.findall(text):
        if target.startswith("/") or ".." in target.split("/"):
            faults.append(f'{path}: include "{target}" must be written from server/: "room/file.h"')
        elif room_of(target) not in allowed_rooms(path):
            faults.append(f'{path}: {room_of(path)} may not include "{target}"')
    return faults


def macro_faults(path, text):
    return [f"{path}: defines the macro {name}" for name in MACRO.findall(text)]


def header_faults(path, text):
    faults = []
    if not text.startswith("// "):
        faults.append(f"{path}: does not open with a comment that says what it is")
    if text.count("#pragma once") != 1:
        faults.append(f"{path}: has no #pragma once, or several")
    return faults


def line_faults(path, text):
    return [
        f"{path}:{number}: {len(line)} columns"
        for number, line in enumerate(text.splitlines(), start=1)
        if len(line) > LONGEST_LINE
    ]


def length_faults(path, text, longest):
    lines = len(text.splitlines())
    return [f"{path}: {lines} lines; cut it along its seam"] if lines > longest else []


def later_faults(path, text):
    return [
        f"{path}:{number}: {LATER.search(line).group()}: do it, or say why not"
        for number, line in enumerate(text.splitlines(), start=1)
        if LATER.search(line)
    ]


def layout_faults(names):
    """`names` are the entries of the top folder that git does not ignore."""
    names = set(names)
    faults = [f"{name}: is not part of the agreed layout" for name in sorted(names - TOP_LEVEL)]
    missing = TOP_LEVEL - NOT_YET - names
    return faults + [f"{name}: is missing from the layout" for name in sorted(missing)]
