"""The unit as systemd runs it, on a machine that is booted in namespaces. Where the kernel or its
cgroups do not allow that, these tests are skipped, and say so."""

import time

import pytest

from booted import Booted
from machine import FILE


@pytest.fixture(scope="module")
def booted(machine):
    machine.apt("install", "systemd", "curl", "python3", "logrotate")
    machine.install()
    system = Booted(machine)
    try:
        if not system.wait():
            pytest.skip("systemd does not start in a namespace here: " +
                        system.printed())
        yield system
    finally:
        system.end()


def journal(booted):
    return booted.run("systemctl", "status", "--no-pager", "--lines=30", "frontis")[1]


def fetch(booted, path="/"):
    code, out = booted.run("curl", "--silent", "--max-time", "5", "--write-out", "\n%{http_code}",
                           f"http://127.0.0.1{path}")
    return out


def wait_for(is_so, booted):
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline, journal(booted)
        time.sleep(0.2)


def main_process(booted):
    return booted.run("systemctl", "show", "--value", "--property=MainPID", "frontis")[1].strip()


def test_the_service_starts_by_itself_and_serves(booted):
    assert booted.run("systemctl", "is-active", "frontis")[1].strip() == "active", journal(booted)
    out = fetch(booted)
    assert "Frontis is running" in out and out.endswith("200"), journal(booted)


def test_it_is_another_user_with_one_capability(booted):
    code, status = booted.run("cat", f"/proc/{main_process(booted)}/status")
    assert code == 0
    rows = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert int(rows["CapEff"], 16) == int(rows["CapBnd"], 16) == 1 << 10
    assert rows["NoNewPrivs"].strip() == "1" and rows["Seccomp"].strip() == "2"
    assert rows["Uid"].split()[0] != "0"


def test_it_runs_an_application_that_may_write_below_srv_and_nowhere_else(booted):
    folder = booted.machine.path("/srv/hello")
    folder.mkdir()
    (folder / "hello.py").write_text(
        "import os\n"
        "def application(environ, start):\n"
        "    said = []\n"
        "    for place in ('/srv/hello/data', '/usr', '/etc', '/var/lib/frontis'):\n"
        "        try:\n"
        "            open(place + '/mine', 'w').close()\n"
        "            said.append(place)\n"
        "        except OSError:\n"
        "            pass\n"
        "    start('200 OK', [('Content-Type', 'text/plain')])\n"
        "    return [' '.join(said).encode()]\n")
    (folder / "data").mkdir()
    booted.run("chown", "frontis:", "/srv/hello/data")
    file = booted.machine.path("/etc/frontis/frontis.yaml")
    was = file.read_text()
    file.write_text("listen: 80\nstate: /var/lib/frontis\nuser: frontis\n"
                    "apps: {hello: {wsgi: hello, directory: /srv/hello, processes: 1}}\n"
                    "sites: {'*': {/: {app: hello}}}\n")
    try:
        booted.run("systemctl", "restart", "frontis")
        assert fetch(booted) == "/srv/hello/data /var/lib/frontis\n200", journal(booted)
    finally:
        file.write_text(was)
        booted.run("systemctl", "restart", "frontis")


def test_a_reload_keeps_the_process_and_takes_up_the_configuration(booted):
    before = main_process(booted)
    file = booted.machine.path("/etc/frontis/frontis.yaml")
    was = file.read_text()
    file.write_text(was.replace("/: {", "/new: { respond: 200, body: taken up }\n    /: {", 1))
    try:
        assert booted.run("systemctl", "reload", "frontis")[0] == 0, journal(booted)
        wait_for(lambda: fetch(booted, "/new").startswith("taken up"), booted)
    finally:
        file.write_text(was)
    assert main_process(booted) == before


def test_a_configuration_with_a_fault_is_refused_and_the_reload_says_why(booted):
    before = main_process(booted)
    file = booted.machine.path("/etc/frontis/frontis.yaml")
    was = file.read_text()
    file.write_text(was + "nonsense: 1\n")
    try:
        assert booted.run("systemctl", "reload", "frontis")[0] != 0
        assert "nonsense" in journal(booted)
        assert fetch(booted).endswith("200") and main_process(booted) == before
    finally:
        file.write_text(was)


def test_a_new_package_takes_over_without_a_stop(booted):
    before = main_process(booted)
    code, out = booted.run("dpkg", "--install", FILE, timeout=120)
    assert code == 0 and "has taken over" in out, out
    wait_for(lambda: main_process(booted) != before, booted)
    assert fetch(booted).endswith("200")
    assert booted.run("systemctl", "is-active", "frontis")[1].strip() == "active", journal(booted)


