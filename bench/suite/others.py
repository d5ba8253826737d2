"""What is not one rate: start and rest, idle connections, slow readers, the cost of the log and of
what is counted."""

import contextlib
import selectors
import socket
import threading
import time

from suite import check, drive, report
from suite.rounds import alone

IDLE = 10_000
SLOW = 200
SLOW_PIECE, SLOW_PAUSE = 4096, 0.2  # about 20 kB/s
REQUEST = b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"


def servers(bench):
    return [name for name in bench.names(bench.table["small"]) if name != "floor"]


def start_and_rest(bench, _):
    """Time to the first connection, and memory at rest."""
    def measure(name):
        with bench.running(name, bench.table["small"]) as server:
            time.sleep(1)
            kb = server.memory_kb()
            return {"start_ms": server.started_in * 1000, "rss_mb": kb["rss_kb"] / 1024,
                    "pss_mb": kb["pss_kb"] / 1024}

    turns = alone(servers(bench), bench.few_rounds(), measure)
    rows = [[name, *(report.shown(report.middle(rounds, key), digits)
                     for key, digits in (("start_ms", 0), ("pss_mb", 1), ("rss_mb", 1)))]
            for name, rounds in turns.figures.items()]
    return turns, report.table("At rest, one loop", ["start ms", "memory MB (PSS)", "RSS MB"], rows,
                               turns.left_out)


def connected(port, count, path):
    """Keep-alive connections, each of which has had one answer."""
    clients = []
    for _ in range(count):
        client = socket.create_connection(("127.0.0.1", port), 30)
        client.sendall(REQUEST % path)
        clients.append(client)
        data = b""
        while b"\r\n\r\n" not in data:
            got = client.recv(65536)
            if not got:
                raise check.Different(f"closes connection {len(clients)}")
            data += got
    return clients


def idle_connections(bench, _):
    """Memory of the server for each idle connection."""
    def measure(name):
        with bench.running(name, bench.table["small"]) as server:
            try:
                connected(server.port, 100, b"/small.txt")  # what is made once
                before = server.memory_kb()["pss_kb"]
                clients = connected(server.port, IDLE, b"/small.txt")
            except OSError as why:
                raise check.Different(why) from why
            time.sleep(1)
            grown = server.memory_kb()["pss_kb"] - before
            for client in clients:
                client.close()
            return {"kb": grown / IDLE}

    turns = alone(bench.names(bench.table["small"]), bench.few_rounds(3), measure)
    rows = [[name, report.shown(report.middle(rounds, "kb"), 2)]
            for name, rounds in turns.figures.items()]
    return turns, report.table(f"{IDLE:,} idle keep-alive connections", ["KB for each"], rows,
                               turns.left_out)


@contextlib.contextmanager
def slow_readers(port, count):
    """Clients that read a large file slowly, all of them on one thread."""
    stopped = threading.Event()
    clients = []
    for _ in range(count):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
        client.connect(("127.0.0.1", port))
        client.sendall(REQUEST % b"/10m.bin")
        client.setblocking(False)
        clients.append(client)

    def read():
        with selectors.DefaultSelector() as selector:
            for client in clients:
                selector.register(client, selectors.EVENT_READ)
            while not stopped.wait(SLOW_PAUSE):
                for key, _ in selector.select(0):
                    with contextlib.suppress(OSError):
                        key.fileobj.recv(SLOW_PIECE)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield
    finally:
        stopped.set()
        reader.join()
        for client in clients:
            client.close()


def beside_slow(bench, _):
    """64 fast clients while 200 slow ones read 10 MB each."""
    scenario = bench.table["small"]

    def measure(name):
        with bench.running(name, scenario) as server, slow_readers(server.port, SLOW):
            drive.wrk(server.port, scenario, {}, 1, bench.folder)
            return bench.measure(server, scenario, {})

    turns = alone(servers(bench), bench.few_rounds(), measure)
    title = f"64 fast clients beside {SLOW} that read 10 MB at 20 kB/s"
    return turns, report.scenario_table(title, turns)


def off_and_on(bench, kind, names, title, **on):
    """What something costs: the same server with it and without, both in each round."""
    scenario = bench.table["small"]

    def start(lives, name):
        return {place: lives.enter_context(
            bench.ready(name, scenario, place=place, **(on if place == "on" else {})))
            for place in ("off", "on")}

    def measure(both, number):
        order = ("on", "off") if number % 2 else ("off", "on")
        cpu = {place: both[place]()["cpu_us"] for place in order}
        return {"off_us": cpu["off"], "on_us": cpu["on"], "more_us": cpu["on"] - cpu["off"]}

    turns = bench.in_lives(kind, names, start, measure)
    rows = [[name, *(report.shown(report.middle(rounds, key), 2)
                     for key in ("off_us", "on_us", "more_us"))]
            for name, rounds in turns.figures.items()]
    return turns, report.table(f"1 KB hot, {title} off and on, CPU µs/request",
                               ["off", "on", "difference within a round"], rows, turns.left_out)


def access_log(bench, _):
    return off_and_on(bench, "access-log", servers(bench), "access log", with_log=True)


def figures(bench, _):
    """`admin`, with which every answer is counted. Nobody looks meanwhile."""
    return off_and_on(bench, "figures", ["frontis"], "`admin`",
                      more='admin: "unix:@FOLDER@/admin.sock"\n')
