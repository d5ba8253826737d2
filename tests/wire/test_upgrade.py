"""A new process takes over from the old one with its sockets: nobody waits, nothing is refused, and
one that does not start changes nothing. Sockets come from a service manager in the same way."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

import harness
import peers
from client import Connection, fetch, poll, request
from crowd import Crowd
from harness import (environment, free_port, preloaded, run_command, write_config,
                     write_tree)

LARGE = 32 * 1024 * 1024


def is_there(process):
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def end(process):
    """As its service manager would: it is no child of ours."""
    os.kill(process, signal.SIGTERM)
    assert poll(lambda: not is_there(process), harness.STOP), f"{process} is still there"


def asked(connection):
    connection.send(request("/a.txt"))
    answer = connection.read_response()
    assert answer.status == 200
    return answer


@pytest.fixture
def root(tmp_path):
    return write_tree(tmp_path / "root", {"a.txt": b"a\n", "large.bin": bytes(LARGE)})


@pytest.fixture
def upgraded():
    """upgraded(server) -> the number of the process that has taken over, which is ended at last."""
    processes = []

    def upgrade(server):
        server.wait_for_log("listening on")
        code, said, errors = run_command("upgrade", "-c", server.config, timeout=100)
        assert code == 0, errors + server.log()
        processes.append(int(re.fullmatch(r"process (\d+) has taken over\n", said)[1]))
        return processes[-1]

    yield upgrade
    for process in processes:
        if is_there(process):
            end(process)


def test_a_new_process_takes_over(serve, root, upgraded, tmp_path):
    place = str(tmp_path / "s")
    listen = [f"127.0.0.1:{free_port()}", f"unix:{place}"]
    admin = ("127.0.0.1", free_port())
    server = serve({"*": {"/": {"files": str(root)}}}, listen=listen,
                   admin=f"127.0.0.1:{admin[1]}")
    first = server.pid
    second = upgraded(server)
    assert second != first and is_there(second)
    assert server.wait() == 0, server.log()
    assert server.fetch("/a.txt").body == b"a\n"
    assert fetch(place, "/a.txt").body == b"a\n", "the socket's file is that of the new one now"
    assert fetch(admin, "/ready").status == 200, "and so is the admin address"
    third = upgraded(server)
    assert poll(lambda: not is_there(second)), server.log()
    assert server.fetch("/a.txt").body == b"a\n" and is_there(third)
    end(third)
    assert not os.path.exists(place), "the last one takes it away"


def test_a_signal_does_the_same(serve, root, upgraded):
    server = serve({"*": {"/": {"files": str(root)}}})
    server.signal(signal.SIGUSR2)
    log = server.wait_for_log(r"process \d+ has taken over", 30)
    process = int(re.search(r"process (\d+) has taken over", log)[1])
    assert server.wait() == 0
    assert server.fetch("/a.txt").status == 200
    end(process)


def test_nobody_is_told_to_go_away(serve, root, upgraded):
    server = serve({"*": {"/": {"files": str(root)}}})
    with server.connect() as idle, server.connect(receive_buffer=16384) as reader:
        idle.send(request("/a.txt"))
        assert idle.read_response().status == 200
        reader.send(request("/large.bin"))
        assert reader.receive()
        process = upgraded(server)
        # The old one still answers it, and says at last that it is the end.
        assert poll(lambda: asked(idle).closes)
        answer = reader.read_response()
        assert answer.status == 200 and len(answer.body) == LARGE
    assert server.wait() == 0, server.log()
    assert server.fetch("/a.txt").status == 200 and is_there(process)


def test_upgrades_under_load_lose_no_request(serve, root, upgraded):
    server = serve({"*": {"/": {"files": str(root)}}})
    with Crowd(server.address, ["/a.txt"], 16) as crowd:
        for _ in range(5):
            upgraded(server)
        crowd.wait_for_answers()
    crowd.check()


@contextlib.contextmanager
def started(program, config, folder, **more):
    """`program` in a process of its own, like Server."""
    with open(folder / "stderr", "ab") as errors:
        process = subprocess.Popen([*program, "serve", "-c", str(config)], cwd=folder,
                                   stdin=subprocess.DEVNULL, stderr=errors, **more)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        assert process.wait(harness.STOP) == 0, (folder / "stderr").read_text()


def test_a_new_program_that_does_not_start_changes_nothing(root, tmp_path):
    program = shutil.copy(harness.binary(), tmp_path / "frontis")
    port = free_port()
    config = write_config(tmp_path, {"listen": f"127.0.0.1:{port}", "threads": 1,
                                     "state": str(tmp_path / "state"),
                                     "sites": {"*": {"/": {"files": str(root)}}}})
    with started([program], config, tmp_path, env=environment()) as old:
        log = tmp_path / "stderr"
        assert poll(lambda: "listening on" in log.read_text(), harness.START)
        os.unlink(program)
        write_tree(tmp_path, {"frontis": "#!/bin/sh\necho cannot do it >&2\nexit 3\n"})
        os.chmod(program, 0o755)
        code, _, errors = run_command("upgrade", "-c", config, timeout=100)
        assert code == 1 and "nothing has changed" in errors and "ended with status 3" in errors
        assert fetch(("127.0.0.1", port), "/a.txt").status == 200 and old.poll() is None
        assert "cannot do it" in log.read_text() and "this process goes on" in log.read_text()


def test_a_faulty_configuration_keeps_the_old_process(serve, root):
    server = serve({"*": {"/": {"files": str(root)}}})
    server.config.write_text("nonsense: 1\n")
    server.signal(signal.SIGUSR2)
    server.wait_for_log("nothing is upgraded, and this process goes on", 30)
    assert "unknown key 'nonsense'" in server.log()
    assert server.fetch("/a.txt").status == 200


def refused(server, *expected):
    code, _, errors = run_command("upgrade", "-c", server.config, timeout=100)
    assert code == 1 and "nothing has changed" in errors, errors + server.log()
    for each in expected:
        assert each in server.log()


FAULTS = {
    "a log without a folder": lambda taken: {"log": {"access": "/nowhere/at/all.log"}},
    "an address that is taken": lambda taken: {"listen": [f"127.0.0.1:{taken}"]},
    "an admin address that is taken": lambda taken: {"admin": f"127.0.0.1:{taken}"},
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_new_process_that_fails_leaves_the_sockets_of_the_old_one(serve, root, tmp_path, name,
                                                                    upgraded):
    places = [str(tmp_path / "listen.sock"), str(tmp_path / "admin.sock")]
    server = serve({"*": {"/": {"files": str(root)}}}, admin=f"unix:{places[1]}",
                   listen=[f"unix:{places[0]}", f"127.0.0.1:{free_port()}"])
    server.wait_for_log("listening on")
    before = json.loads(server.config.read_text())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        change = FAULTS[name](taken.getsockname()[1])
        change["listen"] = before["listen"] + change.get("listen", [])
        write_config(server.folder, before | change)
        refused(server)
    assert fetch(places[0], "/a.txt").status == 200
    assert fetch(places[1], "/ready").status == 200
    write_config(server.folder, before)
    upgraded(server)
    assert fetch(places[0], "/a.txt").status == 200
    assert fetch(places[1], "/ready").status == 200


APP = """
import os
import time
time.sleep(0.3)
def application(environ, start_response):
    start_response("200 OK", [])
    return [str(os.getppid()).encode()]
