"""The demo site is whole: its hashed copies are up to date, each link leads to a file, and no page
asks anybody else for anything."""

import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
WWW = ROOT / "www"
PAGES = sorted(str(page.relative_to(WWW)) for page in WWW.rglob("index.html"))
MOST_BYTES = 8 * 1024 * 1024


class Page(HTMLParser):
    """What a page loads, where it leads, and which of its images say nothing."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.leads_to, self.silent, self.inline = [], [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "a":
            self.leads_to.append(given["href"])
        elif tag == "link":
            self.loads.append(given["href"])
        elif "src" in given:
            self.loads.append(given["src"])
        if tag == "img" and "alt" not in given:
            self.silent.append(given.get("src"))
        if "style" in given or tag == "style" or (tag == "script" and "src" not in given):
            self.inline += 1


def file_of(link):
    """The file under www/ that a link of the site means, or None when it leads elsewhere."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return None
    if parts.path == "/app/":
        return WWW / "app" / "demo.py"  # the application's own page
    path = WWW / unquote(parts.path).lstrip("/")
    return path / "index.html" if parts.path.endswith("/") else path


def page_faults(text):
    page = Page(text)
    faults = [f"no such file: {link}" for link in page.loads + page.leads_to
              if file_of(link) is not None and not file_of(link).is_file()]
    faults += [f"loads from elsewhere: {link}" for link in page.loads if file_of(link) is None]
    faults += [f"image without alt: {source}" for source in page.silent]
    return faults + ["inline script or style"] * page.inline


def test_there_are_pages():
    assert len(PAGES) >= 4


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_and_loads_nothing_from_elsewhere(name):
    assert not page_faults((WWW / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", [
    '<a href="/nowhere/">x</a>',
    '<img src="/static/img/none.svg" alt="">',
    '<script src="https://cdn.example/x.js"></script>',
    '<link rel="stylesheet" href="//cdn.example/x.css">',
    '<img src="/static/img/mark.svg">',
    '<p style="color: red">x</p>',
    "<script>alert(1)</script>",
])
def test_a_fault_in_a_page_is_found(text):
    assert page_faults(text)


def test_hashed_copies_and_manifest_are_up_to_date():
    check = subprocess.run(["/usr/bin/python3", str(ROOT / "packaging" / "www-assets"), "--check"],
                           capture_output=True, text=True)
    assert check.returncode == 0, check.stdout + check.stderr + "run packaging/www-assets"


def test_style_sheets_and_scripts_name_no_other_host():
    for file in [*WWW.rglob("*.css"), *WWW.rglob("*.js")]:
        assert "://" not in file.read_text(encoding="utf-8"), file


def test_the_site_is_small():
    assert sum(file.stat().st_size for file in WWW.rglob("*") if file.is_file()) < MOST_BYTES
