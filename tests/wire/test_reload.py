"""A new configuration while clients are served: what begins goes by the new one, what has begun
ends as it began, and a faulty one changes nothing."""

import re
import signal
import time

import pytest

import harness
from client import Connection, fetch, poll, request
from crowd import Crowd
from harness import free_port, open_descriptors, run_command, write_config, write_tree

LARGE = 32 * 1024 * 1024


def files(root):
    return {"*": {"/": {"files": str(root)}}}


def text(body, status=200):
    return {"*": {"/": {"respond": status, "body": body}}}


@pytest.fixture
def root(tmp_path):
    return write_tree(tmp_path / "root", {"a.txt": b"a\n", "large.bin": bytes(LARGE)})


class Configured:
    """The file of a running server, written anew."""

    def __init__(self, server, sites, **settings):
        self.server = server
        self.settings = {"threads": 2, "listen": f"127.0.0.1:{server.address[1]}",
                         "state": str(server.folder / "state"), "sites": sites, **settings}

    def write(self, **changes):
        self.settings.update(changes)
        write_config(self.server.folder, self.settings)
        return self

    def reload(self, *expected, code=0):
        self.server.wait_for_log("listening on")
        done, said, errors = run_command("reload", "-c", self.server.config)
        assert done == code, (said, errors, self.server.log())
        for each in expected:
            assert each in said + errors, said + errors
        return said + errors


@pytest.fixture
def configured(serve):
    def start(sites, **settings):
        server = serve(sites, **settings)
        return server, Configured(server, sites, **settings)

    return start


def test_what_begins_goes_by_the_new_configuration(configured):
    server, file = configured(text("old"))
    with server.connect() as kept:
        kept.send(request("/"))
        assert kept.read_response().body == b"old"
        file.write(sites=text("new")).reload("reloaded")
        kept.send(request("/"))
        assert kept.read_response().body == b"new", "an open connection goes by it, too"
    assert server.fetch("/").body == b"new"
    assert "reloaded: " in server.log()


def test_a_signal_does_the_same(configured):
    server, file = configured(text("old"))
    file.write(sites=text("new"))
    server.signal(signal.SIGHUP)
    assert poll(lambda: server.fetch("/").body == b"new"), server.log()


def test_a_faulty_configuration_is_refused_whole(configured):
    server, file = configured(text("old"))
    server.config.write_text("listen: 1\nsites: {'*': {/: {respnd: 204}}}\nnonsense: 1\n")
    said = file.reload(code=1)
    assert re.search(r"frontis\.yaml:2:19: .*did you mean 'respond'", said), said
    server.signal(signal.SIGHUP)
    log = server.wait_for_log("is not reloaded")
    assert re.search(r"frontis\.yaml:2:19: .*did you mean 'respond'", log), log
    assert "frontis.yaml:3:1: unknown key 'nonsense'" in log
    assert server.fetch("/").body == b"old"


def test_an_address_that_is_taken_is_refused_and_nothing_changes(configured):
    server, file = configured(text("old"))
    with harness.socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        listen = [f"127.0.0.1:{server.address[1]}", f"127.0.0.1:{port}"]
        file.write(listen=listen, sites=text("new")).reload("in use", code=1)
    assert server.fetch("/").body == b"old"


@pytest.mark.parametrize("is_unix", [False, True])
def test_a_refusal_leaves_the_admin_address_as_well(configured, tmp_path, is_unix):
    port = free_port()
    admin = str(tmp_path / "admin.sock") if is_unix else ("127.0.0.1", port)
    server, file = configured(
        text("old"), admin=f"unix:{admin}" if is_unix else f"127.0.0.1:{port}")
    before = dict(file.settings)
    with harness.socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = [before["listen"], f"127.0.0.1:{taken.getsockname()[1]}"]
        file.write(listen=listen, admin=f"127.0.0.1:{free_port()}").reload("in use", code=1)
    assert fetch(admin, "/health").status == 200
    file.write(**before).reload()
    assert fetch(admin, "/health").status == 200
    assert server.fetch("/").body == b"old"


