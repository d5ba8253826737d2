"""The fields that every answer for a file carries (RFC 9110, 6 and 8; RFC 9111, 5)."""

import re

from cases.site import TYPES
from cases.table import ALPHABET_DATE, Answer, Case, get, ok

HTTP_DATE = re.compile(r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|"
                       r"Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$")
AUTO = {"Cache-Control": "public, max-age=0, must-revalidate", "Expires": HTTP_DATE}


def has(name, rfc, target="/alphabet.txt", status=200, house=(), **fields):
    fields = {k.replace("_", "-"): v for k, v in fields.items()}
    return Case(name, rfc, get(target), Answer(status, fields, house=dict(house)))


def starts(text):
    return re.compile("^" + re.escape(text))


CASES = [
    has("a file has a Date", "9110 6.6.1", Date=HTTP_DATE),
    has("a file has a Last-Modified", "9110 8.8.2", Last_Modified=ALPHABET_DATE),
    has("a file has a strong tag", "9110 8.8.3", ETag=re.compile(r'^"[\x21\x23-\x7e]+"$')),
    has("a file takes ranges", "9110 14.3", Accept_Ranges="bytes"),
    has("a file has a length", "9110 8.6", Content_Length="26"),
    has("an empty file has a length", "9110 8.6", "/empty.txt", Content_Length="0"),
    has("a file is not sniffed", "9110 8.3", house={"X-Content-Type-Options": "nosniff"}),
    has("a file must be asked for again", "9111 5.2.2", house=AUTO),
    has("a file says when it expires", "9111 5.3", house={"Expires": HTTP_DATE}),
    has("an answer has no Age", "9111 5.1", Age=None),
    has("an error has a Date", "9110 6.6.1", "/missing.txt", 404, Date=HTTP_DATE),
    has("an error is not sniffed", "9110 8.3", "/missing.txt", 404,
        house={"Content-Type": re.compile("^text/plain")}),
    has("an error has a length", "9110 8.6", "/missing.txt", 404,
        Content_Length=re.compile(r"^\d+$")),
    has("a redirect has a Date", "9110 6.6.1", "/dir", (301, 308), Date=HTTP_DATE),
    Case("a 304 keeps the fields of the 200", "9110 15.4.5",
         get("/alphabet.txt", "If-None-Match: *"),
         Answer(304, {"ETag": re.compile("."), "Date": HTTP_DATE, "Content-Length": None,
                      "Content-Type": None}, b"", house=AUTO)),
    Case("a 206 keeps the fields of the 200", "9110 15.3.7",
         get("/alphabet.txt", "Range: bytes=0-4"),
         Answer(206, {"ETag": re.compile("."), "Date": HTTP_DATE}, house=AUTO)),
    Case("a request's no-store changes nothing", "9111 5.2.1",
         get("/alphabet.txt", "Cache-Control: no-store", "Pragma: no-cache"), ok()),
    Case("a request's no-cache with a condition is still 304", "9111 5.2.1.4",
         get("/alphabet.txt", "Cache-Control: max-age=0", "If-None-Match: *"),
         Answer(304, {}, b"")),
    *[has(f"the type of .{extension}", "9110 8.3.1", f"/types/file.{extension}",
          Content_Type=starts(kind)) for extension, kind in TYPES.items() if kind],
]
