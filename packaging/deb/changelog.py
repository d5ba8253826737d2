"""Prints debian/changelog for one version out of CHANGELOG.md: changelog.py CHANGELOG.md VERSION.

The date is SOURCE_DATE_EPOCH, or when CHANGELOG.md was last written.
"""

import email.utils
import os
import re
import sys
import textwrap
from pathlib import Path

MAINTAINER = re.compile(r"^Maintainer: (.*)$", re.MULTILINE)
WIDTH = 78  # a changelog of Debian is read at a terminal


def changes_of(version, text):
    """The entries below `## version`, each on one line."""
    section = re.search(rf"^## {re.escape(version)}\n(.*?)(?=^## |\Z)", text,
                        re.DOTALL | re.MULTILINE)
    if not section:
        sys.exit(f"CHANGELOG.md has no section '## {version}': write one, or mend the version")
    entries = re.findall(r"^- (.*(?:\n  .*)*)", section[1], re.MULTILINE)
    return [" ".join(entry.split()) for entry in entries]


def main(file, version):
    file = Path(file)
    control = Path(__file__).with_name("debian") / "control"
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH", file.stat().st_mtime))
    print(f"frontis ({version}) unstable; urgency=medium\n")
    for entry in changes_of(version, file.read_text(encoding="utf-8")):
        print(textwrap.fill(entry, WIDTH, initial_indent="  * ", subsequent_indent="    ",
                            break_long_words=False, break_on_hyphens=False))
    maintainer = MAINTAINER.search(control.read_text(encoding="utf-8"))[1]
    print(f"\n -- {maintainer}  {email.utils.formatdate(seconds)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