def test_a_new_package_ends_nothing_where_it_cannot_take_over(booted):
    """Half of a deploy lies there, say, and the code does not run at this moment."""
    before = main_process(booted)
    file = booted.machine.path("/etc/frontis/frontis.yaml")
    was = file.read_text()
    file.write_text(was + "apps: {broken: {wsgi: no_such_module, directory: /srv}}\n")
    try:
        code, out = booted.run("dpkg", "--install", FILE, timeout=120)
        assert code == 0 and "the service goes on with the old program" in out, out
        assert "app 'broken': its processes do not start" in journal(booted)
        assert fetch(booted).endswith("200") and main_process(booted) == before
    finally:
        file.write_text(was)


def test_moved_logs_are_opened_anew(booted):
    log = booted.machine.path("/var/log/frontis/access.log")
    fetch(booted, "/before")
    wait_for(lambda: "/before" in log.read_text(), booted)
    code, out = booted.run("logrotate", "--force", "/etc/logrotate.d/frontis")
    assert code == 0, out
    fetch(booted, "/after")
    wait_for(lambda: log.exists() and "/after" in log.read_text(), booted)
    assert "/before" in log.with_suffix(".log.1").read_text()


def test_it_starts_from_its_socket(booted):
    booted.run("systemctl", "stop", "frontis")
    try:
        code, out = booted.run("systemctl", "start", "frontis.socket")
        assert code == 0, out
        assert fetch(booted).endswith("200"), journal(booted)
    finally:
        booted.run("systemctl", "stop", "frontis.socket", "frontis")


def start(booted):
    booted.run("systemctl", "reset-failed", "frontis")  # so many starts may look like a fault
    code, out = booted.run("systemctl", "start", "frontis")
    assert code == 0, out


def is_stopped_cleanly(booted):
    """Without a word of SIGKILL."""
    assert booted.run("systemctl", "stop", "frontis")[0] == 0
    out = booted.run("systemctl", "show", "--value", "--property=Result", "frontis")[1]
    return out.strip() == "success"


def test_a_stop_is_clean(booted):
    start(booted)
    assert is_stopped_cleanly(booted), journal(booted)


def upgrade(booted):
    """The number of the process that has taken over, once systemd knows it."""
    before = main_process(booted)
    code, out = booted.run("frontis", "upgrade", "-c", "/etc/frontis/frontis.yaml")
    assert code == 0, out
    wait_for(lambda: main_process(booted) != before, booted)
    return main_process(booted)


def test_a_stop_is_clean_after_another_process_has_taken_over(booted):
    start(booted)
    upgrade(booted)
    assert is_stopped_cleanly(booted), journal(booted)


def test_systemd_sees_the_end_of_a_process_that_has_taken_over(booted):
    start(booted)
    process = upgrade(booted)
    code, out = booted.run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "frontis")
    assert code == 0, out
    wait_for(lambda: main_process(booted) not in ("0", process), booted)
    wait_for(lambda: fetch(booted).endswith("200"), booted)
    assert is_stopped_cleanly(booted), journal(booted)


def test_a_stop_waits_for_an_answer_of_a_process_that_handed_over(booted):
    start(booted)
    large = booted.machine.path("/srv/large.bin")
    with open(large, "wb") as file:
        file.truncate(64 * 1024 * 1024)
    file = booted.machine.path("/etc/frontis/frontis.yaml")
    was = file.read_text()
    file.write_text(was.replace("/: {", "/large/: { files: /srv }\n    /: {", 1))
    try:
        assert booted.run("systemctl", "reload", "frontis")[0] == 0, journal(booted)
        booted.run("systemd-run", "--unit=reader", "curl", "--silent", "--limit-rate", "16M",
                   "--output", "/tmp/read.bin", "http://127.0.0.1/large/large.bin")
        read = booted.machine.path("/tmp/read.bin")
        wait_for(lambda: read.exists() and read.stat().st_size > 0, booted)
        upgrade(booted)
        assert is_stopped_cleanly(booted), journal(booted)
        wait_for(lambda: read.stat().st_size == 64 * 1024 * 1024, booted)
    finally:
        file.write_text(was)


def test_a_port_that_is_taken_is_said_and_breaks_no_installation(booted):
    booted.run("systemctl", "stop", "frontis")
    booted.run("systemctl", "reset-failed", "frontis")
    booted.run("systemd-run", "--unit=other", "python3", "-m", "http.server", "80")
    try:
        wait_for(lambda: fetch(booted).endswith("200"), booted)
        code, out = booted.run("dpkg", "--install", FILE, timeout=120)
        assert code == 0, out
        booted.run("systemctl", "start", "frontis")
        wait_for(lambda: "the address is in use" in booted.run(
            "journalctl", "--no-pager", "--lines=50", "--unit=frontis")[1], booted)
    finally:
        booted.run("systemctl", "stop", "other")
    start(booted)
    wait_for(lambda: "Frontis is running" in fetch(booted), booted)
