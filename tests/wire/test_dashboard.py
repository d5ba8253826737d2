"""The page of the admin address in a real browser: it is alive, complains of nothing, asks nobody
else, and whatever visitors ask for is text on it. FRONTIS_SHOTS names a folder for pictures."""

import base64
import json
import os
from pathlib import Path

import pytest

import chromium
from backend import answering
from client import poll
from harness import free_port, write_tree

pytestmark = pytest.mark.skipif(not chromium.PROGRAM, reason="chromium is not installed")
SHOTS = os.environ.get("FRONTIS_SHOTS")
HOSTILE = "/%3Cimg%20src=x%20onerror=hurt()%3E"
FAULTS = """window.faults = []; window.hurt = () => faults.push('hurt');
addEventListener('error', (event) => faults.push(event.message));
addEventListener('securitypolicyviolation', (event) => faults.push(event.violatedDirective));
addEventListener('unhandledrejection', (event) => faults.push(String(event.reason)));"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium.Chromium(tmp_path_factory.mktemp("profile")) as running:
        running.call("Page.enable")
        running.call("Page.addScriptToEvaluateOnNewDocument", source=FAULTS)
        yield running


@pytest.fixture
def site(front, tmp_path):
    root = write_tree(tmp_path / "root", {"app.css": b"body { margin: 0 }\n" * 200})
    port = free_port()
    server, _ = front(answering(status="500 Internal Server Error"),
                      others={"/static/": {"files": str(root)}}, server={"admin": port})
    server.admin = f"http://127.0.0.1:{port}/"
    return server


def text_of(browser, selector="body"):
    return browser.value_of(f"document.querySelector({json.dumps(selector)}).innerText")


def open_page(browser, site):
    browser.open(site.admin)
    assert poll(lambda: browser.value_of("document.getElementById('state-text')?.textContent")
                == "Serving", 20)


def test_the_page_is_alive_and_complains_of_nothing(browser, site):
    for _ in range(5):
        site.fetch("/static/app.css")
    site.fetch("/slow")
    open_page(browser, site)
    assert poll(lambda: "/static/" in text_of(browser, "#routes"), 10)
    assert poll(lambda: "1 of 1 up" in text_of(browser, "#apps"), 10)
    assert poll(lambda: "/slow" in text_of(browser, "#faulty"), 10)
    seen = browser.value_of("moments.length")
    assert poll(lambda: browser.value_of("moments.length") > seen + 1, 10)
    assert browser.value_of("document.querySelectorAll('.plot svg').length") == 5
    # The page, its events, and nothing from anywhere else.
    asked = json.loads(browser.value_of(
        "JSON.stringify(performance.getEntriesByType('resource').map((one) => one.name))"))
    assert set(asked) <= {site.admin + "events"}
    assert browser.value_of("JSON.stringify(faults)") == "[]"


def test_one_request_is_not_called_requests(browser, site):
    site.fetch("/static/app.css")
    open_page(browser, site)
    assert poll(lambda: text_of(browser, "#facts").endswith("1 request so far"), 10)
    site.fetch("/static/app.css")
    assert poll(lambda: text_of(browser, "#facts").endswith("2 requests so far"), 10)


def test_what_visitors_ask_for_is_text(browser, site):
    site.fetch(HOSTILE)
    site.fetch("/x", host="<b>host</b>.test")
    site.fetch("/%22><script>hurt()</script>")
    open_page(browser, site)
    assert poll(lambda: "onerror" in text_of(browser, "#faulty"), 10)
    assert browser.value_of("document.querySelectorAll('main img, main script, main b b').length") == 0
    assert browser.value_of("JSON.stringify(faults)") == "[]"
    # Even if a script got onto it, the page would not run it.
    browser.value_of("{ const made = document.createElement('script'); made.text = 'hurt()';"
                     " document.body.append(made); }")
    assert "hurt" not in browser.value_of("JSON.stringify(faults)")


def test_it_says_when_the_server_is_gone_and_goes_on_by_itself(browser, site):
    open_page(browser, site)
    site.stop()
    assert poll(lambda: text_of(browser, "#state-text") == "No connection", 10)
    site.start()
    assert poll(lambda: text_of(browser, "#state-text") == "Serving", 20)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_screen_and_a_telephone_by_day_and_by_night(browser, site, width, scheme):
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                 deviceScaleFactor=1, mobile=width < 500)
    browser.call("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": scheme}])
    site.fetch("/" + "long" * 60)
    open_page(browser, site)
    assert poll(lambda: "long" in text_of(browser, "#faulty"), 10)
    assert browser.value_of("document.documentElement.scrollWidth") <= width
    brightness = browser.value_of(
        "getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).map(Number)[0]")
    assert (brightness > 128) == (scheme == "light")
    if SHOTS:
        shot = browser.call("Page.captureScreenshot", captureBeyondViewport=True)
        Path(SHOTS, f"{scheme}-{width}.png").write_bytes(base64.b64decode(shot["data"]))
    browser.call("Emulation.clearDeviceMetricsOverride")
