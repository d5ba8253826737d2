"""What goes wrong around a server: disks, descriptors, missing things, bad settings. Faults at
run time are said in the log and service goes on; faults at the start are said on stderr."""

import os
import re
import socket

import pytest

from client import BadAnswer, Connection, poll, request
from harness import binary as binary_path
from harness import checks_vptr, free_port, run_command, write_config, write_tree


@pytest.fixture
def root(tmp_path):
    return write_tree(tmp_path / "root", {"a.txt": b"a\n", "sub/b.txt": b"b\n"})


needs_no_pipe = pytest.mark.skipif(
    binary_path().exists() and checks_vptr(), reason="UBSan's vptr check needs descriptors itself")


def everything(root):
    return {"*": {"/": {"files": str(root)}}}


def answers(server, target="/a.txt", status=200):
    try:
        return server.fetch(target).status == status
    except (BadAnswer, OSError):
        return False


def test_a_full_disk_stops_the_log_and_not_the_service(serve, root):
    server = serve(everything(root), log={"access": "/dev/full"})
    for _ in range(100):
        assert server.fetch("/a.txt").body == b"a\n"
    log = server.wait_for_log(r"/dev/full")
    assert server.fetch("/a.txt").status == 200
    assert len(re.findall("/dev/full", log)) <= 3, "said more than once a minute"


@needs_no_pipe
def test_the_process_out_of_descriptors_recovers(serve, root):
    server = serve(everything(root), descriptors=48, threads=1,
                   limits={"connections_per_client": 0})
    held = []
    for _ in range(120):
        try:
            held.append(Connection(server.address, timeout=1))
        except OSError:
            break
    assert server.is_running()
    for connection in held:
        connection.close()
    assert poll(lambda: answers(server), 10), "never recovered"
    assert server.is_running()


@needs_no_pipe
def test_out_of_descriptors_for_files_is_a_clean_answer(serve, tmp_path):
    root = write_tree(tmp_path / "root", {f"{i}.bin": b"" for i in range(120)})
    for i in range(120):
        os.truncate(root / f"{i}.bin", 2 * 1024 * 1024)
    server = serve(everything(root), descriptors=64, threads=1,
                   limits={"connections_per_client": 0})
    held = []
    statuses = set()
    for i in range(60):
        try:
            connection = Connection(server.address, timeout=1, receive_buffer=4096)
            connection.send(request(f"/{i}.bin"))
            held.append(connection)
            if connection.receive():
                statuses.add(int(bytes(connection.unread[9:12])))
        except (BadAnswer, OSError):
            break
    assert 200 in statuses and statuses <= {200, 500, 503}, statuses
    for connection in held:
        connection.close()
    assert poll(lambda: answers(server, "/1.bin"), 10), "never recovered"


def test_a_root_that_goes_away_is_said_and_followed_when_it_is_back(serve, root, tmp_path):
    server = serve(everything(root))
    assert server.fetch("/a.txt").status == 200
    os.rename(root, tmp_path / "away")
    # The directory that is open may go on being served: a switch by two renames loses nothing.
    assert poll(lambda: server.fetch("/a.txt").status in (200, 404) and
                re.search(re.escape(str(root)), server.log())), "never said"
    write_tree(root, {"a.txt": b"new\n"})
    assert poll(lambda: server.fetch("/a.txt").body == b"new\n"), "the new root is not served"


def test_a_root_that_is_not_there_at_first_is_served_when_it_comes(serve, tmp_path):
    (tmp_path / "late").mkdir()
    server = serve(everything(tmp_path / "late"))
    os.rmdir(tmp_path / "late")
    assert server.fetch("/a.txt").status == 404
    write_tree(tmp_path / "late", {"a.txt": b"a\n"})
    assert poll(lambda: answers(server)), "the root is there and not served"


def test_a_root_that_is_a_link_to_nothing_is_404(serve, root, tmp_path):
    (tmp_path / "current").symlink_to(root)
    server = serve(everything(tmp_path / "current"))
    assert server.fetch("/a.txt").status == 200
    os.unlink(tmp_path / "current")
    (tmp_path / "current").symlink_to(tmp_path / "nowhere")
    assert server.is_running()
    os.unlink(tmp_path / "current")
    (tmp_path / "current").symlink_to(root)
    assert poll(lambda: answers(server))


