"""The end of a worker process that its application would put off."""

import _thread
import atexit
import os
import sys
from time import sleep  # as it is now: an application may replace it (gevent)

from frontis_worker.faults import say

LAST_WAIT = 2  # seconds that threads of the application have when we end


def watch(control, patience):
    """Ends us when the server is gone, whatever the application is doing. In a thread that sleeps
    until then and that `threading` does not know, so that the application does not see it either;
    a forked child has none."""
    try:
        while os.read(control, 64):
            pass
    except OSError:
        pass
    sleep(patience)
    os._exit(0)


def insist(patience):
    """Lets the interpreter end as usual, which waits for threads of the application; but not for
    those that never end."""
    begun = []
    atexit.register(begun.append, True)  # the last one that is registered is called first

    def end():
        sleep(min(LAST_WAIT, patience / 2))
        try:
            what = "handlers of atexit" if begun else "threads of the application"
            say(what + " have not ended, and are cut off")
            if not begun:
                atexit._run_exitfuncs()
            sys.stdout.flush()
        finally:
            os._exit(0)

    _thread.start_new_thread(end, ())
