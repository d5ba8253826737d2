"""Frontis beside nginx, h2o, lighttpd, Caddy, Apache and HAProxy, beside the limit of the socket
interface (bench/floor), and with a WSGI application beside nginx with gunicorn or uwsgi and
WhiteNoise, in one run on one machine.

    bench/run [--quick] [--rounds 8] [--seconds 1] [--only NAME,...] [--peers NAME,...]
              [--json FILE] [--results FILE] [--build build-bench]
    bench/run --compare OLD.json NEW.json

Installs what is missing, writes each server's configuration (bench/peers/), and measures all in
turns, each bound to one core, with the load on another. Each answer is compared before it is timed.
Prints a table for each scenario: processor time for one request (the figure that decides, as it
does not depend on the load), requests a second, latencies, memory, and the ratios to nginx and to
the floor; and what is to be reached, with what was. suite/results.py says more.

--results writes all of it as a page (bench/RESULTS.md). --compare shows how far the ratios of two
runs are apart, and ends with 1 where one is beyond 10 %."""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from suite import (backends, compare, content, machine, open_loop, prepare, report, results,
                   scenarios, stacks, targets)
from suite.bench import Bench, say

TOP = machine.TOP
PACKAGES = ("nginx-light", "h2o", "lighttpd", "lighttpd-mod-deflate", "caddy", "apache2",
            "haproxy", "wrk", *stacks.PACKAGES)


def chosen_names(chosen, table):
    """Of the scenarios, and of what is no rate."""
    names = [one.name for one in table] + list(open_loop.ALL)
    if not chosen.only:
        return [one.name for one in table if one.is_quick] if chosen.quick else names
    wanted = chosen.only.split(",")
    unknown = set(wanted) - set(names)
    if unknown:
        raise SystemExit(f"bench/run: no scenario {', '.join(sorted(unknown))}; there are "
                         + ", ".join(names))
    return [one for one in names if one in wanted]


def options():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the main scenarios, in five minutes")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=int, default=1)
    parser.add_argument("--only", help="these scenarios")
    parser.add_argument("--peers", type=lambda text: text.split(","), help="these servers")
    parser.add_argument("--json", type=Path, help="write all figures there, too")
    parser.add_argument("--results", type=Path, help="write all tables there, too")
    parser.add_argument("--compare", nargs=2, metavar=("OLD", "NEW"),
                        help="two files of --json, instead of a run")
    parser.add_argument("--build", default="build-bench", help="folder to build in")
    chosen = parser.parse_args()
    chosen.rounds = chosen.rounds or (4 if chosen.quick else 8)
    if chosen.quick and not chosen.peers:
        chosen.peers = ["frontis", "nginx", "h2o", "floor"]
    return chosen


def measure_all(bench, names):
    """Prints each table as soon as it is there; all figures by name, and the tables."""
    kept, tables = {}, []
    for name in names:
        begun = time.monotonic()
        if name in bench.table:
            scenario = bench.table[name]
            turns = bench.run(scenario)
            shown = report.stack_table if scenario.app else report.scenario_table
            table = shown(scenario.title, turns)
        else:
            say(name)
            turns, table = open_loop.ALL[name](bench, kept)
        kept[name] = {"rounds": turns.figures, "left_out": turns.left_out}
        tables.append(table)
        print(table, flush=True)
        say(f"{name} took {time.monotonic() - begun:.0f} s")
    return kept, tables


def write(chosen, facts, versions, kept, tables):
    if chosen.json:
        chosen.json.write_text(json.dumps(
            {"machine": facts, "versions": versions, "rounds": chosen.rounds,
             "seconds": chosen.seconds, "scenarios": kept}, indent=1) + "\n")
    if chosen.results:
        results.write(chosen.results, report.heading(facts, chosen, versions),
                      targets.summary(kept), tables)


def main():
    chosen = options()
    if chosen.compare:
        sys.exit(compare.run(*chosen.compare))
    # The names alone, before there are files.
    names = chosen_names(chosen, scenarios.table(["/"]))
    needs = {one.needs for one in scenarios.table(["/"]) if one.name in names}
    prepare.install(*PACKAGES)
    prepare.build(chosen.build, "frontis", "load", "floor")
    files = machine.raise_limits()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="frontis-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # some servers read as another user
        say("making the files")
        mixed = content.make(folder / "root", "large" in needs, "cold" in needs)
        floor = str(TOP / chosen.build / "floor")
        with backends.running(floor, folder / "backends") as places:
            values = {**places, "ROOT": folder / "root", "OPEN_FILES": files * 6 // 10,
                      "PROCESSES": stacks.PROCESSES}
            bench = Bench(chosen, folder, values, scenarios.table(mixed))
            facts, versions = machine.described(), bench.versions(names)
            print(report.heading(facts, chosen, versions), flush=True)
            kept, tables = measure_all(bench, names)
    print("### What is to be reached\n\n" + targets.summary(kept))
    say(f"took {time.monotonic() - begun:.0f} s")
    write(chosen, facts, versions, kept, tables)


if __name__ == "__main__":
    main()