def test_an_address_that_this_server_has_itself_is_named(configured):
    port = free_port()
    server, file = configured(text("old"), admin=f"127.0.0.1:{port}")
    own = file.settings["listen"]
    file.write(listen=[own, f"127.0.0.1:{port}"], admin=f"127.0.0.1:{free_port()}").reload(
        f"it is this server that listens on 127.0.0.1:{port}", code=1)
    file.write(listen=[own]).reload()
    file.write(listen=[own, f"127.0.0.1:{port}"]).reload()
    assert fetch(("127.0.0.1", port), "/").body == b"old"


def test_another_admin_address_without_descriptors_for_it_is_refused(configured):
    server, file = configured(text("old"), descriptors=60)
    server.wait_for_log("listening on")
    del file.settings["descriptors"]
    file.write(admin=f"127.0.0.1:{free_port()}", sites=text("new"))
    clients = []
    try:
        for _ in range(40):  # each takes one more, until the reload has too few
            clients.append(server.connect())
            clients[-1].send(request("/"))
            clients[-1].read_response()
            code, said, errors = run_command("reload", "-c", server.config)
            if code != 0:
                break
            file.write(admin=f"127.0.0.1:{free_port()}")
        assert code != 0 and server.is_running(), server.log()
        clients[-1].send(request("/"))
        assert clients[-1].read_response().status == 200
    finally:
        for each in clients:
            each.close()
    assert poll(lambda: run_command("reload", "-c", server.config)[0] == 0), server.log()


def test_an_error_log_that_cannot_be_opened_is_refused(configured, tmp_path):
    server, file = configured(text("old"))
    folder = tmp_path / "logs"
    log = {"file": str(folder / "error.log")}
    file.write(log=log, sites=text("new")).reload("there is no folder", code=1)
    assert server.fetch("/").body == b"old"
    folder.mkdir()
    file.reload("reloaded")
    assert server.fetch("/").body == b"new"
    assert "reloaded" in (folder / "error.log").read_text()


def test_addresses_come_and_go(configured, tmp_path):
    server, file = configured(text("here"))
    first = ("127.0.0.1", server.address[1])
    second = ("127.0.0.1", free_port())
    socket = str(tmp_path / "s")
    places = [f"127.0.0.1:{first[1]}", f"127.0.0.1:{second[1]}", f"unix:{socket}"]
    file.write(listen=places).reload()
    for address in (first, second, socket):
        assert harness.fetch(address, "/").body == b"here"
    with Connection(second) as kept:
        kept.send(request("/"))
        assert kept.read_response().status == 200
        file.write(listen=places[:1]).reload()
        with pytest.raises(OSError):
            Connection(second, timeout=1)
        with pytest.raises(OSError):
            Connection(socket, timeout=1)
        kept.send(request("/"))
        assert kept.read_response().body == b"here", "its connection has done nothing wrong"
    assert harness.fetch(first, "/").status == 200


def test_a_download_ends_as_it_began(configured, root):
    server, file = configured(files(root))
    with server.connect(receive_buffer=16384) as reader:
        reader.send(request("/large.bin"))
        assert reader.receive()
        file.write(sites=text("nothing here", 404)).reload()
        assert server.fetch("/large.bin").status == 404
        answer = reader.read_response()
        assert answer.status == 200 and len(answer.body) == LARGE
        reader.send(request("/a.txt"))
        assert reader.read_response().status == 404, "its next request goes by the new one"


def test_limits_change_for_connections_that_are_open(configured, root):
    server, file = configured(files(root))
    with server.connect() as kept:
        kept.send(request("/a.txt"))
        assert kept.read_response().status == 200
        file.write(limits={"request_line": 256}).reload()
        kept.send(request("/" + "a" * 300))
        assert kept.read_response().status == 414


def test_a_client_that_was_counted_is_let_go_when_nobody_is_counted_any_more(configured, root):
    server, file = configured(files(root), limits={"connections_per_client": 4})
    with server.connect() as kept:
        kept.send(request("/a.txt"))
        assert kept.read_response().status == 200
        file.write(limits={"connections_per_client": 0}).reload()
    many = [server.connect() for _ in range(20)]
    for each in many:
        each.send(request("/a.txt"))
        assert each.read_response().status == 200
        each.close()
    file.write(limits={"connections_per_client": 2}).reload()
    assert poll(lambda: server.fetch("/a.txt").status == 200)


