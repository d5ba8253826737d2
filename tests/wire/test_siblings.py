"""Ready-made variants beside a file: used once they are proved to hold the same content, never
when they do not."""

import gzip
import os
import re

import pytest

from cases.site import CODED, CSS, CSS_BR, CSS_GZ, CSS_ZSTD, brotli, gz, zstd
from client import poll
from harness import Server, write_tree

OTHER = CSS.replace(b"margin", b"border")
SUFFIX = {"gzip": "gz", "br": "br", "zstd": "zst"}
MAKE = {"gzip": gz, "br": brotli, "zstd": zstd}


def start(serve, tmp_path, files):
    root = write_tree(tmp_path / "root", files)
    return root, serve({"*": {"/": {"files": str(root)}}}, press={"codings": []})


def coded(server, coding, target="/app.css"):
    return server.fetch(target, f"Accept-Encoding: {coding}")


def is_used(server, coding, content):
    response = coded(server, coding)
    return response.get("Content-Encoding") == coding and response.body == content and response


@pytest.mark.parametrize("coding", CODED)
def test_a_sibling_with_the_same_content_is_used(serve, tmp_path, coding):
    _, server = start(serve, tmp_path, {"app.css": CSS, f"app.css.{SUFFIX[coding]}": CODED[coding]})
    response = poll(lambda: is_used(server, coding, CODED[coding]))
    assert response, "the sibling was never used"
    assert response.get("Vary").lower() == "accept-encoding"
    assert response.get("Content-Type").startswith("text/css")
    plain = server.fetch("/app.css")
    assert plain.body == CSS and plain.get("ETag") != response.get("ETag")
    assert plain.get("Vary").lower() == "accept-encoding"


@pytest.mark.parametrize("coding, why, content", [
    *[(coding, "stale", MAKE[coding](OTHER)) for coding in CODED],
    *[(coding, "cut short", CODED[coding][:-20]) for coding in CODED],
    *[(coding, "of trailing bytes", CODED[coding] + b"trailing") for coding in CODED],
    *[(coding, "empty", b"") for coding in CODED],
    *[(coding, "no such coding", b"nonsense" * 20) for coding in CODED],
    *[(coding, "too long", MAKE[coding](CSS + b"\n")) for coding in CODED],
    *[(coding, "too short", MAKE[coding](CSS[:-1])) for coding in CODED],
    # Not every client decodes what follows the first member.
    ("gzip", "of several members", gz(CSS[:1000]) + gz(CSS[1000:])),
])
def test_a_sibling_of_other_content_is_never_used(never_used, coding, why, content):
    server, names = never_used
    name = names[coding, why]
    for _ in range(3):
        response = coded(server, coding, f"/{name}")
        assert (response.get("Content-Encoding"), response.body) == (None, CSS)


@pytest.fixture(scope="module")
def never_used(binary, module_folder):
    """One server for all of them, warmed, and given the time in which a good one is proved."""
    marks = test_a_sibling_of_other_content_is_never_used.pytestmark[0].args[1]
    names = {(coding, why): f"{coding}-{why.replace(' ', '-')}.css" for coding, why, _ in marks}
    files = {"app.css": CSS, "app.css.gz": CSS_GZ}
    for coding, why, content in marks:
        name = names[coding, why]
        files.update({name: CSS, f"{name}.{SUFFIX[coding]}": content})
    root = write_tree(module_folder / "root", files)
    # Press would make variants of its own.
    with Server(module_folder, {"*": {"/": {"files": str(root)}}}, press={"codings": []}) as server:
        for (coding, _), name in names.items():
            assert coded(server, coding, f"/{name}").body == CSS
        # The press works in order: when this one is proved, the ones before it were looked at.
        assert poll(lambda: is_used(server, "gzip", CSS_GZ))
        yield server, names


def test_a_stale_sibling_is_named_in_the_log(serve, tmp_path):
    _, server = start(serve, tmp_path, {"app.css": CSS, "app.css.gz": gz(OTHER)})
    assert coded(server, "gzip").body == CSS
    server.wait_for_log(r"app\.css\.gz")


