"""What a bench needs before it measures: Debian packages, and a release of the server."""

import os
import platform
import subprocess
import sys

from suite.machine import TOP


def install(*packages):
    """Those that are missing, and what builds the server."""
    script = ('root=$PWD; source packaging/lib.sh; '
              'install_missing "${build_packages[@]}" libbenchmark-dev "$@"')
    subprocess.run(["bash", "-c", script, "bench", *packages], cwd=TOP, check=True,
                   stdout=sys.stderr)


def build(folder, *targets):
    for command in (
        ("cmake", "-S", ".", "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
         "-DFRONTIS_BENCH=ON"),
        ("ninja", "-C", folder, *targets),
    ):
        subprocess.run(command, cwd=TOP, check=True, stdout=sys.stderr)


def described():
    """The machine and the commit, in half a line."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=TOP, text=True,
                            capture_output=True).stdout.strip()
    return f"{platform.platform()}, {os.cpu_count()} cores, commit {commit}"
