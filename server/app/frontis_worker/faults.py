"""What a worker process says of failures, on stderr, which the server reads."""

import importlib
import sys
import traceback

HEADING = "Traceback (most recent call last):\n"


def say(text):
    """A line or a traceback, in one piece."""
    try:
        sys.stderr.write(text.rstrip("\n") + "\n")
    except (OSError, ValueError):
        pass


def say_fault():
    """The exception that is being handled, with the frames of the application alone: neither ours
    nor those of the import machinery."""
    told = traceback.TracebackException(*sys.exc_info())
    pending, known = [told], set()
    while pending:
        one = pending.pop()
        if one is None or id(one) in known:
            continue
        known.add(id(one))
        one.stack[:] = [frame for frame in one.stack if not is_machinery(frame.filename)]
        pending += (one.__cause__, one.__context__, *(getattr(one, "exceptions", None) or ()))
    text = "".join(told.format())
    # Where no frame is left it has no heading, by which the server knows it (output_lines.h).
    say(text if text.startswith(HEADING) else HEADING + text)


def is_machinery(file):
    return file.startswith((OURS, "<frozen importlib")) or file == importlib.__file__


OURS = is_machinery.__code__.co_filename.rpartition("/")[0] + "/"
