"""Sees that all servers answer alike before anything is timed."""

import gzip
import http.client
import itertools
import re
import socket
import time

MOST_CHECKED = 200  # paths of a scenario


class Different(Exception):
    pass


def ask(port, path, fields):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers=fields)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    except (OSError, http.client.HTTPException) as fault:
        raise Different(f"{path}: {fault!r}") from fault
    finally:
        connection.close()


def check(running, scenario, root):
    """The fields to ask with from now on; Different, with what is."""
    fields = dict(scenario.headers)
    if scenario.conditional:
        tag = see(lambda: tag_of(running, scenario.paths[0], fields))
        fields["If-None-Match"] = tag
    step = max(1, len(scenario.paths) // MOST_CHECKED)
    if not scenario.once:  # what is not to be opened before
        for path in itertools.islice(scenario.paths, 0, None, step):
            see(lambda asked=path: check_one(running, scenario, root, asked, fields))
    return fields


def tag_of(running, path, fields):
    tag = ask(running.port, path, fields)[1].get("ETag")
    if not tag:
        raise Different(f"{path}: no ETag")
    return tag


def see(look, patience=10):
    """Lets a server find out first that a sibling is what it says."""
    end = time.monotonic() + patience
    while True:
        try:
            return look()
        except Different:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def check_one(running, scenario, root, path, fields):
    status, head, body = ask(running.port, path, fields)
    if status != scenario.status:
        raise Different(f"{path}: {status}")
    if status == 304:
        return
    coding = head.get("Content-Encoding", "")
    if scenario.coded and coding != "gzip":
        raise Different(f"{path}: not as gzip")
    if coding == "gzip":
        body = gzip.decompress(body)
    if body != (scenario.body or (root / path[1:]).read_bytes()):
        raise Different(f"{path}: other bytes")


def raw(port, path, fields, closes=False):
    """Head and body of an answer, as they came."""
    if closes:
        fields = {**fields, "Connection": "close"}
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode())
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        found = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        length = int(found[1]) if found and not head.startswith(b"HTTP/1.1 304") else 0
        while len(body) < min(length, 1 << 20):
            body += connection.recv(65536)
        return head + b"\r\n\r\n", body
