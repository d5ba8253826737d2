"""The Django admin in a real browser, through Frontis, over every protocol that an application may
speak: what the product is for. The app has no view for static files or uploads."""

import json
import re
import zlib

import pytest

import peers
from chromium import PROGRAM, Chromium
from client import poll, request
from django_site import PASSWORD, USER, make_project
from harness import Server

pytest.importorskip("django")
pytest.importorskip("PIL")
peers.needs(PROGRAM, "chromium")
peers.needs(peers.GUNICORN, "gunicorn")
peers.needs(peers.UWSGI, "uwsgi")

WAIT = 30.0
NAME = "Schabrackentapir “Größe”"
PEERS = {
    "uwsgi": lambda folder, code: peers.uwsgi(folder, "mysite.wsgi", code),
    "uwsgi's fastcgi": lambda folder, code: peers.uwsgi(folder, "mysite.wsgi", code, "fastcgi"),
    "http over unix": lambda folder, code: peers.gunicorn(folder, "mysite.wsgi", code),
    "http over tcp": lambda folder, code: peers.gunicorn(folder, "mysite.wsgi", code, tcp=True),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with Chromium(tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


@pytest.fixture(scope="module", params=["wsgi", *PEERS])
def site(request, project, tmp_path_factory, binary):
    folder = tmp_path_factory.mktemp("site")
    routes = {"*": project.routes()}
    settings = {"trusted_proxies": ["127.0.0.2"], "log": {"access": str(folder / "access")}}
    if request.param == "wsgi":
        with Server(folder, routes, apps={"site": peers.wsgi(project.folder, "mysite.wsgi")},
                    **settings) as server:
            yield server
        return
    with PEERS[request.param](folder / "peer", project.folder) as peer:
        with Server(folder, routes, apps={"site": peer.app}, **settings) as server:
            yield server


def png(colour):
    """A picture of 3 by 2 points."""

    def chunk(kind, data):
        return (len(data).to_bytes(4, "big") + kind + data
                + zlib.crc32(kind + data).to_bytes(4, "big"))

    head = (3).to_bytes(4, "big") + (2).to_bytes(4, "big") + b"\x08\x02\0\0\0"
    rows = (b"\0" + bytes(colour) * 3) * 2
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


class Page:
    """What a person does with a page of the site."""

    def __init__(self, browser, server):
        self.browser = browser
        self.origin = f"http://localhost:{server.address[1]}"

    def open(self, path):
        self.browser.open(self.origin + path)
        self.arrive(re.escape(path))

    def arrive(self, path):
        """A page whose path fits is there, with all that belongs to it."""
        place = "document.readyState == 'complete' && location.origin + location.pathname"
        found = poll(lambda: re.fullmatch(re.escape(self.origin) + path,
                                          str(self.browser.value_of(place))), WAIT)
        assert found, (self.browser.value_of(place),
                       self.browser.value_of("document.body.innerText"))

    def write(self, name, text):
        element = f"document.getElementsByName({json.dumps(name)})[0]"
        self.browser.value_of(f"{element}.value = {json.dumps(text)}")

    def press(self, selector):
        self.browser.value_of(f"document.querySelector({json.dumps(selector)}).click()")

    def list(self, expression):
        return json.loads(self.browser.value_of(f"JSON.stringify([...{expression}])"))


def log_in(page):
    page.open("/admin/login/")
    page.write("username", USER)
    page.write("password", PASSWORD)
    page.press("[type=submit]")
    page.arrive("/admin/|/accounts/profile/")


def check_assets(page, site):
    """What the page loads is served by Frontis, by hashed names that may be kept for ever."""
    urls = page.list("[...document.styleSheets].map(sheet => sheet.href)")
    urls += page.list("[...document.scripts].map(script => script.src).filter(Boolean)")
    for url in urls:
        if url.endswith("/admin/jsi18n/"):
            continue  # the app's own
        assert url.startswith(page.origin + "/static/"), url
        assert re.search(r"\.[0-9a-f]{12}\.(css|js)$", url), url
        assert "immutable" in site.fetch(url[len(page.origin):]).get("Cache-Control"), url
    assert page.browser.value_of("document.styleSheets[0].cssRules.length") > 10


def add_animal(page, *files):
    page.open("/admin/zoo/animal/add/")
    page.write("name", NAME)
    for field, file in zip(("portrait", "papers"), files):
        page.browser.choose_file(f"[name={field}]", file)
    page.press("[name=_continue]")
    page.arrive(r"/admin/zoo/animal/\d+/change/")
    assert "was added successfully" in page.browser.value_of("document.body.innerText")
    assert page.browser.value_of("document.getElementsByName('name')[0].value") == NAME


def test_an_animal_is_added_with_its_picture(browser, site, project, tmp_path):
    page = Page(browser, site)
    browser.call("Network.clearBrowserCookies")
    log_in(page)
    page.open("/admin/")
    assert "Animals" in browser.value_of("document.body.innerText")
    check_assets(page, site)
    page.open("/admin/zoo/animal/add/")
    check_assets(page, site)

    name = f"tapir-{site.address[1]}"
    picture, papers = tmp_path / f"{name}.png", tmp_path / f"{name}.pdf"
    picture.write_bytes(png(zlib.crc32(name.encode()).to_bytes(4, "big")[:3]))
    papers.write_bytes(b"%PDF-1.4\n" + bytes(300_000))
    add_animal(page, picture, papers)

    links = page.list("[...document.querySelectorAll('.file-upload a')].map(a => a.href)")
    paths = [f"/media/portraits/{name}.png", f"/media/papers/{name}.pdf"]
    assert links == [page.origin + path for path in paths]
    answer = site.fetch(paths[0])
    assert (answer.status, answer.body) == (200, picture.read_bytes())
    assert answer.get("Content-Type") == "image/png"
    assert (project.media / "portraits" / picture.name).read_bytes() == picture.read_bytes()
    assert site.fetch(paths[1], "Range: bytes=0-7").body == b"%PDF-1.4"
    page.open(paths[0])
    assert browser.value_of("document.images[0].naturalWidth") == 3

    faults = re.findall(r'".*?" [45]\d\d .*', (site.folder / "access").read_text())
    assert all("favicon.ico" in fault for fault in faults), faults


def who(site, *fields, source=None, host="www.example.org"):
    with site.connect(source=source) as client:
        client.send(request("/who/", *fields, host=host))
        answer = client.read_response()
    assert answer.status == 200, answer
    return json.loads(answer.body)


def test_the_app_knows_host_scheme_and_client(site):
    said = who(site)
    assert said["url"] == "http://www.example.org/who/" and not said["secure"]
    assert said["forwarded"] == "127.0.0.1"
    assert who(site, host="localhost:8443")["url"] == "http://localhost:8443/who/"
    lies = ("X-Forwarded-Proto: https", "X-Forwarded-For: 6.6.6.6", "X_Forwarded_Proto: https",
            "Forwarded: for=6.6.6.6;proto=https")
    said = who(site, *lies)
    assert not said["secure"] and said["forwarded"] == "127.0.0.1"
    said = who(site, "X-Forwarded-Proto: https", "X-Forwarded-For: 6.6.6.6", source="127.0.0.2")
    assert said["secure"] and said["url"] == "https://www.example.org/who/"
    assert said["forwarded"].split(",")[0] == "6.6.6.6"
    assert site.fetch("/who/", host="evil.example").status == 400


def log_in_by_hand(site, *fields, token=None, source=None):
    """Posts the form of the login page from another client than a browser: its answer."""
    with site.connect(source=source) as client:
        client.send(request("/admin/login/", *fields, host="www.example.org"))
        page = client.read_response()
        cookie = page.get("Set-Cookie").partition(";")[0]
        body = "&".join(("username=" + USER, "password=" + PASSWORD.replace(" ", "+"),
                         "csrfmiddlewaretoken=" + (token or cookie.partition("=")[2]))).encode()
        client.send(request("/admin/login/", *fields, f"Cookie: {cookie}",
                            "Content-Type: application/x-www-form-urlencoded",
                            f"Content-Length: {len(body)}", method="POST",
                            host="www.example.org", body=body))
        return client.read_response()


def test_forms_are_guarded_as_the_app_wants_it(site):
    assert log_in_by_hand(site).status == 302
    assert log_in_by_hand(site, token="x" * 32).status == 403
    secure = "X-Forwarded-Proto: https"
    here = "Referer: https://www.example.org/admin/login/"
    assert log_in_by_hand(site, secure, here, source="127.0.0.2").status == 302
    there = "Referer: https://evil.example/"
    assert log_in_by_hand(site, secure, there, source="127.0.0.2").status == 403
