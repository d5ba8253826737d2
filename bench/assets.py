"""The tree that the benches of press work on: what real sites serve, as npm has it. Fetched once
into build/bench-cache/, with the versions fixed, so that everyone measures the same 5,000 files."""

import shutil
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
CACHE = TOP / "build" / "bench-cache"
PACKAGES = [
    "react-dom@18.3.1",
    "vue@3.5.13",
    "bootstrap@5.3.3",
    "d3@7.9.0",
    "jquery@3.7.1",
    "three@0.161.0",
    "monaco-editor@0.52.2",
    "@fortawesome/fontawesome-free@6.7.2",
]


def package(spec, into):
    """Fetches one package of the npm registry and unpacks it as `into`."""
    if into.exists():
        return into
    into.parent.mkdir(parents=True, exist_ok=True)
    packed = subprocess.run(
        ["npm", "pack", "--silent", spec],
        cwd=into.parent,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout.split()[-1]
    fresh = into.with_name(into.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    subprocess.run(["tar", "xzf", into.parent / packed, "-C", fresh], check=True, timeout=300)
    (into.parent / packed).unlink()
    fresh.rename(into)
    return into


def tree():
    """The folder with all of them."""
    folder = CACHE / "assets"
    for spec in PACKAGES:
        package(spec, folder / spec.split("/")[-1])
    return folder
