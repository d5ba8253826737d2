"""The whole of a run as one page, which nobody writes by hand but for one marked section: a new run
keeps that."""

from suite.bench import ROUNDS_OF_A_LIFE

PREFACE = """# Frontis beside other servers

Written by `bench/run --results`; only the marked section is written by hand.

"""

HOW = f"""## How it is measured

- One machine; each server on one core, the load on another: `wrk` with 64 keep-alive connections
  where a table does not say otherwise, and `bench/load` where each file is asked for once or the
  loop is open. Whole stacks with an application have all cores, and 16 connections.
- Every answer is compared before it is timed, and each server has its best honest configuration
  (`bench/peers/`).
- A round measures each server for a second or so, one right behind the other and in another order
  each time. After {ROUNDS_OF_A_LIFE} rounds all are started anew, and each is warmed before it
  counts. The servers that wait take less than a thousandth of a core. Where a server would
  disturb others by what it does without requests, or is to be fresh (`cold`, `warm`, `rest`,
  `idle`, `open-*`, `slow`), it runs alone and is started for each round, of which there are at
  most five.
- **CPU µs/request** is the time that all threads of all processes of a server had a core, user and
  system, by the kernel's clock of each process, divided by the answers. Waiting is not in it; what
  the kernel does for a server's sockets in its name is. It decides where there is one core, as it
  hardly depends on the load.
- **: floor** and **: nginx** are ratios of this time. The floor (`bench/floor`) answers with the
  same bytes by epoll, recv and send, and does nothing else: no server of the same interface can
  cost less.
- All figures are medians over the rounds; ratios are formed within a round first, so a row's ratio
  need not be that of two rows' medians. Half of the rounds lie within "half of the rounds".
- **memory MB** is PSS: a page that several share counts for each by its part, so that a server of
  several processes is not charged twice. `rest` shows RSS, too; servers share libraries with others
  that run at the same time, and it alone is measured with none of them.
- **Open loop**: requests are due at fixed times whether or not the server keeps up, and a latency
  counts from then. In `open-*-press` Frontis compresses a folder of fresh files meanwhile, on the
  same core; nginx has nothing to do beside it.
- A server that fails once is left out of the table, and the reason stands below it.

"""

BEGIN, END = "<!-- by hand: begin -->", "<!-- by hand: end -->"
BY_HAND = "## What limits what is short\n\nNothing is written yet.\n"


def by_hand(old):
    """The section, from a page that is there already."""
    _, begun, rest = old.partition(BEGIN)
    text, ended, _ = rest.partition(END)
    return text.strip() + "\n" if begun and ended and text.strip() else BY_HAND


def write(path, heading, summary, tables):
    """The section is taken from the file, if there is one."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(
        f"{PREFACE}{heading}\n{HOW}## What is to be reached\n\n{summary}\n"
        f"{BEGIN}\n{by_hand(old)}{END}\n\n## All figures\n\n" + "\n".join(tables),
        encoding="utf-8")
