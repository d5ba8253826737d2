"""Figures as Markdown."""

import statistics


def median(values):
    return statistics.median(values) if values else None


def quartiles(values):
    """The lower, the median, the upper."""
    if len(values) < 2:
        return [values[0]] * 3
    return statistics.quantiles(values, n=4, method="inclusive")


def shown(value, digits=1):
    return "–" if value is None else f"{value:,.{digits}f}"


def figure(value):
    """Of any size: with as many digits as say something."""
    return shown(value, 0 if value is None or value >= 1000 else 1 if value >= 100 else 2)


def megabytes(kilobytes):
    return shown(kilobytes and kilobytes / 1024, 1)


def ratios(results, one, other, key="cpu_us"):
    """Those within a round: what drifts from round to round cancels out."""
    if one not in results or other not in results:
        return []
    return [a[key] / b[key] for a, b in zip(results[one], results[other], strict=True)]


def paired(results, one, other, key="cpu_us"):
    return median(ratios(results, one, other, key))


def table(title, columns, rows, left_out=None):
    """`columns` behind the name of the server; `rows` of texts."""
    lines = [f"### {title}\n", "| server | " + " | ".join(columns) + " |",
             "|---|" + "---:|" * len(columns)]
    lines += [f"| {name} | " + " | ".join(cells) + " |" for name, *cells in rows]
    lines += [f"\nLeft out: {name}, {why}." for name, why in (left_out or {}).items()]
    return "\n".join(lines) + "\n"


def middle(rounds, key):
    return median([one[key] for one in rounds])


def usual(rounds):
    """What each table of rates ends with. Of pipelined requests wrk may know no latency: 0."""
    return [*(shown(middle(rounds, key) or None, 0) for key in ("p50", "p99")),
            megabytes(middle(rounds, "pss_kb"))]


def scenario_table(title, turns):
    """By processor time, which decides on one core."""
    results = turns.figures
    rows = [[name, figure(middle(rounds, "cpu_us")), shown(paired(results, name, "floor"), 2),
             shown(paired(results, name, "nginx"), 2), figure(middle(rounds, "rate")),
             *usual(rounds)] for name, rounds in results.items()]
    return table(title, ["CPU µs/request", ": floor", ": nginx", "requests/s", "p50 µs", "p99 µs",
                         "memory MB"], rows, turns.left_out)


def stack_table(title, turns):
    """By requests a second, which decide on all cores."""
    results = turns.figures
    rows = []
    for name, rounds in results.items():
        times = paired(results, "frontis", name, "rate")
        rows.append([name, shown(middle(rounds, "rate"), 0), shown(times, 2) + " x",
                     shown(middle(rounds, "cpu_us"), 1), *usual(rounds)])
    return table(title, ["requests/s", "frontis has", "CPU µs/request", "p50 µs", "p99 µs",
                         "memory MB"], rows, turns.left_out)


def heading(facts, chosen, versions):
    versions = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (f"{facts['cpu']}, {facts['cores']} cores; {facts['system']}, kernel {facts['kernel']}; "
            f"commit {facts['commit']}; {facts['date']}; {versions}. {chosen.rounds} rounds of "
            f"{chosen.seconds} s.\n")
