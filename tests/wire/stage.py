"""One server, and behind it one scripted backend that plays another scene for each path: a table
of misbehaviours costs one start, and each of them meets a server that has survived the others.

A scene is a function that gets the Peer and the head of the request, which it has read already.
"""

import re
import threading

from backend import TIMEOUT, Backend, Gone
from client import BadAnswer, request

CUT = "cut"  # what the client sees of an answer that it cannot take for a whole one


def name_of(head):
    return head.split(" ")[1].partition("?")[0].rpartition("/")[2]


class Stage:
    def __init__(self, scenes, backend=Backend, **more):
        self.scenes = {"ok": lambda peer, head: peer.answer(b"ok"), **scenes}
        self.heads = {}
        self.noted = threading.Condition()
        self.backend = backend(self._perform, **more)

    def _perform(self, peer):
        while True:
            head = peer.read_head()
            name = name_of(head)
            with self.noted:
                self.heads.setdefault(name, []).append(head)
                self.noted.notify_all()
            self.scenes[name](peer, head)

    def times(self, name):
        with self.noted:
            return len(self.heads.get(name, []))

    def wait_until_asked(self, name, times=1):
        with self.noted:
            assert self.noted.wait_for(lambda: len(self.heads.get(name, [])) >= times, TIMEOUT)


def saying(data, ending="keep"):
    """A scene: `data`, perhaps a list of pieces; then the connection is kept, closed or reset."""

    def scene(peer, head):
        length = re.search("(?i)content-length: ([0-9]+)", head)
        peer.read(int(length[1]) if length else 0)
        for piece in data if isinstance(data, list) else [data]:
            peer.send(piece)
        if ending == "close":
            peer.close()
        elif ending == "reset":
            peer.reset()
        if ending != "keep":
            raise Gone

    return scene


def seen(server, target, *fields, method="GET", **more):
    """The answer to one request as a client takes it, or CUT when it ends before its end."""
    with server.connect() as connection:
        connection.send(request(target, *fields, method=method, **more))
        try:
            answer = connection.read_response(method)
        except BadAnswer as fault:
            assert str(fault).startswith("the connection ended"), fault
            return CUT
        return CUT if answer.until_close and connection.was_reset else answer