"""


def test_a_new_process_takes_over_when_its_applications_answer(serve, tmp_path, upgraded):
    code = write_tree(tmp_path / "code", {"site_app.py": APP})
    server = serve({"*": {"/": {"app": "site"}}}, apps={"site": peers.wsgi(code, "site_app")})
    assert server.fetch("/").status == 200
    second = upgraded(server)
    log = server.log()
    assert len(re.findall("is ready", log[:log.index("has taken over")])) >= 2, log
    assert server.fetch("/").body == str(second).encode()
    # Code that does not run is no reason to stop.
    (code / "site_app.py").write_text("import no_such_module\n")
    refused(server, "app 'site': its processes do not start", "No module named 'no_such_module'")
    assert server.fetch("/").body == str(second).encode()


def test_a_program_that_is_gone_is_said(root, tmp_path):
    program = shutil.copy(harness.binary(), tmp_path / "frontis")
    config = write_config(tmp_path, {"listen": f"127.0.0.1:{free_port()}", "threads": 1,
                                     "state": str(tmp_path / "state"),
                                     "sites": {"*": {"/": {"files": str(root)}}}})
    with started([program], config, tmp_path, env=environment()):
        assert poll(lambda: "listening on" in (tmp_path / "stderr").read_text(), harness.START)
        os.unlink(program)
        code, _, errors = run_command("upgrade", "-c", config, timeout=100)
        assert code == 1 and "the program cannot be executed" in errors, errors


def test_another_state_folder_is_where_commands_go_from_then_on(serve, root, tmp_path, upgraded):
    states = [tmp_path / "first", tmp_path / "second"]
    server = serve({"*": {"/": {"files": str(root)}}}, state=str(states[0]))
    server.wait_for_log("listening on")
    settings = json.loads(server.config.read_text())
    write_config(server.folder, settings | {"state": str(states[1])})
    code, _, errors = run_command("upgrade", "-c", server.config, timeout=100)
    assert code == 1 and "name that: --state FOLDER" in errors, errors
    assert run_command("reload", "-c", server.config, "--state", states[0])[0] == 0
    server.wait_for_log(f"state takes effect with `frontis upgrade --state {states[0]}`")
    code, said, errors = run_command("upgrade", "-c", server.config, "--state", states[0],
                                     timeout=100)
    assert code == 0, errors
    assert not (states[0] / "control.sock").exists()
    try:
        assert run_command("reload", "-c", server.config)[0] == 0, server.log()
    finally:
        end(int(re.search(r"\d+", said)[0]))
    assert not (states[1] / "control.sock").exists()


@pytest.fixture
def folder_of_nobody():
    """That everybody can reach, with the program, and what nobody may write to."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copy(harness.binary(), folder / "frontis")
        for each in ("logs", "state"):
            (folder / each).mkdir()
            shutil.chown(folder / each, "nobody")
        yield folder


