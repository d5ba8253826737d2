"""A rehearsal of deploys: releases are switched by a link, over and over, under load, and old
ones are deleted; whoever asks for an asset of any release that was ever served gets it."""

import os
import random
import re
import shutil
import threading
import time

import pytest

from client import BadAnswer, Connection, poll, request
from harness import write_tree
from pressing import LARGE, WAIT, decode, hashed, noise, text, wait_until_kept

SWITCHES = 20
VISITORS = 4
ACCEPT = ["gzip", "br", "zstd", "gzip, deflate, br, zstd", "identity"]
LINK = re.compile(rb'"/static/([^"]+)"')


class Release:
    """A page and the assets that it names; one of them is the same in each release."""

    def __init__(self, number):
        assets = {
            "css/base.css": text(f"css {number}"), "js/app.js": text(f"js {number}"),
            "js/vendor.js": text(f"vendor {number // 5}", LARGE), "css/same.css": text("same"),
            "img/logo.png": noise(f"png {number}", 3000),
        }
        self.number = number
        self.assets = {hashed(name, content): content for name, content in assets.items()}
        links = "".join(f'<link href="/static/{name}">\n' for name in self.assets)
        self.page = f"<!doctype html><title>Release {number}</title>\n{links}".encode()

    def write(self, folder):
        write_tree(folder, {"index.html": self.page,
                            **{f"static/{name}": c for name, c in self.assets.items()}})


class Deploys:
    """releases/N, and `current`, which leads to one of them."""

    def __init__(self, folder):
        self.folder = folder
        self.live = []  # the releases that were switched to, in their order
        self.pages = {}
        self.contents = {}

    def deploy(self, number):
        release = Release(number)
        self.pages[release.page] = release
        self.contents.update(release.assets)
        release.write(self.folder / "releases" / str(number))
        (self.folder / "next").symlink_to(f"releases/{number}")
        os.rename(self.folder / "next", self.folder / "current")
        self.live.append(release)
        return release

    def delete(self, number):
        shutil.rmtree(self.folder / "releases" / str(number), ignore_errors=True)


class Visitor(threading.Thread):
    """Reads the page, fetches what it names, and what pages of the past have named."""

    def __init__(self, server, deploys, number):
        super().__init__(daemon=True)
        self.server, self.deploys = server, deploys
        self.source = random.Random(number)
        self.faults, self.asked, self.had = [], 0, {}
        self.ended = threading.Event()

    def run(self):
        try:
            while not self.ended.is_set() and len(self.faults) < 20:
                with Connection(self.server.address) as connection:
                    self.visit(connection)
        except (BadAnswer, OSError) as fault:
            self.faults.append(repr(fault))

    def visit(self, connection):
        page = self.get(connection, "/", "identity")
        if page.body not in self.deploys.pages:
            self.faults.append(f"no page of any release: {page.status} {page.body[:100]}")
            return
        names = [name.decode() for name in LINK.findall(page.body)]
        # Someone else has had the new page already; and old pages are still open.
        names += self.deploys.live[-1].assets
        for _ in range(6):
            names += [self.source.choice(list(self.source.choice(self.deploys.live).assets))]
        for name in names:
            self.check(name, self.get(connection, f"/static/{name}"))

    def get(self, connection, target, accept=None):
        accept = accept or self.source.choice(ACCEPT)
        connection.send(request(target, f"Accept-Encoding: {accept}"))
        self.asked += 1
        return connection.read_response()

    def check(self, name, response):
        if response.status != 200:
            self.faults.append(f"{response.status} for {self.told(name)}")
        elif decode(response.get("Content-Encoding"), response.body) != self.deploys.contents[name]:
            self.faults.append(f"other bytes for {self.told(name)}")
        elif "immutable" not in response.get("Cache-Control"):
            self.faults.append(f"{response.get('Cache-Control')} for {name}")
        else:
            self.had[name] = True

    def told(self, name):
        of = [release.number for release in self.deploys.live if name in release.assets]
        return f"{name} of releases {of}, live is {self.deploys.live[-1].number}"


@pytest.fixture
def deploys(tmp_path):
    (tmp_path / "site").mkdir()
    made = Deploys(tmp_path / "site")
    made.deploy(0)
    return made


@pytest.mark.parametrize("route", ["one root", "two roots"])
def test_no_deploy_loses_an_asset(serve, deploys, route):
    current = deploys.folder / "current"
    routes = {"/": {"files": str(current)}}
    if route == "two roots":
        routes["/static/"] = {"files": str(current / "static")}
    server = serve({"*": routes}, limits={"connections_per_client": 0})
    visitors = [Visitor(server, deploys, number) for number in range(VISITORS)]
    for visitor in visitors:
        visitor.start()

    def was_seen(release):
        return all(any(name in visitor.had for visitor in visitors) for name in release.assets)

    def fault():
        return next((fault for visitor in visitors for fault in visitor.faults), None)

    for number in range(1, SWITCHES + 1):
        # Each is live until it has been seen, by visitors and by the server.
        assert poll(lambda: fault() or was_seen(deploys.live[-1]), WAIT), "nobody gets on"
        if fault():
            break
        wait_until_kept(server, *deploys.live[-1].assets)
        deploys.deploy(number)
        if number >= 2:
            deploys.delete(number - 2)
    assert fault() or poll(lambda: fault() or was_seen(deploys.live[-1]), WAIT)
    time.sleep(1.5)  # each loop has looked at its root again since the last switch
    page = server.fetch("/").body
    for visitor in visitors:
        visitor.ended.set()
    for visitor in visitors:
        visitor.join(30)
    faults = [fault for visitor in visitors for fault in visitor.faults]
    asked = sum(visitor.asked for visitor in visitors)
    print(f"{len(deploys.live) - 1} switches, {asked} answers, {len(faults)} faults")
    assert not faults, faults[:10]
    assert page == deploys.live[-1].page
    assert len(deploys.live) == SWITCHES + 1 and asked > 20 * SWITCHES

    # Every asset of every release, also those whose folders are gone, and after a restart.
    for _ in range(2):
        for name, content in deploys.contents.items():
            response = server.fetch(f"/static/{name}")
            assert (response.status, response.body) == (200, content), name
        server.stop()
        server.start()
