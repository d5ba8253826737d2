"""What the tests of press share: content that is worth coding, decoders that forgive nothing, and
a look into the state folder, whose files are named by the digest of what they stand for."""

import ctypes
import hashlib
import os
import random
import re
import zlib

from client import poll
from harness import Server, run_command, wait_a_little

# Press works at the kernel's idle priority: on a busy machine it may be kept waiting for long.
WAIT = 60.0
SUFFIX = {"gzip": "gz", "br": "br", "zstd": "zst"}
CODINGS = tuple(SUFFIX)
STORED = re.compile(r"([0-9a-f]{2}/[0-9a-f]{62})(\.[0-9a-z.-]+)?\Z")
LARGE = 200_000  # of content: its variants are sent from their files, not from memory


class Undecodable(AssertionError):
    """Coded bytes that are not what their coding says."""


def text(seed, size=8000):
    """Style rules that no other seed has; a third to a sixth of them is left by a coding."""
    source = random.Random(seed)
    lines = [b"/* %s */\n" % str(seed).encode()]
    length = len(lines[0])
    while length < size:
        line = b".rule-%04x { color: #%06x; margin: %dpx auto; padding: 0 }\n" % (
            source.randrange(1 << 16), source.randrange(1 << 24), source.randrange(100))
        lines.append(line)
        length += len(line)
    return b"".join(lines)[:size]


def noise(seed, size=8000):
    return random.Random(seed).randbytes(size)


def hashed(name, content):
    """The name that Django gives: "app.38d674d0e73a.css"."""
    stem, _, extension = name.rpartition(".")
    return f"{stem}.{hashlib.md5(content).hexdigest()[:12]}.{extension}"


def gunzip(coded):
    decoder = zlib.decompressobj(31)
    content = decoder.decompress(coded) + decoder.flush()
    if not decoder.eof or decoder.unused_data:
        raise Undecodable("gzip: cut short, or more than one member")
    return content


def unbrotli(coded):
    import brotli
    return brotli.decompress(coded)


def unzstd(coded):
    library = ctypes.CDLL("libzstd.so.1")
    library.ZSTD_getFrameContentSize.restype = ctypes.c_ulonglong
    library.ZSTD_findFrameCompressedSize.restype = ctypes.c_size_t
    library.ZSTD_decompress.restype = ctypes.c_size_t
    size = library.ZSTD_getFrameContentSize(coded, ctypes.c_size_t(len(coded)))
    if size > 1 << 30:
        raise Undecodable("zstd: no frame that says its size")
    if library.ZSTD_findFrameCompressedSize(coded, ctypes.c_size_t(len(coded))) != len(coded):
        raise Undecodable("zstd: not exactly one frame")
    out = ctypes.create_string_buffer(size + 1)
    length = library.ZSTD_decompress(out, ctypes.c_size_t(size), coded, ctypes.c_size_t(len(coded)))
    if length != size:
        raise Undecodable("zstd: damaged")
    return out.raw[:size]


DECODERS = {"gzip": gunzip, "br": unbrotli, "zstd": unzstd, None: bytes}


def decode(coding, coded):
    try:
        return DECODERS[coding](coded)
    except Undecodable:
        raise
    except Exception as fault:  # each library has errors of its own
        raise Undecodable(f"{coding}: {fault}") from fault


# --- asking ---

def start(serve, root, route=None, **settings):
    """One loop, so that what one request has seen holds for the next."""
    sites = {"*": {"/": {"files": str(root), **(route or {})}}}
    return serve(sites, **{"threads": 1, **settings})


def ask(server, target, coding, *fields, **more):
    return server.fetch(target, f"Accept-Encoding: {coding}", *fields, **more)


def right(server, target, content, coding):
    """Whatever comes must decode to `content`; the response, when it came in `coding`."""
    response = ask(server, target, coding)
    assert response.status == 200, (target, coding, response)
    used = response.get("Content-Encoding")
    assert used in (None, coding), f"{target}: asked for {coding}, got {used}"
    assert decode(used, response.body) == content, f"{target}: other bytes in {used}"
    return response if used else None


def wait_for(server, target, content, coding, seconds=WAIT):
    """Bytes that are right from the first answer on, and come in `coding` in the end."""
    response = poll(lambda: right(server, target, content, coding), seconds)
    assert response, f"{target} never came as {coding}: {server.log()}"
    return response


def wait_for_all(server, files, codings=CODINGS):
    """`files` is {target: content}; returns {(target, coding): response}."""
    return {(target, coding): wait_for(server, target, content, coding)
            for target, content in files.items() for coding in codings}


# --- looking into the state folder ---

def state_of(server: Server):
    return server.folder / "state"


def stored_name(content, suffix=""):
    digest = hashlib.sha256(content).hexdigest()
    return f"{digest[:2]}/{digest[2:]}{suffix}"


def variant_file(state, content, coding):
    return state / "variants" / stored_name(content, "." + SUFFIX[coding])


def kept_file(state, content):
    return state / "kept" / stored_name(content)


def stored(folder):
    """{"ab/cd….br": path} of what put() has finished; temporary names are left out."""
    found = {}
    for path in folder.glob("*/*"):
        name = str(path.relative_to(folder))
        if STORED.match(name):
            found[name] = path
    return found


def stamps(folder):
    """What tells whether a file was written again."""
    values = {}
    for name, path in stored(folder).items():
        status = path.stat()
        values[name] = (status.st_ino, status.st_mtime_ns, status.st_size)
    return values


def is_pressed(state, contents, codings=CODINGS):
    return all(variant_file(state, content, coding).exists()
               for content in contents for coding in codings)


def wait_until_pressed(state, contents, codings=CODINGS):
    assert poll(lambda: is_pressed(state, contents, codings), WAIT), \
        f"not all is pressed: {sorted(stored(state / 'variants'))}"


def wait_until_kept(server, *names):
    """What `kept list` shows is known to the server, but for a moment."""
    def are_listed():
        code, out, _ = run_command("kept", "list", "-c", server.config)
        return code == 0 and all(name in out for name in names)

    assert poll(are_listed, WAIT, 0.2), f"{names} are not kept: {server.log()}"
    wait_a_little()


def flip_a_byte(path, source):
    """Any of its bytes, any of its bits, in place, with the time that it had."""
    status = path.stat()
    content = bytearray(path.read_bytes())
    content[source.randrange(len(content))] ^= 1 << source.randrange(8)
    with open(path, "r+b") as file:
        file.write(content)
    set_time(path, status.st_mtime_ns)


def set_time(path, nanoseconds):
    os.utime(path, ns=(nanoseconds, nanoseconds))
