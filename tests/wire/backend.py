"""A backend that does exactly what a test says, on a real socket: an application that behaves or
misbehaves in every way.

A script is a function that gets a Peer, one connection that Frontis has made, in a thread of its
own. What it raises is kept and shown when the backend is stopped.
"""

import socket
import struct
import threading

TIMEOUT = 10.0


class Gone(Exception):
    """Frontis has closed the connection."""


class Peer:
    """A connection from Frontis, and the bytes that have come over it."""

    def __init__(self, connection, number):
        self.socket = connection
        self.number = number  # of the connection, from 0
        self.unread = b""
        connection.settimeout(TIMEOUT)

    def receive(self):
        data = self.socket.recv(64 * 1024)
        if not data:
            raise Gone
        self.unread += data

    def read(self, count):
        while len(self.unread) < count:
            self.receive()
        data, self.unread = self.unread[:count], self.unread[count:]
        return data

    def read_head(self):
        """A request's head as text, without the empty line."""
        while b"\r\n\r\n" not in self.unread:
            self.receive()
        head, _, self.unread = self.unread.partition(b"\r\n\r\n")
        return head.decode("latin-1")

    def read_request(self):
        """(head, body) of an HTTP request, whose body is counted, chunked or not there."""
        head = self.read_head()
        fields = head.lower().split("\r\n")[1:]
        length = [line.split(":")[1].strip() for line in fields if line.startswith("content-length:")]
        if any(line.replace(" ", "") == "transfer-encoding:chunked" for line in fields):
            return head, self.read_chunks()
        return head, self.read(int(length[0]) if length else 0)

    def read_chunks(self):
        body = b""
        while True:
            while b"\r\n" not in self.unread:
                self.receive()
            size, _, self.unread = self.unread.partition(b"\r\n")
            chunk = self.read(int(size, 16) + 2)
            if size == b"0":
                return body
            body += chunk[:-2]

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode("latin-1"))

    def answer(self, body=b"", status="200 OK", fields=""):
        body = body if isinstance(body, bytes) else body.encode()
        self.send(f"HTTP/1.1 {status}\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def wait_for_close(self):
        try:
            while True:
                self.receive()
        except (Gone, ConnectionError):
            return

    def close(self):
        self.socket.close()

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Backend:
    """Listens on a free port of 127.0.0.1, or on a Unix socket, and runs `script` for each
    connection."""

    def __init__(self, script, path=None, port=0, backlog=128):
        self.script = script
        self.faults = []
        self.connections = 0
        self.heads = []  # for scripts to append to
        self.lock = threading.Lock()
        self.listener = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        if not path:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(str(path) if path else ("127.0.0.1", port))
        self.listener.listen(backlog)
        self.port = 0 if path else self.listener.getsockname()[1]
        self.address = f"unix:{path}" if path else f"127.0.0.1:{self.port}"
        self.peers = []
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                peer = Peer(connection, self.connections)
                self.connections += 1
                self.peers.append(peer)
            threading.Thread(target=self._run, args=(peer,), daemon=True).start()

    def _run(self, peer):
        try:
            self.script(peer)
        except (Gone, ConnectionError, socket.timeout):
            pass
        except OSError as fault:
            if fault.errno != 9:  # closed by the script
                self.faults.append(fault)
        except Exception as fault:  # noqa: BLE001 shown by stop()
            self.faults.append(fault)
        finally:
            peer.close()

    def note(self, head):
        with self.lock:
            self.heads.append(head)

    def stop(self):
        # close() alone would leave the thread in accept().
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.thread.join(TIMEOUT)
        with self.lock:
            for peer in self.peers:
                peer.close()
        assert not self.faults, self.faults

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def answering(body=b"hello", status="200 OK", fields="", note=None):
    """A script that gives each request, on as many connections as come, the same answer."""

    def script(peer):
        while True:
            head, _ = peer.read_request()
            if note is not None:
                note(head)
            peer.answer(body, status, fields)

    return script
