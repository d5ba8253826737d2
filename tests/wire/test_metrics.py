"""The admin address: figures that are true, in forms that Prometheus, a balancer, a browser and a
person at a terminal can read, and shown to nobody else."""

import json
import re
import shutil
import signal
import subprocess

import pytest

from backend import answering
from client import Connection, fetch, poll, request
from harness import SOURCE, free_port, run_command, write_tree

PROMTOOL = shutil.which("promtool")
TEXT = b"body { margin: 0 }\n" * 200
SAMPLE = re.compile(r"([a-z_]+)(?:\{(.*)\})? ([^ ]+)\Z")
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


class Admin:
    """What a server shows at its admin address."""

    def __init__(self, address):
        self.address = address

    def fetch(self, path, *fields, host="localhost", **more):
        return fetch(self.address, path, *fields, host=host, **more)

    def text(self):
        answer = self.fetch("/metrics")
        assert answer.status == 200
        return answer.body.decode()

    def samples(self):
        """{(name, frozenset of labels): value}, each once."""
        found = {}
        for line in self.text().splitlines():
            if line.startswith("#"):
                continue
            name, labels, value = SAMPLE.match(line).groups()
            key = (name, frozenset(LABEL.findall(labels or "")))
            assert key not in found, line
            found[key] = float(value)
        return found

    def sum(self, name, **labels):
        return sum(value for (one, has), value in self.samples().items()
                   if one == name and set(labels.items()) <= has)

    def becomes(self, value, name, **labels):
        """A request is counted right after its last byte has left."""
        assert poll(lambda: self.sum(name, **labels) == value), (self.sum(name, **labels), self.text())

    def status(self):
        return json.loads(self.fetch("/status.json").body)


@pytest.fixture
def watched(serve, tmp_path):
    """watched(sites or None, **settings): (server, admin)."""

    def start(sites=None, **settings):
        root = write_tree(tmp_path / "root", {"app.css": TEXT, "a.txt": b"a\n"})
        sites = sites or {"*": {"/": {"files": str(root)}}}
        port = free_port()
        server = serve(sites, admin=f"127.0.0.1:{port}", **settings)
        return server, Admin(("127.0.0.1", port))

    return start


@pytest.fixture
def watched_app(front):
    """watched_app(**answer): the same with an application behind the server, which answers so."""

    def start(**answer):
        port = free_port()
        server, _ = front(answering(**answer), server={"admin": port})
        return server, Admin(("127.0.0.1", port))

    return start


@pytest.fixture
def admin_after_a_page(watched_app):
    """The admin address of a server that has answered one request by its application."""
    server, admin = watched_app()
    server.fetch("/")
    admin.becomes(1, "frontis_app_requests_total", status="2xx")
    return admin


def test_requests_are_counted_by_route_status_and_variant(watched):
    server, admin = watched(state=None)
    tag = server.fetch("/a.txt").get("ETag")
    server.fetch("/a.txt")
    assert server.fetch("/a.txt", f"If-None-Match: {tag}").status == 304
    assert server.fetch("/none").status == 404
    name = "frontis_http_requests_total"
    admin.becomes(2, name, status="2xx", site="*", route="/", variant="identity")
    admin.becomes(1, name, status="3xx")
    admin.becomes(1, name, status="4xx", variant="none")
    assert admin.sum("frontis_http_not_modified_total") == 1
    assert admin.sum("frontis_http_request_duration_seconds_count") == 4
    hits = admin.sum("frontis_hot_cache_hits_total")
    assert hits + admin.sum("frontis_hot_cache_misses_total") == 3
    assert admin.sum("frontis_http_response_body_bytes_total") >= 4


def test_what_compression_saves_is_told(watched):
    server, admin = watched(threads=1)  # another loop might learn of a variant a second later
    take_br = ("/app.css", "Accept-Encoding: br")
    assert poll(lambda: server.fetch(*take_br).get("Content-Encoding"), 60)
    saved = len(TEXT) - len(server.fetch(*take_br).body)
    admin.becomes(2, "frontis_http_requests_total", variant="br")
    assert admin.sum("frontis_http_saved_bytes_total") == 2 * saved > 0
    assert poll(lambda: admin.sum("frontis_press_variants_made_total") == 3, 60)
    before = admin.sum("frontis_http_saved_bytes_total")
    server.fetch(*take_br, method="HEAD")
    server.fetch(*take_br, "Range: bytes=0-1")
    admin.becomes(4, "frontis_http_requests_total", variant="br")
    assert admin.sum("frontis_http_saved_bytes_total") == before


