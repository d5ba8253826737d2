"""A connection of the server, the requests on it, and their bodies."""

import io
import socket
import struct

from frontis_worker.answer import Answer
from frontis_worker.faults import say, say_fault
from frontis_worker.records import ABORT, BEGIN, CLOSING, OPENING, PARAMS, STDIN, Gone, unpack

READ = 65536
MOST_PARAMS = 1 << 20
MOST_UNREAD = 1 << 20  # of a body that the application left: beyond, the connection goes
FAILED = b"Internal Server Error\n"
FAILED_HEAD = (
    "Status: 500 Internal Server Error\r\nContent-Type: text/plain; charset=utf-8\r\n"
    f"Content-Length: {len(FAILED)}"
)


class Body(io.RawIOBase):
    """The bytes of STDIN records while they come; ends where they end."""

    def __init__(self, connection, number):
        self.connection, self.number = connection, number
        self.left = self.padding = 0  # of the record that is being read
        self.ended = False

    def readable(self):
        return True

    def readinto(self, room):
        connection = self.connection
        if self.left == 0 and not self.ended:
            connection.take(self.padding)
            kind, number, self.left, self.padding = connection.record()
            if kind != STDIN or number != self.number:
                raise Gone("the request was given up before its body had come")
            if self.left == 0:
                connection.take(self.padding)
                self.ended = True
        if self.ended:
            return 0
        count = connection.read_into(memoryview(room)[: self.left])
        self.left -= count
        return count

    def drain(self):
        """Whether the rest of the body came, and soon."""
        room, unread = bytearray(READ), 0
        while not self.ended and unread <= MOST_UNREAD:
            unread += self.readinto(room)
        return self.ended


class Connection:
    """One connection of the server, which has one request at a time on it."""

    __slots__ = ("worker", "socket", "recv", "rest")

    def __init__(self, worker, connected):
        self.worker, self.socket, self.recv = worker, connected, connected.recv
        self.rest = b""  # read, but not used yet

    def serve(self):
        """Answers the request that is there; false when the connection is to be closed."""
        try:
            if self.answer_one():
                while self.rest:
                    if not self.answer_one():
                        return False
                return True
        except Gone:
            pass
        except (ValueError, IndexError, struct.error) as fault:
            say("not a FastCGI request that can be understood: %r" % fault)
        except OSError:
            pass
        return False

    def answer_one(self):
        data = self.rest
        if not data:
            data = self.recv(READ)
            if not data:
                return False
        # A request without a body comes whole, nearly always.
        if len(data) >= 40 and data[:11] == OPENING and data[-16:] == CLOSING:
            _, kind, _, length, padding = unpack(data, 16)
            if kind == PARAMS and length and 40 + length + padding == len(data):
                self.rest = b""
                environ = self.worker.environ(data[24 : 24 + length])
                environ["wsgi.input"] = io.BytesIO()
                return self.respond(1, environ)
        self.rest = data
        return self.answer_pieces()

    def answer_pieces(self):
        kind, number, length, padding = self.record()
        begin = self.take(length + padding)
        if kind == ABORT:
            return True  # of a request that has its answer
        role, flags = struct.unpack_from(">HB", begin)
        if kind != BEGIN or role != 1:
            raise ValueError("a record of kind %d where a request should begin" % kind)
        params = []
        size = 0
        while True:
            kind, _, length, padding = self.record()
            if kind != PARAMS:
                raise ValueError("a record of kind %d among the params" % kind)
            if length == 0:
                self.take(padding)
                break
            params.append(self.take(length + padding)[:length])
            size += length
            if size > MOST_PARAMS:
                raise ValueError("more than %d bytes of params" % MOST_PARAMS)
        environ = self.worker.environ(b"".join(params))
        body = self.body_at_hand(number)
        if body is not None:
            environ["wsgi.input"] = io.BytesIO(body)
            return self.respond(number, environ) and flags & 1
        body = Body(self, number)
        environ["wsgi.input"] = io.BufferedReader(body, READ)
        if not self.respond(number, environ) or not flags & 1:
            return False
        if body.ended:
            return True
        # The answer is out; a server that goes on sending wants to keep the connection.
        self.socket.settimeout(1)
        drained = body.drain()
        self.socket.settimeout(None)
        return drained

    def body_at_hand(self, number):
        """The whole body if it has come already, else None."""
        if len(self.rest) < 8:
            try:
                self.rest += self.recv(READ, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return None
        rest, at, parts = self.rest, 0, []
        while True:
            if len(rest) - at < 8:
                return None
            _, kind, of, length, padding = unpack(rest, at)
            if kind != STDIN or of != number or len(rest) - at < 8 + length + padding:
                return None
            at += 8
            if length == 0:
                self.rest = rest[at + padding :]
                return b"".join(parts)
            parts.append(rest[at : at + length])
            at += length + padding

    def respond(self, number, environ):
        answer = Answer(self.send, number, environ["REQUEST_METHOD"] == "HEAD")
        result = None
        try:
            result = self.worker.application(environ, answer.start_response)
            kind = type(result)
            if (kind is list or kind is tuple) and len(result) == 1 and not answer.begun:
                answer.whole(result[0])
            else:
                for chunk in result:
                    answer.write(chunk)
                    if answer.is_head and answer.begun:
                        break
                answer.finish()
        except Gone:
            pass
        except BaseException:  # also SystemExit: a view must not end the others' process
            self.say_failure(answer)
        finally:
            if hasattr(result, "close"):
                try:
                    result.close()
                except BaseException:
                    say_fault()
        self.worker.count()
        return answer.ended

    def say_failure(self, answer):
        say_fault()
        if answer.begun:
            return  # not ended: the server sees that it is cut
        answer.head = FAILED_HEAD
        answer.left = None
        try:
            answer.whole(FAILED)
        except Gone:
            pass

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError as fault:
            raise Gone("the client has left") from fault

    def take(self, count):
        """The next `count` bytes."""
        if len(self.rest) < count:
            parts, have = [self.rest], len(self.rest)
            while have < count:
                part = self.received(READ)
                parts.append(part)
                have += len(part)
            self.rest = b"".join(parts)
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def record(self):
        version, kind, number, length, padding = unpack(self.take(8))
        if version != 1:
            raise ValueError("a record of version %d" % version)
        return kind, number, length, padding

    def read_into(self, room):
        if not self.rest:
            try:
                count = self.socket.recv_into(room)
            except OSError as fault:
                raise Gone("the client has left") from fault
            if count == 0:
                raise Gone("the client left before the whole body had come")
            return count
        part = self.rest[: len(room)]
        self.rest = self.rest[len(part) :]
        room[: len(part)] = part
        return len(part)

    def received(self, count):
        try:
            data = self.recv(count)
        except OSError as fault:
            raise Gone("the client has left") from fault
        if not data:
            raise Gone("the client left before the whole request had come")
        return data
