"""What is to be reached, and what was: a row for each. All are medians, and ratios those within a
round."""

from dataclasses import dataclass

from suite import report
from suite.open_loop import KEYS


@dataclass(frozen=True)
class Target:
    scenario: str
    key: str        # of the figures of a round
    limit: float
    than: str = ""  # a server: the ratio to it is meant
    words: str = "CPU"
    is_least: bool = False

    def wanted(self):
        sign = "≥" if self.is_least else "≤"
        if self.than:
            return f"{self.words} {sign} {self.limit:.2f} x {self.than}"
        return f"{self.words} {sign} {self.limit:g}"

    def found(self, results):
        if self.than:
            return report.ratios(results, "frontis", self.than, self.key)
        return [one[self.key] for one in results.get("frontis", [])]

    def verdict(self, value):
        return "reached" if (value >= self.limit if self.is_least else value <= self.limit) \
            else "short"


def cpu(scenario, **limits):
    return [Target(scenario, "cpu_us", limit, than) for than, limit in limits.items()]


def latencies(scenario):
    return [Target(scenario, key, 1, "nginx", key) for key in KEYS]


def rate(scenario, than, least):
    return Target(scenario, "rate", least, than, "requests/s", is_least=True)


ALL = [
    *cpu("small", floor=1.10, nginx=0.64, h2o=0.84),
    *cpu("small-browser", floor=1.10, nginx=0.65, h2o=0.82),
    *cpu("css-gzip", floor=1.12, nginx=0.62, h2o=0.80),
    *cpu("mixed", floor=1.15, nginx=0.60),
    *cpu("not-modified", floor=1.10, nginx=0.78),
    *cpu("pipelined", h2o=0.15),
    *cpu("connections", nginx=0.93),
    *cpu("cold", h2o=1.00, nginx=0.70),
    *cpu("download-10m", nginx=1.02),
    *cpu("proxy-http", nginx=0.82),
    *cpu("proxy-fastcgi", nginx=0.75),
    *cpu("proxy-uwsgi", nginx=0.82),
    rate("wsgi-hello", "nginx+gunicorn", 2.5),
    rate("wsgi-hello", "nginx+uwsgi", 1.5),
    Target("access-log", "more_us", 0.25, words="µs more with it"),
    Target("rest", "pss_mb", 6, words="MB (PSS)"),
    Target("idle", "kb", 0.25, words="KB for each"),
    *latencies("open-30"),
    *latencies("open-30-press"),
]


def verdicts(kept):
    """Of the scenarios of this run: target, quartiles or None where one failed, and the verdict."""
    for target in ALL:
        if target.scenario not in kept:
            continue
        values = target.found(kept[target.scenario]["rounds"])
        if not values:
            yield target, None, "not measured"
        else:
            low, middle, high = report.quartiles(values)
            yield target, (low, middle, high), target.verdict(middle)


def summary(kept):
    rows = list(verdicts(kept))
    reached = sum(verdict == "reached" for _, _, verdict in rows)
    lines = [f"{reached} of {len(rows)} reached."]
    if len(rows) < len(ALL):
        lines[0] += f" {len(ALL) - len(rows)} more are for scenarios that this run left out."
    lines += ["", "| scenario | to be reached | measured | half of the rounds | |",
              "|---|---|---:|---:|---|"]
    for target, values, verdict in rows:
        cells = "– | –"
        if values:
            low, middle, high = (report.shown(one, 2) for one in values)
            cells = f"{middle} | {low} to {high}"
        lines.append(f"| {target.scenario} | {target.wanted()} | {cells} | {verdict} |")
    return "\n".join(lines) + "\n"
