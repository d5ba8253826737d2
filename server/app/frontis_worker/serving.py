"""The listener of a worker process, its connections, and the threads that serve them."""

import errno
import itertools
import os
import select
import signal
import socket
import struct
import sys
import threading
from time import sleep  # as it is now: an application may replace it (gevent)

from frontis_worker.answer import FileWrapper
from frontis_worker.connection import Connection
from frontis_worker.faults import say
from frontis_worker.records import LONG

NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
# The id of a request, as the server makes it, with the lengths of name and value before it.
ID_NAME = b"\x11\x20HTTP_X_REQUEST_ID"
ID_NAMED, ID, BEFORE_ID = slice(-51, -32), slice(-32, None), slice(-51)
SHORTEST_REST, LONGEST_REST = 0.01, 0.1  # seconds, after an accept that found no room


class Worker:
    """The listener, its connections and the threads that serve them."""

    def __init__(self, application, options):
        self.application = application
        self.listener = socket.socket(fileno=options["listen"])
        self.listener.setblocking(False)
        self.control, self.server = options["control"], options["server"]
        self.threads = options["threads"]
        self.max_requests, self.served = options["max_requests"], itertools.count(1)
        self.connections = {}
        self.known = {}  # environs by their params: a client that asks again sends the same
        self.base = {
            "SCRIPT_NAME": "",
            "PATH_INFO": "",
            "QUERY_STRING": "",
            "REQUEST_METHOD": "GET",
            "SERVER_NAME": "",
            "SERVER_PORT": "",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": self.threads > 1,
            "wsgi.multiprocess": options["processes"] > 1,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
            "wsgi.file_wrapper": FileWrapper,
        }
        self.rest = 0
        self.stopping = False
        self.stop_reader, self.stop_writer = os.pipe()
        self.epoll = select.epoll()
        self.watched = select.EPOLLIN | select.EPOLLRDHUP
        if self.threads > 1:
            self.watched |= select.EPOLLONESHOT
        for descriptor in (self.listener.fileno(), self.control, self.stop_reader):
            self.epoll.register(descriptor, select.EPOLLIN)

    def environ(self, params):
        # Many requests say the same, but for the id, which is the last of what the server says.
        number = None
        if params[ID_NAMED] == ID_NAME and params[ID].isalnum():
            number = params[ID].decode("latin-1")
            params = params[BEFORE_ID]
        found = self.known.get(params)
        if found is None:
            found = self.read(params)
            if len(params) <= 2048:
                if len(self.known) >= 64:
                    self.known = {}
                self.known[params] = found
        environ = found.copy()
        if number is not None:
            environ["HTTP_X_REQUEST_ID"] = number
        return environ

    def read(self, params):
        """Pairs of names and values, each with its length before it (FastCGI, 3.4)."""
        environ = self.base.copy()
        text = params.decode("latin-1")
        at, end = 0, len(params)
        while at < end:
            name, value = params[at], params[at + 1]
            at += 2
            if name > 127 or value > 127:
                at -= 2
                if name > 127:
                    name = LONG(params, at)[0] & 0x7FFFFFFF
                    at += 3
                value = params[at + 1]
                at += 2
                if value > 127:
                    value = LONG(params, at - 1)[0] & 0x7FFFFFFF
                    at += 3
            middle = at + name
            environ[text[at:middle]] = text[middle : middle + value]
            at = middle + value
        if at != end:
            raise ValueError("a param that goes beyond the params")
        scheme = environ.get("REQUEST_SCHEME", "")
        if scheme == "https" or environ.get("HTTPS", "").lower() in ("on", "1", "true"):
            environ["wsgi.url_scheme"] = "https"
        return environ

    def count(self):
        if self.max_requests and next(self.served) == self.max_requests:
            self.tell(b"r")

    def tell(self, byte):
        try:
            os.write(self.control, byte)
        except OSError:
            pass  # the server is gone, which the epoll will say

    def stop(self, *_):
        if not self.stopping:
            self.stopping = True
            os.write(self.stop_writer, b".")

    def run(self):
        """Serves until SIGTERM or the end of the server."""
        others = [threading.Thread(target=self.serve) for _ in range(self.threads - 1)]
        for thread in others:
            thread.start()
        self.serve()
        for thread in others:
            thread.join()
        if self.control >= 0:
            self.serve_rest()

    def serve(self):
        try:
            self.serve_on()
        except ValueError:
            # Else a child that the application forked came back from its view: it has no epoll.
            if self.control >= 0:
                raise

    def serve_on(self):
        poll = self.epoll.poll
        connections = self.connections
        rearm = self.epoll.modify if self.threads > 1 else None
        at_once = 1 if rearm else 8
        gone = select.EPOLLRDHUP
        while True:
            for descriptor, what in poll(None, at_once):
                connection = connections.get(descriptor)
                if connection is not None:
                    # A request that was sent ahead may have been taken back before we came to it.
                    if what & gone or not connection.serve():
                        self.drop(descriptor)
                    elif rearm:
                        rearm(descriptor, self.watched)
                elif descriptor == self.stop_reader or descriptor == self.control:
                    return
                else:
                    self.accept()

    def serve_rest(self):
        """Requests that had come before we were told to end, if somebody still waits for them."""
        self.epoll.unregister(self.listener)
        self.listener.close()
        gone = select.EPOLLRDHUP
        left = True
        while left:
            left = False
            for descriptor, what in self.epoll.poll(0):
                connection = self.connections.get(descriptor)
                if connection is None:
                    continue
                left = True
                if what & gone or not connection.serve() or self.threads > 1:
                    self.drop(descriptor)

    def accept(self):
        try:
            connected, _ = self.listener.accept()
        except OSError as fault:
            if fault.errno in NO_ROOM:
                self.wait_for_room(fault)
            return  # another thread was faster, or it has gone already
        self.rest = 0
        peer = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        if struct.unpack("iII", peer)[0] != self.server:
            connected.close()
            return
        connected.settimeout(None)
        self.connections[connected.fileno()] = Connection(self, connected)
        self.epoll.register(connected, self.watched)

    def wait_for_room(self, fault):
        """The connection stays there to be accepted: to try again at once would be to spin."""
        if not self.rest:
            say("no connection can be accepted: %s; raise its limit (LimitNOFILE=), or look for "
                "what the application leaves open" % fault.strerror)
        self.rest = min(self.rest * 2 or SHORTEST_REST, LONGEST_REST)
        sleep(self.rest)

    def drop(self, descriptor):
        self.connections.pop(descriptor).socket.close()

    def leave(self):
        """In a child that the application forked: what the server talks through is not its own,
        and a child that outlives us must not look like us."""
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self.listener.close()
        self.epoll.close()
        if self.control >= 0:  # a child may fork again
            os.close(self.control)
            self.control = -1
        for connection in list(self.connections.values()):
            connection.socket.close()
