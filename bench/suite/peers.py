"""The servers. Each has a file in bench/peers/ with its best honest configuration, in which
@NAME@ stands for what differs from run to run."""

import contextlib
import grp
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from suite import check, machine

HERE = Path(__file__).resolve().parents[1] / "peers"

# What of a configuration writes the access log.
ACCESS_LOG = {
    "frontis": ("log: { access: off }", "log: {{ access: {0} }}"),
    "nginx": ("off", "{0}"),
    "h2o": ("", "access-log: {0}"),
    "lighttpd": ("", 'accesslog.filename = "{0}"'),
    "caddy": ("", "log {{\n output file {0}\n }}"),
    "apache": ("", 'CustomLog {0} "%h %l %u %t \\"%r\\" %>s %O \\"%{{Referer}}i\\" '
                   '\\"%{{User-Agent}}i\\""'),
}


class Peer:
    def __init__(self, name, file, command, version):
        self.name, self.file = name, file
        self.command, self.version_command = command, version

    def version(self):
        return said_version(self.version_command)

    @contextlib.contextmanager
    def running(self, folder, values, with_log=False, place="", more=""):
        """The server, on a core of its own; its port is free again afterwards. `place` keeps it
        apart from another one of the same name; `more` stands at the end of its file."""
        folder = fresh(folder / (place or "servers") / self.name)
        values = {**values, "FOLDER": folder, "PORT": machine.free_port(),
                  **worker_identity(),
                  "GLOBAL_LOG": "", "ACCESS_LOG_MODULE": ', "mod_accesslog"' if with_log else ""}
        without, with_one = ACCESS_LOG.get(self.name, ("", ""))
        values["ACCESS_LOG"] = with_one.format(folder / "access.log") if with_log else without
        config = folder / self.file
        config.write_text(filled((HERE / self.file).read_text() + more, values))
        core, _ = machine.cores()
        command = [word.format(config=config, folder=folder) for word in self.command]
        with open(folder / "said", "w", encoding="utf-8") as said:
            begun = time.monotonic()
            process = subprocess.Popen(["taskset", "-c", str(core), *command],
                                       stdout=said, stderr=subprocess.STDOUT,
                                       env={**os.environ, "HOME": str(folder)})
        try:
            ready = machine.wait_for(
                lambda: process.poll() is not None or machine.accepts(values["PORT"]), pause=0.002)
            if not ready or process.poll() is not None:
                raise not_started(folder)
            yield Running(self.name, [process], values["PORT"], time.monotonic() - begun)
        finally:
            stop(process)


def fresh(folder):
    """An empty folder, in which servers write once they are root no more."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    return folder


def not_started(folder):
    said = (folder / "said").read_text().split("\n")
    return check.Different("does not start: " + " ".join(line for line in said[-4:] if line))


def said_version(command):
    said = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"\d+\.\d+(\.\d+)?", said.stdout + said.stderr)
    return found[0] if found else "?"


def worker_identity():
    """Apache does not serve as root."""
    if os.geteuid() == 0:
        return {"USER": "www-data", "GROUP": "www-data"}
    return {"USER": pwd.getpwuid(os.geteuid()).pw_name, "GROUP": grp.getgrgid(os.getegid()).gr_name}


def filled(text, values):
    return re.sub(r"@([A-Z_]+)@", lambda found: str(values[found[1]]), text)


def stop(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        for pid in machine.processes(process.pid):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        process.wait(20)


class Running:
    def __init__(self, name, started, port, started_in=0):
        self.name, self.started, self.port = name, started, port
        self.started_in = started_in  # seconds to the first connection

    def processes(self):
        return [pid for one in self.started for pid in machine.processes(one.pid)]

    def cpu_us(self):
        return machine.cpu_us(self.processes())

    def memory_kb(self):
        return machine.memory_kb(self.processes())


class Floor:
    """bench/floor, with the mode that a scenario asks for."""

    name = "floor"

    def __init__(self, binary):
        self.binary = binary

    @contextlib.contextmanager
    def running(self, mode):
        core, _ = machine.cores()
        port = machine.free_port()
        process = subprocess.Popen(["taskset", "-c", str(core), self.binary, str(port), *mode])
        try:
            if not machine.wait_for(lambda: machine.accepts(port), pause=0.002):
                raise check.Different("does not start")
            yield Running(self.name, [process], port)
        finally:
            stop(process)


def all_peers(frontis):
    return [
        Peer("frontis", "frontis.yaml", [frontis, "serve", "-c", "{config}"],
             [frontis, "--version"]),
        Peer("nginx", "nginx.conf",
             ["nginx", "-c", "{config}", "-e", "{folder}/nginx.err"], ["nginx", "-v"]),
        Peer("h2o", "h2o.conf", ["h2o", "-c", "{config}"], ["h2o", "--version"]),
        Peer("lighttpd", "lighttpd.conf", ["lighttpd", "-D", "-f", "{config}"],
             ["lighttpd", "-v"]),
        Peer("caddy", "Caddyfile",
             ["caddy", "run", "--adapter", "caddyfile", "--config", "{config}"],
             ["caddy", "version"]),
        Peer("apache", "apache.conf", ["apache2", "-X", "-f", "{config}"],
             ["apache2", "-v"]),
        Peer("haproxy", "haproxy.cfg", ["haproxy", "-db", "-f", "{config}"],
             ["haproxy", "-v"]),
    ]
