"""Adds up the outcome of all suites that tests/run has run, and prints it on the last line.

Each suite leaves NAME.exit, its exit code, and NAME.xml, a JUnit report (GoogleTest and pytest both
write one). A suite that left no report, ran nothing, or failed without naming a test, counts as
one failure: silence is never taken for success.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def outcome_of(case):
    children = {child.tag for child in case}
    if children & {"failure", "error"}:
        return "failed"
    if "skipped" in children or case.get("status") == "notrun":
        return "skipped"
    return "passed"


def count_suite(report, exit_code):
    """The number of tests by outcome, and what is wrong with the suite as a whole."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        counts["failed"] = 1
        return counts, f"died without a report (exit code {exit_code})"
    for case in cases:
        counts[outcome_of(case)] += 1
    if not counts["passed"] and not counts["failed"]:
        counts["failed"] = 1
        return counts, "ran no test"
    if exit_code and not counts["failed"]:
        counts["failed"] = 1
        return counts, f"ended with exit code {exit_code} although no test failed"
    return counts, ""


def main(folder):
    passed = failed = 0
    exits = sorted(Path(folder).glob("*.exit"))
    for exit_file in exits:
        counts, fault = count_suite(exit_file.with_suffix(".xml"), int(exit_file.read_text()))
        passed += counts["passed"]
        failed += counts["failed"]
        skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
        numbers = f"{counts['passed']} passed, {counts['failed']} failed{skipped}"
        print(f"  {exit_file.stem:<20} {numbers}{'; it ' + fault if fault else ''}")
    if not exits:
        failed = 1
        print("  no suite ran")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
