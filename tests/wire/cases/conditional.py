"""Conditional requests (RFC 9110, 13), on a file of Sun, 06 Nov 1994 08:49:37 GMT."""

import re

from cases.table import Answer, Case, get, ok

A = "/alphabet.txt"
TAG = "{etag /alphabet.txt}"
EARLIER, LATER = "Sat, 05 Nov 1994 08:49:37 GMT", "Mon, 07 Nov 1994 08:49:37 GMT"
SAME = Answer(304, {"ETag": re.compile('^"[^"]+"$'), "Content-Length": None, "Content-Type": None},
              b"")
FAILED = Answer(412)
DATES = {
    "IMF-fixdate": ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:36 GMT"),
    "RFC 850": ("Sunday, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:36 GMT"),
    "asctime": ("Sun Nov  6 08:49:37 1994", "Sun Nov  6 08:49:36 1994"),
}
BAD_DATES = ("yesterday", "", "0", "784111777", "Sun, 06 Nov 1994 08:49:37", "1994-11-06T08:49:37Z",
             "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 6 Nov 1994 08:49:37 GMT",
             "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 36 Nov 2094 08:49:37 GMT",
             "Sun, 06 Nov 2094 28:49:37 GMT", "Sun, 06 Nov 2094 08:69:37 GMT",
             "Sun, 06 Foo 2094 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 PST",
             "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
             "Sun, 31 Feb 2094 08:49:37 GMT", "Sun, 06 Nov 2094 08:49:37 GMTx")


def case(name, section, *fields, answer=ok(), target=A):
    return Case(name, f"9110 {section}", get(target, *fields) + get("/probe.txt"),
                [answer, ok(b"probe\n")])


