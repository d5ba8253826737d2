"""A run of the bench: starts the servers that a scenario asks for, and measures them in turns."""

import contextlib
import sys
import time

from suite import backends, check, content, drive, peers, stacks
from suite.machine import TOP
from suite.rounds import Turns, alone

# Where a process comes to lie in memory makes it a per cent faster or slower for as long as it
# lives: no figure is to rest on one life.
ROUNDS_OF_A_LIFE = 4
SETTLED = 0.02  # seconds: until the connections of the last load are closed


def say(text):
    print(text, file=sys.stderr, flush=True)


class Meter:
    """Processor time from now on."""

    def __init__(self, server):
        time.sleep(SETTLED)
        self.server, self.before = server, server.cpu_us()

    def us(self):
        time.sleep(SETTLED)
        after = self.server.cpu_us()
        if self.before.keys() - after.keys():
            raise check.Different("a process of it has ended")
        return sum(after.values()) - sum(self.before.values())


class Bench:
    def __init__(self, chosen, folder, values, table):
        self.chosen, self.folder, self.values = chosen, folder, values
        self.root = folder / "root"
        self.table = {one.name: one for one in table}
        built = TOP / chosen.build
        frontis = str(built / "frontis")
        self.peers = {one.name: one for one in peers.all_peers(frontis) if self.wants(one.name)}
        self.stacks = {one.name: one for one in stacks.all_stacks(frontis) if self.wants(one.name)}
        self.floor = peers.Floor(str(built / "floor"))
        self.load = str(built / "load")
        self.floor_modes = {}
        self.highest_rounds = []  # of nginx, where it is asked for without `small`

    def wants(self, name):
        """nginx+uwsgi belongs to nginx."""
        return not self.chosen.peers or name.split("+")[0] in (*self.chosen.peers, "frontis")

    def few_rounds(self, most=5):
        """For what takes long, or varies little."""
        return min(self.chosen.rounds, most)

    def versions(self, names):
        asked = {}
        for scenario in (self.table[name] for name in names if name in self.table):
            asked.update(self.stacks if scenario.app else self.peers)
        found = {name: one.version() for name, one in {**self.peers, **asked}.items()}
        return {**found, **stacks.runtime_versions()} if "nginx+uwsgi" in asked else found

    def names(self, scenario):
        there = self.stacks if scenario.app else self.peers
        names = [one for one in scenario.peers if one in there]
        return names + (["floor"] if scenario.floor and self.wants("floor") else [])

    def running(self, name, scenario, **settings):
        """`settings` are those of a Peer."""
        if name == "floor":
            return self.floor.running(self.floor_mode(scenario))
        there = self.stacks if scenario.app else self.peers
        values = {**self.values, "APP": scenario.app}
        return there[name].running(self.folder, values, **settings)

    def floor_mode(self, scenario):
        if scenario.floor == "files":
            return ["files", str(self.root)]
        if scenario.floor == "backend":
            return backends.floor_mode(scenario.backend, self.values, self.folder / "backends")
        if scenario.name not in self.floor_modes:
            self.floor_modes[scenario.name] = [scenario.floor, *self.floor_answer(scenario)]
        return self.floor_modes[scenario.name]

    def floor_answer(self, scenario):
        """What Frontis answers, to the byte: head in one file, body in another or behind it. Of
        many files one of the usual size."""
        path = content.usual(self.root, scenario.paths, "gzip" in str(scenario.headers))
        with self.running("frontis", scenario, place="answers") as server:
            fields = check.check(server, scenario, self.root)
            head, body = check.raw(server.port, path, fields, scenario.close)
        name = self.folder / f"{scenario.name}.answer"
        if scenario.floor == "sendfile":
            name.write_bytes(head)
            return [str(name), str(self.root / path[1:])]
        name.write_bytes(head + body)
        return [str(name)]

    @contextlib.contextmanager
    def ready(self, name, scenario, **settings):
        """A server whose answers are right and that is warm; gives what measures it."""
        with self.running(name, scenario, **settings) as server:
            fields = dict(scenario.headers)
            if name != "floor":
                fields = check.check(server, scenario, self.root)
            if not scenario.is_first:
                self.drive(server.port, scenario, fields, 1)
            yield lambda: self.measure(server, scenario, fields)

    def measure(self, server, scenario, fields):
        meter = Meter(server)
        load = self.drive(server.port, scenario, fields, self.chosen.seconds)
        used = meter.us()
        if load.faults or not load.requests:
            raise check.Different(load.faults or "no answer")
        return {"cpu_us": used / load.requests, "rate": load.rate, "p50": load.p50,
                "p99": load.p99, **server.memory_kb()}

    def drive(self, port, scenario, fields, seconds):
        if scenario.once:
            return drive.each_once(self.load, port, scenario, fields, self.folder)
        return drive.wrk(port, scenario, fields, seconds, self.folder)

    def run(self, scenario):
        """The rounds of a scenario, as Turns."""
        if scenario.is_alone:
            return alone(self.names(scenario), self.few_rounds(),
                         lambda name: self.measure_alone(name, scenario))
        return self.in_lives(scenario.name, self.names(scenario),
                             lambda lives, name: lives.enter_context(self.ready(name, scenario)),
                             lambda measure, _: measure())

    def in_lives(self, title, names, start, measure):
        """All servers run at the same time, and each is started anew after some rounds:
        `start(lives, name)` gives what `measure` gets, with the number of the round."""
        turns = Turns(names)
        while turns.number < self.chosen.rounds:
            with contextlib.ExitStack() as lives:
                there = dict(turns.each(lambda name: start(lives, name)))
                until = min(turns.number + ROUNDS_OF_A_LIFE, self.chosen.rounds)
                while turns.number < until:
                    say(f"{title}, round {turns.number + 1}")
                    turns.measure(lambda name: measure(there[name], turns.number))
        return turns

    def measure_alone(self, name, scenario):
        say(f"{scenario.name}: {name}")
        with self.ready(name, scenario) as measure:
            return measure()
