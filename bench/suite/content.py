"""The files that are served: made once, alike each time, with gzip siblings where they pay."""

import gzip
import os
import random
from pathlib import Path

WORDS = ("display margin padding color background border radius flex grid width height font size "
         "weight position absolute relative transition transform opacity hover focus before after "
         "media screen min max calc var root solid none auto inherit center").split()
COLD, MIXED = 100_000, 2_000
FRESH, FRESH_SIZE = 2_000, 24 * 1024


def text(source, size):
    parts, length = [], 0
    while length < size:
        rule = (f".{source.choice(WORDS)}-{source.randrange(1000)} {{ {source.choice(WORDS)}: "
                f"{source.randrange(100)}px; {source.choice(WORDS)}: #{source.randrange(1 << 24):06x} }}\n")
        parts.append(rule)
        length += len(rule)
    return "".join(parts).encode()[:size]


def write(path, content, coded=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if coded:
        small = Path(str(path) + ".gz")
        small.write_bytes(gzip.compress(content, 9, mtime=0))
        # Servers look whether a sibling is older than what it stands for.
        stamp = path.stat().st_mtime_ns
        os.utime(small, ns=(stamp, stamp))


def mixed(source):
    """Sizes as sites have them: many small ones, few large."""
    sizes = [(0.55, 500, 4_000), (0.85, 4_000, 24_000), (1.0, 24_000, 80_000)]
    for number in range(MIXED):
        at = source.random()
        _, least, most = next(one for one in sizes if at <= one[0])
        kind = source.choice(("css", "js", "svg", "png"))
        yield f"/mixed/{number % 40:02d}/{number:04d}.{kind}", source.randrange(least, most)


def cold_path(number):
    return f"/cold/{number // 1000:03d}/{number:06d}.txt"


def make(root, large, cold):
    """Fills `root`; `large`: the file of 1 GB, `cold`: the 100,000 small ones, too. Returns the
    paths of the mixed files."""
    source = random.Random(1)
    write(root / "small.txt", text(source, 1024))
    write(root / "style.css", text(source, 8 * 1024), coded=True)
    paths = []
    for path, size in mixed(source):
        is_text = not path.endswith(".png")
        write(root / path[1:], text(source, size) if is_text else source.randbytes(size), is_text)
        paths.append(path)
    write(root / "10m.bin", source.randbytes(10_000_000))
    # The same, for what serves one folder beside an application.
    write(root / "static" / "style.css", (root / "style.css").read_bytes(), coded=True)
    if large:
        with open(root / "1g.bin", "wb") as file:
            block = source.randbytes(1_000_000)
            for _ in range(1000):
                file.write(block)
    if cold:
        content = text(source, 2 * 1024)
        for number in range(COLD):
            write(root / cold_path(number)[1:], content[:-6] + b"%06d" % number)
    return paths


def usual(root, paths, takes_gzip):
    """The path whose size on the wire is nearest to the mean."""
    if len(paths) == 1:
        return paths[0]
    sizes = {path: size_of(root, path, takes_gzip) for path in paths}
    mean = sum(sizes.values()) / len(sizes)
    return min(paths, key=lambda path: abs(sizes[path] - mean))


def size_of(root, path, takes_gzip):
    small = root / (path[1:] + ".gz")
    return (small if takes_gzip and small.exists() else root / path[1:]).stat().st_size


def make_fresh(folder):
    """Files that pay to be compressed, none like another: more than are pressed in a minute."""
    body = text(random.Random(2), FRESH_SIZE)
    for number in range(0 if folder.exists() else FRESH):
        write(folder / f"{number:04d}.css", b"/* %d */\n" % number + body)
    return folder
