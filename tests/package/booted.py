"""A machine whose first process is systemd, in namespaces of its own: its processes, network,
mounts and cgroups are not those of the host, which it can change nothing of."""

import os
import pty
import subprocess
import time
from pathlib import Path

from machine import PATH, call

BOOT = 60.0
DEVICES = (("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9))
# Of no use in a folder.
MASKED = ("console-getty", "e2scrub_reap", "systemd-remount-fs", "getty@")


def group_for(name):
    """A new cgroup, so that systemd finds itself at the top of its own; none without cgroup2."""
    for line in Path("/proc/mounts").read_text().splitlines():
        _, where, kind, *_ = line.split()
        if kind == "cgroup2":
            group = Path(where) / name
            group.mkdir()
            return group
    return None


class Booted:
    def __init__(self, machine):
        self.machine = machine
        self.said = b""
        for unit in MASKED:
            machine.path(f"/etc/systemd/system/{unit}.service").symlink_to("/dev/null")
        self.group = group_for(f"frontis-{os.getpid()}")
        self.console, other = pty.openpty()
        os.set_blocking(self.console, False)
        self.process = subprocess.Popen(
            ["unshare", "--net", "--mount", "--uts", "--ipc", "--cgroup", "--pid", "--fork",
             "--kill-child", "sh", "-c", self.script(os.ttyname(other))],
            stdin=subprocess.DEVNULL, stdout=other, stderr=other, preexec_fn=self.join_group,
            env={"PATH": PATH, "container": "frontis-test", "LC_ALL": "C.UTF-8"})
        os.close(other)

    def join_group(self):
        if self.group:
            (self.group / "cgroup.procs").write_text(str(os.getpid()))

    def script(self, console):
        root = self.machine.root
        return " && ".join([
            f"cd '{root}'", "ip link set lo up", "mount --make-rprivate /", "mount --bind . .",
            f"cd '{root}'", "mount -t proc proc proc",
            # The kernel's settings are the host's.
            "mount --bind proc/sys proc/sys", "mount -o remount,bind,ro proc/sys",
            "mount -t sysfs -o ro sysfs sys", "mount -t cgroup2 cgroup2 sys/fs/cgroup",
            "mount -t tmpfs tmpfs run", "mount -t tmpfs -o mode=755 tmpfs dev",
            *(f"mknod -m 666 dev/{name} c 1 {minor}" for name, minor in DEVICES),
            "mknod -m 666 dev/tty c 5 0", "mkdir dev/shm dev/pts",
            "mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts",
            "ln -s pts/ptmx dev/ptmx", "touch dev/console", f"mount --bind {console} dev/console",
            "pivot_root . mnt", "umount -l mnt",
            "exec /lib/systemd/systemd --system --log-target=console --log-level=notice"])

    def printed(self):
        """What systemd and the script before it have printed so far."""
        try:
            while more := os.read(self.console, 65536):
                self.said += more
        except OSError:
            pass
        return self.said.decode("utf-8", "replace")[-2000:]

    def first(self):
        """The process that is 1 in there; none before it is."""
        code, out = call(["pgrep", "--parent", str(self.process.pid)])
        return out.split()[0] if code == 0 else None

    def run(self, *command, timeout=60):
        return call(["nsenter", "--target", str(self.first()), "--mount", "--uts", "--ipc", "--net",
                     "--pid", "--cgroup", "--root", "--wd", "env", "-i", f"PATH={PATH}",
                     "LC_ALL=C.UTF-8", *command], timeout)

    def is_up(self):
        if self.first() is None:
            return False
        return self.run("systemctl", "is-system-running")[1].strip() in ("running", "degraded")

    def wait(self):
        deadline = time.monotonic() + BOOT
        while not self.is_up():
            if self.process.poll() is not None or time.monotonic() > deadline:
                return False
            self.printed()  # a full console would stop it
            time.sleep(0.5)
        return True

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.console)
        if self.group:
            time.sleep(0.5)  # until the last of its processes has gone
            for folder, _, _ in os.walk(self.group, topdown=False):
                os.rmdir(folder)
