"""Figures as Markdown and JSON."""

import statistics


def median(values):
    return statistics.median(values) if values else None


def shown(value, digits=1):
    return "–" if value is None else f"{value:,.{digits}f}"


def paired(results, one, other):
    """The median of the ratios within a round: what drifts from round to round cancels out."""
    if one not in results or other not in results:
        return None
    pairs = zip(results[one], results[other])
    return median([a["cpu_us"] / b["cpu_us"] for a, b in pairs])


def scenario_table(title, results, left_out):
    lines = [f"### {title}\n",
             "| server | CPU µs/request | : floor | : nginx | requests/s | p50 µs | p99 µs |",
             "|---|---:|---:|---:|---:|---:|---:|"]
    for name, rounds in results.items():
        def of(key, values=rounds):
            return median([one[key] for one in values])
        lines.append(
            f"| {name} | {shown(of('cpu_us'), 2)} | {shown(paired(results, name, 'floor'), 2)} | "
            f"{shown(paired(results, name, 'nginx'), 2)} | {shown(of('rate'), 0)} | "
            f"{shown(of('p50'), 0)} | {shown(of('p99'), 0)} |")
    for name, why in left_out.items():
        lines.append(f"\nLeft out: {name}, {why}.")
    return "\n".join(lines) + "\n"


def heading(facts, chosen, versions):
    versions = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (f"{facts['cpu']}, {facts['cores']} cores; {facts['system']}, kernel {facts['kernel']}; "
            f"commit {facts['commit']}; {versions}.\n\nMedians of {chosen.rounds} rounds of "
            f"{chosen.seconds} s; servers one at a time, in turns, each on one core, the load on "
            "another. CPU is user and system time of all processes of a server. Ratios are those "
            "within a round.\n")


def rotated(names, number):
    """Whoever was first is last in the next round."""
    at = number % len(names) if names else 0
    return names[at:] + names[:at]
