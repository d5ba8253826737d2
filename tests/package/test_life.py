"""The life of the package on a bare machine, in the order of this file: installed, started as its
unit does, removed, installed again, purged."""

import pytest

from machine import AS_FRONTIS

SERVE = [*AS_FRONTIS, "/usr/bin/frontis", "serve", "-c", "/etc/frontis/frontis.yaml"]
CONFIGURATION = "/etc/frontis/frontis.yaml"
MARK = "# changed by the admin\n"


def test_a_bare_machine_installs_it(machine):
    machine.install()
    assert machine.status() == "installed"


def test_it_brings_a_user_without_a_shell_and_folders_of_its_own(machine):
    row = machine.must("getent", "passwd", "frontis").strip().split(":")
    assert row[5:] == ["/var/lib/frontis", "/usr/sbin/nologin"]
    assert machine.owner("/var/lib/frontis") == "frontis:frontis 750"
    assert machine.owner("/var/log/frontis") == "frontis:frontis 750"
    assert machine.owner(CONFIGURATION) == "root:root 644"


def test_its_configuration_is_good(machine):
    out = machine.must("frontis", "check", "--deep")
    assert f"{CONFIGURATION}: valid" in out


def test_it_serves_a_page_that_says_what_to_do(machine):
    with machine.server(*SERVE) as server:
        server.wait()
        status, body = server.fetch()
        assert status == 200 and "Frontis is running" in body and CONFIGURATION in body
        assert server.fetch("/missing")[0] == 404
        assert server.stop() == 0
    assert "GET / " in machine.path("/var/log/frontis/access.log").read_text()
    assert machine.path("/var/lib/frontis/index.sqlite3").exists()


def test_it_runs_an_application_where_there_is_python(machine):
    machine.apt("install", "python3")
    folder = machine.path("/srv/hello")
    folder.mkdir()
    (folder / "hello.py").write_text(
        "def application(environ, start):\n"
        "    start('200 OK', [('Content-Type', 'text/plain')])\n"
        "    return [b'hello from python']\n")
    (folder / "frontis.yaml").write_text(
        "listen: 80\nstate: /var/lib/frontis\n"
        "apps: {hello: {wsgi: hello, processes: 1}}\nsites: {'*': {/: {app: hello}}}\n")
    with machine.server(*SERVE[:-1], "/srv/hello/frontis.yaml") as server:
        server.wait()
        assert server.fetch() == (200, "hello from python")
        assert server.stop() == 0


@pytest.mark.parametrize("page", ["frontis", "frontis.yaml"])
def test_it_prints_its_manual(machine, page):
    assert machine.must("frontis", "manual", page).startswith(".TH ")


def test_removal_keeps_the_configuration_and_the_state(machine):
    with open(machine.path(CONFIGURATION), "a") as file:
        file.write(MARK)
    machine.apt("remove", "frontis")
    assert machine.status() == "config-files"
    assert not machine.path("/usr/bin/frontis").exists()
    assert machine.path(CONFIGURATION).read_text().endswith(MARK)
    assert machine.path("/var/lib/frontis/index.sqlite3").exists()
    assert machine.path("/var/log/frontis/access.log").exists()


def test_it_is_installed_again_as_it_was(machine):
    machine.install()
    assert machine.status() == "installed"
    assert machine.path(CONFIGURATION).read_text().endswith(MARK)
    with machine.server(*SERVE) as server:
        server.wait()
        assert server.fetch()[0] == 200
        assert server.stop() == 0


def test_a_purge_leaves_the_user_and_nothing_else(machine):
    machine.apt("purge", "frontis")
    assert machine.status() in ("not-installed", "")
    for name in ("/etc/frontis", "/etc/logrotate.d/frontis", "/var/lib/frontis", "/var/log/frontis",
                 "/usr/share/frontis", "/usr/bin/frontis"):
        assert not machine.path(name).exists(), name
    # Its number is not given to another: files of an application may still have it.
    assert "frontis" in machine.must("getent", "passwd", "frontis")