def test_requests_of_an_application_are_told(watched_app):
    server, admin = watched_app(status="500 Internal Server Error")
    for _ in range(3):
        assert server.fetch("/page?secret=1").status == 500
    admin.becomes(3, "frontis_app_requests_total", app="site", status="5xx")
    assert admin.sum("frontis_app_answer_duration_seconds_count", app="site") == 3
    assert admin.sum("frontis_app_backends", app="site") == 1
    assert admin.sum("frontis_app_backends_up", app="site") == 1
    status = admin.status()
    assert status["slow"][0]["url"] == status["faulty"][0]["url"] == "site.test/page"
    assert status["faulty"][0]["times"] == 3
    assert "secret" not in json.dumps(status)


def test_what_the_cache_answers_is_told_apart_from_what_an_application_is_asked(front):
    port = free_port()
    fields = "Cache-Control: max-age=1, stale-while-revalidate=3600\r\n"
    server, _ = front(answering(fields=fields), route={"cache_responses": "1h"},
                      server={"admin": port})
    admin = Admin(("127.0.0.1", port))

    statuses = []

    def is_refreshed():
        statuses.append(server.fetch("/").status)
        return admin.sum("frontis_app_refreshes_total", app="site")

    assert server.fetch("/").status == 200
    admin.becomes(1, "frontis_app_requests_total", app="site")
    assert poll(is_refreshed)
    assert set(statuses) == {200}
    admin.becomes(len(statuses), "frontis_app_cached_answers_total", app="site")
    assert admin.sum("frontis_app_requests_total") == 1
    assert admin.sum("frontis_app_answer_duration_seconds_count", app="site") == 1
    app = admin.status()["apps"][0]
    assert app["cached"] == len(statuses) and app["refreshes"] >= 1


def test_connections_are_told_by_what_they_do(watched):
    server, admin = watched()
    with server.connect() as idle, server.connect() as reading:
        idle.send(request("/a.txt"))
        assert idle.read_response().status == 200
        reading.send(b"GET / HT")
        admin.becomes(1, "frontis_connections", state="idle")
        admin.becomes(1, "frontis_connections", state="reading")
    admin.becomes(0, "frontis_connections")


@pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed (Debian: prometheus)")
def test_promtool_finds_no_fault_with_the_metrics(admin_after_a_page):
    done = subprocess.run([PROMTOOL, "check", "metrics"],
                          input=admin_after_a_page.text().encode(), capture_output=True,
                          timeout=30)
    assert done.returncode == 0 and not done.stderr, done.stderr.decode()


