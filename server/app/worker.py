"""One process of a WSGI application (PEP 3333), started and watched by frontis.

It speaks FastCGI as a responder on a Unix socket that it inherits already listening, and only with
the process that started it. Only the standard library, Python 3.9 or newer. Read by python3 -c
(worker_process.cpp), so __main__ has no file: pickle and multiprocessing find nothing of the
application there, and a spawned child does not run this again.

    frontis-worker MODULE:CALLABLE key=number...
        listen    the descriptor that listens          control   a socket: one byte b"!" when the
        server    process id of who may connect                  application is there, b"r" after
        threads   answer so many requests at a time              max_requests; its end is our end
        processes how many of us there are             max_requests  0: never ask to be replaced
        patience  milliseconds that what runs may still take once the server is gone

Exit codes: 0 told to end; 3 the application cannot be imported; 4 it is not a WSGI application.
"""

import _thread
import atexit
import errno
import fcntl
import gc
import importlib
import inspect
import io
import itertools
import os
import select
import signal
import socket
import struct
import sys
import threading
import traceback
from time import sleep  # as it is now: an application may replace it (gevent)

NOT_IMPORTED, NOT_WSGI = 3, 4

# Kinds of records (FastCGI specification, 8).
BEGIN, ABORT, END, PARAMS, STDIN, STDOUT = 1, 2, 3, 4, 5, 6
RECORD = struct.Struct(">BBHHBx")  # version, kind, request, length of the content, padding
pack, unpack = RECORD.pack, RECORD.unpack_from
LONG = struct.Struct(">I").unpack_from
LARGEST = 65528  # content of a record that we send; a multiple of 8
READ = 65536
MOST_PARAMS = 1 << 20
MOST_UNREAD = 1 << 20  # of a body that the application left: beyond, the connection goes
NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
SHORTEST_REST, LONGEST_REST = 0.01, 0.1  # seconds, after an accept that found no room
LAST_WAIT = 2  # seconds that threads of the application have when we end


def end_of(number):
    return pack(1, STDOUT, number, 0, 0) + pack(1, END, number, 8, 0) + bytes(8)


# What the server sends around the params of request 1 without a body, and our end of its answer.
OPENING = pack(1, BEGIN, 1, 8, 0) + b"\0\1\1"
CLOSING = pack(1, PARAMS, 1, 0, 0) + pack(1, STDIN, 1, 0, 0)
END_OF_1 = end_of(1)
FAILED = b"Internal Server Error\n"
FAILED_HEAD = (
    "Status: 500 Internal Server Error\r\nContent-Type: text/plain; charset=utf-8\r\n"
    f"Content-Length: {len(FAILED)}"
)


class Gone(ConnectionError):
    """The server closed the connection: the client left, or it was too slow."""


class FileWrapper:
    """wsgi.file_wrapper: the blocks of a file."""

    def __init__(self, file, block=65536):
        self.read, self.block = file.read, block
        if hasattr(file, "close"):
            self.close = file.close

    def __iter__(self):
        return iter(lambda: self.read(self.block), b"")


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


