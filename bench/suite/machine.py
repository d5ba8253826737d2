"""The machine: which core does what, and what processes have cost."""

import contextlib
import os
import platform
import resource
import socket
import subprocess
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]


def cores():
    """The core of the servers, and that of the load."""
    there = sorted(os.sched_getaffinity(0))
    if len(there) < 2:
        raise SystemExit("bench/run: two cores are needed: one for the server, one for the load")
    return there[0], there[1]


# As clock_getcpuclockid() makes the clock of a process: ~pid << 3, and what it counts.
CPU_CLOCK = 2
WANTED_FILES = 250_000  # with 100,000 files open at once; a server that caches fewer asks for fewer


def raise_limits():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(ValueError, OSError):  # needs root
        hard = max(hard, WANTED_FILES)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes(pid):
    """`pid` and all that descend from it."""
    found, ahead = [], [pid]
    while ahead:
        one = ahead.pop()
        found.append(one)
        for task in tasks(one):
            try:
                ahead += map(int, Path(f"/proc/{one}/task/{task}/children").read_text().split())
            except OSError:
                pass
    return found


def tasks(pid):
    try:
        return os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []


def cpu_us(pids):
    """Microseconds on a core of each process, user and system. This clock of the kernel counts
    nanoseconds, unlike `stat`, and threads that have ended, unlike `task/*/schedstat`."""
    found = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            found[pid] = time.clock_gettime_ns(~pid << 3 | CPU_CLOCK) / 1000
    return found


def memory_kb(pids):
    """What the processes hold of memory: `rss_kb` counts a shared page for each of them, `pss_kb`
    the part of each sharer."""
    total = {"rss_kb": 0, "pss_kb": 0}
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                name = line.split(":")[0].lower() + "_kb"
                if name in total:
                    total[name] += int(line.split()[1])
    return total


def wait_for(condition, seconds=20, pause=0.02):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(pause)
    return None


def accepts(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False


def described():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), platform.machine())
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=TOP, text=True,
                            capture_output=True).stdout.strip()
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release(),
            "system": platform.freedesktop_os_release().get("PRETTY_NAME", ""), "commit": commit,
            "date": time.strftime("%Y-%m-%d")}
