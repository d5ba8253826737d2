"""Methods, expectations, connections and limits (RFC 9110, 9 and 10; RFC 9112, 9)."""

import re

from cases.table import ALPHABET, CLOSED, CUT, EITHER, Answer, Case, get, ok, refused

ALLOW = {"Allow": "GET, HEAD, OPTIONS"}
BODY_LIMIT = 65536  # what the servers of the table are configured with


def head_of(target, *fields, status=200, **expected):
    expected = {k.replace("_", "-"): v for k, v in expected.items()}
    return get(target, *fields, method="HEAD"), Answer(status, expected, method="HEAD")


def head_case(name, target, *fields, status=200, **expected):
    send, answer = head_of(target, *fields, status=status, **expected)
    return Case(name, "9110 9.3.2", send + get("/probe.txt"), [answer, ok(b"probe\n")])


def fields_of(count):
    return [f"X-{i}: y" for i in range(count)]


CASES = [
    head_case("HEAD has the length of GET and no body", "/alphabet.txt", Content_Length="26"),
    head_case("HEAD of a directory's index", "/", Content_Type=re.compile("text/html")),
    head_case("HEAD of a missing file", "/missing.txt", status=404),
    head_case("HEAD of an empty file", "/empty.txt", Content_Length="0"),
    head_case("HEAD of a large file", "/big.bin", Content_Length="300000"),
    head_case("HEAD ignores Range", "/alphabet.txt", "Range: bytes=0-4", Content_Length="26",
              Content_Range=None),
    head_case("HEAD answers conditions", "/alphabet.txt", "If-None-Match: *", status=304),
    head_case("HEAD of a directory without slash", "/dir", status=(301, 308)),
    Case("ten pipelined HEADs", "9110 9.3.2", get(method="HEAD") * 10,
         [Answer(200, {"Content-Length": "26"}, method="HEAD")] * 10),
    Case("OPTIONS of a file", "9110 9.3.7", get(method="OPTIONS"), Answer(204, ALLOW)),
    Case("OPTIONS with a body", "9110 9.3.7",
         get("/alphabet.txt", "Content-Length: 2", method="OPTIONS", body=b"{}") +
         get("/probe.txt"), [Answer(204, ALLOW), ok(b"probe\n")]),
    *[Case(f"{method} of a file is 405 with Allow", "9110 15.5.6", get(method=method),
           Answer(405, ALLOW))
      for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE")],
    Case("POST of a missing file is not 2xx", "9110 15.5.6", get("/missing.txt", method="POST"),
         Answer((404, 405))),
    Case("POST with a body is drained", "9110 15.5.6",
         get("/alphabet.txt", "Content-Length: 5", method="POST", body=b"hello") +
         get("/probe.txt"), [Answer(405, ALLOW), ok(b"probe\n")]),
    *[Case(f"the unknown method {method} is 501", "9110 9.1", get(method=method), Answer(501),
           EITHER)
      for method in ("get", "Get", "BREW", "GETX", "GE", "HEADS", "X-Y_Z", "!#$%", "PROPFIND",
                     "MKCOL")],
    *[Case(f"a method of {name} is refused", "9110 9.1",
           method + b" /alphabet.txt HTTP/1.1\r\nHost: site.test\r\n\r\n", refused((400, 501)),
           CLOSED)
      for name, method in (("parentheses", b"(GET)"), ("quotes", b"\"GET\""),
                           ("non-ASCII bytes", b"G\xc3\x89T"), ("a colon", b"GET:"),
                           ("nothing", b""))],
    # Expectations
    Case("an expectation with its body is met", "9110 10.1.1",
         get("/alphabet.txt", "Expect: 100-continue", "Content-Length: 5", body=b"hello"),
         Answer(200, body=ALPHABET), EITHER),
    Case("an expectation has no case", "9110 10.1.1",
         get("/alphabet.txt", "Expect: 100-Continue", "Content-Length: 5", body=b"hello"),
         Answer(200, body=ALPHABET), EITHER),
    Case("an expectation without a body gets no 100", "9110 10.1.1",
         get("/alphabet.txt", "Expect: 100-continue") + get("/probe.txt"),
         [Answer(200, body=ALPHABET, interim=()), ok(b"probe\n")]),
    Case("an expectation of HTTP/1.0 is not seen", "9110 10.1.1",
         get("/alphabet.txt", "Expect: 100-continue", "Content-Length: 5", version="1.0",
             body=b"hello"), Answer(200, body=ALPHABET, interim=()), CLOSED),
    Case("a POST that waits is told the end at once", "9110 10.1.1",
         get("/alphabet.txt", "Expect: 100-continue", "Content-Length: 5", method="POST"),
         Answer(405, ALLOW), EITHER),
    Case("another expectation is 417", "9110 10.1.1",
         get("/alphabet.txt", "Expect: 200-ok"), Answer(417), EITHER),
    Case("an expectation of a body over the limit is 413", "9110 10.1.1",
         get("/alphabet.txt", "Expect: 100-continue", f"Content-Length: {BODY_LIMIT + 1}",
             method="POST"), Answer((405, 413), interim=()), CLOSED),
    # Connections
    Case("Connection: close closes", "9112 9.6", get("/alphabet.txt", "Connection: close"),
         ok(Connection="close"), CLOSED),
    Case("Connection: close has no case", "9112 9.6", get("/alphabet.txt", "Connection: CLOSE"),
         ok(), CLOSED),
    Case("close stands in a list", "9110 7.6.1", get("/alphabet.txt", "Connection: x, close ,y"),
         ok(), CLOSED),
    Case("close stands in the second of two fields", "9110 7.6.1",
         get("/alphabet.txt", "Connection: x", "Connection: close"), ok(), CLOSED),
    Case("close wins over keep-alive", "9112 9.3",
         get("/alphabet.txt", "Connection: keep-alive, close"), ok(), CLOSED),
    Case("a word that holds close does not close", "9110 7.6.1",
         get("/alphabet.txt", "Connection: closed"), ok()),
    Case("keep-alive in HTTP/1.1 needs no word", "9112 9.3", get(),
         Answer(200, house={"Connection": None})),
    Case("an empty Connection field", "9110 7.6.1", get("/alphabet.txt", "Connection:"), ok()),
    Case("a Connection field of commas", "9110 7.6.1", get("/alphabet.txt", "Connection: ,,"),
         ok()),
    Case("nothing behind Connection: close is answered", "9112 9.6",
         get("/alphabet.txt", "Connection: close") + get("/probe.txt"), [ok()], CLOSED),
    Case("HTTP/1.0 closes", "9112 9.3", get(version="1.0"), ok(), CLOSED),
    Case("HTTP/1.0 with keep-alive stays and says so", "9112 9.3",
         get("/alphabet.txt", "Connection: keep-alive", version="1.0"),
         ok(Connection=re.compile("(?i)^keep-alive$"))),
    Case("HTTP/1.0 keep-alive has no case", "9112 9.3",
         get("/alphabet.txt", "Connection: Keep-Alive", version="1.0") + get("/probe.txt"),
         [ok(), ok(b"probe\n")]),
    Case("HTTP/1.0 with keep-alive and close closes", "9112 9.3",
         get("/alphabet.txt", "Connection: keep-alive, close", version="1.0"), ok(), CLOSED),
    Case("HTTP/1.0 is never answered in chunks", "9112 7.1", get("/big.bin", version="1.0"),
         Answer(200, {"Transfer-Encoding": None}, lambda r: len(r.body) == 300000), CLOSED),
    Case("HTTP/1.0 is answered with our version", "9110 2.5", get(version="1.0"), ok(), CLOSED),
    Case("HTTP/1.0 pipelined with keep-alive", "9112 9.3",
         get("/alphabet.txt", "Connection: keep-alive", version="1.0") * 3, [ok()] * 3),
    Case("an Upgrade that we do not speak is passed over", "9110 7.8",
         get("/alphabet.txt", "Connection: upgrade", "Upgrade: websocket"), ok()),
    Case("h2c is passed over", "9113 3.1",
         get("/alphabet.txt", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c",
             "HTTP2-Settings: AAMAAABkAAQAAP__"), ok()),
    Case("TE is passed over", "9110 10.1.4", get("/alphabet.txt", "TE: trailers, gzip;q=0.5"),
         ok()),
    Case("unknown fields are passed over", "9110 5.1", get("/alphabet.txt", "X-Unknown: y"), ok()),
    # Limits
    Case("a request line below the limit", "9112 3", get("/alphabet.txt?" + "q" * 8000), ok()),
    Case("a request line over the limit is 414", "9110 15.5.15",
         get("/alphabet.txt?" + "q" * 8300), refused(414), CLOSED),
    Case("a request line without an end is 414", "9110 15.5.15", b"GET /" + b"q" * 19000,
         refused(414), CLOSED),
    Case("a method without an end is refused", "9110 15.5.15", b"G" * 19000,
         refused((400, 414, 501)), CLOSED),
    Case("one field below the limit", "6585 5", get("/alphabet.txt", "X: " + "y" * 7000), ok()),
    Case("fields below the limit together", "6585 5",
         get("/alphabet.txt", *["X: " + "y" * 4000] * 3), ok()),
    Case("one field over the limit is 431", "6585 5", get("/alphabet.txt", "X: " + "y" * 16500),
         refused(431), CLOSED),
    Case("fields over the limit together are 431", "6585 5",
         get("/alphabet.txt", *["X: " + "y" * 4000] * 5), refused(431), CLOSED),
    Case("a field name without an end is refused", "6585 5",
         b"GET / HTTP/1.1\r\nHost: site.test\r\n" + b"x" * 19000, refused((400, 431)), CLOSED),
    Case("a hundred fields", "6585 5", get("/alphabet.txt", *fields_of(99)), ok()),
    Case("a hundred and one fields are 431", "6585 5", get("/alphabet.txt", *fields_of(100)),
         refused(431), CLOSED),
    Case("a thousand fields are 431", "6585 5", get("/alphabet.txt", *fields_of(1000)),
         refused(431), CLOSED),
    Case("431 behind a good request leaves the first answer whole", "6585 5",
         get() + get("/alphabet.txt", *fields_of(100)), [ok(), *refused(431)], CLOSED),
    Case("414 behind a good request leaves the first answer whole", "9110 15.5.15",
         get() + get("/alphabet.txt?" + "q" * 8300), [ok(), *refused(414)], CLOSED),
    Case("a body as large as the limit is drained", "9110 15.5.14",
         get("/alphabet.txt", f"Content-Length: {BODY_LIMIT}", method="POST",
             body=b"x" * BODY_LIMIT) + get("/probe.txt"), [Answer(405, ALLOW), ok(b"probe\n")]),
    Case("a body over the limit is 413 and closed", "9110 15.5.14",
         get("/alphabet.txt", f"Content-Length: {BODY_LIMIT + 1}", method="POST"),
         refused(413), CLOSED),
    Case("a body over the limit is 413 though it has been sent", "9110 15.5.14",
         get("/alphabet.txt", f"Content-Length: {BODY_LIMIT + 10000}", method="POST",
             body=b"x" * (BODY_LIMIT + 10000)), refused(413), CLOSED),
    Case("chunks over the limit are cut", "9110 15.5.14",
         get("/alphabet.txt", "Transfer-Encoding: chunked", method="POST",
             body=b"1000\r\n" + b"x" * 4096 + b"\r\n" + b"10000\r\n" + b"x" * 65536 +
             b"\r\n0\r\n\r\n") + get("/probe.txt"), [Answer((405, 413))], CUT),
    Case("one announced chunk over the limit is cut", "9110 15.5.14",
         get("/alphabet.txt", "Transfer-Encoding: chunked", method="POST", body=b"7fffffff\r\nxx"),
         [Answer((405, 413))], CUT),
    Case("many tiny chunks are drained", "9112 7.1",
         get("/alphabet.txt", "Transfer-Encoding: chunked",
             body=b"1\r\nx\r\n" * 2000 + b"0\r\n\r\n") + get("/probe.txt"), [ok(), ok(b"probe\n")]),
]
