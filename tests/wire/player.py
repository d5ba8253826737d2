"""Plays one case of the table against a server and judges what comes back."""

import re

from cases.table import CLOSED, CUT, OPEN
from client import BadAnswer, Connection, fetch

PROBE = b"GET /probe.txt HTTP/1.1\r\nHost: site.test\r\n\r\n"
DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3]\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\Z")
ONCE = ("Allow", "Cache-Control", "Connection", "Content-Encoding", "Content-Length",
        "Content-Range", "Content-Type", "Date", "ETag", "Expires", "Last-Modified", "Location",
        "Transfer-Encoding", "Vary", "X-Content-Type-Options")
MOST_BYTEWISE = 20_000


def manners(response, ends):
    """What every answer of ours must fit, whatever the case is about; None or a fault."""
    for name in ONCE:
        response.get(name)  # raises when it comes twice
    if not DATE.match(response.get("Date") or ""):
        return f"Date: {response.get('Date')!r}"
    if not response.reason:
        return "no reason phrase"
    if response.status >= 400 and response.get("Cache-Control") != "no-store":
        return f"an error with Cache-Control: {response.get('Cache-Control')!r}"
    if response.status == 405 and not response.get("Allow"):
        return "405 without Allow"
    if response.body and not response.get("Content-Type"):
        return "a body without Content-Type"
    if response.until_close:
        return "a body without a length"
    if ends and not response.closes:
        return "the connection is closed, and the answer does not say so"
    if response.closes and not ends:
        return "Connection: close, and yet another answer or an open connection"
    return None


class Player:
    """Holds what the cases look up of a server: its tags and dates."""

    def __init__(self, server, strict):
        self.server = server
        self.strict = strict
        self.known = {}

    def lookup(self, what, coding, path):
        key = (coding, path)
        if key not in self.known:
            accept = [f"Accept-Encoding: {coding}"] if coding else []
            response = fetch(self.server.address, path, *accept, host="site.test")
            assert response.status == 200 and response.get("Content-Encoding") == (coding or None)
            self.known[key] = response
        return self.known[key].get({"etag": "ETag", "modified": "Last-Modified"}[what])

    def statuses(self, case):
        """What a server answers, without judging it; None stands for an answer that is not one."""
        seen = []
        with self.server.connect(timeout=3) as connection:
            connection.send(case.resolved(self.lookup))
            if case.finish:
                connection.finish_sending()
            try:
                for answer in case.answers:
                    seen.append(connection.read_response(answer.method).status)
            except BadAnswer:
                seen.append(None)
        return tuple(seen)

    def play(self, case, bytewise=False):
        data = case.resolved(self.lookup)
        with self.server.connect() as connection:
            (connection.send_bytewise if bytewise else connection.send)(data)
            if case.finish:
                connection.finish_sending()
            for index, answer in enumerate(case.answers):
                response = connection.read_response(answer.method)
                fault = answer.fault(response, self.strict)
                if not fault and self.strict:
                    last = index + 1 == len(case.answers)
                    fault = manners(response, self._ends(case, response) if last else False)
                assert not fault, f"answer {index + 1}: {fault}\n{response}"
            self._after(case, connection)

    @staticmethod
    def _ends(case, response):
        """Whether the last answer must say that the connection ends."""
        if case.after is OPEN or case.after is CLOSED and not case.finish:
            return case.after is CLOSED
        return response.closes

    def _after(self, case, connection):
        if case.after in (CLOSED, CUT):
            connection.expect_end()
        elif case.after is OPEN:
            connection.send(PROBE)
            probe = connection.read_response()
            assert (probe.status, probe.body) == (200, b"probe\n"), probe
        elif connection.unread:
            raise BadAnswer(f"bytes behind the last answer: {bytes(connection.unread[:300])}")