def settings_of_nobody(folder, **more):
    logs = folder / "logs"
    return {"listen": f"127.0.0.1:{free_port()}", "threads": 1, "state": str(folder / "state"),
            "log": {"file": str(logs / "error.log"), "access": str(logs / "access.log")},
            "sites": {"*": {"/": {"respond": 200, "body": "here"}}}, **more}


def test_the_logs_of_a_user_are_opened_by_whoever_takes_over(folder_of_nobody):
    folder, log = folder_of_nobody, folder_of_nobody / "logs" / "error.log"
    settings = settings_of_nobody(folder, user="nobody")
    config = write_config(folder, settings)
    with started([folder / "frontis"], config, folder, env=environment()):
        assert poll(lambda: log.exists() and "listening on" in log.read_text(), harness.START)
        write_config(folder, settings | {"user": "www-data"})
        assert run_command("reload", "-c", config)[0] == 0, log.read_text()
        assert "user takes effect with a restart" in log.read_text()
        write_config(folder, settings)
        code, said, errors = run_command("upgrade", "-c", config, timeout=100)
        assert code == 0, errors + log.read_text()
        end(int(re.search(r"\d+", said)[0]))
    assert {each.owner() for each in log.parent.iterdir()} == {"nobody"}


def test_a_user_that_nobody_can_become_is_refused(folder_of_nobody):
    """As a service of systemd, which has made the process that of its User= already."""
    folder, log = folder_of_nobody, folder_of_nobody / "logs" / "error.log"
    config = write_config(folder, settings_of_nobody(folder))
    with started([folder / "frontis"], config, folder, env=environment(), user="nobody"):
        assert poll(lambda: log.exists() and "listening on" in log.read_text(), harness.START)
        write_config(folder, json.loads(config.read_text()) | {"user": "nobody"})
        assert run_command("reload", "-c", config)[0] == 0
        write_config(folder, json.loads(config.read_text()) | {"user": "www-data"})
        code, _, errors = run_command("reload", "-c", config)
        assert code == 1 and "leave 'user' out" in errors, errors


