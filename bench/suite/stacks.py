"""Whole stacks with the same Python application behind them (bench/peers/apps), each with the same
number of Python processes, on all cores: Frontis, which starts it by itself; nginx before gunicorn
(sync) and before uwsgi; and WhiteNoise in gunicorn."""

import contextlib
import os
import shutil
import subprocess

from suite import machine, peers

PACKAGES = ("gunicorn", "uwsgi-core", "uwsgi-plugin-python3", "python3-django",
            "python3-whitenoise")
NAMES = ("frontis", "nginx+gunicorn", "nginx+uwsgi", "whitenoise")
BODY = b"hello, world\n"
PROCESSES, CLIENTS = 2, 16

NGINX = ["nginx", "-c", "{folder}/nginx-app.conf", "-e", "{folder}/nginx.err"]
GUNICORN = ["gunicorn", "--workers", "{processes}", "--chdir", "{folder}", "--log-level", "error",
            "{app}:application", "--bind"]
UWSGI = ["uwsgi", "--plugin", "python3", "--socket", "{folder}/app.sock", "--chmod-socket=666",
         "--master", "--processes", "{processes}", "--chdir", "{folder}",
         "--module", "{app}:application", "--disable-logging", "--listen", "100", "--die-on-term"]
TO_GUNICORN = ('proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; '
               "proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr;")
TO_UWSGI = "uwsgi_pass app; include /etc/nginx/uwsgi_params;"


class Stack:
    """Like a Peer; has several commands."""

    def __init__(self, name, file, commands, versions, more=None):
        self.name, self.file = name, file
        self.commands, self.version_commands = commands, versions
        self.more = more or {}  # values for its file

    def version(self):
        return " + ".join(peers.said_version(command) for command in self.version_commands)

    @contextlib.contextmanager
    def running(self, folder, values):
        folder = peers.fresh(folder / self.name)
        shutil.copy(peers.HERE / "apps" / f"{values['APP']}.py", folder)
        values = {**values, **self.more, "FOLDER": folder, "PORT": machine.free_port()}
        if self.file:
            (folder / self.file).write_text(
                peers.filled((peers.HERE / self.file).read_text(), values))
        environment = {**os.environ, "HOME": str(folder)}
        if self.name == "whitenoise":
            environment["WHITENOISE_ROOT"] = str(values["ROOT"] / "static")
        words = {"folder": folder, "port": values["PORT"], "app": values["APP"],
                 "processes": values["PROCESSES"]}
        started = []
        with open(folder / "said", "w", encoding="utf-8") as said:
            for command in self.commands:
                started.append(subprocess.Popen([word.format(**words) for word in command],
                                                stdout=said, stderr=said, env=environment))
        try:
            if not machine.wait_for(lambda: machine.accepts(values["PORT"])):
                raise peers.not_started(folder)
            yield peers.Running(self.name, started, values["PORT"])
        finally:
            for process in reversed(started):
                peers.stop(process)


def runtime_versions():
    """Of what all stacks have in common."""
    python = "/usr/bin/python3"
    return {"python": peers.said_version([python, "--version"]),
            "django": peers.said_version([python, "-m", "django", "--version"])}


def all_stacks(frontis):
    nginx, gunicorn, uwsgi = ["nginx", "-v"], ["gunicorn", "--version"], ["uwsgi", "--version"]
    whitenoise = ["/usr/bin/python3", "-c",
                  "from importlib import metadata; print(metadata.version('whitenoise'))"]
    return [
        Stack("frontis", "frontis-app.yaml",
              [[frontis, "serve", "-c", "{folder}/frontis-app.yaml"]], [[frontis, "--version"]]),
        Stack("nginx+gunicorn", "nginx-app.conf", [[*GUNICORN, "unix:{folder}/app.sock"], NGINX],
              [nginx, gunicorn], {"PASS": TO_GUNICORN}),
        Stack("nginx+uwsgi", "nginx-app.conf", [UWSGI, NGINX], [nginx, uwsgi], {"PASS": TO_UWSGI}),
        Stack("whitenoise", "", [[*GUNICORN, "127.0.0.1:{port}"]], [whitenoise, gunicorn]),
    ]
