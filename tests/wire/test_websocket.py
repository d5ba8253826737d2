"""WebSockets through Frontis: the server and the client are those of python3-websockets."""

import asyncio
import contextlib
import http
import os
import threading

import pytest

from harness import write_tree

try:
    import websockets
except ImportError:
    pytest.skip("python3-websockets is not installed", allow_module_level=True)

WAIT = 20.0
MANY = 150
LARGEST = 4 * 1024 * 1024


class Echo:
    """Says every message again, on a loop in a thread of its own."""

    def __init__(self):
        self.closed = []  # (code, reason) of each connection that has ended
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.server = self.run(self._serve())
        self.address = "127.0.0.1:%d" % self.server.sockets[0].getsockname()[1]

    async def _serve(self):
        return await websockets.serve(
            self.talk, "127.0.0.1", 0, max_size=LARGEST, subprotocols=["chat"],
            process_request=self.refuse)

    async def refuse(self, path, fields):
        return (http.HTTPStatus.FORBIDDEN, [("X-Own", "1")], b"not you\n") if path == "/closed" else None

    async def talk(self, socket, *_):
        try:
            async for message in socket:
                if message == "ping me":
                    await (await socket.ping())
                    await socket.send("the pong has come")
                elif message == "close":
                    await socket.close(4001, "enough")
                elif message == "break":
                    socket.transport.abort()
                elif message == "fields":
                    await socket.send(repr(dict(socket.request_headers.raw_items())))
                else:
                    await socket.send(message)
        except websockets.ConnectionClosed:
            pass
        await socket.wait_closed()
        self.closed.append((socket.close_code, socket.close_reason))

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(WAIT)

    async def _stop(self):
        self.server.close()
        await self.server.wait_closed()

    def stop(self):
        with contextlib.suppress(Exception):
            self.run(self._stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(WAIT)
        self.loop.close()


@pytest.fixture
def echo():
    server = Echo()
    yield server
    server.stop()


@pytest.fixture
def site(serve, echo, tmp_path):
    routes = {"/static/": {"files": str(write_tree(tmp_path / "static", {"a.txt": "a file"}))},
              "/": {"app": "chat"}}
    app = {"http": echo.address, "max_connections": 2 * MANY}
    return serve({"*": routes}, apps={"chat": app}, limits={"connections_per_client": 2 * MANY})


def talk(site, conversation, path="/", **more):
    """Runs `conversation(socket)` on a WebSocket through `site`."""

    async def run():
        url = f"ws://127.0.0.1:{site.address[1]}{path}"
        async with websockets.connect(url, max_size=LARGEST, **more) as socket:
            return await asyncio.wait_for(conversation(socket), WAIT)

    return asyncio.run(run())


def wait_until_closed(echo, count=1):
    async def all_closed():
        while len(echo.closed) < count:
            await asyncio.sleep(0.02)

    asyncio.run(asyncio.wait_for(all_closed(), WAIT))
    return echo.closed


def test_messages_go_both_ways(site):
    async def conversation(socket):
        for message in ("hello", "größe 日本", b"\0\xff", "", b"x" * 70_000):
            await socket.send(message)
            assert await socket.recv() == message

    talk(site, conversation)


def test_pings_are_answered_on_both_sides(site):
    async def conversation(socket):
        await (await socket.ping(b"are you there"))
        await socket.send("ping me")
        assert await socket.recv() == "the pong has come"

    talk(site, conversation)


def test_a_message_of_a_megabyte_comes_whole(site):
    async def conversation(socket):
        message = os.urandom(1_000_000)
        for _ in range(3):
            await socket.send(message)
            assert await socket.recv() == message

    talk(site, conversation, compression=None)


def test_a_message_in_many_parts_comes_whole(site):
    async def conversation(socket):
        await socket.send(part * 1000 for part in "abcdefgh")
        assert await socket.recv() == "".join(part * 1000 for part in "abcdefgh")

    talk(site, conversation)


def test_the_handshake_is_the_clients_own(site):
    async def conversation(socket):
        assert socket.subprotocol == "chat"
        assert any("permessage-deflate" in str(one.name) for one in socket.extensions)
        await socket.send("fields")
        fields = eval(await socket.recv())
        assert fields["Origin"] == "http://site.test" and fields["X-Own"] == "1"
        assert fields["X-Forwarded-For"] == "127.0.0.1"
        assert fields["Upgrade"].lower() == "websocket"

    talk(site, conversation, subprotocols=["chat"], origin="http://site.test",
         extra_headers={"X-Own": "1"})


def test_the_client_closes(site, echo):
    async def conversation(socket):
        await socket.send("last")
        assert await socket.recv() == "last"
        await socket.close(4000, "going")

    talk(site, conversation)
    assert wait_until_closed(echo) == [(4000, "going")]


def test_the_app_closes(site):
    async def conversation(socket):
        await socket.send("close")
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()
        return socket.close_code, socket.close_reason

    assert talk(site, conversation) == (4001, "enough")


def test_the_client_breaks_off(site, echo):
    async def conversation(socket):
        await socket.send("hello")
        assert await socket.recv() == "hello"
        socket.transport.abort()

    with contextlib.suppress(websockets.ConnectionClosed):
        talk(site, conversation)
    assert wait_until_closed(echo)[0][0] == 1006


def test_the_app_breaks_off(site):
    async def conversation(socket):
        await socket.send("break")
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()
        return socket.close_code

    assert talk(site, conversation) == 1006


def test_a_refused_handshake_comes_as_it_is(site):
    with pytest.raises(websockets.InvalidStatusCode) as refused:
        talk(site, None, path="/closed")
    assert refused.value.status_code == 403
    assert refused.value.headers["X-Own"] == "1"


def test_a_plain_request_is_still_answered(site):
    answer = site.fetch("/")
    assert answer.status == 426
    assert answer.get("Upgrade") in (None, "websocket")


def test_many_talk_at_once_and_files_are_served(site, echo):
    async def one(number):
        url = f"ws://127.0.0.1:{site.address[1]}/"
        async with websockets.connect(url, open_timeout=60) as socket:
            here.append(number)
            while len(here) < MANY:
                await asyncio.sleep(0.02)
            for turn in range(5):
                await socket.send(f"{number} {turn}")
                assert await socket.recv() == f"{number} {turn}"

    async def all_of_them():
        talks = asyncio.gather(*(one(number) for number in range(MANY)))
        answer = await asyncio.to_thread(site.fetch, "/static/a.txt")
        assert answer.body == b"a file"
        await asyncio.wait_for(talks, 120)

    here = []
    asyncio.run(all_of_them())
    assert len(wait_until_closed(echo, MANY)) == MANY
