"""The end of a worker process that its application would put off."""

import atexit
import os
import sys
from _thread import start_new_thread  # as they are now: an application may replace them (gevent)
from time import sleep

from frontis_worker.faults import say

LAST_WAIT = 2  # seconds that threads of the application have when we end


def watch(control, patience):
    """Ends us when the server is gone, whatever the application is doing. In a thread that sleeps
    until then and that `threading` does not know, so that the application does not see it either;
    a forked child has none."""

    def wait():
        try:
            while os.read(control, 64):
                pass
        except OSError:
            pass
        sleep(patience)
        os._exit(0)

    start_new_thread(wait, ())


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

    start_new_thread(end, ())