CASES = [
    # If-None-Match
    case("If-None-Match with the tag", "13.1.2", f"If-None-Match: {TAG}", answer=SAME),
    case("If-None-Match compares weakly", "13.1.2", f"If-None-Match: W/{TAG}", answer=SAME),
    case("If-None-Match with another tag", "13.1.2", 'If-None-Match: "other"'),
    case("If-None-Match: *", "13.1.2", "If-None-Match: *", answer=SAME),
    case("If-None-Match: * on a missing file is 404", "13.1.2", "If-None-Match: *",
         answer=Answer(404), target="/missing.txt"),
    case("If-None-Match with the tag in a list", "13.1.2", f'If-None-Match: "a", {TAG}, "b"',
         answer=SAME),
    case("If-None-Match with a list without spaces", "13.1.2", f'If-None-Match: "a",{TAG},"b"',
         answer=SAME),
    case("If-None-Match with empty list members", "13.1.2", f'If-None-Match: , ,{TAG},,',
         answer=SAME),
    case("If-None-Match in two fields", "13.1.2", 'If-None-Match: "a"', f"If-None-Match: {TAG}",
         answer=SAME),
    case("If-None-Match with a list of strangers", "13.1.2", 'If-None-Match: "a", W/"b", "c"'),
    case("a comma inside a tag does not end it", "8.8.3", f'If-None-Match: "a,b", {TAG}',
         answer=SAME),
    case("a backslash in a tag escapes nothing", "8.8.3", f'If-None-Match: "a\\", {TAG}',
         answer=SAME),
    case("a quoted asterisk is a tag", "13.1.2", 'If-None-Match: "*"'),
    case("a tag without quotes matches nothing", "8.8.3", "If-None-Match: abc"),
    case("an empty If-None-Match matches nothing", "13.1.2", "If-None-Match:"),
    case("a weak mark in lower case is no weak mark", "8.8.3", f"If-None-Match: w/{TAG}"),
    case("a tag of another letter case matches nothing", "8.8.3.2", 'If-None-Match: "ABCDEF"'),
    case("a prefix of the tag matches nothing", "8.8.3.2", 'If-None-Match: ""'),
    # If-Modified-Since
    *[case(f"If-Modified-Since of the same moment, {form}", "13.1.3",
           f"If-Modified-Since: {same}", answer=SAME) for form, (same, _) in DATES.items()],
    *[case(f"If-Modified-Since of a second before, {form}", "13.1.3",
           f"If-Modified-Since: {before}") for form, (_, before) in DATES.items()],
    case("If-Modified-Since of a day later", "13.1.3", f"If-Modified-Since: {LATER}", answer=SAME),
    case("If-Modified-Since of a two-digit year in the past century", "5.6.7",
         "If-Modified-Since: Saturday, 06-Nov-93 08:49:37 GMT"),
    case("If-Modified-Since of asctime with a two-digit day", "5.6.7",
         "If-Modified-Since: Wed Nov 16 08:49:37 1994", answer=SAME),
    case("If-Modified-Since in two fields is not looked at", "13.1.3",
         f"If-Modified-Since: {LATER}", f"If-Modified-Since: {LATER}"),
    *[case(f"the malformed date {text!r} is not looked at", "13.1.3",
           f"If-Modified-Since: {text}") for text in BAD_DATES],
    case("If-Modified-Since on a missing file is 404", "13.1.3", f"If-Modified-Since: {LATER}",
         answer=Answer(404), target="/missing.txt"),
    # If-Match
    case("If-Match with the tag", "13.1.1", f"If-Match: {TAG}"),
    case("If-Match: *", "13.1.1", "If-Match: *"),
    case("If-Match with the tag in a list", "13.1.1", f'If-Match: "a", {TAG}'),
    case("If-Match in two fields", "13.1.1", 'If-Match: "a"', f"If-Match: {TAG}"),
    case("If-Match with another tag is 412", "13.1.1", 'If-Match: "other"', answer=FAILED),
    case("If-Match compares strongly", "13.1.1", f"If-Match: W/{TAG}", answer=FAILED),
    case("If-Match without quotes is 412", "13.1.1", "If-Match: abc", answer=FAILED),
    case("If-Match: * on a missing file is not 2xx", "13.1.1", "If-Match: *",
         answer=Answer((404, 412)), target="/missing.txt"),
    # If-Unmodified-Since
    *[case(f"If-Unmodified-Since of the same moment, {form}", "13.1.4",
           f"If-Unmodified-Since: {same}") for form, (same, _) in DATES.items()],
    *[case(f"If-Unmodified-Since of a second before is 412, {form}", "13.1.4",
           f"If-Unmodified-Since: {before}", answer=FAILED)
      for form, (_, before) in DATES.items()],
    case("If-Unmodified-Since of a day later", "13.1.4", f"If-Unmodified-Since: {LATER}"),
    case("a malformed If-Unmodified-Since is not looked at", "13.1.4",
         "If-Unmodified-Since: yesterday"),
    # Precedence
    case("If-Match before If-Unmodified-Since: true, false", "13.2.2", f"If-Match: {TAG}",
         f"If-Unmodified-Since: {EARLIER}"),
    case("If-Match before If-Unmodified-Since: false, true", "13.2.2", 'If-Match: "x"',
         f"If-Unmodified-Since: {LATER}", answer=FAILED),
    case("If-None-Match before If-Modified-Since: no match, not modified", "13.2.2",
         'If-None-Match: "x"', f"If-Modified-Since: {LATER}"),
    case("If-None-Match before If-Modified-Since: match, modified", "13.2.2",
         f"If-None-Match: {TAG}", f"If-Modified-Since: {EARLIER}", answer=SAME),
    case("If-Match before If-None-Match: both false", "13.2.2", 'If-Match: "x"',
         f"If-None-Match: {TAG}", answer=FAILED),
    case("If-Match true, then If-None-Match", "13.2.2", f"If-Match: {TAG}",
         f"If-None-Match: {TAG}", answer=SAME),
    case("If-Unmodified-Since before If-None-Match", "13.2.2", f"If-Unmodified-Since: {EARLIER}",
         f"If-None-Match: {TAG}", answer=FAILED),
    case("If-Unmodified-Since true, then If-Modified-Since", "13.2.2",
         f"If-Unmodified-Since: {LATER}", f"If-Modified-Since: {LATER}", answer=SAME),
    case("all four true", "13.2.2", f"If-Match: {TAG}", f"If-Unmodified-Since: {LATER}",
         'If-None-Match: "x"', f"If-Modified-Since: {EARLIER}"),
    case("all four, the first false", "13.2.2", 'If-Match: "x"', f"If-Unmodified-Since: {LATER}",
         'If-None-Match: "x"', f"If-Modified-Since: {EARLIER}", answer=FAILED),
    case("all four, the third false", "13.2.2", f"If-Match: {TAG}",
         f"If-Unmodified-Since: {EARLIER}", f"If-None-Match: {TAG}",
         f"If-Modified-Since: {EARLIER}", answer=SAME),
    case("If-None-Match before Range", "13.2.2", f"If-None-Match: {TAG}", "Range: bytes=0-4",
         answer=SAME),
    case("If-Match before Range", "13.2.2", 'If-Match: "x"', "Range: bytes=0-4", answer=FAILED),
    case("If-None-Match before a Range beyond the end", "13.2.2", f"If-None-Match: {TAG}",
         "Range: bytes=99-", answer=SAME),
    Case("conditions do not touch OPTIONS", "9110 13.2.1",
         get(A, "If-Match: \"x\"", method="OPTIONS"), Answer(204)),
    Case("conditions do not touch a POST that is 405", "9110 13.2.1",
         get(A, "If-None-Match: *", method="POST"), Answer(405)),
]
