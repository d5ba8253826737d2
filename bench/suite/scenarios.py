"""What is asked of the servers: one row for each scenario."""

from dataclasses import dataclass, field

from suite import content

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
    with_log: bool = False
    floor: str = "answer"      # its mode; "": none
    needs: str = ""            # "large", "cold"
    is_quick: bool = False     # also in --quick
    backend: str = ""


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
                 is_first=True, floor="files", needs="cold"),
        Scenario("warm", "the same files again", paths=cold, once=True, floor="files",
                 needs="cold"),
        Scenario("download-10m", "10 MB download", paths=("/10m.bin",), clients=4,
                 floor="sendfile", is_quick=True),
        Scenario("download-1g", "1 GB download", paths=("/1g.bin",), clients=1, floor="sendfile",
                 needs="large"),
        Scenario("small-log", "1 KB hot, access log on", paths=small, with_log=True),
        Scenario("proxy-http", "proxy, HTTP keep-alive", PROXIES, paths=("/http/",),
                 floor="backend", backend="http", is_quick=True),
        Scenario("proxy-fastcgi", "proxy, FastCGI keep-alive on a Unix socket",
                 ("frontis", "nginx", "h2o", "lighttpd"), paths=("/fastcgi/",),
                 floor="backend", backend="fastcgi", is_quick=True),
        Scenario("proxy-uwsgi", "proxy, uwsgi on a Unix socket",
                 ("frontis", "nginx", "lighttpd"), paths=("/uwsgi/",), floor="backend",
                 backend="uwsgi", is_quick=True),
    ]