class Answer:
    """What the application says to one request; start_response and write are methods of it."""

    __slots__ = ("send", "number", "is_head", "head", "begun", "left", "ended")

    def __init__(self, send, number, is_head):
        self.send, self.number, self.is_head = send, number, is_head
        self.head = None
        self.begun = self.ended = False  # the head was sent; all was sent
        self.left = None  # bytes that Content-Length still promises

    def start_response(self, status, headers, exc_info=None):
        if exc_info:
            try:
                if self.begun:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None
        elif self.head is not None:
            raise AssertionError("start_response() was called again without exc_info")
        lines = ["Status: " + status]
        for name, value in headers:
            lines.append(name + ": " + value)
        head = "\r\n".join(lines)
        # As many ends of lines as we have made: nothing was smuggled in.
        ends = len(lines) - 1
        if head.count("\n") != ends or head.count("\r") != ends or "\0" in head:
            raise ValueError("a control character in the status or a header: %r" % (lines,))
        if not status[:3].isdigit():
            raise ValueError("a status begins with three digits: %r" % (status,))
        self.head = head
        return self.write

    def taken_head(self, length=None):
        """The head as bytes; with a Content-Length of `length` if it has none of its own."""
        head = self.head
        if head is None:
            raise AssertionError("the application did not call start_response()")
        lower = head.lower()
        at = lower.find("\r\ncontent-length:")
        if at >= 0:
            promised = lower[at + 18 :].split("\r\n", 1)[0]
            if not (promised.isdigit() and promised.isascii()):
                raise ValueError("a Content-Length is a number of digits: %r" % promised)
            self.left = int(promised)
        elif length is not None and head[8:11] not in ("204", "304"):
            head = "%s\r\nContent-Length: %d" % (head, length)
            self.left = length
        head = (head + "\r\n\r\n").encode("latin-1")
        if len(head) > LARGEST:
            raise ValueError("the head of the answer has more than %d bytes" % LARGEST)
        return head

    def whole(self, body):
        """`body` is all there is."""
        size = len(body)
        head = self.taken_head(size if size or not self.is_head else None)
        self.begin(head, body)
        self.finish()

    def write(self, chunk):
        if not chunk:
            return
        if not self.begun:
            self.begin(self.taken_head(), chunk)
        elif not self.ended:
            self.put(chunk)

    def begin(self, head, chunk):
        """The head with the first bytes of the body, and the end if those are all."""
        if self.is_head:
            chunk, self.left = b"", 0
        length = len(head) + len(chunk)
        if self.left == len(chunk) and length <= LARGEST:
            number = self.number
            end = END_OF_1 if number == 1 else end_of(number)
            data = b"".join((pack(1, STDOUT, number, length, 0), head, chunk, end))
            # From here on nobody can take the head back.
            self.begun = self.ended = True
            self.send(data)
            return
        chunk = memoryview(chunk)
        self.begun = True
        self.put(chunk, head)

    def put(self, chunk, head=b""):
        """Sends a part of the body at once; the end with it when Content-Length says so."""
        view = memoryview(chunk)
        if view.nbytes != len(view):
            view = view.cast("B")
        if self.left is not None:
            if len(view) > self.left:
                view = view[: self.left]
                say("the application gives more bytes than its Content-Length: cut off")
            self.left -= len(view)
            self.ended = self.left == 0
        number = self.number
        records = []
        room = LARGEST - len(head)
        while head or len(view):
            part = view[:room]
            records += (pack(1, STDOUT, number, len(head) + len(part), 0), head, part)
            view, head, room = view[room:], b"", LARGEST
            if len(records) >= 48:  # about a megabyte
                self.send(b"".join(records))
                records = []
        if self.ended:
            records.append(end_of(number))
        if records:
            self.send(b"".join(records))

    def finish(self):
        if self.ended:
            return
        if not self.begun:
            self.whole(b"")
            return
        if self.left:
            raise ValueError("the application owes %d bytes of its Content-Length" % self.left)
        self.ended = True
        self.send(end_of(self.number))


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
        found = self.known.get(params)
        if found is None:
            found = self.read(params)
            if len(params) <= 2048:
                if len(self.known) >= 64:
                    self.known = {}
                self.known[params] = found
        return found.copy()

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


def say(text):
    """A line or a traceback, in one piece."""
    try:
        sys.stderr.write(text.rstrip("\n") + "\n")
    except (OSError, ValueError):
        pass


def say_fault():
    """The exception that is being handled, with the frames of the application alone: neither ours
    nor those of the import machinery."""
    told = traceback.TracebackException(*sys.exc_info())
    pending, known = [told], set()
    while pending:
        one = pending.pop()
        if one is None or id(one) in known:
            continue
        known.add(id(one))
        one.stack[:] = [frame for frame in one.stack if not is_machinery(frame.filename)]
        pending += (one.__cause__, one.__context__, *(getattr(one, "exceptions", None) or ()))
    text = "".join(told.format())
    # Where no frame is left it has no heading, by which the server knows it (output_lines.h).
    say(text if text.startswith(HEADING) else HEADING + text)


def is_machinery(file):
    return file == OURS or file == importlib.__file__ or file.startswith("<frozen importlib")


HEADING = "Traceback (most recent call last):\n"
OURS = is_machinery.__code__.co_filename


