"""The package as a file: what it holds and depends on, and what Debian's own judge says of it."""

import gzip
import re
import shutil
import subprocess

import pytest

from machine import SOURCE, call

UNIT = SOURCE / "packaging/deb/debian/frontis.service"
MOST_EXPOSURE = 18  # tenths, of 100; what systemd calls OK ends at 49


def field(package, name):
    return call(["dpkg-deb", "--field", str(package), name])[1].strip()


@pytest.fixture(scope="module")
def unpacked(package, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    code, out = call(["dpkg-deb", "--extract", str(package), str(folder)])
    assert code == 0, out
    return folder


def test_lintian_has_no_complaint(package):
    code, out = call(["lintian", "--allow-root", "--fail-on", "error,warning", str(package)], 300)
    assert code == 0, out


def test_it_has_the_version_of_the_source(package):
    text = (SOURCE / "CMakeLists.txt").read_text()
    assert field(package, "Version") == re.search(r"project\(frontis VERSION (\S+)", text)[1]


def test_it_depends_on_libraries_and_on_no_compiler(package):
    depends = field(package, "Depends")
    for library in ("libc6", "libyaml-cpp", "libsqlite3-0", "libssl3", "libmagic1"):
        assert library in depends
    assert "-dev" not in depends and "g++" not in depends


@pytest.mark.parametrize("name", [
    "usr/bin/frontis", "etc/frontis/frontis.yaml", "etc/logrotate.d/frontis",
    "lib/systemd/system/frontis.service", "lib/systemd/system/frontis.socket",
    "usr/share/frontis/welcome/index.html", "usr/share/man/man1/frontis.1.gz",
    "usr/share/man/man5/frontis.yaml.5.gz", "usr/share/bash-completion/completions/frontis",
    "usr/share/zsh/vendor-completions/_frontis", "usr/share/fish/vendor_completions.d/frontis.fish",
    "usr/share/doc/frontis/examples/django.yaml", "usr/share/doc/frontis/changelog.gz",
    "usr/share/doc/frontis/README.md", "usr/share/doc/frontis/conf/README.md",
    "usr/share/doc/frontis/conf/frontis.yaml", "usr/share/doc/frontis/conf/examples/django.yaml",
])
def test_it_holds(unpacked, name):
    assert (unpacked / name).stat().st_size > 50


def test_its_configuration_is_kept_as_the_admin_has_it(package, tmp_path):
    call(["dpkg-deb", "--control", str(package), str(tmp_path)])
    files = (tmp_path / "conffiles").read_text().split()
    assert files == ["/etc/frontis/frontis.yaml", "/etc/logrotate.d/frontis"]


def test_its_manual_is_what_the_program_says(unpacked):
    for name, section in (("frontis", 1), ("frontis.yaml", 5)):
        file = unpacked / f"usr/share/man/man{section}/{name}.{section}.gz"
        page = gzip.decompress(file.read_bytes())
        said = subprocess.run([unpacked / "usr/bin/frontis", "manual", name], capture_output=True,
                              timeout=20, check=True).stdout
        assert page == said


@pytest.mark.parametrize("unit", ["frontis.service", "frontis.socket"])
def test_systemd_understands_its_units(unpacked, tmp_path, unit):
    root = tmp_path / "root"
    shutil.copytree(unpacked, root)
    (root / "bin").mkdir()
    shutil.copy("/bin/true", root / "bin/sh")
    for target in ("sysinit", "basic", "shutdown", "sockets", "network-online"):
        (root / f"lib/systemd/system/{target}.target").write_text("[Unit]\n")
    code, out = call(["systemd-analyze", "verify", "--man=no", f"--root={root}", unit])
    assert code == 0 and not out, out


def test_its_service_is_as_little_exposed_as_it_can_be():
    code, out = call(["systemd-analyze", "security", "--offline=yes", "--no-pager",
                      f"--threshold={MOST_EXPOSURE}", str(UNIT)])
    assert code == 0, out.splitlines()[-1:]