def test_a_sibling_that_comes_later_is_used(serve, tmp_path):
    root, server = start(serve, tmp_path, {"app.css": CSS})
    assert coded(server, "gzip").body == CSS
    (root / "app.css.gz").write_bytes(CSS_GZ)
    assert poll(lambda: is_used(server, "gzip", CSS_GZ)), "the sibling was never used"


def test_a_stale_sibling_that_is_made_anew_is_used(serve, tmp_path):
    root, server = start(serve, tmp_path, {"app.css": CSS, "app.css.gz": gz(OTHER)})
    assert coded(server, "gzip").body == CSS
    (root / "app.css.gz").write_bytes(CSS_GZ)
    assert poll(lambda: is_used(server, "gzip", CSS_GZ)), "the sibling was never used"


def test_a_sibling_is_dropped_when_the_file_changes(serve, tmp_path):
    root, server = start(serve, tmp_path, {"app.css": CSS, "app.css.gz": CSS_GZ})
    assert poll(lambda: is_used(server, "gzip", CSS_GZ))
    (root / "app.css").write_bytes(OTHER)
    assert poll(lambda: server.fetch("/app.css").body == OTHER), "the change was never seen"
    # Each loop looks for itself at most once a second; from then on the old variant is gone.
    fresh = poll(lambda: all(coded(server, "gzip").body == OTHER for _ in range(8)))
    assert fresh, "the stale variant is still served"
    (root / "app.css.gz").write_bytes(gz(OTHER))
    assert poll(lambda: is_used(server, "gzip", gz(OTHER))), "the new sibling was never used"


def test_a_sibling_that_is_replaced_by_a_stale_one_is_dropped(serve, tmp_path):
    root, server = start(serve, tmp_path, {"app.css": CSS, "app.css.gz": CSS_GZ})
    assert poll(lambda: is_used(server, "gzip", CSS_GZ))
    (root / "app.css.gz").write_bytes(gz(OTHER))
    seen = poll(lambda: all(coded(server, "gzip").body == CSS for _ in range(8)))
    assert seen, f"still coded: {coded(server, 'gzip')}"


def test_a_sibling_that_is_removed_is_dropped(serve, tmp_path):
    root, server = start(serve, tmp_path, {"app.css": CSS, "app.css.gz": CSS_GZ})
    assert poll(lambda: is_used(server, "gzip", CSS_GZ))
    (root / "app.css.gz").unlink()
    assert poll(lambda: coded(server, "gzip").body == CSS), "the variant outlived its file"


def test_a_link_is_a_sibling_too_but_not_when_it_leads_outside(serve, tmp_path):
    outside = write_tree(tmp_path / "outside", {"app.css.gz": CSS_GZ})
    root, server = start(serve, tmp_path, {"app.css": CSS, "b.css": CSS, "b.css.gz": CSS_GZ})
    (root / "app.css.gz").symlink_to(outside / "app.css.gz")
    assert poll(lambda: coded(server, "gzip", "/b.css").get("Content-Encoding") == "gzip")
    assert coded(server, "gzip").get("Content-Encoding") is None


def test_a_fifo_in_the_place_of_a_sibling_blocks_nobody(serve, tmp_path):
    root, server = start(serve, tmp_path, {"app.css": CSS, "app.css.br": CSS_BR})
    os.mkfifo(root / "app.css.gz")
    assert coded(server, "gzip").body == CSS
    assert poll(lambda: is_used(server, "br", CSS_BR)), "the press is stuck"


def test_decoded_ranges_and_wholes_of_a_variant_fit(serve, tmp_path):
    _, server = start(serve, tmp_path, {"app.css": CSS, "app.css.gz": CSS_GZ, "app.css.br": CSS_BR,
                                        "app.css.zst": CSS_ZSTD})
    whole = poll(lambda: is_used(server, "gzip", CSS_GZ))
    half = len(CSS_GZ) // 2
    pieces = []
    for span in (f"0-{half - 1}", f"{half}-"):
        part = server.fetch("/app.css", "Accept-Encoding: gzip", f"Range: bytes={span}",
                            f"If-Range: {whole.get('ETag')}")
        assert (part.status, part.get("ETag")) == (206, whole.get("ETag"))
        assert re.fullmatch(rf"bytes \d+-\d+/{len(CSS_GZ)}", part.get("Content-Range"))
        pieces.append(part.body)
    assert gzip.decompress(b"".join(pieces)) == CSS
