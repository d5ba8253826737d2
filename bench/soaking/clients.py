"""Clients that notice everything: each answer is compared, and whatever is not as it should be is a
fault. Connections are kept for as long as the server keeps them."""

import asyncio
import contextlib
import hashlib

import websockets

PAUSE = 0.01       # between two requests of a client
PATIENCE = 30.0    # for an answer
SLOWLY = 64 * 1024  # bytes of a download between two pauses


class Faults:
    def __init__(self):
        self.seen, self.answers, self.connections = [], 0, 0

    def add(self, fault):
        if len(self.seen) < 100:
            self.seen.append(fault)
        print(f"FAULT: {fault}", flush=True)


class Client:
    """One connection at a time; a new one after an answer that says `Connection: close`."""

    def __init__(self, port, faults):
        self.port, self.faults, self.streams = port, faults, None

    async def get(self, path, expected):
        """`expected` are the digests that the body may have."""
        try:
            body, status = await asyncio.wait_for(self.exchange(path), PATIENCE)
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError) as fault:
            self.faults.add(f"{path}: {fault!r}")
            self.close()
            return
        self.faults.answers += 1
        if status != 200 or hashlib.sha256(body).digest() not in expected:
            self.faults.add(f"{path}: status {status}, {len(body)} bytes: {body[:80]!r}")

    async def exchange(self, path):
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
            self.faults.connections += 1
        reader, writer = self.streams
        writer.write(f"GET {path} HTTP/1.1\r\nHost: soak.test\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ")[1])
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await self.read(reader, int(fields["content-length"]))
        if fields.get("connection") == "close":
            self.close()
        return body, status

    async def read(self, reader, length):
        if length <= SLOWLY:
            return await reader.readexactly(length)
        body = bytearray()
        while len(body) < length:
            body += await reader.readexactly(min(SLOWLY, length - len(body)))
            await asyncio.sleep(PAUSE)
        return bytes(body)

    def close(self):
        if self.streams is not None:
            self.streams[1].close()
        self.streams = None


async def ask(port, faults, paths, stop):
    """Until `stop` is set; `paths` by digests."""
    client, number = Client(port, faults), 0
    names = list(paths)
    while not stop.is_set():
        path = names[number % len(names)]
        number += 1
        await client.get(path, paths[path])
        await asyncio.sleep(PAUSE)
    client.close()


async def talk(port, faults, stop):
    """One WebSocket for all of the time."""
    try:
        async with websockets.connect(f"ws://127.0.0.1:{port}/chat", max_size=None) as socket:
            number = 0
            while not stop.is_set():
                number += 1
                await socket.send(f"message {number}")
                said = await asyncio.wait_for(socket.recv(), PATIENCE)
                if said != f"message {number}":
                    faults.add(f"the WebSocket said {said!r} to message {number}")
                await asyncio.sleep(PAUSE * 5)
    except (OSError, asyncio.TimeoutError, websockets.WebSocketException) as fault:
        faults.add(f"the WebSocket: {fault!r}")


@contextlib.asynccontextmanager
async def echo():
    """A WebSocket server for it; gives its port."""
    async def again(socket, *_):
        async for message in socket:
            await socket.send(message)

    async with websockets.serve(again, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
