"""A bare Debian machine in a folder: what debootstrap calls minbase, and nothing else. Commands run
in it as root, with network of the host where apt needs it; a server runs in a network of its own,
so that port 80 is free for it and nobody else reaches it."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PACKAGES = Path(os.environ.get("FRONTIS_PACKAGES", SOURCE / "build-deb"))
FILE = "/opt/frontis.deb"  # in the machine
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
START = 20.0
STOP = 20.0
# As the unit starts it: another user, who may open ports below 1024, and nothing else.
AS_FRONTIS = [
    "setpriv", "--reuid=frontis", "--regid=frontis", "--init-groups", "--no-new-privs",
    "--bounding-set=-all,+net_bind_service", "--inh-caps=-all,+net_bind_service",
    "--ambient-caps=-all,+net_bind_service"]


def package():
    """The package that was made last."""
    found = sorted(PACKAGES.glob("frontis_*.deb"), key=lambda file: file.stat().st_mtime)
    assert found, f"no frontis_*.deb in {PACKAGES}: run packaging/deb/build"
    return found[-1]


def call(command, timeout=60, **more):
    """(exit code, stdout and stderr)"""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=timeout, **more)
    return done.returncode, done.stdout.decode("utf-8", "replace")


class Running:
    """A server in the machine, that ends when the block does."""

    def __init__(self, process, log):
        self.process = process
        self.log = log

    def said(self):
        return self.log.read_text(errors="replace")

    def fetch(self, path="/", port=80):
        """(status, body), asked within the server's network."""
        code, out = call(
            ["nsenter", f"--net=/proc/{self.process.pid}/ns/net", "curl", "--silent", "--max-time",
             "5", "--write-out", "\n%{http_code}", f"http://127.0.0.1:{port}{path}"])
        body, _, status = out.rpartition("\n")
        return (int(status) if code == 0 else 0), body

    def beside(self, root, *command):
        """A command in the same network."""
        return ["nsenter", f"--net=/proc/{self.process.pid}/ns/net", "chroot", str(root), *command]

    def wait(self, port=80):
        deadline = time.monotonic() + START
        while self.fetch(port=port)[0] == 0:
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP)


def make_base(folder):
    code, out = call(["debootstrap", "--variant=minbase", "bookworm", str(folder)], 900)
    assert code == 0, out[-4000:]
    shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")


class Machine:
    def __init__(self, folder):
        self.root = folder / "root"
        self.folder = folder

    def make(self, base):
        """As `base` is, a folder that make_base() has made."""
        code, out = call(["cp", "-a", str(base), str(self.root)], 300)
        assert code == 0, out
        self.must("apt-get", "-q", "update")

    def run(self, *command, timeout=120):
        return call(["chroot", str(self.root), *command], timeout,
                    env={"PATH": PATH, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"})

    def must(self, *command, timeout=600):
        code, out = self.run(*command, timeout=timeout)
        assert code == 0, (command, out[-4000:])
        return out

    def apt(self, *arguments):
        return self.must("apt-get", "-q", "-y", "--no-install-recommends", *arguments)

    def install(self):
        shutil.copy(package(), self.path(FILE))
        return self.apt("install", FILE)

    def path(self, name):
        return self.root / name.lstrip("/")

    def status(self):
        """dpkg's own word: "installed", "config-files", "not-installed"."""
        code, out = self.run("dpkg-query", "-W", "-f", "${db:Status-Status}", "frontis")
        return out if code == 0 else "not-installed"

    def owner(self, name):
        """"user:group mode" as the machine itself names them."""
        return self.must("stat", "-c", "%U:%G %a", name).strip()

    @contextlib.contextmanager
    def server(self, *command, before=("true",)):
        """`before`: commands of a shell, in the namespaces of the server."""
        log = self.folder / "server.log"
        inside = " && ".join([
            "ip link set lo up", f"mount -t proc proc '{self.root}/proc'", *before,
            f"exec chroot '{self.root}' \"$@\""])
        with open(log, "wb") as out:
            process = subprocess.Popen(
                ["unshare", "--net", "--mount", "sh", "-c", inside, "sh", *command],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env={"PATH": PATH, "LC_ALL": "C.UTF-8"})
        try:
            yield Running(process, log)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
