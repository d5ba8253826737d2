"""The images of packaging/container, made by buildah, which needs no daemon, from a base that
debootstrap has made instead of a registry; and what runs in it."""

import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from machine import PATH, SOURCE, Machine, call

BASE = "docker.io/library/debian:bookworm-slim"
FILE = "packaging/container/Containerfile"
DJANGO = "packaging/container/django"


class Builder:
    """buildah, with a store of its own in a folder."""

    def __init__(self, folder):
        self.folder = folder
        settings = folder / "storage.conf"
        settings.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/store"\n'
                            f'runroot = "{folder}/run"\n')
        self.environment = {**os.environ, "CONTAINERS_STORAGE_CONF": str(settings),
                            "BUILDAH_ISOLATION": "chroot"}

    def must(self, *command, timeout=300):
        code, out = call(["buildah", *command], timeout, env=self.environment, cwd=SOURCE)
        assert code == 0, (command, out[-4000:])
        return out.strip().splitlines()[-1] if out.strip() else ""

    def make_base(self, root):
        container = self.must("from", "scratch")
        self.must("add", "--quiet", container, str(root), "/")
        self.must("commit", "--quiet", "--rm", container, BASE)

    def end(self):
        self.must("rm", "--all")
        self.must("rmi", "--all", "--force")
        shutil.rmtree(self.folder, ignore_errors=True)


class Image(Machine):
    """A container of the image, as a machine that runs what the image says."""

    def __init__(self, builder, name, folder):
        super().__init__(folder)
        code, out = call(["buildah", "inspect", "--type", "image", name], env=builder.environment)
        assert code == 0, out
        self.settings = json.loads(out)["Docker"]["config"]
        self.root = Path(builder.must("mount", builder.must("from", "--pull-never", name)))

    def command(self):
        return [*(self.settings.get("Entrypoint") or []), *self.settings["Cmd"]]

    def as_its_user(self, *command):
        user = self.settings["User"]
        return ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--no-new-privs",
                "--bounding-set=-all", "--inh-caps=-all", *command]


@pytest.fixture(scope="module")
def build(base, tmp_path_factory):
    """build(name, file, context) -> a container of the image."""
    builder = Builder(tmp_path_factory.mktemp("builder"))

    def make(name, file, context):
        # The format that knows HEALTHCHECK.
        builder.must("bud", "--pull-never", "--format", "docker", "-f", file, "-t", name, context,
                     timeout=2400)
        return Image(builder, name, tmp_path_factory.mktemp(name))

    try:
        builder.make_base(base)
        yield make
    finally:
        builder.end()


@pytest.fixture(scope="module")
def image(build):
    return build("frontis", FILE, ".")


def test_it_runs_as_another_user_with_nothing_to_build_with(image):
    assert image.settings["User"] == "frontis"
    code, _ = image.run("dpkg-query", "-W", "g++", "cmake")
    assert code != 0
    assert not image.path("/package").exists() or not any(image.path("/package").iterdir())


def test_it_serves_is_healthy_and_stops_when_told(image):
    check = image.settings["Healthcheck"]["Test"]
    assert check[0] == "CMD" and image.settings["StopSignal"] == "SIGTERM"
    with image.server(*image.as_its_user(*image.command())) as running:
        running.wait(8080)
        status, body = running.fetch("/", 8080)
        assert status == 200 and "Frontis is running" in body
        code, out = call(running.beside(image.root, *check[1:]))
        assert code == 0, out
        assert running.stop() == 0, running.said()
        assert '"target":"/"' in running.said(), "its log is what it prints"


def test_a_configuration_that_is_mounted_over_its_own_is_checked(image):
    with configured(image, image.path("/etc/frontis/frontis.yaml").read_text() + "nonsense: 1\n"):
        code, out = image.run(*image.as_its_user("/usr/bin/frontis", "check"))
        assert code == 1 and "nonsense" in out


@contextlib.contextmanager
def configured(image, text):
    file = image.path("/etc/frontis/frontis.yaml")
    was = file.read_text()
    file.write_text(text)
    try:
        yield
    finally:
        file.write_text(was)


def test_the_two_of_the_compose_file_serve_a_site(image, build):
    site = build("site", f"{DJANGO}/Containerfile", DJANGO)
    shared = "/srv/site/static"  # the volume that both have
    image.path(shared).mkdir(parents=True, exist_ok=True)
    image.path("/etc/hosts").write_text("127.0.0.1 localhost site\n")
    mount = f"mount --bind '{site.path(shared)}' '{image.path(shared)}'"
    with configured(image, (SOURCE / DJANGO / "frontis.yaml").read_text()), \
            image.server(*image.as_its_user(*image.command()), before=[mount]) as running:
        running.wait(9180)
        command = " ".join(["cd /srv/site &&", "exec", *map(shlex.quote, site.command())])
        app = subprocess.Popen(
            running.beside(site.root, *site.as_its_user("sh", "-c", command)),
            stdin=subprocess.DEVNULL, env={"PATH": PATH, "SECRET_KEY": "of this test alone"})
        try:
            assert wait_until(lambda: running.fetch("/", 8080)[0] == 200), running.said()
            page = running.fetch("/", 8080)[1]
            name = re.search(r"/static/site\.[0-9a-f]{12}\.css", page)[0]
            code, out = call(running.beside(image.root, "python3", "-c", (
                "from urllib.request import urlopen\n"
                f"answer = urlopen('http://127.0.0.1:8080{name}', timeout=5)\n"
                "print(answer.status, answer.headers['Cache-Control'])")))
            assert out.strip() == "200 public, max-age=31536000, immutable", out
        finally:
            app.terminate()
            app.wait(20)
        assert running.stop() == 0, running.said()


def wait_until(is_so, seconds=30):
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
