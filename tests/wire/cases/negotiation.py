"""Content codings (RFC 9110, 12.5.3): app.css has three siblings, only-gz.js one."""

import re

from cases.site import BEST, CODED, CSS, CSS_GZ, PNG, SCRIPT, SCRIPT_GZ
from cases.table import Answer, Case, get, ok

VARY = re.compile(r"(?i)^accept-encoding$")
TAGS = {"gzip": "gz", "br": "br", "zstd": "zst"}


def tag_of(coding):
    """The tag of the content, the coding, and what tells two codings of the same apart."""
    return re.compile(rf'^"[^"-]+-{TAGS[coding]}(\.[0-9a-f]+)?"$')


def identity(content=CSS):
    return Answer(200, {"Content-Encoding": None, "Vary": VARY, "ETag": re.compile(r'^"[^"]+"$')},
                  content, house={"ETag": re.compile(r'^"[^"-]+"$')})


def coded(coding, content=None):
    content = content or CODED[coding]
    return Answer(200, {"Content-Encoding": coding, "Vary": VARY,
                        "Content-Length": str(len(content))}, content,
                  house={"ETag": tag_of(coding)})


def smallest(*codings):
    return coded(min(codings, key=lambda c: len(CODED[c])))


def case(accept, answer, *fields, target="/app.css", name=None, section="12.5.3"):
    other = "" if target == "/app.css" else f" of {target}"
    return Case(name or f"Accept-Encoding: {accept}{other}", f"9110 {section}",
                get(target, f"Accept-Encoding: {accept}", *fields) + get("/probe.txt"),
                [answer, ok(b"probe\n")])


