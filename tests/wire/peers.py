"""The servers of applications that people have: gunicorn, uwsgi and php-fpm, started for a test.

Each function makes a Peer: a program that can be started, stopped and started again, and the
settings by which Frontis reaches it. What a peer writes is shown when it does not come up.
"""

import contextlib
import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from client import poll
from harness import free_port

GUNICORN = shutil.which("gunicorn")
UWSGI = shutil.which("uwsgi")
PHP_FPM = (sorted(glob.glob("/usr/sbin/php-fpm*")) or [None])[-1]
START = 30.0
STOP = 20.0

PHP_POOL = """
[global]
error_log = {folder}/php-fpm.log
daemonize = no
[www]
user = {user}
listen = {listen}
listen.mode = 0666
pm = static
pm.max_children = {processes}
catch_workers_output = yes
clear_env = yes
"""


def needs(program, package):
    """Leaves the module out where `program` is missing; tests/run installs it."""
    if not program:
        pytest.skip(f"{package} is not installed", allow_module_level=True)


class Peer:
    """A program that listens at `listen`: "127.0.0.1:port" or the path of a Unix socket."""

    def __init__(self, folder, listen, command, app, *, end=signal.SIGTERM):
        self.folder = Path(folder)
        self.listen = str(listen)
        self.command = [str(part) for part in command]
        self.app = app  # for `apps:` of the configuration
        self.end = end
        self.process = None

    @property
    def address(self):
        if self.listen.startswith("/"):
            return self.listen
        host, _, port = self.listen.rpartition(":")
        return (host, int(port))

    def log(self):
        return "".join(file.read_text("utf-8", "replace") for file in self.folder.glob("*.log"))

    def start(self):
        with open(self.folder / "output.log", "ab") as output:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, start_new_session=True,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8",
                     "PYTHONDONTWRITEBYTECODE": "1"})
        assert poll(self._is_ready, START), f"not ready after {START} s: {self.log()}"
        return self

    def _is_ready(self):
        assert self.process.poll() is None, f"ended at once: {self.log()}"
        with socket.socket(socket.AF_UNIX if isinstance(self.address, str)
                           else socket.AF_INET) as probe:
            with contextlib.suppress(OSError):
                probe.connect(self.address)
                return True
        return False

    def workers(self):
        """The processes that it has started, by number."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in children.read_text().split()]

    def stop(self):
        if self.process is None:
            return
        process, self.process = self.process, None
        process.send_signal(self.end)
        try:
            process.wait(STOP)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise AssertionError(f"still running after {STOP} s: {self.log()}")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


def _place(folder, tcp, name):
    Path(folder).mkdir(parents=True, exist_ok=True)
    return f"127.0.0.1:{free_port()}" if tcp else f"{folder}/{name}.sock"


def _backend(listen):
    return f"unix:{listen}" if listen.startswith("/") else listen


def gunicorn(folder, module, code, *, tcp=False, processes=2, threads=1):
    """`module` is looked for in the folder `code`; with more than one thread it keeps connections."""
    listen = _place(folder, tcp, "gunicorn")
    command = [GUNICORN, "--workers", processes, "--bind", _backend(listen), "--chdir", code,
               "--worker-tmp-dir", folder, "--graceful-timeout", 10, "--timeout", 120]
    if threads > 1:
        command += ["--threads", threads, "--keep-alive", 30]
    return Peer(folder, listen, [*command, f"{module}:application"], {"http": _backend(listen)})


def uwsgi(folder, module, code, protocol="uwsgi", *, tcp=False, processes=2):
    """`protocol` is that of its socket and of ours: uwsgi, http, scgi or fastcgi."""
    listen = _place(folder, tcp, "uwsgi")
    command = [UWSGI, "--plugin", "python3", f"--{protocol}-socket", listen, "--chmod-socket=666",
               "--master", "--processes", processes, "--chdir", code, "--module",
               f"{module}:application", "--need-app", "--die-on-term", "--listen", 100,
               "--buffer-size", 32768]
    return Peer(folder, listen, command, {protocol: _backend(listen)})


def php_fpm(folder, script, *, processes=2, tcp=False):
    """Every request goes to `script`."""
    listen = _place(folder, tcp, "php")
    user = "www-data" if os.geteuid() == 0 else ""
    config = Path(folder) / "php-fpm.conf"
    pool = PHP_POOL.format(folder=folder, user=user, listen=listen, processes=processes)
    config.write_text("".join(line for line in pool.splitlines(True) if line.strip() != "user ="))
    command = [PHP_FPM, "--nodaemonize", "--fpm-config", config, "-d", "post_max_size=64M",
               "-d", "upload_max_filesize=64M"]
    return Peer(folder, listen, command,
                {"fastcgi": _backend(listen), "params": {"SCRIPT_FILENAME": str(script)}})


def wsgi(code, module, **more):
    """Not a peer: the settings of an app whose processes Frontis starts itself."""
    return {"wsgi": f"{module}:application", "directory": str(code), "processes": 2,
            "python": sys.executable, **more,
            # New code of the same size in the same second would be taken for the compiled old one.
            "env": {"PYTHONDONTWRITEBYTECODE": "1", **more.get("env", {})}}
