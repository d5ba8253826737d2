"""The server that is reloaded and upgraded, and what it has of the machine."""

import json
import os
import re
import socket
import subprocess
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BINARY = TOP / "build-bench" / "frontis"
APPLICATION = """
BODY = b"hello from the application\\n"


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(BODY)))])
    return [BODY]
"""
START = 20.0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, folder, root, echo_port):
        self.folder, self.port = folder, free_port()
        (folder / "hello.py").write_text(APPLICATION)
        self.config = folder / "frontis.yaml"
        self.settings = {
            "listen": f"127.0.0.1:{self.port}", "threads": 2, "state": str(folder / "state"),
            "log": {"access": str(folder / "access.log")},
            "limits": {"connections_per_client": 0},
            "apps": {"hello": {"wsgi": "hello", "directory": str(folder), "processes": 1,
                               "python": "/usr/bin/python3"},
                     "echo": {"http": f"127.0.0.1:{echo_port}"}},
        }
        self.root = root
        self.write(0)
        self.errors = folder / "stderr"
        with open(self.errors, "ab") as errors:
            self.first = subprocess.Popen([BINARY, "serve", "-c", str(self.config)],
                                          cwd=folder, stderr=errors)
        self.pid = self.first.pid
        self.wait_until(lambda: "listening on" in self.said())

    def write(self, number):
        """A configuration that differs from the one before in what it says and where it listens."""
        header = {"X-Configuration": str(number % 2)}
        sites = {"*": {"/": {"files": str(self.root), "headers": header},
                       "/hello": {"app": "hello"}, "/chat": {"app": "echo"},
                       "/number": {"respond": 200, "body": f"{number % 2}\n"}}}
        self.config.write_text(json.dumps({**self.settings, "sites": sites}))

    def wait_until(self, is_so):
        end = time.monotonic() + START
        while not is_so():
            if time.monotonic() > end:
                raise SystemExit(f"bench/soak: the server did not start: {self.said()}")
            time.sleep(0.02)

    def said(self):
        return self.errors.read_text("utf-8", "replace")[-2000:]

    def command(self, name):
        """`frontis reload` or `upgrade`; gives what it says, None with what it complains of."""
        done = subprocess.run([BINARY, name, "-c", self.config], capture_output=True, text=True,
                              timeout=120)
        return (done.stdout, "") if done.returncode == 0 else (None, done.stderr)

    def reload(self, number):
        self.write(number)
        return self.command("reload")[1]

    def upgrade(self):
        said, fault = self.command("upgrade")
        if said:
            self.pid = int(re.search(r"\d+", said)[0])
        return fault

    def has(self):
        """Kilobytes of memory, open descriptors, and threads."""
        rollup = Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        return {"RSS KB": int(re.search(r"Rss:\s+(\d+)", rollup)[1]),
                "descriptors": len(os.listdir(f"/proc/{self.pid}/fd")),
                "threads": len(os.listdir(f"/proc/{self.pid}/task"))}

    def stop(self):
        """True when all processes that there were have ended in time."""
        os.kill(self.pid, 15)
        end = time.monotonic() + START
        while time.monotonic() < end:
            self.first.poll()
            if not is_there(self.pid) and self.first.returncode is not None:
                return self.first.returncode == 0
            time.sleep(0.05)
        for pid in (self.pid, self.first.pid):
            if is_there(pid):
                os.kill(pid, 9)
        return False


def is_there(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
