"""photo.jpg is answered by photo.jpg.avif or photo.webp where the route allows it, the browser
says that it knows them, and the file beside it is smaller and not older."""

import os

import pytest

from client import poll
from harness import Server, write_tree
from pressing import noise

OLD, NEW = 1_700_000_000, 1_700_000_100
JPEG = b"\xff\xd8\xff\xe0" + noise("jpeg", 9000)
AVIF = b"\0\0\0\x1cftypavif" + noise("avif", 3000)
WEBP = b"RIFF\x88\x13\0\0WEBPVP8 " + noise("webp", 5000)
BROWSER = "image/avif,image/webp,image/apng,image/*,*/*;q=0.8"
TYPES = {"image/jpeg": JPEG, "image/avif": AVIF, "image/webp": WEBP}

FILES = {
    # Both forms of the name; a photo without anything; siblings that are of no use.
    "both.jpg": JPEG, "both.jpg.avif": AVIF, "both.jpg.webp": WEBP,
    "stem.jpg": JPEG, "stem.avif": AVIF, "stem.webp": WEBP,
    "only-webp.jpeg": JPEG, "only-webp.jpeg.webp": WEBP,
    "large.jpg": AVIF, "large.jpg.avif": JPEG, "large.webp": AVIF,
    "older.jpg": JPEG, "older.jpg.avif": AVIF, "older.webp": WEBP,
    "alone.jpg": JPEG, "picture.gif": JPEG[:500], "note.txt": b"plain\n",
}


def make(folder, files):
    root = write_tree(folder, files)
    for name in files:
        os.utime(root / name, (OLD, OLD) if name.startswith("older.") and name != "older.jpg"
                 else (NEW, NEW))
    return root


@pytest.fixture(scope="module")
def server(binary, module_folder):
    root = make(module_folder / "root", FILES)
    sites = {"*": {"/": {"files": str(root), "modern_images": True},
                   "/plain/": {"files": str(root)},
                   "/off/": {"files": str(root), "modern_images": False}}}
    with Server(module_folder, sites, threads=1) as running:
        for name in FILES:
            assert poll(lambda: not running.fetch(f"/{name}").get("ETag").startswith("W/"))
        yield running


def ask(server, target, accept, *fields, **more):
    accepts = [] if accept is None else [f"Accept: {accept}"]
    return server.fetch(target, *accepts, *fields, **more)


def vary(response):
    return {part.strip().lower() for part in (response.get("Vary") or "").split(",")} - {""}


def is_image(response, wanted):
    assert response.status == 200
    assert response.get("Content-Encoding") is None
    return (response.get("Content-Type"), response.body) == (wanted, TYPES[wanted])


@pytest.mark.parametrize("name", ["both.jpg", "stem.jpg"])
@pytest.mark.parametrize("accept, wanted", [
    ("image/avif,image/webp,*/*", "image/avif"),
    (BROWSER, "image/avif"),
    ("image/webp,*/*", "image/webp"),
    ("image/avif;q=0,image/webp", "image/webp"),
    ("image/avif;q=0.5,image/webp;q=0.9,*/*;q=0.1", "image/webp"),
    ("IMAGE/AVIF", "image/avif"),
    ("text/html, image/avif ; q=1.0", "image/avif"),
    ("*/*", "image/jpeg"),
    ("image/*", "image/jpeg"),
    ("image/*,*/*;q=0.8", "image/jpeg"),
    ("image/jpeg", "image/jpeg"),
    ("image/avif;q=0,*/*", "image/jpeg"),
    ("image/avifx,ximage/webp", "image/jpeg"),
    ("", "image/jpeg"),
    (None, "image/jpeg"),
])
def test_the_browser_says_what_it_knows(server, name, accept, wanted):
    response = ask(server, f"/{name}", accept)
    assert is_image(response, wanted), (response.get("Content-Type"), len(response.body))
    assert "accept" in vary(response), "a cache would give this to other browsers"


def test_one_kind_is_enough(server):
    assert is_image(ask(server, "/only-webp.jpeg", BROWSER), "image/webp")
    assert is_image(ask(server, "/only-webp.jpeg", "image/avif,*/*"), "image/jpeg")


def test_each_has_a_tag_of_its_own(server):
    tags = {ask(server, "/both.jpg", accept).get("ETag")
            for accept in ("*/*", "image/avif", "image/webp")}
    assert len(tags) == 3 and not any(tag.startswith("W/") for tag in tags)


@pytest.mark.parametrize("name, content", [("large.jpg", AVIF), ("older.jpg", JPEG)])
def test_a_larger_or_older_sibling_is_not_used(server, name, content):
    response = ask(server, f"/{name}", BROWSER)
    assert (response.get("Content-Type"), response.body) == ("image/jpeg", content)


