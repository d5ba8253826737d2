"""Makes the load: wrk, with a script where its options do not suffice; or bench/load."""

import json
import re
import subprocess
from pathlib import Path

from suite import check, machine

LATEST = 180  # seconds after which a load is given up

SCRIPT = """
local paths, fields, depth = {}, @FIELDS@, @DEPTH@
for line in io.lines("@PATHS@") do paths[#paths + 1] = line end
local requests, at = {}, 0

function init()
  for i, path in ipairs(paths) do requests[i] = wrk.format("GET", path, fields) end
end

if depth > 1 then
  function request() return string.rep(requests[1], depth) end
else
  function request()
    at = at + 1
    return requests[(at - 1) % #requests + 1]
  end
end
"""


class Load:
    """What wrk has seen; without figures when there are `faults`."""

    def __init__(self, said):
        self.faults = "" if " requests in" in said else "no connection"
        if self.faults:
            return
        self.requests = int(re.search(r"(\d+) requests in", said)[1])
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
        self.bytes = size(re.search(r"requests in [\d.]+\w+, (\S+) read", said)[1])
        self.p50 = microseconds(re.search(r"\n\s+50%\s+(\S+)", said)[1])
        self.p99 = microseconds(re.search(r"\n\s+99%\s+(\S+)", said)[1])
        errors = re.search(r"Socket errors: (.*)", said)
        wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
        self.faults = ", ".join(one for one in (errors and errors[1], wrong and wrong[0]) if one)

    def count_bytes(self, of_each, seconds):
        """As requests, where few are answered to the end in the time."""
        self.requests = self.bytes / of_each
        self.rate = self.requests / seconds


def microseconds(text):
    found = re.match(r"([\d.]+)(us|ms|s|m)", text)
    if not found:
        raise ValueError(f"wrk says {text!r}")
    number, unit = found.groups()
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6, "m": 6e7}[unit]


def size(text):
    number, unit = re.fullmatch(r"([\d.]+)([KMGTP]?)B", text).groups()
    return float(number) * 1024 ** " KMGTP".index(unit or " ")


def table(fields):
    pairs = ", ".join(f"[{json.dumps(name)}] = {json.dumps(value)}"
                      for name, value in fields.items())
    return "{" + pairs + "}"


class ClosedLoop:
    """What bench/load has seen."""

    def __init__(self, done):
        self.faults = done.stderr.strip()
        if self.faults:
            return
        said = json.loads(done.stdout)
        self.faults = f"{said['errors']} were not answered with 200" if said["errors"] else ""
        self.requests, self.rate = said["requests"], said["requests"] / said["seconds"]
        self.p50, self.p99 = said["p50"], said["p99"]


def run(command, seconds):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired as fault:
        raise check.Different(f"not done after {seconds} s") from fault


def each_once(load, port, scenario, fields, folder):
    """Each path once: wrk knows times and no ends."""
    paths = Path(folder) / "paths"
    paths.write_text("".join(path + "\n" for path in scenario.paths))
    _, core = machine.cores()
    return ClosedLoop(run(
        ["taskset", "-c", str(core), load, str(port), "0", "0", str(scenario.clients), str(paths),
         *(f"{name}: {value}" for name, value in fields.items())], LATEST))


def wrk(port, scenario, fields, seconds, folder):
    fields = {"Host": "localhost", **fields}
    if scenario.close:
        fields["Connection"] = "close"
    _, core = machine.cores()
    command = [] if scenario.app else ["taskset", "-c", str(core)]
    command += ["wrk", "-t1", f"-c{scenario.clients}", f"-d{seconds}s", "--latency",
                "--timeout", "30s"]
    for name, value in fields.items():
        command += ["-H", f"{name}: {value}"]
    if len(scenario.paths) > 1 or scenario.depth > 1:
        paths = Path(folder) / "paths"
        paths.write_text("".join(path + "\n" for path in scenario.paths))
        script = Path(folder) / "load.lua"
        script.write_text(SCRIPT.replace("@PATHS@", str(paths))
                          .replace("@FIELDS@", table(fields))
                          .replace("@DEPTH@", str(scenario.depth)))
        command += ["-s", str(script)]
    command.append(f"http://127.0.0.1:{port}{scenario.paths[0]}")
    load = Load(run(command, seconds + LATEST).stdout)
    if scenario.size and not load.faults:
        load.count_bytes(scenario.size, seconds)
    return load
