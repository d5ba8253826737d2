"""Starts the real binary with a configuration of the test's own and sees it off cleanly.

A Server lives in a folder: frontis.yaml, what it writes to stderr, and its state. Stopping it
proves that it ends with exit code 0 on SIGTERM and that no sanitizer had anything to say.
"""

import contextlib
import functools
import json
import mmap
import os
import re
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path

from client import Connection, fetch, poll

SOURCE = Path(__file__).resolve().parents[2]
REPORT = re.compile(r"ERROR: (Address|Leak|Thread)Sanitizer|runtime error:|Assertion .* failed")
START = 20.0
STOP = 20.0


def binary():
    given = Path(os.environ.get("FRONTIS_BINARY", "build-tests/frontis"))
    return given if given.is_absolute() else SOURCE / given


@functools.cache
def checks_vptr():
    """UBSan's vptr check opens a pipe to look at an object, and takes EMFILE for a broken one: a
    binary that has it (no -fno-sanitize=vptr) cannot be shown to survive without descriptors."""
    with open(binary(), "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as code:
        return code.find(b"__ubsan_handle_dynamic_type_cache_miss") >= 0


def free_port(address="127.0.0.1"):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def environment():
    """What a command inherits: little, so that a machine's own settings change no result."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "LC_ALL": "C.UTF-8",
        "ASAN_OPTIONS": "detect_leaks=1:halt_on_error=1:abort_on_error=0",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    }


def write_config(folder, settings):
    """JSON is YAML too; the tests of the loader use YAML as people write it."""
    file = Path(folder) / "frontis.yaml"
    if not isinstance(settings, str):
        settings = json.dumps(settings, indent=2, ensure_ascii=False)
    file.write_text(settings)
    return file


def preloaded(name, folder):
    """The variables by which a process gets what NAME.c has in place of the C library's."""
    library = Path(folder) / f"{name}.so"
    source = Path(__file__).with_name(f"{name}.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o", library,
                    source, "-ldl"], check=True, timeout=60)
    # The sanitizer would be the first to be loaded, and need not.
    return {"LD_PRELOAD": str(library),
            "ASAN_OPTIONS": f"{environment()['ASAN_OPTIONS']}:verify_asan_link_order=0"}


def run_command(*arguments, folder=None, timeout=30, **more):
    """A command that ends by itself: (exit code, stdout, stderr)."""
    done = subprocess.run(
        [str(binary()), *map(str, arguments)],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        **more,
    )
    errors = done.stderr.decode("utf-8", "replace")
    assert not REPORT.search(errors), errors
    return done.returncode, done.stdout.decode("utf-8", "replace"), errors


class Server:
    """`frontis serve` in a process of its own, on a free port of 127.0.0.1 unless told. `variables`
    are more of its environment."""

    def __init__(self, folder, sites=None, *, descriptors=None, stdout=None, variables=None,
                 **settings):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        listen = settings.pop("listen", None)
        if listen is None:
            listen = f"127.0.0.1:{free_port()}"
        first = listen[0] if isinstance(listen, list) else listen
        self.address = self._address_of(first)
        settings = {"listen": listen, "threads": 2, **settings}
        settings.setdefault("state", str(self.folder / "state"))
        if settings["state"] is None:
            del settings["state"]
        else:
            Path(settings["state"]).mkdir(parents=True, exist_ok=True)
        if sites is not None:
            settings["sites"] = sites
        self.config = write_config(self.folder, settings)
        self.errors = self.folder / "stderr"
        self.output = self.folder / "stdout" if stdout is None else Path(stdout)
        self.descriptors = descriptors
        self.variables = variables or {}
        self.process = None

    @staticmethod
    def _address_of(listen):
        if isinstance(listen, int):
            return ("127.0.0.1", listen)
        if listen.startswith("unix:"):
            return listen[len("unix:") :]
        host, _, port = listen.rpartition(":")
        return (host.strip("[]"), int(port))

    def start(self):
        def few_descriptors():
            resource.setrlimit(resource.RLIMIT_NOFILE, (self.descriptors, self.descriptors))

        with open(self.errors, "ab") as errors, open(self.output, "ab") as output:
            self.process = subprocess.Popen(
                [str(binary()), "serve", "-c", str(self.config)],
                cwd=self.folder,
                env={**environment(), **self.variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                preexec_fn=few_descriptors if self.descriptors else None,
            )
        assert poll(self._is_ready, START), f"not ready after {START} s: {self.log()}"
        return self

    def _is_ready(self):
        code = self.process.poll()
        assert code is None, f"ended at once with {code}: {self.log()}"
        try:
            Connection(self.address).close()
            return True
        except OSError:
            return False

    def log(self):
        return self.errors.read_text("utf-8", "replace") if self.errors.exists() else ""

    def wait_for_log(self, pattern, seconds=5.0):
        """The log says `pattern` by and by; returns the log."""
        found = poll(lambda: re.search(pattern, self.log(), re.IGNORECASE), seconds)
        assert found, f"the log never said {pattern!r}:\n{self.log()}"
        return self.log()

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process.poll() is None

    def connect(self, **more):
        return Connection(self.address, **more)

    def fetch(self, target="/", *fields, **more):
        return fetch(self.address, target, *fields, **more)

    def signal(self, number):
        self.process.send_signal(number)

    def freeze(self):
        """Returns when each of its threads has stopped; SIGCONT has them go on."""
        self.signal(signal.SIGSTOP)
        tasks = Path(f"/proc/{self.pid}/task")

        def is_frozen():
            states = [(task / "stat").read_text().rpartition(")")[2].split()[0]
                      for task in tasks.iterdir()]
            return set(states) == {"T"}

        assert poll(is_frozen, START)

    def wait(self, seconds=STOP):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"still running after {seconds} s: {self.log()}")

    def stop(self, seconds=STOP):
        if self.process is None:
            return
        if self.is_running():
            self.signal(signal.SIGTERM)
        code = self.wait(seconds)
        self.process = None
        assert not REPORT.search(self.log()), self.log()
        assert code == 0, f"exit code {code}: {self.log()}"

    def kill(self):
        if self.process is not None and self.is_running():
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.kill()
            raise

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
        else:
            # The test has failed already; what it found matters more than how the server ends.
            with contextlib.suppress(AssertionError):
                self.stop()


def write_tree(root, files):
    """Writes {relative name: content}; a name that ends in / is an empty directory."""
    root = Path(root)
    root.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def open_descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def wait_a_little():
    """For what must *not* happen there is nothing to wait for but a moment."""
    time.sleep(0.3)