def test_a_damaged_state_is_set_aside_and_said(serve, root, tmp_path):
    (root / "assets").mkdir()
    (root / "assets/x-20080206.css").write_bytes(b"x\n")
    sites = {"*": {"/": {"files": str(root), "fingerprinted": "assets/"}}}
    state_folder = tmp_path / "state"
    state_folder.mkdir()
    (state_folder / "pins.sqlite3").write_bytes(b"this is no database\n" * 100)
    server = serve(sites, state=str(state_folder))
    assert "immutable" in server.fetch("/assets/x-20080206.css").get("Cache-Control")
    server.wait_for_log(r"pins\.sqlite3")
    assert any(name.startswith("pins.sqlite3.damaged") for name in os.listdir(state_folder))


# --- faults at the start ---

def starting(folder, text, *arguments):
    """Runs `serve` with a configuration that must not do: what it says on stderr."""
    file = write_config(folder, text)
    code, _, errors = run_command("serve", "-c", file, *arguments)
    assert code == 1, (code, errors)
    return errors


def test_an_access_log_that_cannot_be_written_is_named(binary, tmp_path, root):
    errors = starting(tmp_path, {
        "listen": f"127.0.0.1:{free_port()}", "sites": everything(root),
        "log": {"access": str(root / "a.txt/access.log")}})
    assert "a.txt/access.log" in errors


def test_an_error_log_that_cannot_be_written_is_named(binary, tmp_path, root):
    errors = starting(tmp_path, {
        "listen": f"127.0.0.1:{free_port()}", "sites": everything(root),
        "log": {"file": str(root / "a.txt/error.log")}})
    assert "a.txt/error.log" in errors


def test_a_port_that_is_taken_is_named(binary, tmp_path, root):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        errors = starting(tmp_path, {"listen": f"127.0.0.1:{port}", "sites": everything(root)})
    assert str(port) in errors


def test_a_configuration_that_is_not_there_is_named(binary, tmp_path):
    code, _, errors = run_command("serve", "-c", tmp_path / "nothing.yaml")
    assert code == 1 and "nothing.yaml" in errors


FAULTS = """listen: 8080
limits:
  boddy: 5
  head_timeout: soon
  header_fields: [1, 2]
log: { level: loud }
sites:
  "*":
    /static/: { fles: /tmp }
    media: { files: /tmp }
    /x: { files: /tmp, cache: 1parsec }
    /y: { respond: teapot }
"""


def test_every_fault_is_listed_with_its_place_and_a_suggestion(binary, tmp_path):
    errors = starting(tmp_path, FAULTS)
    places = set(re.findall(r"frontis\.yaml:(\d+):\d+: ", errors))
    assert {"3", "4", "5", "6", "9", "10", "11", "12"} <= places, errors
    assert re.search(r"frontis\.yaml:3:3: .*boddy.*did you mean 'body'", errors), errors
    assert re.search(r"frontis\.yaml:6:\d+: .*loud", errors), errors
    assert re.search(r"frontis\.yaml:9:\d+: .*fles.*did you mean 'files'", errors), errors


@pytest.mark.parametrize("name, text, place", [
    ("an unknown key", "sites: {}\nexires: 5\n", "2:1"),
    ("no YAML", "listen: [8080\nsites: }\n", r"\d+:\d+"),
    ("a tab", "sites:\n\t\"*\": {}\n", r"2:\d+"),
    ("a key twice", "listen: 8080\nlisten: 8081\nsites: {\"*\": {/: {respond: 404}}}\n", "2:1"),
    ("a listener twice", "listen: [8080, 8080]\nsites: {\"*\": {/: {respond: 404}}}\n", r"1:\d+"),
    ("a list for a number", "threads: [1]\nsites: {\"*\": {/: {respond: 404}}}\n", r"1:\d+"),
    ("no sites", "listen: 8080\n", r"\d+:\d+|"),
    ("nothing", "", r"\d+:\d+|"),
    ("a port that is none", "listen: 99999\nsites: {\"*\": {/: {respond: 404}}}\n", r"1:\d+"),
    ("a header that splits", "sites: {\"*\": {/: {respond: 200, headers: {\"X\\r\\nY\": z}}}}\n",
     r"1:\d+"),
    ("an action twice", "sites: {\"*\": {/: {respond: 200, redirect: /x}}}\n", r"1:\d+"),
    ("a site twice", "sites:\n  a.test: {/: {respond: 200}}\n  A.test: {/: {respond: 200}}\n",
     r"3:\d+"),
])
def test_a_fault_has_its_place(binary, tmp_path, name, text, place):
    errors = starting(tmp_path, text)
    assert re.search(rf"frontis\.yaml:({place})", errors), errors


def test_a_binary_file_is_no_configuration(binary, tmp_path):
    file = tmp_path / "frontis.yaml"
    file.write_bytes(bytes(range(256)) * 64)
    code, _, errors = run_command("serve", "-c", file)
    assert code == 1 and "frontis.yaml" in errors
