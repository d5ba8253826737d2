"""What is not a rate: start and rest, idle connections, latency of an open loop, slow readers."""

import contextlib
import functools
import json
import selectors
import socket
import subprocess
import threading
import time

from suite import check, drive, machine, report

IDLE = 10_000
SLOW = 200
SLOW_PIECE, SLOW_PAUSE = 4096, 0.2  # about 20 kB/s
REQUEST = b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"


def start_and_rest(bench, _):
    """Time to the first connection, and memory at rest."""
    scenario = bench.table["small"]
    names = [name for name in bench.names(scenario) if name != "floor"]
    found = {name: [] for name in names}
    for _ in range(bench.chosen.rounds):
        for name in names:
            with bench.running(name, scenario) as server:
                time.sleep(1)
                found[name].append({"start_ms": server.started_in * 1000,
                                    "rss_kb": server.rss_kb()})
    lines = ["### At rest, one loop\n", "| server | start ms | memory MB (PSS) |", "|---|---:|---:|"]
    for name, rounds_of in found.items():
        start = report.median([one["start_ms"] for one in rounds_of])
        rest = report.median([one["rss_kb"] for one in rounds_of])
        lines.append(f"| {name} | {start:.0f} | {rest / 1024:.1f} |")
    return found, "\n".join(lines) + "\n"


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
    scenario = bench.table["small"]
    names = bench.names(scenario)
    found, left_out = {name: [] for name in names}, {}
    for _ in range(bench.chosen.rounds):
        for name in names:
            with bench.running(name, scenario) as server:
                try:
                    connected(server.port, 100, b"/small.txt")  # what is made once
                    before = server.rss_kb()
                    clients = connected(server.port, IDLE, b"/small.txt")
                except (OSError, check.Different) as why:
                    left_out[name] = str(why)
                    continue
                time.sleep(1)
                found[name].append((server.rss_kb() - before) / IDLE)
                for client in clients:
                    client.close()
    lines = [f"### {IDLE:,} idle keep-alive connections\n", "| server | KB for each |", "|---|---:|"]
    lines += [f"| {name} | {report.median(values):.2f} |"
              for name, values in found.items() if values]
    lines += [f"\nLeft out: {name}, {why}." for name, why in left_out.items()]
    return found, "\n".join(lines) + "\n"


def open_loop(bench, kept, part):
    """Latencies at a part of nginx's highest rate, which does not wait for the server; µs from when
    a request was due."""
    scenario = bench.table["small"]
    names = bench.names(scenario)
    known = kept.get("small", {}).get("rounds", {}).get("nginx")
    highest = report.median([one["rate"] for one in known]) if known else \
        bench.measure("nginx", scenario)["rate"]
    rate = int(highest * part)
    seconds, rounds = bench.chosen.seconds, bench.chosen.rounds
    paths = bench.folder / "open.paths"
    paths.write_text("/small.txt\n")
    _, core = machine.cores()
    found = {name: [] for name in names}
    for number in range(rounds):
        for name in report.rotated(names, number):
            with bench.running(name, scenario) as server:
                for time_taken in (1, seconds):  # the first to warm up
                    said = subprocess.run(
                        ["taskset", "-c", str(core), bench.load, str(server.port), str(rate),
                         str(time_taken), "64", str(paths)], capture_output=True, text=True)
                if said.returncode == 0:
                    found[name].append(json.loads(said.stdout))
    lines = [f"### Open loop at {rate:,} requests/s, {part:.0%} of what nginx can\n",
             "| server | p50 µs | p99 µs | p99.9 µs |", "|---|---:|---:|---:|"]
    for name, rounds_of in found.items():
        if not rounds_of:
            lines.append(f"| {name} | does not keep up | | |")
            continue
        values = [f"{report.median([one[key] for one in rounds_of]):.0f}"
                  for key in ("p50", "p99", "p99.9")]
        lines.append(f"| {name} | {' | '.join(values)} |")
    return found, "\n".join(lines) + "\n"


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
    names = [name for name in bench.names(scenario) if name != "floor"]
    found = {name: [] for name in names}
    for number in range(bench.chosen.rounds):
        for name in report.rotated(names, number):
            with bench.running(name, scenario) as server, slow_readers(server.port, SLOW):
                drive.wrk(server.port, scenario, {}, 1, bench.folder)
                before = server.cpu_us()
                load = drive.wrk(server.port, scenario, {}, bench.chosen.seconds, bench.folder)
                if load.faults:
                    continue
                found[name].append({"rate": load.rate, "p50": load.p50, "p99": load.p99,
                                    "cpu_us": (server.cpu_us() - before) / load.requests,
                                    "rss_kb": server.rss_kb()})
    title = f"64 fast clients beside {SLOW} that read 10 MB at 20 kB/s"
    return found, report.scenario_table(title, {n: r for n, r in found.items() if r}, {})


# Each gets the bench and the figures so far; gives figures and a table.
ALL = {
    "rest": start_and_rest,
    "idle": idle_connections,
    "open-30": functools.partial(open_loop, part=0.3),
    "open-70": functools.partial(open_loop, part=0.7),
    "slow": beside_slow,
}