def give_up(code, sentence):
    say(sentence)
    sys.stdout.flush()
    os._exit(code)  # threads that the import began would hold up any other end


def watch(control, patience):
    """Ends us when the server is gone, whatever the application is doing. In a thread that sleeps
    until then and that `threading` does not know, so that the application does not see it either;
    a forked child has none."""
    try:
        while os.read(control, 64):
            pass
    except OSError:
        pass
    sleep(patience)
    os._exit(0)


def insist(patience):
    """Lets the interpreter end as usual, which waits for threads of the application; but not for
    those that never end."""
    begun = []
    atexit.register(begun.append, True)  # the last one that is registered is called first

    def end():
        sleep(min(LAST_WAIT, patience / 2))
        try:
            say("threads of the application have not ended, and are cut off")
            if not begun:
                atexit._run_exitfuncs()
            sys.stdout.flush()
        finally:
            os._exit(0)

    _thread.start_new_thread(end, ())


def load(spec):
    """The application of `module:callable`; `callable` may have dots, or end in () to be called
    once for it."""
    module, _, name = spec.partition(":")
    name = name or "application"
    made = name.endswith("()")
    try:
        application = importlib.import_module(module)
        for part in name[:-2].split(".") if made else name.split("."):
            application = getattr(application, part)
        if made:
            application = application()
    except BaseException as fault:
        say_fault()
        give_up(NOT_IMPORTED, "cannot import %r: %r" % (spec, fault))
    return application


def count_needed(signature):
    return sum(
        one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD) and one.default is one.empty
        for one in signature.parameters.values()
    )


def takes(signature, *arguments):
    try:
        signature.bind(*arguments)
    except TypeError:
        return False
    return True


def check(application, spec):
    if not callable(application):
        kind = type(application).__name__
        give_up(NOT_WSGI, "%r is not callable, but of type %s" % (spec, kind))
    coroutine = inspect.iscoroutinefunction
    is_asgi = coroutine(application) or coroutine(type(application).__call__)
    is_wsgi = True
    call = application.__call__
    if inspect.isclass(application) or not (inspect.ismethod(call) or inspect.isfunction(call)):
        call = application
    try:
        # Of what is called, and not of what a decorator has wrapped with it.
        signature = inspect.signature(call, follow_wrapped=False)
    except (TypeError, ValueError):
        signature = None  # made in C, perhaps: nobody can say
    if signature:
        is_asgi = is_asgi or count_needed(signature) == 3
        is_wsgi = takes(signature, "environ", "start_response")
    if is_asgi:
        give_up(
            NOT_WSGI,
            "%r is an ASGI application, and this is WSGI: start it with an ASGI server such as "
            "uvicorn, and give its address in place of `wsgi:`, as `http: 127.0.0.1:8000`" % spec,
        )
    if not is_wsgi:
        give_up(
            NOT_WSGI,
            "%r cannot be called with an environ and start_response, as WSGI applications are%s"
            % (spec, "" if spec.endswith("()") else "; if it makes one, write %r" % (spec + "()")),
        )


def main():
    spec, *settings = sys.argv[2 if sys.argv[0] == "-c" else 1 :]
    options = {key: int(value) for key, value in (one.split("=") for one in settings)}
    sys.argv[:] = ["frontis-worker"]
    for stream in (sys.stdout, sys.stderr):  # whole lines, so that those of threads do not mix
        stream.reconfigure(line_buffering=True, write_through=False)
    for descriptor in (options["listen"], options["control"]):
        fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server's to decide
    directory = os.getcwd()
    if getattr(sys.flags, "safe_path", False):
        sys.path.insert(0, directory)
    else:
        sys.path[0] = directory
    patience = options["patience"] / 1000
    _thread.start_new_thread(watch, (options["control"], patience))
    application = load(spec)
    check(application, spec)
    worker = Worker(application, options)
    signal.signal(signal.SIGTERM, worker.stop)
    os.register_at_fork(after_in_child=worker.leave)
    gc.collect()
    gc.freeze()  # what the import made stays: no need to walk it again and again
    worker.tell(b"!")
    try:
        worker.run()
    finally:
        insist(patience)


if __name__ == "__main__":
    main()
