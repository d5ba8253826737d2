"""One process of a WSGI application (PEP 3333), started and watched by frontis.

It speaks FastCGI as a responder on a Unix socket that it inherits already listening, and only with
the process that started it. Only the standard library, Python 3.9 or newer. The server holds these
modules as one text (worker_source.cmake) and has python3 -c run it (spawn.cpp), so __main__ has no
file: pickle and multiprocessing find nothing of the application there, and a spawned child does not
run this again.

    frontis-worker MODULE:CALLABLE key=number...
        listen    the descriptor that listens          control   a socket: one byte b"!" when the
        server    process id of who may connect                  application is there, b"r" after
        threads   answer so many requests at a time              max_requests; its end is our end
        processes how many of us there are             max_requests  0: never ask to be replaced
        patience  milliseconds that what runs may still take once the server is gone

Exit codes: 0 told to end; 3 the application cannot be imported; 4 it is not a WSGI application.
"""

import fcntl
import gc
import os
import signal
import sys

from frontis_worker.ending import insist, watch
from frontis_worker.loading import check, load
from frontis_worker.serving import Worker


def main():
    spec, *settings = sys.argv[2:]
    options = {key: int(value) for key, value in (one.split("=") for one in settings)}
    sys.argv[:] = ["frontis-worker"]
    for stream in (sys.stdout, sys.stderr):  # whole lines, so that those of threads do not mix
        stream.reconfigure(line_buffering=True, write_through=False)
    for descriptor in (options["listen"], options["control"]):
        fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server's to decide
    directory = os.getcwd()
    if getattr(sys.flags, "safe_path", False):
        sys.path.insert(0, directory)
    else:
        sys.path[0] = directory
    patience = options["patience"] / 1000
    watch(options["control"], patience)
    application = load(spec)
    check(application, spec)
    worker = Worker(application, options)
    signal.signal(signal.SIGTERM, worker.stop)
    os.register_at_fork(after_in_child=worker.leave)
    gc.collect()
    gc.freeze()  # what the import made stays: no need to walk it again and again
    worker.tell(b"!")
    try:
        worker.run()
    finally:
        insist(patience)
