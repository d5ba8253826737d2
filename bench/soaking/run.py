"""Reloads and upgrades under load: 64 connections that are kept and asked on, downloads, an
application and a WebSocket, while the configuration changes a thousand times and a new process
takes over fifty times. Every answer is compared. What the server has of the machine (memory,
descriptors, threads) is taken after a fifth and at the end, at rest.

    bench/soak [--reloads 1000] [--upgrades 50] [--clients 64] [--downloads 4]

Ends with 1 when one answer was not right, or what the server has has grown by more than 2 %."""

import argparse
import asyncio
import hashlib
import sys
import tempfile
import time
from pathlib import Path

from soaking import clients
from soaking.server import Server

MOST_GROWTH = 0.02
LARGE = 8 * 1024 * 1024
SETTLED = 3.0  # seconds of load after the last change: a new process has done as much as another
REST = 1.5     # and without requests, before anything is measured


def digest(body):
    return hashlib.sha256(body).digest()


def make_files(root):
    """What is asked for, with the digests of what may be answered."""
    root.mkdir()
    small = {f"/{n}.txt": f"file {n}\n".encode() * (n * 40 + 1) for n in range(20)}
    for path, body in small.items():
        (root / path[1:]).write_bytes(body)
    large = b"".join(b"%015d\n" % n for n in range(LARGE // 16))
    (root / "large.bin").write_bytes(large)
    hot = {path: {digest(body)} for path, body in small.items()}
    hot["/hello"] = {digest(b"hello from the application\n")}
    hot["/number"] = {digest(b"0\n"), digest(b"1\n")}
    return hot, {"/large.bin": {digest(large)}}


class Soak:
    def __init__(self, chosen, server, faults, files):
        self.chosen, self.server, self.faults = chosen, server, faults
        self.hot, self.large = files

    async def loaded(self, change, count, at_rest):
        """`count` changes under load; what the server then has at rest. `at_rest`: after one more
        change, with which memory that is free between requests goes back to the system."""
        stop = asyncio.Event()
        tasks = [asyncio.create_task(clients.ask(self.server.port, self.faults, self.hot, stop))
                 for _ in range(self.chosen.clients)]
        tasks += [asyncio.create_task(clients.ask(self.server.port, self.faults, self.large, stop))
                  for _ in range(self.chosen.downloads)]
        for number in range(count):
            fault = await asyncio.to_thread(change, number)
            if fault:
                self.faults.add(f"change {number}: {fault}")
        await asyncio.sleep(SETTLED)
        stop.set()
        await asyncio.gather(*tasks)
        await asyncio.sleep(REST)
        if at_rest:
            await asyncio.to_thread(change, count)
            await asyncio.sleep(REST)
        return self.server.has()

    async def phase(self, title, change, count, at_rest):
        """A fifth of the changes first; then the rest. True when nothing has grown."""
        if count == 0:
            return True
        begun = time.monotonic()
        answers, connections = self.faults.answers, self.faults.connections
        stop = asyncio.Event()
        socket = asyncio.create_task(clients.talk(self.server.port, self.faults, stop))
        tenth = max(1, count // 10)
        # Whatever clients do for the first time is not what is looked for.
        await self.loaded(change, tenth, at_rest)
        before = await self.loaded(change, tenth, at_rest)
        after = await self.loaded(change, max(1, count - 2 * tenth), at_rest)
        stop.set()
        await socket
        print(f"{count} {title} in {time.monotonic() - begun:.0f} s: "
              f"{self.faults.answers - answers} answers over "
              f"{self.faults.connections - connections} connections", flush=True)
        return self.compare(before, after)

    @staticmethod
    def compare(before, after):
        is_good = True
        for what, was in before.items():
            growth = after[what] / was - 1
            is_good = is_good and growth <= MOST_GROWTH
            print(f"  {what}: {was} after a fifth, {after[what]} at the end ({growth:+.1%})")
        return is_good

    async def run(self):
        is_good = await self.phase("reloads", self.server.reload, self.chosen.reloads, True)
        return await self.phase("upgrades", lambda _: self.server.upgrade(),
                                self.chosen.upgrades, False) and is_good


async def soak(chosen):
    faults = clients.Faults()
    with tempfile.TemporaryDirectory(prefix="frontis-soak-") as name:
        folder = Path(name)
        files = make_files(folder / "root")
        async with clients.echo() as echo_port:
            server = Server(folder, folder / "root", echo_port)
            is_steady = await Soak(chosen, server, faults, files).run()
            if not await asyncio.to_thread(server.stop):
                faults.add(f"not all processes have ended well: {server.said()}")
    print(f"{faults.answers} answers, {len(faults.seen)} faults"
          f"{'' if is_steady else '; the server has grown'}")
    return is_steady and not faults.seen


def main():
    parser = argparse.ArgumentParser(prog="bench/soak", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reloads", type=int, default=1000)
    parser.add_argument("--upgrades", type=int, default=50)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--downloads", type=int, default=4)
    sys.exit(0 if asyncio.run(soak(parser.parse_args())) else 1)


if __name__ == "__main__":
    main()
