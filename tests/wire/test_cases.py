"""The table of HTTP/1.1 cases against the real binary, whole and one byte at a time."""

import pytest

from cases import CASES
from cases.site import BODY_LIMIT, CODED, sites, write_site
from client import poll
from harness import Server
from player import MOST_BYTEWISE, Player


@pytest.fixture(scope="module")
def player(binary, module_folder):
    root = write_site(module_folder / "root")
    # The table sends many refused requests from one address, which a limit would mistake.
    limits = {"body": BODY_LIMIT, "connections_per_client": 0}
    # What is sent must not depend on how far press has come.
    press = {"codings": []}
    with Server(module_folder, sites(root), limits=limits, press=press) as server:
        for target, codings in (("/app.css", CODED), ("/only-gz.js", ("gzip",))):
            for coding in codings:
                proved = poll(lambda: server.fetch(target, f"Accept-Encoding: {coding}").get(
                    "Content-Encoding") == coding)
                assert proved, f"{target} was never served as {coding}"
        yield Player(server, strict=True)


@pytest.mark.parametrize("name", CASES)
def test_whole(player, name):
    player.play(CASES[name])


@pytest.mark.parametrize(
    "name", [n for n, case in CASES.items() if len(case.send) <= MOST_BYTEWISE])
def test_one_byte_at_a_time(player, name):
    player.play(CASES[name], bytewise=True)


def test_the_table_is_as_large_as_promised():
    assert len(CASES) >= 320


def test_the_server_is_still_there(player):
    assert player.server.is_running()
