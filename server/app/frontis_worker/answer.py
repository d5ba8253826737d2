"""What a WSGI application says to one request, as records."""

from frontis_worker.faults import say
from frontis_worker.records import END_OF_1, LARGEST, STDOUT, end_of, pack


class FileWrapper:
    """wsgi.file_wrapper: the blocks of a file."""

    def __init__(self, file, block=65536):
        self.read, self.block = file.read, block
        if hasattr(file, "close"):
            self.close = file.close

    def __iter__(self):
        return iter(lambda: self.read(self.block), b"")


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
