"""Ranges (RFC 9110, 14), on the 26 letters of the alphabet and on a coded variant."""

import re

from cases.site import BIG, CSS, CSS_GZ, SCRIPT_GZ
from cases.table import ALPHABET, ALPHABET_DATE, EITHER, Answer, Case, get, ok

A = "/alphabet.txt"
TAG = "{etag /alphabet.txt}"
GZ_TAG = "{etag gzip /only-gz.js}"


def parts_of(response):
    """[(first, last, total, content type, bytes)], by the strict grammar of RFC 2046."""
    kind = re.fullmatch(r'multipart/byteranges; ?boundary="?([0-9A-Za-z\'()+_,\-./:=?]{1,70})"?',
                        response.get("Content-Type"))
    assert kind, response.get("Content-Type")
    line = b"--" + kind[1].encode()
    body = response.body
    if not body.startswith(line):  # RFC 2046 allows a line end before the first boundary
        assert body.startswith(b"\r\n" + line), body[:200]
        body = body[2:]
    pieces = (b"\r\n" + body).split(b"\r\n" + line)
    assert pieces[0] == b"", pieces[0]
    assert pieces[-1] in (b"--", b"--\r\n"), pieces[-1]
    parts = []
    for piece in pieces[1:-1]:
        assert piece.startswith(b"\r\n"), piece[:100]
        head, empty, content = piece[2:].partition(b"\r\n\r\n")
        assert empty, piece[:200]
        fields = dict(f.split(": ", 1) for f in head.decode().split("\r\n"))
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", fields["Content-Range"])
        assert found and set(fields) <= {"Content-Range", "Content-Type"}, fields
        assert line not in content
        parts.append((int(found[1]), int(found[2]), int(found[3]), fields.get("Content-Type"),
                      content))
    return parts


def one(first, last, content=ALPHABET, **fields):
    fields = {k.replace("_", "-"): v for k, v in fields.items()}
    return Answer(206, {"Content-Range": f"bytes {first}-{last}/{len(content)}",
                        "Content-Length": str(last - first + 1), "ETag": re.compile("."),
                        **fields}, content[first:last + 1])


def several(*ranges, content=ALPHABET, kind="text/plain"):
    def fits(response):
        parts = parts_of(response)
        assert [(p[0], p[1]) for p in parts] == list(ranges), parts
        for first, last, total, content_type, body in parts:
            assert total == len(content) and body == content[first:last + 1]
            assert content_type.startswith(kind), content_type
        return True

    return Answer(206, {"Content-Range": None}, fits)


def one_or_several(first, last):
    """A multipart of one part is allowed where several ranges were asked for (14.6)."""
    return Answer(206, {}, lambda r: r.body == ALPHABET[first:last + 1] if "Content-Range" in r
                  else [p[:2] for p in parts_of(r)] == [(first, last)])


def beyond(size=26):
    return Answer(416, {"Content-Range": f"bytes */{size}"})


def case(name, ranges, answer, *fields, target=A, section="14.2"):
    return Case(name, f"9110 {section}",
                get(target, f"Range: {ranges}", *fields) + get("/probe.txt"),
                [answer, ok(b"probe\n")])


def if_range(name, value, answer, *fields, target=A):
    return case(name, "bytes=0-4", answer, f"If-Range: {value}", *fields, target=target,
                section="13.1.5")


WHOLE = ok(Content_Range=None)