def test_metrics_are_of_the_type_that_prometheus_expects(watched):
    _, admin = watched()
    answer = admin.fetch("/metrics")
    assert answer.get("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.get("Cache-Control") == "no-store"


def test_every_metric_of_the_grafana_dashboard_exists(admin_after_a_page):
    there = {name for name, _ in admin_after_a_page.samples()}
    dashboard = json.loads((SOURCE / "packaging/grafana/frontis.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"]
               for target in panel.get("targets", [])]
    assert len(queries) > 15
    for query in queries:
        named = set(re.findall(r"\b(?:frontis|process)_[a-z0-9_]+", query))
        assert named and named <= there, query


def test_health_and_readiness_are_told_apart_while_it_stops(watched, tmp_path):
    root = write_tree(tmp_path / "large", {"large.bin": b"x" * (64 << 20)})
    server, admin = watched({"*": {"/": {"files": str(root)}}})
    assert admin.fetch("/health").status == 200
    assert admin.fetch("/ready").status == 200
    with server.connect(receive_buffer=16384) as slow:
        slow.send(request("/large.bin"))
        assert slow.receive()
        server.signal(signal.SIGTERM)
        assert poll(lambda: admin.fetch("/ready").status == 503)
        assert admin.fetch("/health").status == 200
        assert admin.sum("frontis_ready") == 0
    server.stop()


def test_what_is_not_there_or_not_asked_for_with_get_is_refused(watched):
    _, admin = watched()
    assert admin.fetch("/none").status == 404
    assert admin.fetch("/metrics/more").status == 404
    answer = admin.fetch("/metrics", method="DELETE")
    assert answer.status == 405 and answer.get("Allow") == "GET, HEAD"
    for path in ("/", "/metrics", "/status.json", "/health"):
        assert admin.fetch(path, method="HEAD").status == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"])
def test_pages_with_urls_are_not_shown_to_a_name_that_anybody_may_have(watched, host):
    _, admin = watched()
    for path in ("/", "/events", "/status.json"):
        assert admin.fetch(path, host=host).status == 421
    # A scraper or a balancer may know this machine by a name.
    for path in ("/metrics", "/health", "/ready"):
        assert admin.fetch(path, host=host).status == 200


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9180", "[::1]", "192.0.2.7"])
def test_pages_with_urls_are_shown_to_addresses(watched, host):
    _, admin = watched()
    assert admin.fetch("/status.json", host=host).status == 200


def test_a_unix_socket_takes_every_host(serve, tmp_path):
    server = serve({"*": {"/": {"respond": 204}}}, admin=f"unix:{tmp_path}/admin.sock")
    admin = Admin(str(tmp_path / "admin.sock"))
    assert admin.fetch("/status.json", host="anything.example").status == 200
    server.stop()
    assert not (tmp_path / "admin.sock").exists()


def next_event(connection):
    """The next event of a chunked answer, as JSON."""
    text = b""
    while b"\n\n" not in text:
        size = int(connection._line(), 16)
        text += connection._take(size + 2)[:-2]
    assert text.startswith(b"data: ")
    return json.loads(text[len(b"data: "):])


def listen(admin):
    connection = Connection(admin.address)
    connection.send(request("/events", host="localhost"))
    head = connection._head()
    return connection, head


def test_events_come_each_second_and_begin_with_the_history(watched):
    server, admin = watched()
    connection, head = listen(admin)
    with connection:
        assert head.status == 200 and head.get("Content-Type") == "text/event-stream"
        assert isinstance(next_event(connection)["history"], list)
        server.fetch("/a.txt")
        events = [next_event(connection) for _ in range(3)]
        assert all("history" not in event for event in events)
        times = [event["time"] for event in events]
        assert times == sorted(times)
        assert any(event["now"]["requests"] > 0 for event in events)
        assert events[-1]["lanes"] == events[-1]["lanes_told"] == 2


def test_listeners_are_bounded_and_leave_when_they_close(watched):
    _, admin = watched()
    listeners = [listen(admin) for _ in range(16)]
    assert all(head.status == 200 for _, head in listeners)
    assert admin.fetch("/events").status == 503
    for connection, _ in listeners:
        connection.close()

    def is_free():
        connection, head = listen(admin)
        with connection:
            return head.status == 200

    assert poll(is_free)


def test_a_listener_that_reads_nothing_holds_up_nobody(watched):
    server, admin = watched()
    with Connection(admin.address, receive_buffer=4096) as deaf:
        deaf.send(request("/events", host="localhost"))
        connection, _ = listen(admin)
        with connection:
            assert all(next_event(connection) for _ in range(3))
    assert server.fetch("/a.txt").status == 200


def test_without_admin_there_is_none(serve):
    server = serve({"*": {"/": {"respond": 204}}})
    assert "figures" not in server.log()


def test_check_warns_of_a_public_admin(tmp_path):
    for admin, is_public in (("0.0.0.0:9180", True), ("9180", False), ("[::1]:9180", False)):
        (tmp_path / "frontis.yaml").write_text(
            f'admin: "{admin}"\nsites: {{"*": {{/: {{respond: 204}}}}}}\n')
        code, out, errors = run_command("check", folder=tmp_path)
        assert code == 0 and not errors
        assert ("note: frontis.yaml:1:8: admin at 0.0.0.0:9180" in out) == is_public


def test_status_shows_figures_in_a_terminal(watched):
    server, admin = watched()
    server.fetch("/none")
    admin.becomes(1, "frontis_http_requests_total", status="4xx")
    code, out, errors = run_command("status", "-c", server.config)
    assert code == 0 and not errors
    assert out.startswith("Frontis ") and "serving" in out and "site.test/none" in out
    assert "\033" not in out
    code, out, _ = run_command("status", "--admin", f"127.0.0.1:{admin.address[1]}", "--json")
    assert code == 0 and json.loads(out)["serving"] is True


def test_status_says_what_to_do_when_it_cannot_know(serve, tmp_path):
    server = serve({"*": {"/": {"respond": 204}}})
    code, out, errors = run_command("status", "-c", server.config)
    assert code == 1 and not out and "write `admin: 127.0.0.1:9180`" in errors
    code, _, errors = run_command("status", "--admin", str(free_port()))
    assert code == 1 and "is the server running" in errors
    code, _, errors = run_command("status", "--admin", f"127.0.0.1:{server.address[1]}")
    assert code == 1 and "answered HTTP/1.1 204" in errors
    code, _, errors = run_command("status", "--admin", "no address")
    assert code == 1 and "--admin" in errors
