"""How a worker process of WSGI applications ends: told to, with its server, with threads of the
application, and the children that the application forked."""

import os
import sys
import textwrap

import pytest
from client import poll
from client import request as ask_for
from fastcgi_client import HELLO, request
from harness import wait_a_little, write_tree


@pytest.fixture
def start(start_worker):
    return start_worker


def test_told_to_end_it_finishes_what_runs(start):
    worker = start("""
        def application(environ, start_response):
            start_response("200 OK", [])
            yield b"first"
            environ["wsgi.input"].read()
            yield b"second"
    """)
    ask = worker.connect()
    whole = request("POST", "/", b"body")
    ask.send(whole[:-20])
    assert ask.record()
    worker.process.terminate()
    ask.send(whole[-20:])
    assert ask.record()[2] == b"second"
    assert ask.answer().ended
    assert worker.process.wait(20) == 0


@pytest.mark.parametrize("threads", [1, 3])
def test_it_ends_with_the_server(start, threads):
    worker = start(HELLO, threads=threads)
    worker.control.close()
    assert worker.process.wait(20) == 0


BUSY = [
    ("""
        import threading
        def application(environ, start_response):
            print("begun", flush=True)
            threading.Event().wait()
     """, True),
    ("import threading; threading.Event().wait()", False),
    ("""
        import threading
        threading.Thread(target=threading.Event().wait).start()
     """ + textwrap.indent(HELLO, " " * 8), True),
]


@pytest.mark.parametrize("text, ready", BUSY, ids=["in a view", "in its import", "with a thread"])
def test_it_ends_with_the_server_whatever_it_does(start, text, ready):
    worker = start(text, ready=ready, patience=100)
    if ready:
        worker.connect().send(request())
    worker.control.close()
    assert worker.process.wait(20) == 0


def test_the_application_does_not_see_what_waits_for_the_end(start):
    ask = start("""
        import os, threading
        def application(environ, start_response):
            child = os.fork()
            if child == 0:
                os._exit(len(os.listdir("/proc/self/task")))
            start_response("200 OK", [])
            return [b"%d %d" % (threading.active_count(), os.waitpid(child, 0)[1] >> 8)]
    """).connect()
    assert ask.ask().body == b"1 1"


def test_a_request_that_was_taken_back_is_not_answered_at_the_end(start):
    worker = start("""
        import sys
        asked = []
        def application(environ, start_response):
            asked.append(environ["PATH_INFO"])
            print("asked for", asked, flush=True)
            start_response("200 OK", [])
            return [environ["wsgi.input"].read()]
    """)
    first, second, third = (worker.connect() for _ in range(3))
    for one in (first, second, third):
        assert one.ask(path="/warm").ended
    whole = request("POST", "/runs", b"body")
    first.send(whole[:-20])
    assert poll(lambda: "/runs" in worker.said(), 20)
    worker.process.terminate()
    wait_a_little()  # so that it knows before it sees these
    second.send(request(path="/taken-back"))
    third.send(request(path="/ahead"))
    second.close()
    first.send(whole[-20:])
    assert first.answer().body == b"body"
    assert third.answer().ended
    assert worker.process.wait(20) == 0
    assert "/taken-back" not in worker.said()


def test_threads_of_the_application_do_not_hold_up_the_end(start):
    worker = start("""
        import atexit, threading, time
        from concurrent.futures import ThreadPoolExecutor
        jobs = ThreadPoolExecutor(2)
        jobs.submit(print, "a job")
        threading.Thread(target=threading.Event().wait).start()
        atexit.register(print, "a handler")
    """ + textwrap.indent(HELLO, "    " * 2), patience=1000)
    assert worker.connect().ask().body == b"hello"
    assert worker.stop() == 0
    assert "a job\n" in worker.said() and worker.said().count("a handler\n") == 1
    assert "threads of the application have not ended" in worker.said()


def test_handlers_are_called_once_whoever_calls_them(start):
    """The first of them lets the thread end for which the interpreter waits."""
    worker = start("""
        import atexit, threading, time
        stopping = threading.Event()
        thread = threading.Thread(target=stopping.wait)
        thread.start()
        def finish():
            stopping.set()
            thread.join()
            time.sleep(0.3)
        atexit.register(print, "the last handler")
        atexit.register(finish)
    """ + textwrap.indent(HELLO, "    " * 2), patience=1000)
    assert worker.connect().ask().body == b"hello"
    assert worker.stop() == 0
    assert worker.said().count("the last handler\n") == 1


def test_what_ends_it_is_not_what_the_application_makes_of_it(start):
    worker = start("""
        import _thread, threading, time
        threading.Thread(target=threading.Event().wait).start()
        time.sleep = _thread.start_new_thread = lambda *arguments: None
    """ + textwrap.indent(HELLO, "    " * 2), patience=1000)
    assert worker.connect().ask().body == b"hello"
    assert worker.stop() == 0


def test_a_thread_that_ends_soon_is_waited_for(start):
    worker = start("""
        import atexit, threading, time
        def finish():
            stopping.wait()
            print("finished")
        stopping = threading.Event()
        threading.Thread(target=finish).start()
        def application(environ, start_response):
            threading.Timer(0.2, stopping.set).start()
            start_response("200 OK", [])
            return [b"hello"]
        atexit.register(print, "a handler")
    """)
    assert worker.connect().ask().body == b"hello"
    assert worker.stop() == 0
    assert worker.said() == "finished\na handler\n"


def test_a_child_that_comes_back_from_its_view_ends(start):
    worker = start("""
        import os
        child = 0
        def application(environ, start_response):
            global child
            if not child:
                child = os.fork()
            start_response("200 OK", [])
            if child:
                return [b"%d" % os.waitpid(child, 0)[1]]
            return [b"of the child"]
    """)
    assert worker.connect().ask().body == b"0"
    assert worker.said() == ""
    assert worker.stop() == 0


BUSY_SITE = """
import os, threading
def application(environ, start_response):
    start_response("200 OK", [])
    if environ["PATH_INFO"] == "/pid":
        return [b"%d" % os.getpid()]
    print("begun", flush=True)
    threading.Event().wait()
"""


def test_a_server_that_is_killed_leaves_no_process_behind(serve, tmp_path):
    write_tree(tmp_path / "site", {"site_app.py": BUSY_SITE})
    app = {"wsgi": "site_app:application", "directory": str(tmp_path / "site"), "processes": 1,
           "python": sys.executable, "stop_timeout": "1s"}
    server = serve({"*": {"/": {"app": "site"}}}, apps={"site": app})
    process = int(server.fetch("/pid").body)
    with server.connect() as client:
        client.send(ask_for("/busy"))
        server.wait_for_log("begun", 20)
        server.kill()
    server.process = None
    assert poll(lambda: not os.path.exists(f"/proc/{process}"), 20)
