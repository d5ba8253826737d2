"""The end of a worker process that its application would put off."""

import atexit
import os
import sys
from _thread import allocate_lock, get_ident, start_new_thread  # as they are now: an application
from time import sleep  # may replace them (gevent)

from frontis_worker.faults import say


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
    """Lets the interpreter end as usual, which waits for threads of the application and then calls
    the handlers of atexit; but not for those that never end."""
    turn, owner = allocate_lock(), []  # who has the turn calls the handlers

    def gate():
        if not turn.acquire(False) and get_ident() not in owner:
            sleep(patience)  # the other one ends us

    def end():
        sleep(patience / 2)
        is_ours = turn.acquire(False)
        if is_ours:
            owner.append(get_ident())
        else:
            sleep(patience / 4)
        try:
            what = "threads of the application" if is_ours else "handlers of atexit"
            say(what + " have not ended, and are cut off")
            if is_ours:
                atexit._run_exitfuncs()
            sys.stdout.flush()
        finally:
            os._exit(0)

    atexit.register(gate)  # the last one that is registered is called first
    start_new_thread(end, ())
