"""Whether a second run says what the first one said: their ratios beside each other."""

import json
from pathlib import Path

from suite import report

OTHERS = ("nginx", "h2o", "floor", "nginx+gunicorn", "nginx+uwsgi", "whitenoise")
MOST = 0.10


def ratios(kept):
    """Of Frontis to others, by scenario, figure and server: processor time on one core, requests a
    second of whole stacks."""
    found = {}
    for name, one in kept["scenarios"].items():
        results = one["rounds"]
        key = "rate" if "nginx+gunicorn" in results else "cpu_us"
        if not all(key in rounds[0] for rounds in results.values()):
            continue  # neither is what it measures
        for other in OTHERS:
            value = report.paired(results, "frontis", other, key)
            if value is not None:
                found[name, key, other] = value
    return found


def compared(old, new):
    """Markdown; and what is beyond the limit."""
    before, after = ratios(old), ratios(new)
    lines = ["| scenario | frontis : | of | old | new | deviation |",
             "|---|---|---|---:|---:|---:|"]
    beyond = []
    for key, value in before.items():
        if key not in after:
            continue
        scenario, figure, other = key
        deviation = after[key] / value - 1
        words = "CPU" if figure == "cpu_us" else "requests/s"
        lines.append(f"| {scenario} | {other} | {words} | {value:.2f} | {after[key]:.2f} | "
                     f"{deviation:+.1%} |")
        if abs(deviation) > MOST:
            beyond.append(f"{scenario} : {other}")
    alone = [f"{scenario} : {other}" for scenario, _, other in before.keys() ^ after.keys()]
    lines.append("\n" + (f"Beyond {MOST:.0%}: {', '.join(beyond)}." if beyond
                         else f"None of {len(before.keys() & after.keys())} is beyond {MOST:.0%}."))
    if alone:
        lines.append(f"Only in one of them: {', '.join(sorted(alone))}.")
    return "\n".join(lines) + "\n", beyond


def run(old, new):
    """Prints; 1 when something is beyond the limit."""
    files = [json.loads(Path(name).read_text(encoding="utf-8")) for name in (old, new)]
    for name, one in zip(("old", "new"), files):
        machine = one["machine"]
        print(f"{name}: {machine['cpu']}, kernel {machine['kernel']}, commit {machine['commit']}, "
              f"{one['rounds']} rounds of {one['seconds']} s")
    text, beyond = compared(*files)
    print("\n" + text)
    return 1 if beyond else 0
