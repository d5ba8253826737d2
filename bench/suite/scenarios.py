"""What is asked of the servers: one row for each scenario."""

from dataclasses import dataclass, field

from suite import backends, content, stacks

# As a browser sends them (Chromium on Linux, same origin).
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                  "Chrome/131.0.0.0 Safari/537.36",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
              "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-GB,en;q=0.9,de;q=0.8",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-origin",
    "Cookie": "sessionid=8e0q0zwmoxqd9kcrd3nqxoycmy3l5uyr; csrftoken=0GZ3dSjbxMLVbLhBRd2kwaVhP",
}
# Servers that know fewer codings are not to be compared by other bytes.
GZIP = {**BROWSER, "Accept-Encoding": "gzip"}

FILES = ("frontis", "nginx", "h2o", "lighttpd", "caddy", "apache")
PROXIES = ("frontis", "nginx", "h2o", "lighttpd", "caddy", "apache", "haproxy")


@dataclass
class Scenario:
    name: str
    title: str
    peers: tuple = FILES
    paths: tuple = ()
    headers: dict = field(default_factory=dict)
    status: int = 200
    coded: bool = False        # the answer is to be the gzip variant
    conditional: bool = False  # If-None-Match with the ETag of the first answer
    clients: int = 64
    depth: int = 1             # requests that are sent together
    close: bool = False        # a connection for each
    once: bool = False         # each path once, and no more
    is_first: bool = False     # nothing is asked before
    is_alone: bool = False     # no other server runs meanwhile
    size: int = 0              # of a long answer, of which parts count
    floor: str = "answer"      # its mode; "": none
    needs: str = ""            # "large", "cold"
    is_quick: bool = False     # also in --quick
    backend: str = ""
    app: str = ""              # of peers/apps, behind whole stacks on all cores
    body: bytes = b""          # what is answered if it is no file


def table(mixed):
    cold = tuple(content.cold_path(i * 7919 % content.COLD) for i in range(content.COLD))
    small, style = ("/small.txt",), ("/style.css",)
    return [
        Scenario("small", "1 KB hot, keep-alive", paths=small, is_quick=True),
        Scenario("small-browser", "the same with a browser's headers", paths=small,
                 headers=BROWSER, is_quick=True),
        Scenario("css-gzip", "8 KB CSS, gzip variant, browser's headers", paths=style,
                 headers=GZIP, coded=True, is_quick=True),
        Scenario("mixed", "2,000 mixed files, browser's headers", paths=tuple(mixed),
                 headers=GZIP, is_quick=True),
        Scenario("not-modified", "304 on If-None-Match", paths=small, headers=BROWSER, status=304,
                 conditional=True, is_quick=True),
        Scenario("pipelined", "pipelined 16 deep", paths=small, depth=16, is_quick=True),
        Scenario("connections", "connection per request", paths=small, close=True, floor="once",
                 is_quick=True),
        Scenario("cold", "100,000 files never opened before, 2 KB", paths=cold, once=True,
                 is_first=True, is_alone=True, floor="files", needs="cold"),
        Scenario("warm", "the same files again", paths=cold, once=True, is_alone=True,
                 floor="files", needs="cold"),
        Scenario("download-10m", "10 MB download, 4 connections", paths=("/10m.bin",), clients=4,
                 size=10_000_000, floor="sendfile", is_quick=True),
        Scenario("download-1g", "1 GB download, one connection", paths=("/1g.bin",), clients=1,
                 size=1_000_000_000, floor="sendfile", needs="large"),
        *proxied(),
        *whole_stacks(),
    ]


def proxied():
    common = {"floor": "backend", "body": backends.BODY, "is_quick": True}
    return [
        Scenario("proxy-http", "proxy, HTTP keep-alive", PROXIES, ("/http/",), backend="http",
                 **common),
        Scenario("proxy-fastcgi", "proxy, FastCGI keep-alive on a Unix socket",
                 ("frontis", "nginx", "h2o", "lighttpd"), ("/fastcgi/",), backend="fastcgi",
                 **common),
        Scenario("proxy-uwsgi", "proxy, uwsgi on a Unix socket", ("frontis", "nginx", "lighttpd"),
                 ("/uwsgi/",), backend="uwsgi", **common),
    ]


def whole_stacks(count=stacks.PROCESSES):
    processes = f"{count} Python processes, all cores"
    common = {"clients": stacks.CLIENTS, "floor": ""}
    return [
        Scenario("wsgi-hello", f"WSGI hello, whole stack, {processes}", stacks.NAMES, ("/",),
                 app="hello", body=stacks.BODY, is_quick=True, **common),
        Scenario("wsgi-django", f"Django hello, whole stack, {processes}", stacks.NAMES, ("/",),
                 app="django_hello", body=stacks.BODY, **common),
        Scenario("wsgi-file", f"8 KB CSS, gzip variant, beside an application, {processes}",
                 stacks.NAMES, ("/static/style.css",), GZIP, coded=True, app="hello", **common),
    ]