NONE = Answer(406)
CASES = [
    Case("no Accept-Encoding is identity", "9110 12.5.3", get("/app.css"), identity()),
    case("", identity(), name="an empty Accept-Encoding is identity"),
    *[case(coding, coded(coding)) for coding in CODED],
    case("GZIP", coded("gzip"), section="8.4.1"),
    case("x-gzip", coded("gzip"), section="8.4.1.3"),
    case("identity", identity()),
    case("deflate", identity()),
    case("compress, deflate, sdch", identity()),
    case("gzip, br", smallest("gzip", "br")),
    case("br, gzip", smallest("gzip", "br")),
    case("gzip, zstd", smallest("gzip", "zstd")),
    case("gzip, deflate, br, zstd", coded(BEST)),
    case("*", coded(BEST)),
    case("gzip;q=1.0, br;q=0.5, zstd;q=0.5", coded("gzip")),
    case("gzip;q=0.5, br;q=0.9, zstd;q=0.1", coded("br")),
    case("gzip;q=0.8, zstd;q=0.801, br;q=0.8", coded("zstd")),
    case("gzip;q=0.001", coded("gzip")),
    case("gzip;q=0.9, *;q=0.1", coded("gzip")),
    case("gzip;q=0.1, *;q=0.9", smallest("br", "zstd")),
    case("gzip;q=0", identity()),
    case("gzip;q=0.000", identity()),
    case("gzip;q=0, br", coded("br")),
    case("gzip;q=0, *", smallest("br", "zstd")),
    case("gzip;q=0, br;q=0, zstd;q=0", identity()),
    case("gzip;q=0, br;q=0, *", coded("zstd")),
    case("*;q=0, gzip", coded("gzip")),
    case("*;q=0, identity", identity()),
    case("*;q=0, identity;q=0.5", identity()),
    case("*;q=0", NONE),
    case("identity;q=0", NONE),
    case("identity;q=0, *;q=0", NONE),
    case("identity;q=0, gzip;q=0, br;q=0, zstd;q=0", NONE),
    case("identity;q=0, gzip", coded("gzip")),
    case("identity;q=0, *", coded(BEST)),
    case("identity;q=0.0, gzip;q=0.1", coded("gzip")),
    case("gzip;q=0.5, identity", identity()),
    case("identity;q=0.5, gzip;q=0.5", coded("gzip")),
    case("identity;q=0.4, gzip;q=0.5", coded("gzip")),
    case("identity;q=0.5, gzip;q=0.4", identity()),
    case("gzip ; q=0.8", coded("gzip"), section="5.6.6"),
    case("gzip;q=0.8 , br;q=0.1", coded("gzip"), section="5.6.1"),
    case("gzip;Q=0.5", coded("gzip"), section="5.6.6"),
    case(",gzip,", coded("gzip"), section="5.6.1.2"),
    case("gzip;q=1", coded("gzip"), section="12.4.2"),
    case("gzip;q=1.000", coded("gzip"), section="12.4.2"),
    case("gzip;q=0.", identity(), section="12.4.2"),
    *[case(f"gzip;q={weight}", identity(), section="12.4.2",
           name=f"the malformed weight {weight!r} earns nothing")
      for weight in ("2", "1.001", "-1", "0.0001", "x", "")],
    case("gzip2", identity()),
    case("gzipped, agzip", identity()),
    Case("Accept-Encoding in two fields", "9110 5.3",
         get("/app.css", "Accept-Encoding: br;q=0.1", "Accept-Encoding: gzip"), coded("gzip")),
    Case("Accept-Encoding in two fields, the second refuses", "9110 5.3",
         get("/app.css", "Accept-Encoding: gzip", "Accept-Encoding: identity;q=0"), coded("gzip")),
    case("br", identity(SCRIPT), target="/only-gz.js"),
    case("br, gzip", coded("gzip", SCRIPT_GZ), target="/only-gz.js"),
    case("br;q=1, gzip;q=0.1", coded("gzip", SCRIPT_GZ), target="/only-gz.js"),
    case("br, identity;q=0", NONE, target="/only-gz.js"),
    case("identity;q=0", NONE, target="/alphabet.txt"),
    case("identity;q=0, gzip, br, zstd", NONE, target="/alphabet.txt"),
    case("*;q=0", NONE, target="/alphabet.txt"),
    case("*;q=0, gzip", NONE, target="/alphabet.txt"),
    case("gzip, br", ok(Content_Encoding=None), target="/alphabet.txt"),
    case("*", ok(Content_Encoding=None), target="/alphabet.txt"),
    case("identity;q=0, gzip", Answer(404), target="/missing.txt"),
    Case("a type that is compressed already has no Vary", "9110 12.5.5", get("/picture.png"),
         ok(PNG, Vary=None)),
    Case("a sibling asked for by its own name is not decoded", "9110 8.4",
         get("/app.css.gz"), ok(CSS_GZ, Content_Encoding=None)),
    Case("HEAD has the fields of the variant", "9110 9.3.2",
         get("/app.css", "Accept-Encoding: gzip", method="HEAD"),
         Answer(200, {"Content-Encoding": "gzip", "Content-Length": str(len(CSS_GZ)), "Vary": VARY},
                method="HEAD")),
    Case("HEAD of what is not acceptable", "9110 15.5.7",
         get("/app.css", "Accept-Encoding: *;q=0", method="HEAD"), Answer(406, method="HEAD")),
    case("gzip", Answer(304, {"Vary": VARY, "Content-Encoding": None, "Content-Length": None,
                              "ETag": re.compile('"$')}, b"", house={"ETag": tag_of("gzip")}),
         "If-None-Match: {etag gzip /app.css}", name="the variant's tag is known",
         section="13.1.2"),
    case("gzip", coded("gzip"), "If-None-Match: {etag /app.css}",
         name="the file's tag is not the variant's", section="8.8.3.3"),
    case("br", coded("br"), "If-None-Match: {etag gzip /app.css}",
         name="one variant's tag is not another's", section="8.8.3.3"),
    case("identity", identity(), "If-None-Match: {etag gzip /app.css}",
         name="the variant's tag is not the file's", section="8.8.3.3"),
    case("gzip", Answer(412), "If-Match: {etag /app.css}",
         name="If-Match with the file's tag for the variant is 412", section="13.1.1"),
]
