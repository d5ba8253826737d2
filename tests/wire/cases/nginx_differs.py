"""Where nginx 1.22 answers a case of the table otherwise: the statuses that it gives (None for
something that is no answer, or an end) and why we still expect what we do."""

from cases.table import Differs

GROUPS = {
    "takes a bare LF for a line end (RFC 9112, 2.2 lets it)": {
        'framing: a bare LF before a request is refused': (200,),
        'framing: a bare LF behind the request line is refused': (200,),
        'framing: a bare LF behind a field is refused': (200,),
        'framing: a bare LF as the empty line is refused': (200,),
        'framing: nothing but bare LFs is refused': (200,),
        'chunked: a chunk that ends in a bare LF': (200,),
        'chunked: a size line that ends in a bare LF': (200,),
        'chunked: a last chunk that ends in a bare LF': (200,),
        'chunked: a trailer section that ends in a bare LF': (200,),
        'chunked: a trailer field that ends in a bare LF': (200,),
    },
    "takes a stray CR for a line end": {
        'framing: a bare CR before CRLF is refused': (200,),
        'framing: a bare CR before a request is refused': (200,),
    },
    "does not look at the bytes of a value or a name": {
        'framing: a control byte in a field value is refused': (200,),
        'framing: DEL in a field value is refused': (200,),
        'framing: a field without a colon is refused': (200,),
        'framing: a delimiter in a field name is refused': (200,),
        'framing: a non-ASCII field name is refused': (200,),
    },
    "is lenient in the request line": {
        'framing: two spaces behind the method are refused': (200,),
        'framing: two spaces before the version are refused': (200,),
        'framing: a space behind the version is refused': (200,),
    },
    "speaks HTTP/0.9: an answer without a status line": {
        'framing: HTTP/0.9 as it was written is refused': (None,),
    },
    "reads a minor version of several digits": {
        'framing: the version HTTP/1.10 is refused': (200,),
    },
    "does not look into trailers and extensions, and bounds them no more than bodies": {
        'chunked: NUL inside an extension': (200,),
        'chunked: a trailer without a name': (200,),
        'chunked: a trailer without a colon': (200,),
        'chunked: a trailer with a space before the colon': (200,),
        'chunked: a folded trailer': (200,),
        'chunked: NUL in a trailer': (200,),
        'chunked: an extension without an end': (200,),
        'chunked: a trailer section without an end': (200,),
        'chunked: leading zeros without an end': (200,),
    },
    "sends 405 without Allow, though RFC 9110, 15.5.6 says that it must": {
        'chunked: a chunked body of a POST to a file is drained': (405, 200),
        'methods: POST of a file is 405 with Allow': (405,),
        'methods: PUT of a file is 405 with Allow': (405,),
        'methods: DELETE of a file is 405 with Allow': (405,),
        'methods: PATCH of a file is 405 with Allow': (405,),
        'methods: TRACE of a file is 405 with Allow': (405,),
        'methods: POST with a body is drained': (405, 200),
        'methods: a POST that waits is told the end at once': (405,),
        'methods: a body as large as the limit is drained': (405, 200),
    },
    "does not look at the port": {
        'target: absolute form with a port over 65535 is refused': (200,),
    },
    "takes any scheme": {
        'target: https: on a plain listener is refused': (200,),
        'target: ftp: is refused': (200,),
    },
    "knows no OPTIONS": {
        'target: OPTIONS in absolute form with an empty path': (405,),
        'target: OPTIONS * is answered': (400,),
        'methods: OPTIONS of a file': (405,),
        'methods: OPTIONS with a body': (405, 200),
        'conditional: conditions do not touch OPTIONS': (405,),
    },
    "drops a fragment": {
        'target: a fragment in the target is refused': (200,),
    },
    "hardly looks at Host": {
        "target: the malformed Host '[::1' is refused": (200,),
        "target: the malformed Host '[::1]x' is refused": (200,),
        "target: the malformed Host '[::1]:x' is refused": (200,),
        "target: the malformed Host '[]' is refused": (200,),
        "target: the malformed Host '[:80' is refused": (200,),
        "target: the malformed Host ']' is refused": (200,),
        "target: the malformed Host 'a:b' is refused": (200,),
        "target: the malformed Host 'a:80:90' is refused": (200,),
        "target: the malformed Host 'a:-1' is refused": (200,),
        "target: the malformed Host 'a:65536' is refused": (200,),
        "target: the malformed Host 'a:123456789' is refused": (200,),
        "target: the malformed Host 'u@a' is refused": (200,),
        "target: the malformed Host 'u:p@a' is refused": (200,),
        "target: the malformed Host '@a' is refused": (200,),
        "target: the malformed Host 'a%zz' is refused": (200,),
        "target: the malformed Host 'a%4' is refused": (200,),
        "target: the malformed Host 'a%' is refused": (200,),
        "target: the malformed Host 'a\\\\b' is refused": (200,),
        "target: the malformed Host 'a?b' is refused": (200,),
        "target: the malformed Host 'a#b' is refused": (200,),
        "target: the malformed Host 'a<b' is refused": (200,),
        'target: the malformed Host \'a"b\' is refused': (200,),
        "target: the malformed Host 'a^b' is refused": (200,),
        "target: the malformed Host 'a|b' is refused": (200,),
        "target: the malformed Host 'a{b}' is refused": (200,),
        "target: the malformed Host '[::1%25eth0' is refused": (200,),
        "target: the malformed Host '[g::1]' is refused": (200,),
        "target: the malformed Host 'aé' is refused": (200,),
    },
    "takes an overlong form for a name": {
        'target: an overlong slash is refused': (404,),
        'target: an overlong dot is refused': (404,),
        'target: an overlong form of three bytes is refused': (404,),
    },
    "says 403 where it will not list": {
        'target: a directory without index': (403,),
    },
    "answers HEAD with 206, though Range means something for GET alone (RFC 9110, 14.2)": {
        'methods: HEAD ignores Range': (206, 200),
    },
    "answers 405 or 400 for a method that it does not know": {
        'methods: the unknown method get is 501': (400,),
        'methods: the unknown method Get is 501': (400,),
        'methods: the unknown method BREW is 501': (405,),
        'methods: the unknown method GETX is 501': (405,),
        'methods: the unknown method GE is 501': (405,),
        'methods: the unknown method HEADS is 501': (405,),
        'methods: the unknown method X-Y_Z is 501': (405,),
        'methods: the unknown method !#$% is 501': (400,),
        'methods: the unknown method PROPFIND is 501': (405,),
        'methods: the unknown method MKCOL is 501': (405,),
    },
    "says 100 though no body follows": {
        'methods: an expectation without a body gets no 100': (200, 200),
    },
    "knows one expectation and passes over the others": {
        'methods: another expectation is 417': (200,),
    },
    "finds close inside another word": {
        'methods: a word that holds close does not close': (200,),
    },
    "has other limits for fields, and says 400": {
        'methods: one field over the limit is 431': (400,),
        'methods: fields over the limit together are 431': (200,),
        'methods: a hundred and one fields are 431': (200,),
        'methods: a thousand fields are 431': (400,),
        'methods: 431 behind a good request leaves the first answer whole': (200, 200),
    },
    "cuts no chunked body of a request that it has answered": {
        'methods: chunks over the limit are cut': (405,),
    },
    "refuses these fields when they come twice, though lists may": {
        'conditional: If-None-Match in two fields': (400, None),
        'conditional: If-Modified-Since in two fields is not looked at': (400, None),
        'conditional: If-Match in two fields': (400, None),
    },
    "compares or reads dates loosely": {
        "conditional: the malformed date 'Sun, 06 Nov 1994 08:49:37' is not looked at": (304, 200),
        ("conditional: the malformed date 'Sun, 06 Nov 1994 08:49:37 +0000' is"
         " not looked at"): (304, 200),
        ("conditional: the malformed date 'Sun, 06 Foo 2094 08:49:37 GMT' is"
         " not looked at"): (304, 200),
        ("conditional: the malformed date 'Sun, 06 Nov 1994 08:49:37 PST' is"
         " not looked at"): (304, 200),
        ("conditional: the malformed date 'Sun, 06 Nov 1994 08:49:37 GMT, Sun,"
         " 06 Nov 1994 08:49:37 GMT' is not looked at"): (304, 200),
        ("conditional: the malformed date 'Sun, 06 Nov 2094 08:49:37 GMTx' is"
         " not looked at"): (304, 200),
        'conditional: a malformed If-Unmodified-Since is not looked at': (412, None),
    },
    "closes after a 412": {
        'conditional: If-Match with another tag is 412': (412, None),
        'conditional: If-Match compares strongly': (412, None),
        'conditional: If-Match without quotes is 412': (412, None),
        'conditional: If-Unmodified-Since of a second before is 412, IMF-fixdate': (412, None),
        'conditional: If-Unmodified-Since of a second before is 412, RFC 850': (412, None),
        'conditional: If-Unmodified-Since of a second before is 412, asctime': (412, None),
        'conditional: If-Match before If-Unmodified-Since: false, true': (412, None),
        'conditional: If-Match before If-None-Match: both false': (412, None),
        'conditional: If-Unmodified-Since before If-None-Match': (412, None),
        'conditional: all four, the first false': (412, None),
        'conditional: If-Match before Range': (412, None),
        "negotiation: If-Match with the file's tag for the variant is 412": (412, None),
    },
    "looks at If-Unmodified-Since though there is If-Match": {
        'conditional: If-Match before If-Unmodified-Since: true, false': (412, None),
        'conditional: all four, the third false': (412, None),
    },
    "looks at If-Modified-Since though there is If-None-Match": {
        'conditional: If-None-Match before If-Modified-Since: match, modified': (200, 200),
    },
    "answers an empty file whole": {
        'ranges: a range of an empty file is 416': (200, 200),
    },
    "answers 416 where the field is malformed and must not be looked at": {
        'ranges: a last byte beyond 64 bits': (416, 200),
        "ranges: the malformed 'bytes=5-4' is not looked at": (416, 200),
        "ranges: the malformed 'bytes=-' is not looked at": (416, 200),
        "ranges: the malformed 'bytes=a-b' is not looked at": (416, 200),
        "ranges: the malformed 'bytes=0-4-8' is not looked at": (416, 200),
        "ranges: the malformed 'bytes=0x0-4' is not looked at": (416, 200),
        "ranges: the malformed 'bytes=+0-4' is not looked at": (416, 200),
        "ranges: the malformed 'bytes=0-+4' is not looked at": (416, 200),
        "ranges: the malformed 'bytes=0 - 4' is not looked at": (206, 200),
        "ranges: the malformed 'bytes=--5' is not looked at": (416, 200),
        "ranges: the malformed 'bytes=0-4;6-8' is not looked at": (416, 200),
        "ranges: the malformed 'bytes=0-4,x' is not looked at": (416, 200),
        "ranges: the malformed 'bytes=5-4,0-1' is not looked at": (206, 200),
        "ranges: the malformed 'bytes=0.5-4' is not looked at": (416, 200),
        'ranges: two ranges with white space': (416, 200),
        'ranges: two ranges in a list with empty members': (416, 200),
    },
    "sends what was asked for twice, twice": {
        'ranges: overlapping ranges are answered whole': (206, 200),
        'ranges: equal ranges are answered whole': (206, 200),
        'ranges: a range inside another is answered whole': (206, 200),
    },
    "has no ranges on a ready-made variant": {
        'ranges: a range of the gzip variant': (200, 200),
        'ranges: the end of the gzip variant': (200, 200),
        'ranges: two ranges of the gzip variant': (200, 200),
        'ranges: a range beyond the variant but not beyond the file is 416': (200, 200),
        "ranges: If-Range with the variant's tag": (200, 200),
    },
    "knows gzip alone": {
        "negotiation: one variant's tag is not another's": (200, 200),
        'negotiation: Accept-Encoding: br': (200, 200),
        'negotiation: Accept-Encoding: zstd': (200, 200),
        'negotiation: Accept-Encoding: x-gzip': (200, 200),
        'negotiation: Accept-Encoding: gzip, br': (200, 200),
        'negotiation: Accept-Encoding: br, gzip': (200, 200),
        'negotiation: Accept-Encoding: gzip, zstd': (200, 200),
        'negotiation: Accept-Encoding: gzip, deflate, br, zstd': (200, 200),
        'negotiation: Accept-Encoding: *': (200, 200),
        'negotiation: Accept-Encoding: gzip;q=0.5, br;q=0.9, zstd;q=0.1': (200, 200),
        'negotiation: Accept-Encoding: gzip;q=0.8, zstd;q=0.801, br;q=0.8': (200, 200),
        'negotiation: Accept-Encoding: gzip;q=0.1, *;q=0.9': (200, 200),
        'negotiation: Accept-Encoding: gzip;q=0, br': (200, 200),
        'negotiation: Accept-Encoding: gzip;q=0, *': (200, 200),
        'negotiation: Accept-Encoding: gzip;q=0, br;q=0, *': (200, 200),
        'negotiation: Accept-Encoding: identity;q=0, *': (200, 200),
    },
    "never says 406": {
        'negotiation: Accept-Encoding: *;q=0': (200, 200),
        'negotiation: Accept-Encoding: identity;q=0': (200, 200),
        'negotiation: Accept-Encoding: identity;q=0, *;q=0': (200, 200),
        'negotiation: Accept-Encoding: identity;q=0, gzip;q=0, br;q=0, zstd;q=0': (200, 200),
        'negotiation: Accept-Encoding: br, identity;q=0 of /only-gz.js': (200, 200),
        'negotiation: Accept-Encoding: identity;q=0 of /alphabet.txt': (200, 200),
        'negotiation: Accept-Encoding: identity;q=0, gzip, br, zstd of /alphabet.txt': (200, 200),
        'negotiation: Accept-Encoding: *;q=0 of /alphabet.txt': (200, 200),
        'negotiation: Accept-Encoding: *;q=0, gzip of /alphabet.txt': (200, 200),
        'negotiation: HEAD of what is not acceptable': (200,),
    },
    "prefers gzip whatever identity weighs": {
        'negotiation: Accept-Encoding: gzip;q=0.5, identity': (200, 200),
        'negotiation: Accept-Encoding: identity;q=0.5, gzip;q=0.4': (200, 200),
    },
    "reads only the first field of that name": {
        'negotiation: Accept-Encoding in two fields': (200,),
    },
}

NGINX_DIFFERS = {
    name: Differs(statuses, f"nginx {why}")
    for why, cases in GROUPS.items()
    for name, statuses in cases.items()
}
