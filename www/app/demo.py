"""The application of the demo: shows what reaches it through Frontis, and what does not.

A plain WSGI application on the standard library. conf/demo.yaml mounts it at /app/.
"""

import html
import json
import os
import time
from pathlib import Path

SITE = Path(__file__).resolve().parent.parent
STARTED = time.time()
answered = 0

PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>The application · Frontis</title>
  <link rel="icon" type="image/svg+xml" href="{mark}">
  <link rel="stylesheet" href="{css}">
</head>
<body>
  <a class="skip" href="#main">To the content</a>
  <header class="top">
    <a class="brand" href="/"><img src="{mark}" alt="" width="32" height="32">Frontis</a>
    <nav aria-label="Pages">
      <ul>
        <li><a href="/">Start</a></li>
        <li><a href="/request/">A request</a></li>
        <li><a href="/caching/">Caching</a></li>
        <li><a href="/ask/">Ask the server</a></li>
        <li><a href="/gallery/">Gallery</a></li>
        <li><a href="/app/" aria-current="page">The app</a></li>
      </ul>
    </nav>
  </header>
  <main id="main">
    <h1>The application</h1>
    <p class="lead">This page comes from Python: from a WSGI application of a few lines, in a process
    that Frontis has started. The style sheet and the picture above did not trouble it.</p>
    <p>Process {pid} runs since {age} s and has answered {answered} requests. Stop it with
    <code>kill {pid}</code> and load this page again: another one answers, and no file was late.</p>
    <h2>What it was told</h2>
    <pre>{variables}</pre>
    <h2>Send it something</h2>
    <form method="post" class="own">
      <label for="text">A text, which comes back</label>
      <input id="text" name="text" value="hello" autocomplete="off">
      <button>Send</button>
    </form>
    {posted}
  </main>
</body>
</html>
"""


def asset(name):
    """The URL of a static file with its fingerprint, as Django's storage would give it."""
    paths = json.loads((SITE / "static" / "staticfiles.json").read_text())["paths"]
    return "/static/" + paths[name]


MARK, CSS = asset("img/mark.svg"), asset("css/site.css")


def variables(environ):
    texts = {name: value for name, value in environ.items() if isinstance(value, str)}
    own = {name: value for name, value in texts.items() if name not in os.environ}
    return "\n".join(f"{name} = {own[name]}" for name in sorted(own))


def application(environ, start_response):
    global answered
    answered += 1
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD", "POST"):
        start_response("405 Method Not Allowed", [("Allow", "GET, HEAD, POST")])
        return [b""]
    posted = ""
    if environ["REQUEST_METHOD"] == "POST":
        body = environ["wsgi.input"].read(4096).decode("utf-8", "replace")
        posted = f"<p>It got <code>{html.escape(body)}</code></p>"
    page = PAGE.format(
        mark=MARK, css=CSS, pid=os.getpid(), age=round(time.time() - STARTED), answered=answered,
        variables=html.escape(variables(environ)), posted=posted,
    )
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
    start_response("200 OK", headers)
    return [page.encode()]