CASES = [
    case("the first five bytes", "bytes=0-4", one(0, 4)),
    case("the first byte", "bytes=0-0", one(0, 0)),
    case("the last byte", "bytes=25-25", one(25, 25)),
    case("bytes from the middle", "bytes=10-14", one(10, 14)),
    case("from a byte to the end", "bytes=20-", one(20, 25)),
    case("from the start to the end", "bytes=0-", one(0, 25)),
    case("the last five bytes", "bytes=-5", one(21, 25)),
    case("the last byte by suffix", "bytes=-1", one(25, 25)),
    case("a suffix as long as the file", "bytes=-26", one(0, 25)),
    case("a suffix longer than the file", "bytes=-100", one(0, 25)),
    case("a last byte beyond the end", "bytes=20-100", one(20, 25)),
    case("leading zeros", "bytes=000-004", one(0, 4)),
    case("a unit in upper case", "BYTES=0-4", one(0, 4), section="14.1"),
    case("a range of a large file", "bytes=100000-199999", one(100000, 199999, BIG),
         target="/big.bin"),
    case("the end of a large file", "bytes=-10", one(299990, 299999, BIG), target="/big.bin"),
    case("a 206 carries the fields of the 200", "bytes=0-4",
         one(0, 4, Last_Modified=ALPHABET_DATE, Content_Type=re.compile("^text/plain"))),
    case("the first byte beyond the end is 416", "bytes=26-", beyond()),
    case("a range beyond the end is 416", "bytes=30-40", beyond()),
    case("a suffix of nothing is 416", "bytes=-0", beyond()),
    case("ranges that are all beyond the end are 416", "bytes=26-30,40-50", beyond()),
    case("a range of an empty file is 416", "bytes=0-4", beyond(0), target="/empty.txt"),
    case("a large number beyond the end", "bytes=9999999999-", beyond()),
    case("a number beyond 64 bits is no range that we have",
         "bytes=99999999999999999999999-", Answer((200, 416))),
    case("a last byte beyond 64 bits", "bytes=0-99999999999999999999999", Answer((200, 206), {},
         ALPHABET)),
    *[case(f"the malformed {text!r} is not looked at", text, WHOLE)
      for text in ("bytes=5-4", "bytes=", "bytes", "bytes=-", "bytes=a-b", "bytes=0-4-8",
                   "bytes=0x0-4", "bytes=+0-4", "bytes=0-+4", "bytes=0 - 4", "bytes = 0-4",
                   "bytes=--5", "bytes=0-4;6-8", "bytes=0-4,x", "bytes=5-4,0-1", "0-4",
                   "=0-4", "bytes=0.5-4", "bytes:0-4", "bytes 0-4")],
    case("another unit is not looked at", "items=0-4", WHOLE, section="14.1"),
    case("a unit of none is not looked at", "none", WHOLE, section="14.1"),
    Case("Range on a POST that is 405", "9110 14.2",
         get(A, "Range: bytes=0-4", method="POST"), Answer(405)),
    Case("Range on a missing file is 404", "9110 14.2",
         get("/missing.txt", "Range: bytes=0-4"), Answer(404)),
    Case("Range in HTTP/1.0", "9110 14.2",
         get(A, "Range: bytes=0-4", "Connection: keep-alive", version="1.0"),
         Answer((200, 206))),
    # Several
    case("two ranges", "bytes=0-4,10-14", several((0, 4), (10, 14)), section="14.6"),
    case("two ranges with white space", "bytes=0-4 ,\t10-14", several((0, 4), (10, 14)),
         section="14.6"),
    case("ranges come in the order asked for", "bytes=20-21,0-1", several((20, 21), (0, 1)),
         section="14.6"),
    case("an open and a suffix range", "bytes=0-1,-2", several((0, 1), (24, 25)), section="14.6"),
    case("three ranges", "bytes=0-0,2-2,4-4", several((0, 0), (2, 2), (4, 4)), section="14.6"),
    case("sixteen ranges", "bytes=" + ",".join(f"{i}-{i}" for i in range(0, 320, 20)),
         several(*[(i, i) for i in range(0, 320, 20)], content=BIG, kind="application/octet"),
         target="/big.bin", section="14.6"),
    case("seventeen ranges are answered whole",
         "bytes=" + ",".join(f"{i}-{i}" for i in range(0, 340, 20)),
         Answer(200, {"Content-Length": "300000"}, BIG), target="/big.bin", section="14.2"),
    case("hundreds of ranges are answered whole",
         "bytes=" + ",".join(f"{i}-{i}" for i in range(0, 3000, 5)),
         Answer(200, {"Content-Length": "300000"}), target="/big.bin", section="14.2"),
    case("overlapping ranges are answered whole", "bytes=0-9,5-14", WHOLE, section="14.2"),
    case("equal ranges are answered whole", "bytes=0-4,0-4", WHOLE, section="14.2"),
    case("a range inside another is answered whole", "bytes=0-20,5-6", WHOLE, section="14.2"),
    case("an open range over another is answered whole", "bytes=10-,0-12", WHOLE, section="14.2"),
    case("a suffix over another is answered whole", "bytes=0-4,-26", WHOLE, section="14.2"),
    case("many open ranges never multiply the bytes", "bytes=" + ",".join(["0-"] * 100),
         WHOLE, section="17.15"),
    case("one of two ranges beyond the end", "bytes=0-4,30-40", one_or_several(0, 4),
         section="14.6"),
    case("two ranges in a list with empty members", "bytes=,0-4,,10-14,",
         Answer((200, 206)), section="5.6.1.2"),
    Case("two Range fields are no more than one", "9110 14.2",
         get(A, "Range: bytes=0-4", "Range: bytes=6-8"), Answer((200, 206, 400)), EITHER),
    # If-Range
    if_range("If-Range with the tag", TAG, one(0, 4)),
    if_range("If-Range with another tag", '"other"', WHOLE),
    if_range("If-Range compares strongly", f"W/{TAG}", WHOLE),
    if_range("If-Range of a weak stranger", 'W/"other"', WHOLE),
    if_range("If-Range takes no list", f'"x", {TAG}', WHOLE),
    if_range("If-Range takes no asterisk", "*", WHOLE),
    if_range("If-Range with the date", ALPHABET_DATE, one(0, 4)),
    if_range("If-Range with the date as RFC 850 wrote it", "Sunday, 06-Nov-94 08:49:37 GMT",
             one(0, 4)),
    if_range("If-Range with the date as asctime writes it", "Sun Nov  6 08:49:37 1994", one(0, 4)),
    if_range("If-Range with an earlier date", "Sat, 05 Nov 1994 08:49:37 GMT", WHOLE),
    if_range("If-Range with a later date", "Mon, 07 Nov 1994 08:49:37 GMT", WHOLE),
    if_range("If-Range with a malformed date", "yesterday", WHOLE),
    if_range("If-Range without quotes", "abc", WHOLE),
    if_range("an empty If-Range", "", Answer((200, 206))),
    Case("If-Range without Range is not looked at", "9110 13.1.5",
         get(A, 'If-Range: "other"'), WHOLE),
    case("If-Range that fails before a range beyond the end", "bytes=99-", WHOLE,
         'If-Range: "other"', section="13.1.5"),
    case("If-Range that holds before a range beyond the end", "bytes=99-", beyond(),
         f"If-Range: {TAG}", section="13.1.5"),
    if_range("If-None-Match before If-Range", TAG, Answer(304, {}, b""), f"If-None-Match: {TAG}"),
    if_range("If-Match and If-Range together", TAG, one(0, 4), f"If-Match: {TAG}"),
    # On a variant
    case("a range of the gzip variant", "bytes=0-9",
         one(0, 9, SCRIPT_GZ, Content_Encoding="gzip", Vary=re.compile("(?i)accept-encoding")),
         "Accept-Encoding: gzip", target="/only-gz.js", section="14"),
    case("the end of the gzip variant", "bytes=-4",
         one(len(SCRIPT_GZ) - 4, len(SCRIPT_GZ) - 1, SCRIPT_GZ, Content_Encoding="gzip"),
         "Accept-Encoding: gzip", target="/only-gz.js", section="14"),
    case("two ranges of the gzip variant", "bytes=0-9,20-29",
         several((0, 9), (20, 29), content=SCRIPT_GZ, kind="text/javascript"),
         "Accept-Encoding: gzip", target="/only-gz.js", section="14"),
    case("a range beyond the variant but not beyond the file is 416", f"bytes={len(SCRIPT_GZ)}-",
         beyond(len(SCRIPT_GZ)), "Accept-Encoding: gzip", target="/only-gz.js", section="14"),
    case("a range of the file itself beside its variant", "bytes=0-9",
         one(0, 9, CSS, Content_Encoding=None), target="/app.css", section="14"),
    if_range("If-Range with the variant's tag", GZ_TAG,
             one(0, 4, SCRIPT_GZ, Content_Encoding="gzip"), "Accept-Encoding: gzip",
             target="/only-gz.js"),
    if_range("If-Range with the file's tag for the variant", "{etag /only-gz.js}",
             Answer(200, {"Content-Encoding": "gzip"}, SCRIPT_GZ), "Accept-Encoding: gzip",
             target="/only-gz.js"),
    if_range("If-Range with the variant's tag for the file", GZ_TAG,
             Answer(200, {"Content-Encoding": None}), target="/only-gz.js"),
]