def test_what_lasts_as_long_as_the_process_is_said(configured, root, tmp_path):
    server, file = configured(files(root))
    file.write(threads=1)
    file.reload()
    server.wait_for_log("threads takes effect with `frontis upgrade`")
    assert server.fetch("/a.txt").status == 200


def test_the_access_log_goes_where_the_new_configuration_says(configured, root, tmp_path):
    old, new = tmp_path / "old.log", tmp_path / "new.log"
    server, file = configured(files(root), log={"access": str(old)})
    server.fetch("/a.txt")
    file.write(log={"access": str(new)}).reload()
    server.fetch("/a.txt?new")
    assert poll(lambda: new.exists() and "?new" in new.read_text())
    assert poll(lambda: old.read_text().count("\n") == 1), old.read_text()
    file.write(log={"access": "off"}).reload()
    server.fetch("/a.txt?silent")
    time.sleep(0.5)
    assert "silent" not in new.read_text() + old.read_text()


def test_a_log_that_only_older_answers_write_to_is_opened_anew_too(configured, root, tmp_path):
    old, new = tmp_path / "old.log", tmp_path / "new.log"
    server, file = configured(files(root), log={"access": str(old)})
    with server.connect(receive_buffer=16384) as reader:
        reader.send(request("/large.bin"))
        assert reader.receive()
        file.write(log={"access": str(new)}).reload()
        for log in (old, new):
            log.rename(f"{log}.1")
        server.signal(signal.SIGUSR1)
        server.wait_for_log("opened anew")
        assert len(reader.read_response().body) == LARGE
    server.fetch("/a.txt")
    assert poll(lambda: "/large.bin" in old.read_text()), old.read_text()
    assert poll(lambda: "/a.txt" in new.read_text()), new.read_text()
    assert (tmp_path / "old.log.1").read_text() == (tmp_path / "new.log.1").read_text() == ""
    # Who has ended holds nothing: the next time there is one file less to open.
    old.unlink()
    server.signal(signal.SIGUSR1)
    assert poll(lambda: server.log().count("opened anew") == 2), server.log()
    assert not old.exists()


def counted(port):
    """Requests so far, as the admin address tells them."""
    text = harness.fetch(("127.0.0.1", port), "/metrics").body.decode()
    lines = re.findall(r"^frontis_http_requests_total\{.*\} (\d+)", text, re.MULTILINE)
    return sum(int(each) for each in lines)


def test_the_admin_address_comes_and_goes_and_nothing_is_forgotten(configured, root):
    server, file = configured(files(root))
    first, second = free_port(), free_port()
    file.write(admin=f"127.0.0.1:{first}").reload()
    for _ in range(3):
        server.fetch("/a.txt")
    assert counted(first) == 3
    file.write(admin=f"127.0.0.1:{second}").reload()
    server.fetch("/a.txt")
    assert counted(second) == 4
    with pytest.raises(OSError):
        Connection(("127.0.0.1", first), timeout=1)
    del file.settings["admin"]
    file.write().reload()
    with pytest.raises(OSError):
        Connection(("127.0.0.1", second), timeout=1)
    assert server.fetch("/a.txt").status == 200


def test_many_reloads_lose_no_request_and_keep_nothing(configured, root):
    sites = [{"*": {"/": {"files": str(root)}, "/n": {"respond": 200, "body": str(n)}}}
             for n in range(2)]
    server, file = configured(sites[0])
    file.reload()
    with Crowd(server.address, ["/a.txt", "/n"], 16) as crowd:
        before = None
        for number in range(60):
            file.write(sites=sites[number % 2]).reload()
            if number == 9:
                before = open_descriptors(server.pid)
        crowd.wait_for_answers()
    crowd.check()
    assert poll(lambda: open_descriptors(server.pid) <= before), (
        before, open_descriptors(server.pid))


def test_a_reload_that_no_server_hears_is_said(tmp_path):
    write_config(tmp_path, {"listen": free_port(), "state": str(tmp_path / "state"),
                            "sites": text("x")})
    code, said, errors = run_command("reload", "-c", tmp_path / "frontis.yaml")
    assert code == 1 and "no server runs" in errors and not said
