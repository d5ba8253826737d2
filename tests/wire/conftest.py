"""Fixtures of the wire suite: the real binary, over real sockets.

FRONTIS_BINARY names the binary (default build-tests/frontis, relative to the source root).
"""

import itertools
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
pytest.register_assert_rewrite(
    "player", "harness", "pressing", "chromium", "cases.ranges", "peers", "crowd", "django_site")

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
