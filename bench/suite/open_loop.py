"""Latencies of a load that does not wait for the server, at a part of nginx's highest rate; counted
from when a request was due. At rest, and while Frontis presses a folder of fresh files."""

import functools
import json
import subprocess
import tempfile
from pathlib import Path

from suite import check, content, machine, others, report
from suite.rounds import alone

CONNECTIONS = 64
KEYS = ("p50", "p99", "p99.9")
LEAST_SECONDS = 2  # so that some tens of answers are above p99.9
# Behind the last route of bench/peers/frontis.yaml.
PRESSING = '    /fresh/: {{ files: "{folder}" }}\nstate: "{state}"\n'
# Each file that ext4 makes costs a look at all that were deleted in the last minutes nearby, as
# benches delete many: with some thousands a core is not to be had for 0.2 ms. Not so in memory.
IN_MEMORY = "/dev/shm"


def highest(bench, kept):
    """Requests/s of nginx, in `small` or asked for once: all parts are to be of the same."""
    known = kept.get("small", {}).get("rounds", {}).get("nginx") or bench.highest_rounds
    if not known:
        if "nginx" not in bench.peers:
            raise SystemExit("bench/run: open-* asks as often as nginx decides: name it in --peers")
        with bench.ready("nginx", bench.table["small"]) as measure_nginx:
            known = bench.highest_rounds = [measure_nginx() for _ in range(3)]
    return report.middle(known, "rate")


def load(bench, port, rate, seconds):
    paths = bench.folder / "open.paths"
    paths.write_text("/small.txt\n")
    _, core = machine.cores()
    done = subprocess.run(["taskset", "-c", str(core), bench.load, str(port), str(rate),
                           str(seconds), str(CONNECTIONS), str(paths)],
                          capture_output=True, text=True)
    if done.returncode:
        raise check.Different(done.stderr.strip())
    said = json.loads(done.stdout)
    if said["errors"]:
        raise check.Different(f"{said['errors']} were not answered with 200")
    return said


def measure(bench, rate, fresh, name):
    """`fresh` is the folder that Frontis presses, or None."""
    with tempfile.TemporaryDirectory(prefix="frontis-bench-", dir=IN_MEMORY) as state:
        settings = {}
        if fresh and name == "frontis":
            settings = {"place": "pressing", "more": PRESSING.format(folder=fresh, state=state)}
        with bench.running(name, bench.table["small"], **settings) as server:
            load(bench, server.port, rate, 1)  # to warm up
            before = variants(state)
            said = load(bench, server.port, rate, max(LEAST_SECONDS, bench.chosen.seconds))
            if settings:
                said["pressed"] = variants(state) - before
                if not said["pressed"]:
                    raise check.Different("pressed nothing meanwhile")
            return said


def variants(state):
    """How many there are."""
    return sum(one.is_file() for one in (Path(state) / "variants").rglob("*"))


def open_loop(bench, kept, part, while_pressing=False):
    rate = int(highest(bench, kept) * part)
    names, fresh = bench.names(bench.table["small"]), None
    if while_pressing:
        names = [one for one in names if one in ("frontis", "nginx")]
        fresh = content.make_fresh(bench.folder / "fresh")
    turns = alone(names, bench.few_rounds(), lambda name: measure(bench, rate, fresh, name))
    title = f"Open loop at {rate:,} requests/s, {part:.0%} of what nginx can"
    if while_pressing:
        many = [one["pressed"] for one in turns.figures.get("frontis", [])]
        title += f", while Frontis presses ({report.shown(report.median(many), 0)} variants)"
    rows = [[name, *(report.shown(report.middle(rounds, key), 0) for key in KEYS)]
            for name, rounds in turns.figures.items()]
    return turns, report.table(title, [f"{key} µs" for key in KEYS], rows, turns.left_out)


# Each gets the bench and the figures so far; gives Turns and a table.
ALL = {
    "access-log": others.access_log,
    "figures": others.figures,
    "rest": others.start_and_rest,
    "idle": others.idle_connections,
    "open-30": functools.partial(open_loop, part=0.3),
    "open-30-press": functools.partial(open_loop, part=0.3, while_pressing=True),
    "open-70": functools.partial(open_loop, part=0.7),
    "open-70-press": functools.partial(open_loop, part=0.7, while_pressing=True),
    "slow": others.beside_slow,
}
