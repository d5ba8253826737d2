"""The small site that the table is about. The dates of all files are that of RFC 9110's example,
so that conditions can be written down."""

import ctypes
import gzip
import os

from cases.table import ALPHABET
from harness import write_tree

DATE = 784111777  # Sun, 06 Nov 1994 08:49:37 GMT
CSS = b"".join(b".rule-%d { color: #%06x; margin: 0 auto }\n" % (i, i * 4099) for i in range(120))
SCRIPT = b"".join(b"export const name%d = %d;\n" % (i, i * i) for i in range(150))
BIG = b"".join(b"%09d\n" % i for i in range(30000))


def brotli(content):
    library = ctypes.CDLL("libbrotlienc.so.1")
    size = ctypes.c_size_t(len(content) + 1024)
    out = ctypes.create_string_buffer(size.value)
    assert library.BrotliEncoderCompress(
        11, 22, 0, ctypes.c_size_t(len(content)), content, ctypes.byref(size), out)
    return out.raw[: size.value]


def zstd(content):
    library = ctypes.CDLL("libzstd.so.1")
    library.ZSTD_compress.restype = ctypes.c_size_t
    out = ctypes.create_string_buffer(len(content) + 1024)
    size = library.ZSTD_compress(out, ctypes.c_size_t(len(out)), content,
                                 ctypes.c_size_t(len(content)), 19)
    assert size <= len(out)
    return out.raw[:size]


def gz(content):
    return gzip.compress(content, 9, mtime=0)


CSS_GZ, CSS_BR, CSS_ZSTD = gz(CSS), brotli(CSS), zstd(CSS)
SCRIPT_GZ = gz(SCRIPT)
CODED = {"gzip": CSS_GZ, "br": CSS_BR, "zstd": CSS_ZSTD}
BEST = min(CODED, key=lambda coding: len(CODED[coding]))
assert len(set(map(len, CODED.values()))) == 3, "the choice by size needs three sizes"

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082")

TYPES = {  # extension -> what Content-Type must say
    "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8", "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8", "svg": "image/svg+xml", "png": "image/png",
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
    "avif": "image/avif", "ico": "image/", "json": "application/json",
    "map": "application/json", "webmanifest": "application/manifest+json",
    "wasm": "application/wasm", "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf",
    "otf": "font/otf", "pdf": "application/pdf", "mp4": "video/mp4", "webm": "video/webm",
    "mp3": "audio/mpeg", "ogg": "", "xml": "", "zip": "application/zip",
    "md": "text/", "csv": "text/csv", "CSS": "text/css; charset=utf-8",
}

FILES = {
    "index.html": b"<!doctype html><title>Index</title>\n",
    "alphabet.txt": ALPHABET,
    "probe.txt": b"probe\n",
    "empty.txt": b"",
    "big.bin": BIG,
    "app.css": CSS, "app.css.gz": CSS_GZ, "app.css.br": CSS_BR, "app.css.zst": CSS_ZSTD,
    "only-gz.js": SCRIPT, "only-gz.js.gz": SCRIPT_GZ,
    "picture.png": PNG,
    "grüße.txt": b"greetings\n", "spaced name.txt": b"spaced\n", "plus+sign.txt": b"plus\n",
    "100%.txt": b"percent\n", "a&b.txt": b"and\n",
    "dir/index.html": b"<p>dir\n", "dir/sub/deep.txt": b"deep\n", "dir/.hidden": b"no\n",
    "sp dir/index.html": b"<p>spaced\n", "bare/x.txt": b"x\n",
    ".hidden": b"no\n", ".git/config": b"no\n", "script.py": b"no\n", "module.pyc": b"no\n",
    "db.sqlite3": b"no\n", "key.pem": b"no\n", "server.key": b"no\n", "backup.txt~": b"no\n",
    "notes.swp": b"no\n", ".well-known/security.txt": b"Contact: x\n",
    **{f"types/file.{extension}": b"x" for extension in TYPES},
}

BODY_LIMIT = 65536


def write_site(root):
    write_tree(root, FILES)
    for folder, _, names in os.walk(root):
        for name in names:
            os.utime(os.path.join(folder, name), (DATE, DATE))
    return root


def sites(root):
    files = str(root)

    def named(site):
        return {"files": files, "headers": {"X-Site": site}}

    return {
        "www.example.org": {"/": named("www")},
        "*.example.org": {"/": named("wild")},
        "*": {
            "/": named("any"),
            "/gone": {"respond": 410},
            "/moved": {"redirect": "/alphabet.txt"},
        },
    }
