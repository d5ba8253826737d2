"""The image of packaging/container, made by buildah, which needs no daemon, from a base that
debootstrap has made instead of a registry; and what runs in it."""

import json
import os
import shutil
from pathlib import Path

import pytest

from machine import SOURCE, Machine, call

BASE = "docker.io/library/debian:bookworm-slim"
FILE = "packaging/container/Containerfile"


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
        return [*self.settings["Entrypoint"], *self.settings["Cmd"]]

    def as_its_user(self, *command):
        user = self.settings["User"]
        return ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--no-new-privs",
                "--bounding-set=-all", "--inh-caps=-all", *command]


@pytest.fixture(scope="module")
def image(base, tmp_path_factory):
    builder = Builder(tmp_path_factory.mktemp("builder"))
    try:
        builder.make_base(base)
        # The format that knows HEALTHCHECK.
        builder.must("bud", "--pull-never", "--format", "docker", "-f", FILE, "-t", "frontis", ".",
                     timeout=2400)
        yield Image(builder, "frontis", tmp_path_factory.mktemp("image"))
    finally:
        builder.end()


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
        inside = ["nsenter", f"--net=/proc/{running.process.pid}/ns/net", "chroot", str(image.root)]
        code, out = call([*inside, *check[1:]])
        assert code == 0, out
        assert running.stop() == 0, running.said()
        assert '"target":"/"' in running.said(), "its log is what it prints"


def test_a_configuration_that_is_mounted_over_its_own_is_checked(image):
    file = image.path("/etc/frontis/frontis.yaml")
    was = file.read_text()
    file.write_text(was + "nonsense: 1\n")
    try:
        code, out = image.run(*image.as_its_user("/usr/bin/frontis", "check"))
        assert code == 1 and "nonsense" in out
    finally:
        file.write_text(was)