def answers(port):
    with contextlib.suppress(OSError):
        Connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False


class Manager:
    """What a service manager is for a service: it opens sockets, and is told."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.heard.bind(self.path)
        self.heard.settimeout(harness.START)

    def environment(self, **more):
        return {**environment(), "NOTIFY_SOCKET": self.path, **more}

    def wait_for(self, line, seconds=harness.START):
        end = time.monotonic() + seconds
        seen = []
        while time.monotonic() < end:
            seen.append(self.heard.recv(4096).decode().split("\n"))
            if line in seen[-1]:
                return seen[-1]
        raise AssertionError(f"never told {line!r}: {seen}")


    def until(self, line, after):
        """The lines between the two."""
        self.wait_for(after)
        told = []
        while line not in told:
            told += self.heard.recv(4096).decode().split("\n")
        return told


class Given:
    """A server whose socket comes from its service manager."""

    def __init__(self, folder):
        self.folder = folder
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen()
        self.address = self.socket.getsockname()

    @contextlib.contextmanager
    def server(self, listen, root, env):
        config = write_config(self.folder, {"listen": f"127.0.0.1:{listen}", "threads": 2,
                                            "state": str(self.folder / "state"),
                                            "sites": {"*": {"/": {"files": str(root)}}}})
        # The number of the process is to be in its environment, which is made before it starts.
        program = ["/bin/sh", "-c", 'LISTEN_PID=$$ exec "$0" "$@"', str(harness.binary())]
        given = self.socket.fileno()
        with started(program, config, self.folder, env={**env, "LISTEN_FDS": "1"},
                     preexec_fn=lambda: os.dup2(given, 3), pass_fds=(3,)) as process:
            yield process

    def log(self):
        return (self.folder / "stderr").read_text()


@pytest.fixture
def given(tmp_path):
    return Given(tmp_path)


def test_a_service_manager_gives_the_sockets_and_is_told(given, root, tmp_path):
    manager = Manager(tmp_path)
    # Somebody comes before the server is there.
    with Connection(given.address) as early:
        early.send(request("/a.txt"))
        env = manager.environment(WATCHDOG_USEC="400000")
        with given.server(given.address[1], root, env) as process:
            manager.wait_for("READY=1")
            assert early.read_response().body == b"a\n"
            early.close()
            manager.wait_for("WATCHDOG=1")
            process.send_signal(signal.SIGHUP)
            told = manager.wait_for("RELOADING=1")
            assert any(re.fullmatch(r"MONOTONIC_USEC=\d+", line) for line in told)
            manager.wait_for("READY=1")
            process.send_signal(signal.SIGUSR2)
            assert poll(lambda: "has taken over" in given.log(), 30), given.log()
            second = int(re.search(r"process (\d+) has taken over", given.log())[1])
            manager.wait_for(f"MAINPID={second}")
            assert process.wait(harness.STOP) == 0
    assert fetch(given.address, "/a.txt").status == 200
    os.kill(second, signal.SIGTERM)
    manager.wait_for("STOPPING=1")
    assert poll(lambda: not is_there(second), harness.STOP)
    assert not harness.REPORT.search(given.log())


def test_a_reload_that_waits_for_name_servers_is_alive(given, root, tmp_path):
    manager = Manager(tmp_path)
    dead = tmp_path / "no name server answers"
    env = manager.environment(**preloaded("slow_names", tmp_path), WATCHDOG_USEC="400000",
                              SLOW_NAMES="2", SLOW_NAMES_WHILE=str(dead))
    with given.server(given.address[1], root, env) as process:
        manager.wait_for("READY=1")
        settings = json.loads((tmp_path / "frontis.yaml").read_text())
        write_config(tmp_path, settings | {"apps": {"site": {"http": "localhost:1"}}})
        dead.touch()
        process.send_signal(signal.SIGHUP)
        told = manager.until("READY=1", after="RELOADING=1")
        assert told.count("WATCHDOG=1") > 2, told


def test_a_socket_that_no_listen_names_is_said(given, root):
    port = free_port()
    with given.server(port, root, {**environment(), "LISTEN_FDNAMES": "web"}):
        assert poll(lambda: answers(port), harness.START)
        assert "(web) is not used, because neither 'listen' nor" in given.log()


# ---- those that were there before


def parent_of(process):
    with open(f"/proc/{process}/stat", encoding="utf-8") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def test_the_new_process_is_no_child_of_the_old_one(serve, root, upgraded):
    """Or a service manager would not hear of its end."""
    server = serve({"*": {"/": {"files": str(root)}}})
    with server.connect(receive_buffer=16384) as reader:
        begin_to_read(reader)
        process = upgraded(server)
        assert is_there(server.pid)
        # The one between them ends in its own time.
        assert poll(lambda: server.pid not in (parent_of(process), process))
        assert finish_reading(reader)
    assert server.wait() == 0


def begin_to_read(connection):
    connection.send(request("/large.bin"))
    assert connection.receive()


def finish_reading(connection):
    answer = connection.read_response()
    return answer.status == 200 and len(answer.body) == LARGE


@pytest.fixture
def three(serve, root, upgraded, tmp_path):
    """The last of three processes, while the first and the second have an answer in flight; the
    two who read them; and somebody who rests on a connection to the first."""
    log = {"access": str(tmp_path / "access.log"), "file": str(tmp_path / "error.log"),
           "format": "json"}
    server = serve({"*": {"/": {"files": str(root)}}}, log=log)
    server.log = (tmp_path / "error.log").read_text
    with contextlib.ExitStack() as stack:
        idle = stack.enter_context(server.connect())
        asked(idle)
        readers = []
        for _ in range(2):
            readers.append(stack.enter_context(server.connect(receive_buffer=16384)))
            begin_to_read(readers[-1])
            process = upgraded(server)
        yield server, process, readers, idle


def test_logs_are_opened_anew_by_all(three, tmp_path):
    server, process, readers, idle = three
    for name in ("access.log", "error.log"):
        (tmp_path / name).rename(tmp_path / f"{name}.1")
    os.kill(process, signal.SIGUSR1)
    error_log = tmp_path / "error.log"
    assert poll(lambda: error_log.exists() and
                error_log.read_text().count("opened anew") == 3), error_log.read_text()
    assert finish_reading(readers[0]) and finish_reading(readers[1])
    assert poll(lambda: (tmp_path / "access.log").read_text().count("/large.bin") == 2)
    assert "/large.bin" not in (tmp_path / "access.log.1").read_text()
    for connection in (idle, *readers):
        connection.close()
    assert server.wait() == 0


def test_a_stop_is_for_all_and_waits_for_all(three):
    server, process, readers, idle = three
    os.kill(process, signal.SIGTERM)
    assert poll(lambda: server.log().count("stopping: answers in flight") == 3), server.log()
    idle.expect_end()
    assert is_there(server.pid) and is_there(process), "they are not done"
    assert finish_reading(readers[0])
    assert server.wait() == 0
    assert is_there(process), "nor is the second"
    assert finish_reading(readers[1])
    assert poll(lambda: not is_there(process), harness.STOP)


def test_a_second_stop_ends_all_at_once(three):
    server, process, _, _ = three
    os.kill(process, signal.SIGTERM)
    assert poll(lambda: server.log().count("stopping: answers in flight") == 3), server.log()
    os.kill(process, signal.SIGTERM)
    assert server.wait() == 0
    assert poll(lambda: not is_there(process), harness.STOP)
