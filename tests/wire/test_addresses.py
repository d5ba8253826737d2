"""An address of the machine goes while a server listens there, and comes back: a cable, a failover,
a container's network. The rest is served as before, and the address again as soon as it is there.
Each test has a network of its own, in which there is nothing but a loopback."""

import contextlib
import ctypes
import os
import select
import shutil
import signal
import subprocess

import pytest

import harness
from client import Connection, fetch, request
from harness import run_command, write_config

HERE, THERE, NEVER = "127.0.0.1", "192.0.2.1", "192.0.2.2"
PORT = 8080
NEW_NETWORK = 0x40000000  # CLONE_NEWNET


def text(body):
    return {"*": {"/": {"respond": 200, "body": body}}}


class Network:
    """What the thread that runs the test, and whatever it starts, sees of the network."""

    def __init__(self):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    def enter(self):
        if self.libc.unshare(NEW_NETWORK) != 0:
            pytest.skip(f"no network of its own here: {os.strerror(ctypes.get_errno())}")
        self.run("link", "set", "lo", "up")

    def leave(self):
        assert self.libc.setns(self.before, NEW_NETWORK) == 0
        os.close(self.before)

    @staticmethod
    def run(*words):
        subprocess.run(["ip", *words], check=True, timeout=20)

    def add(self, address):
        self.run("address", "add", f"{address}/32", "dev", "lo")

    def remove(self, address):
        self.run("address", "delete", f"{address}/32", "dev", "lo")


@pytest.fixture
def network():
    if os.geteuid() != 0:
        pytest.skip("only root can make a network of its own")
    if not shutil.which("ip"):
        pytest.skip("there is no ip here (Debian: iproute2)")
    network = Network()
    try:
        network.enter()
        network.add(THERE)
        yield network
    finally:
        network.leave()


@pytest.fixture
def server(network, serve):
    """It listens at both addresses."""
    server = serve(text("old"), listen=[f"{HERE}:{PORT}", f"{THERE}:{PORT}"])
    server.wait_for_log(f"listening on {THERE}")
    return server


def body_at(address):
    return fetch((address, PORT), "/").body


def is_away(address):
    try:
        Connection((address, PORT), timeout=1).close()
        return False
    except OSError:
        return True


def asked(connection):
    connection.send(request("/"))
    return connection.read_response().body


def write(server, body, *addresses):
    write_config(server.folder, {"listen": [f"{each}:{PORT}" for each in addresses], "threads": 2,
                                 "state": str(server.folder / "state"), "sites": text(body)})


@contextlib.contextmanager
def ended_at_last(process):
    """It is no child of ours."""
    watched = os.pidfd_open(process)
    try:
        yield
    finally:
        signal.pidfd_send_signal(watched, signal.SIGTERM)
        assert select.select([watched], [], [], harness.STOP)[0], f"{process} is still there"
        os.close(watched)


def test_the_others_go_on_and_it_is_served_when_it_is_back(network, server):
    with server.connect() as other, Connection((THERE, PORT)) as cut_off:
        assert asked(other) == asked(cut_off) == b"old"
        for _ in range(2):
            network.remove(THERE)
            assert is_away(THERE)
            assert asked(other) == b"old"
            assert body_at(HERE) == b"old"
            network.add(THERE)
            assert body_at(THERE) == b"old"
        # What was connected then has missed nothing.
        assert asked(cut_off) == b"old"
    assert " error " not in server.log(), server.log()


def test_a_reload_keeps_an_address_that_is_away(network, server):
    network.remove(THERE)
    write(server, "new", HERE, THERE)
    assert run_command("reload", "-c", server.config)[0] == 0, server.log()
    assert body_at(HERE) == b"new"
    network.add(THERE)
    assert body_at(THERE) == b"new"


def test_a_reload_may_give_it_up(network, server):
    network.remove(THERE)
    write(server, "new", HERE)
    assert run_command("reload", "-c", server.config)[0] == 0, server.log()
    network.add(THERE)
    assert body_at(HERE) == b"new" and is_away(THERE)


def test_a_new_address_that_is_not_there_is_refused_and_nothing_changes(network, server):
    write(server, "new", HERE, THERE, NEVER)
    code, _, errors = run_command("reload", "-c", server.config)
    assert code == 1
    assert f"frontis.yaml:5:5: cannot listen on {NEVER}:{PORT}" in errors, errors
    assert "this machine does not have that address" in errors
    assert body_at(HERE) == body_at(THERE) == b"old"
    network.add(NEVER)
    assert run_command("reload", "-c", server.config)[0] == 0, server.log()
    assert body_at(NEVER) == body_at(HERE) == b"new"


def test_an_upgrade_hands_over_an_address_that_is_away(network, server):
    network.remove(THERE)
    code, said, errors = run_command("upgrade", "-c", server.config, timeout=100)
    assert code == 0, errors + server.log()
    with ended_at_last(int(said.split()[1])):
        assert server.wait() == 0, server.log()
        assert body_at(HERE) == b"old"
        network.add(THERE)
        assert body_at(THERE) == b"old"
