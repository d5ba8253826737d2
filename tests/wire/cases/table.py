"""What a case is: bytes that go to the server, and what must come back.

In `send`, `{etag /name}`, `{etag gzip /name}` and `{modified /name}` stand for what the server
under test says of that file, so that a case holds for any server.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Optional

from client import request

ALPHABET = b"abcdefghijklmnopqrstuvwxyz"
ALPHABET_DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
# After the last answer the connection may be used again; is closed, as the answer said; is closed
# for a fault in a body that was found behind the answer; or is one or the other.
OPEN, CLOSED, CUT, EITHER = "open", "closed", "cut", "either"


@dataclass(frozen=True)
class Answer:
    """`status` is a number or several; in `fields` a value is exact text, a compiled pattern, a
    question (a function of the value), or None for a field that must not be there. `body` is
    bytes or a question (a function of the Response)."""

    status: Any
    fields: dict = field(default_factory=dict)
    body: Any = None
    method: str = "GET"  # of the request that this answers: a HEAD has no body
    interim: Any = None  # the 1xx statuses before it, where that matters
    house: dict = field(default_factory=dict)  # fields that no RFC asks for, but our design does

    @property
    def statuses(self):
        return (self.status,) if isinstance(self.status, int) else tuple(self.status)

    def fault(self, response, strict=True):
        """What is wrong with `response`, or None. Not strict: only by the RFCs."""
        if response.status not in self.statuses:
            return f"status {response.status}, expected {self.status}"
        if self.interim is not None:
            seen = [r.status for r in response.interim]
            if seen != list(self.interim):
                return f"interim answers {seen}, expected {list(self.interim)}"
        fields = {**self.fields, **self.house} if strict else self.fields
        for name, wanted in fields.items():
            value = response.get(name)
            if not self._fits(value, wanted):
                return f"{name}: {value!r}, expected {getattr(wanted, 'pattern', wanted)!r}"
        if callable(self.body):
            if not self.body(response):
                return f"the body does not fit: {response.body[:500]!r}"
        elif self.body is not None and response.body != self.body:
            return f"body {response.body[:200]!r}, expected {self.body[:200]!r}"
        return None

    @staticmethod
    def _fits(value, wanted):
        if wanted is None or value is None:
            return value is wanted
        if isinstance(wanted, re.Pattern):
            return wanted.search(value) is not None
        return wanted(value) if callable(wanted) else value == wanted


@dataclass(frozen=True)
class Differs:
    """How nginx answers instead: `statuses`, and why that is not what we want."""

    statuses: tuple
    why: str


@dataclass
class Case:
    name: str
    rfc: str  # the document and section that the expectation comes from
    send: bytes
    answers: list  # one for each answer, in order: no more may come
    after: str = OPEN
    finish: bool = False  # the client ends its side after the last byte
    nginx: Optional[Differs] = None

    def __post_init__(self):
        if isinstance(self.answers, Answer):
            self.answers = [self.answers]

    def resolved(self, lookup):
        """`send` with what stands in braces looked up."""
        find = rb"\{(etag|modified)((?: [a-z]+)?) (/[^}]*)\}"
        return re.sub(
            find,
            lambda m: lookup(m[1].decode(), m[2].decode().strip(), m[3].decode()).encode("latin-1"),
            self.send,
        )


def refused(status=400):
    """An error whose framing is in doubt: told, then closed."""
    return [Answer(status, {"Connection": "close"})]


def ok(body=ALPHABET, **fields):
    return Answer(200, {k.replace("_", "-"): v for k, v in fields.items()}, body)


def get(target="/alphabet.txt", *fields, **more):
    return request(target, *fields, **more)
