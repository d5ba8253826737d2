"""Fixtures of the wire suite: the real binary, over real sockets.

FRONTIS_BINARY names the binary (default build-tests/frontis, relative to the source root).
"""

import itertools
import sys
import textwrap
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
pytest.register_assert_rewrite(
    "player", "harness", "pressing", "chromium", "stage", "cases.ranges", "peers", "crowd",
    "django_site")

import backend  # noqa: E402
import fastcgi_client  # noqa: E402
import harness  # noqa: E402


@pytest.fixture(scope="session")
def binary():
    path = harness.binary()
    if not path.exists():
        pytest.fail(f"no binary at {path}: build it, or name it in FRONTIS_BINARY")
    return path


@pytest.fixture
def serve(binary, tmp_path):
    """serve(sites, **settings) starts a server that is stopped, and judged, after the test."""
    running = []
    number = itertools.count()

    def start(sites, folder=None, **settings):
        folder = folder or tmp_path / f"server{next(number)}"
        server = harness.Server(folder, sites, **settings)
        running.append(server)
        return server.__enter__()

    yield start
    faults = []
    for server in running:
        try:
            server.stop()
        except AssertionError as fault:
            faults.append(fault)
        finally:
            server.kill()
    if faults:
        raise faults[0]


@pytest.fixture(scope="module")
def module_folder(tmp_path_factory, request):
    return tmp_path_factory.mktemp(request.module.__name__.rpartition(".")[2])


@pytest.fixture
def front(serve):
    """front(script, route={...}, **app) starts a backend and a server in front of it: (server,
    backend), or all backends where `scripts` names more. `others` are further routes, `server`
    settings of the server."""
    backends = []

    def start(script, route=None, others=None, server=None, scripts=(), **app):
        mine = [backend.Backend(each) for each in (script, *scripts)]
        backends.extend(mine)
        addresses = [each.address for each in mine]
        sites = {"*": {**(others or {}), "/": {"app": "site", **(route or {})}}}
        started = serve(sites, apps={"site": {"http": addresses, **app}}, **(server or {}))
        return started, mine if scripts else mine[0]

    yield start
    for each in backends:
        each.stop()


@pytest.fixture
def start_worker(tmp_path):
    """start_worker(text, ready=True, ...) starts a worker process of the application with that
    source, without a server; it is there, unless `ready` is false."""
    started = []

    def start(text, *arguments, ready=True, **options):
        worker = fastcgi_client.Worker(tmp_path, textwrap.dedent(text), *arguments, **options)
        started.append(worker)
        if ready:
            assert worker.told() == b"!", worker.said()
        return worker

    yield start
    for worker in started:
        worker.close()
