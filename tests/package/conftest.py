"""Fixtures of the package suite, which needs root, debootstrap, and a mirror of Debian.

FRONTIS_PACKAGES names the folder of the package (default build-deb).
"""

import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
pytest.register_assert_rewrite("machine", "booted")

import machine as machines  # noqa: E402


@pytest.fixture(scope="session")
def package():
    return machines.package()


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    """What every machine is a copy of."""
    if os.geteuid() != 0:
        pytest.fail("the package suite makes machines in folders, which needs root")
    folder = tmp_path_factory.mktemp("base") / "root"
    machines.make_base(folder)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def machine(base, tmp_path_factory):
    """A bare one for the tests of a module, which take it on in their order."""
    made = machines.Machine(tmp_path_factory.mktemp("machine"))
    made.make(base)
    yield made
    shutil.rmtree(made.folder, ignore_errors=True)
