"""Request bodies in chunks (RFC 9112, 7.1): drained whole, refused when malformed.

A server may answer a GET before it has read the body, so a malformed body shows as 400 or as the
answer followed by a close; what must never happen is that the bytes behind it count as a request.
"""

from cases.table import CLOSED, CUT, Answer, Case, get, ok

BEHIND = get("/probe.txt")


def chunked(body, *fields):
    return get("/alphabet.txt", "Transfer-Encoding: chunked", *fields, body=body)


def good(name, body, rfc="9112 7.1"):
    return Case(name, rfc, chunked(body) + BEHIND, [ok(), ok(b"probe\n")])


def bad(name, body, rfc="9112 7.1", status=(200, 400)):
    return Case(name, rfc, chunked(body) + BEHIND, [Answer(status)], CUT)


CASES = [
    good("an empty chunked body", b"0\r\n\r\n"),
    good("one chunk", b"5\r\nhello\r\n0\r\n\r\n"),
    good("several chunks", b"5\r\nhello\r\n6\r\n world\r\n1\r\n!\r\n0\r\n\r\n"),
    good("a hexadecimal size in lower case", b"1a\r\n" + b"x" * 26 + b"\r\n0\r\n\r\n"),
    good("a hexadecimal size in upper case", b"1A\r\n" + b"x" * 26 + b"\r\n0\r\n\r\n"),
    good("leading zeros in a size", b"0005\r\nhello\r\n000\r\n\r\n"),
    good("chunk data with line ends inside", b"8\r\n\r\n\r\n0\r\n\r\r\n0\r\n\r\n"),
    good("chunk data that looks like a last chunk", b"5\r\n0\r\n\r\n\r\n0\r\n\r\n"),
    good("an extension without value", b"5;name\r\nhello\r\n0\r\n\r\n", "9112 7.1.1"),
    good("an extension with a token", b"5;name=value\r\nhello\r\n0\r\n\r\n", "9112 7.1.1"),
    good("an extension with a quoted string", b'5;name="a value; \\" b"\r\nhello\r\n0\r\n\r\n',
         "9112 7.1.1"),
    good("two extensions", b"5;a=1;b=2\r\nhello\r\n0\r\n\r\n", "9112 7.1.1"),
    good("an extension on the last chunk", b"5\r\nhello\r\n0;last\r\n\r\n", "9112 7.1.1"),
    good("one trailer field", b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", "9112 7.1.2"),
    good("several trailer fields", b"5\r\nhello\r\n0\r\nA: 1\r\nB: 2\r\nC:\r\n\r\n", "9112 7.1.2"),
    good("a trailer that names the framing is dropped",
         b"5\r\nhello\r\n0\r\nContent-Length: 500\r\nTransfer-Encoding: gzip\r\n\r\n",
         "9112 7.1.2"),
    good("a trailer that names another host is dropped",
         b"0\r\nHost: evil.test\r\n\r\n", "9112 7.1.2"),
    Case("the coding's name has no case", "9112 7", get(
        "/alphabet.txt", "Transfer-Encoding: CHUNKED", body=b"5\r\nhello\r\n0\r\n\r\n") + BEHIND,
        [ok(), ok(b"probe\n")]),
    bad("a size without digits", b"\r\nhello\r\n0\r\n\r\n"),
    bad("a size that is no number", b"x\r\nhello\r\n0\r\n\r\n"),
    bad("a size with 0x", b"0x5\r\nhello\r\n0\r\n\r\n"),
    bad("a negative size", b"-5\r\nhello\r\n0\r\n\r\n"),
    bad("a size with a plus", b"+5\r\nhello\r\n0\r\n\r\n"),
    bad("a size with a space before it", b" 5\r\nhello\r\n0\r\n\r\n"),
    bad("an underscore inside a size", b"1_0\r\n" + b"x" * 16 + b"\r\n0\r\n\r\n"),
    bad("a size that overflows 64 bits", b"10000000000000005\r\nhello\r\n0\r\n\r\n",
        status=(200, 400, 413)),
    bad("a size of many nines", b"99999999999999999999\r\nhello\r\n0\r\n\r\n",
        status=(200, 400, 413)),
    bad("the largest size of 64 bits", b"ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        status=(200, 400, 413)),
    bad("two sizes that overflow together",
        b"1\r\nx\r\nffffffffffffffff\r\nhello\r\n0\r\n\r\n", status=(200, 400, 413)),
    bad("a chunk that is longer than its size", b"3\r\nhello\r\n0\r\n\r\n"),
    bad("a chunk without a line end", b"5\r\nhello0\r\n\r\n"),
    bad("a chunk that ends in a bare LF", b"5\r\nhello\n0\r\n\r\n"),
    bad("a chunk that ends in a bare CR", b"5\r\nhello\r0\r\n\r\n"),
    bad("a size line that ends in a bare LF", b"5\nhello\r\n0\r\n\r\n"),
    bad("a last chunk that ends in a bare LF", b"5\r\nhello\r\n0\n\r\n"),
    bad("a trailer section that ends in a bare LF", b"5\r\nhello\r\n0\r\n\n"),
    bad("a trailer field that ends in a bare LF", b"5\r\nhello\r\n0\r\nX: y\n\r\n"),
    bad("a bare CR inside an extension", b"5;a\rb\r\nhello\r\n0\r\n\r\n", "9112 7.1.1"),
    bad("a bare LF inside an extension", b"5;a\nb\r\nhello\r\n0\r\n\r\n", "9112 7.1.1"),
    bad("NUL inside an extension", b"5;a\0b\r\nhello\r\n0\r\n\r\n", "9112 7.1.1"),
    bad("NUL behind a size", b"5\0\r\nhello\r\n0\r\n\r\n"),
    bad("a trailer without a name", b"0\r\n: y\r\n\r\n", "9112 7.1.2"),
    bad("a trailer without a colon", b"0\r\nnonsense\r\n\r\n", "9112 7.1.2"),
    bad("a trailer with a space before the colon", b"0\r\nX : y\r\n\r\n", "9112 7.1.2"),
    bad("a folded trailer", b"0\r\nX: y\r\n z\r\n\r\n", "9112 7.1.2"),
    bad("NUL in a trailer", b"0\r\nX: a\0b\r\n\r\n", "9112 7.1.2"),
    bad("an extension without an end", b"5;" + b"x" * 20000 + b"\r\nhello\r\n0\r\n\r\n",
        "9112 7.1.1", (200, 400, 413, 431)),
    bad("a trailer section without an end", b"0\r\n" + b"X: yyyyyyyy\r\n" * 2000 + b"\r\n",
        "9112 7.1.2", (200, 400, 413, 431)),
    bad("leading zeros without an end", b"0" * 20000 + b"5\r\nhello\r\n0\r\n\r\n", "9112 7.1",
        (200, 400, 413)),
    Case("a chunked body that never ends gets no second answer", "9112 8",
         chunked(b"5\r\nhello\r\n"), [Answer((200, 400))], CLOSED, finish=True),
    Case("a chunked body on HEAD is drained", "9112 6.3",
         get("/alphabet.txt", "Transfer-Encoding: chunked", method="HEAD",
             body=b"5\r\nhello\r\n0\r\n\r\n") + BEHIND,
         [Answer(200, {"Content-Length": "26"}, method="HEAD"), ok(b"probe\n")]),
    Case("a chunked body of a POST to a file is drained", "9110 15.5.6",
         get("/alphabet.txt", "Transfer-Encoding: chunked", method="POST",
             body=b"5\r\nhello\r\n0\r\n\r\n") + BEHIND,
         [Answer(405, {"Allow": "GET, HEAD, OPTIONS"}), ok(b"probe\n")]),
]