@pytest.mark.parametrize("name", ["alone.jpg", "picture.gif", "note.txt"])
def test_what_has_no_sibling_is_answered_as_ever(server, name):
    assert ask(server, f"/{name}", BROWSER).body == FILES[name]


@pytest.mark.parametrize("route", ["/plain", "/off"])
def test_it_is_off_by_default(server, route):
    response = ask(server, f"{route}/both.jpg", BROWSER)
    assert is_image(response, "image/jpeg")
    assert "accept" not in vary(response)
    assert ask(server, f"{route}/both.jpg.avif", "*/*").body == AVIF


def test_the_siblings_are_files_of_their_own(server):
    assert is_image(ask(server, "/both.jpg.avif", "image/webp"), "image/avif")
    assert is_image(ask(server, "/stem.webp", "image/avif"), "image/webp")


def test_a_head_is_that_of_the_get(server):
    whole = ask(server, "/both.jpg", BROWSER)
    head = ask(server, "/both.jpg", BROWSER, method="HEAD")
    for field in ("Content-Type", "Content-Length", "ETag", "Vary", "Last-Modified",
                  "Cache-Control"):
        assert head.get(field) == whole.get(field)


def test_ranges_are_of_what_was_chosen(server):
    tag = ask(server, "/both.jpg", BROWSER).get("ETag")
    part = ask(server, "/both.jpg", BROWSER, "Range: bytes=100-299", f"If-Range: {tag}")
    assert (part.status, part.body) == (206, AVIF[100:300])
    assert part.get("Content-Range") == f"bytes 100-299/{len(AVIF)}"
    assert part.get("Content-Type") == "image/avif" and part.get("ETag") == tag
    other = ask(server, "/both.jpg", "image/webp", "Range: bytes=100-299", f"If-Range: {tag}")
    assert (other.status, other.body) == (200, WEBP)
    assert ask(server, "/both.jpg", BROWSER, f"Range: bytes={len(AVIF)}-").status == 416


def test_conditions_are_of_what_was_chosen(server):
    tag = ask(server, "/both.jpg", BROWSER).get("ETag")
    plain = ask(server, "/both.jpg", "*/*").get("ETag")
    same = ask(server, "/both.jpg", BROWSER, f"If-None-Match: {tag}")
    assert same.status == 304 and same.get("ETag") == tag and "accept" in vary(same)
    assert ask(server, "/both.jpg", BROWSER, f"If-None-Match: {plain}").status == 200
    assert ask(server, "/both.jpg", "*/*", f"If-None-Match: {tag}").status == 200
    assert ask(server, "/both.jpg", "*/*", f"If-None-Match: {plain}").status == 304
    assert ask(server, "/both.jpg", BROWSER, f"If-Match: {plain}").status == 412


# --- while it is served ---

@pytest.fixture
def album(serve, tmp_path):
    root = make(tmp_path / "root", {"photo.jpg": JPEG})
    server = serve({"*": {"/": {"files": str(root), "modern_images": True}}}, threads=1)
    assert is_image(ask(server, "/photo.jpg", BROWSER), "image/jpeg")
    return root, server


def comes_to(server, wanted):
    return poll(lambda: is_image(ask(server, "/photo.jpg", BROWSER), wanted))


def test_siblings_come_and_go(album):
    root, server = album
    (root / "photo.webp").write_bytes(WEBP)
    assert comes_to(server, "image/webp"), "what came later is not used"
    (root / "photo.jpg.avif").write_bytes(AVIF)
    assert comes_to(server, "image/avif"), "what came later is not used"
    (root / "photo.jpg.avif").unlink()
    assert comes_to(server, "image/webp"), "what is gone is still used"
    (root / "photo.webp").unlink()
    assert comes_to(server, "image/jpeg"), "what is gone is still used"


def test_a_photo_that_is_replaced_drops_what_is_older(album):
    root, server = album
    (root / "photo.jpg.avif").write_bytes(AVIF)
    os.utime(root / "photo.jpg.avif", (NEW, NEW))
    assert comes_to(server, "image/avif")
    other = b"\xff\xd8\xff\xe0" + noise("other", 9000)
    (root / "photo.jpg").write_bytes(other)
    assert poll(lambda: ask(server, "/photo.jpg", BROWSER).body == other), "the old one is shown"


def test_a_link_that_leads_outside_is_no_sibling(album, tmp_path):
    root, server = album
    outside = write_tree(tmp_path / "outside", {"secret.avif": AVIF})
    (root / "photo.jpg.avif").symlink_to(outside / "secret.avif")
    (root / "photo.jpg.webp").mkdir()
    os.mkfifo(root / "photo.avif")
    (root / "photo.webp").write_bytes(WEBP)
    assert comes_to(server, "image/webp")
    assert all(ask(server, "/photo.jpg", BROWSER).body == WEBP for _ in range(3))
