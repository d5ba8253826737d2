"""Chromium shows the pages of www/ without a console error. What scripts and policies complain of
comes through its log; a resource that fails does not, so the access log is read for those."""

import re
import shutil
import subprocess
from urllib.parse import quote

import pytest

from harness import SOURCE, free_port, write_tree

CHROMIUM = shutil.which("chromium")
DEMO = SOURCE / "conf" / "demo.yaml"
WWW = SOURCE / "www"
FAULT = re.compile(r"CONSOLE.*(error|failed|refused|uncaught|blocked|cannot)", re.IGNORECASE)
REFUSED = re.compile(r'" [45]\d\d \d')

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed")


def visit(url, profile):
    """(DOM, console faults) of a page that was given time to load what it wants."""
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--no-first-run", "--disable-background-networking", f"--user-data-dir={profile}",
         "--enable-logging=stderr", "--v=0", "--virtual-time-budget=5000", "--dump-dom", url],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=90)
    said = done.stderr.decode("utf-8", "replace").splitlines()
    return done.stdout.decode("utf-8", "replace"), [line for line in said if FAULT.search(line)]


@pytest.fixture
def demo(serve):
    """The demo site as it is configured, but on a port of our own."""
    server = serve({"*": {"/": {"respond": 204}}})
    server.stop()
    port = free_port()
    text = DEMO.read_text().replace("../www", str(WWW))
    text = text.replace("../build/state", str(server.folder / "state"))
    text, count = re.subn(r"(?m)^listen:.*$", f'listen: "127.0.0.1:{port}"', text)
    assert count == 1
    text += f"log: {{ access: {server.folder}/access.log }}\n"
    server.config.write_text(text)
    server.address = ("127.0.0.1", port)
    return server.start()


@pytest.mark.skipif(not DEMO.exists(), reason="conf/demo.yaml is not there")
def test_the_demo_site_has_no_console_error(demo, tmp_path):
    # What lies in media/ stands for uploads: it is shown as text, not as a page.
    names = [str(page.relative_to(WWW)) for page in WWW.rglob("*.html")]
    pages = sorted(name for name in names if not name.startswith("media/"))
    assert pages
    for page in pages:
        url = f"http://127.0.0.1:{demo.address[1]}/{quote(page)}"
        dom, faults = visit(url, tmp_path / "profile")
        assert "</html>" in dom and not faults, (page, faults)
    demo.stop()
    lines = (demo.folder / "access.log").read_text().splitlines()
    assert len(lines) >= len(pages)
    assert not [line for line in lines if REFUSED.search(line)]


def test_a_console_error_would_be_seen(serve, tmp_path):
    root = write_tree(tmp_path / "root", {
        "index.html": b"<!doctype html><title>x</title><script>nothing();</script>"})
    server = serve({"*": {"/": {"files": str(root)}}})
    dom, faults = visit(f"http://127.0.0.1:{server.address[1]}/", tmp_path / "profile")
    assert "<title>x</title>" in dom
    assert faults
