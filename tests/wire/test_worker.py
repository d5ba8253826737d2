"""The worker process of WSGI applications (server/app/frontis_worker), asked without a server."""

import subprocess
import sys
import textwrap
import threading

import pytest
from client import poll
from fastcgi_client import ABORT, HELLO, PARAMS, STDIN, record, request
from harness import wait_a_little

# One application for all cases that need no setting of their own; each path is a view.
VIEWS = '''
import os, sys, time
from wsgiref.validate import validator
closed = []
views = {}

def view(call):
    views["/" + call.__name__] = call
    return call

class Closing:
    def __init__(self, chunks):
        self.chunks = iter(chunks)
    def __iter__(self):
        return self
    def __next__(self):
        return next(self.chunks)
    def close(self):
        closed.append("closed")

OK = [("Content-Type", "text/plain")]

@view
def hello(environ, start_response):
    start_response("200 OK", OK)
    return [b"hello"]

@view
def several(environ, start_response):
    start_response("200 OK", OK)
    return [b"a", b"", b"b"]

@view
def nothing(environ, start_response):
    start_response("204 No Content", [])
    return [b""]

@view
def unchanged(environ, start_response):
    start_response("304 Not Modified", [])
    return []

@view
def generator(environ, start_response):
    def chunks():
        start_response("200 OK", OK)
        yield b"one "
        yield b"two"
    return chunks()

@view
def waits(environ, start_response):
    start_response("200 OK", OK)
    def chunks():
        yield b"first"
        environ["wsgi.input"].read()
        yield b"second"
    return chunks()

@view
def sized(environ, start_response):
    start_response("200 OK", OK + [("Content-Length", "6")])
    return Closing([b"abc", b"def"])

@view
def too_long(environ, start_response):
    start_response("200 OK", OK + [("Content-Length", "4")])
    return [b"abcdef"]

@view
def too_short(environ, start_response):
    start_response("200 OK", OK + [("Content-Length", "9")])
    return [b"abcdef"]

@view
def writes(environ, start_response):
    write = start_response("200 OK", OK)
    write(b"written ")
    write(b"twice ")
    return [b"returned"]

@view
def replaced(environ, start_response):
    start_response("200 OK", OK)
    try:
        raise KeyError("x")
    except KeyError:
        start_response("503 Busy", OK, sys.exc_info())
    return [b"sorry"]

@view
def too_late(environ, start_response):
    start_response("200 OK", OK)(b"begun")
    try:
        raise KeyError("the original")
    except KeyError:
        start_response("503 Busy", OK, sys.exc_info())
    return [b"sorry"]

@view
def twice(environ, start_response):
    start_response("200 OK", OK)
    start_response("200 OK", OK)
    return []

@view
def raises(environ, start_response):
    raise RuntimeError("before the head")

@view
def leaves(environ, start_response):
    sys.exit("gone")

@view
def raises_after(environ, start_response):
    start_response("200 OK", OK)
    def chunks():
        yield b"begun"
        raise RuntimeError("after the head")
    return Closing(chunks())

@view
def silent(environ, start_response):
    return [b"no head"]

@view
def text(environ, start_response):
    start_response("200 OK", OK)
    return ["not bytes"]

@view
def odd_length(environ, start_response):
    start_response("200 OK", OK + [("Content-Length", environ["QUERY_STRING"])])
    return [b"hello"]

@view
def smuggles(environ, start_response):
    start_response("200 OK", [("X-Good", "a\\r\\nX-Bad: b")])
    return [b""]

@view
def smuggles_status(environ, start_response):
    start_response("200 OK\\nX-Bad: b", OK)
    return [b""]

@view
def not_latin(environ, start_response):
    start_response("200 OK", [("X-Name", "\\u0416")])
    return [b""]

@view
def reads(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", OK)
    return [b"%d %d" % (len(body), sum(body))]

@view
def reads_exactly(environ, start_response):
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start_response("200 OK", OK)
    return [b"%d %d" % (len(body), sum(body))]

@view
def lines(environ, start_response):
    source = environ["wsgi.input"]
    found = [source.readline(), source.readline(3), *source.readlines(), *source]
    start_response("200 OK", OK)
    return [repr(found).encode()]

@view
def unread(environ, start_response):
    start_response("200 OK", OK)
    return [b"not read"]

@view
def file(environ, start_response):
    start_response("200 OK", OK)
    return environ["wsgi.file_wrapper"](open(__file__, "rb"), 100)

@view
def big(environ, start_response):
    start_response("200 OK", OK)
    return [bytes(range(256)) * 12000]

@view
def endless(environ, start_response):
    start_response("200 OK", OK)
    def chunks():
        while True:
            yield b"x" * 60000
    return Closing(chunks())

@view
def was_closed(environ, start_response):
    start_response("200 OK", OK)
    said = b" ".join(one.encode() for one in closed)
    closed.clear()
    return [said]

@view
def valid(environ, start_response):
    def inner(environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        environ["wsgi.errors"].write("a line of the log\\n")
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [body or b"valid"]
    return validator(inner)(environ, start_response)

@view
def environ_of(environ, start_response):
    start_response("200 OK", OK)
    lines = ["%s=%r" % (key, value) for key, value in sorted(environ.items())]
    return ["\\n".join(lines).encode()]

@view
def prints(environ, start_response):
    print("printed", "in one line")
    start_response("200 OK", OK)
    return [b""]

@view
def forks(environ, start_response):
    child = os.fork()
    if child == 0:
        import signal
        os._exit(0 if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL else 1)
    start_response("200 OK", OK)
    return [b"%d" % os.waitpid(child, 0)[1]]

def application(environ, start_response):
    return views[environ["PATH_INFO"]](environ, start_response)
'''


@pytest.fixture
def start(start_worker):
    return lambda text=VIEWS, *arguments, **options: start_worker(text, *arguments, **options)


@pytest.fixture
def ask(start):
    connection = start().connect()
    yield connection
    connection.close()


PLAIN = [
    ("hello", "200 OK", b"hello", "5"),
    ("several", "200 OK", b"ab", None),
    ("nothing", "204 No Content", b"", None),
    ("unchanged", "304 Not Modified", b"", None),
    ("generator", "200 OK", b"one two", None),
    ("sized", "200 OK", b"abcdef", "6"),
    ("too_long", "200 OK", b"abcd", "4"),
    ("writes", "200 OK", b"written twice returned", None),
    ("replaced", "503 Busy", b"sorry", "5"),
    ("big", "200 OK", bytes(range(256)) * 12000, "3072000"),
    ("valid", "200 OK", b"valid", None),
    ("prints", "200 OK", b"", "0"),
    ("forks", "200 OK", b"0", "1"),
    *((name, "500 Internal Server Error", b"Internal Server Error\n", "22") for name in (
        "twice", "raises", "leaves", "silent", "text", "smuggles", "smuggles_status", "not_latin")),
]


@pytest.mark.parametrize("view, status, body, length", PLAIN, ids=[row[0] for row in PLAIN])
def test_an_application_is_answered_for(ask, view, status, body, length):
    for _ in range(2):  # the connection is as good as before
        answer = ask.ask(path="/" + view)
        assert (answer.status, answer.body, answer.ended) == (status, body, True)
        assert answer.headers.get("content-length") == length
        assert "x-bad" not in answer.headers
    assert ask.ask(path="/hello").body == b"hello"


@pytest.mark.parametrize("view", ["hello", "several", "generator", "sized", "writes", "big"])
def test_head_has_no_body(ask, view):
    answer = ask.ask("HEAD", "/" + view)
    assert (answer.status, answer.body, answer.ended) == ("200 OK", b"", True)
    assert ask.ask(path="/hello").body == b"hello"


@pytest.mark.parametrize("view, said", [("raises_after", "after the head"),
                                        ("too_late", "the original"),
                                        ("too_short", "owes 3 bytes")])
def test_an_answer_that_breaks_off_has_no_end(start, view, said):
    worker = start()
    answer = worker.connect().ask(path="/" + view)
    assert answer.status == "200 OK" and not answer.ended
    assert said in worker.said() and "Traceback" in worker.said()
    assert worker.connect().ask(path="/hello").body == b"hello"


def test_a_failure_is_told_with_its_traceback(start):
    worker = start()
    worker.connect().ask(path="/raises")
    assert "RuntimeError: before the head" in worker.said()


@pytest.mark.parametrize("length", ["+5", " 5", "5 ", "0_5", "-5", "five", "", "\xb2", "5, 5"])
def test_a_length_is_a_number_of_digits(start, length):
    worker = start()
    ask = worker.connect()
    answer = ask.ask(path="/odd_length", QUERY_STRING=length)
    assert (answer.status, answer.ended) == ("500 Internal Server Error", True)
    assert "ValueError: a Content-Length is a number of digits" in worker.said()
    assert ask.ask(path="/odd_length", QUERY_STRING="5").body == b"hello"


# What fails, and the first frame that is told of it.
FRAMES = [
    ("""
        def helper():
            raise RuntimeError("here")
        def application(environ, start_response):
            helper()
     """, "in application", "RuntimeError: here"),
    ("""
        def application(environ, start_response):
            start_response("200 OK", [("X-Name", "a\\nb")])
     """, "in application", "ValueError: a control character"),
    ("""
        def application(environ, start_response):
            try:
                1 / 0
            except ZeroDivisionError as fault:
                raise RuntimeError("the second") from fault
     """, "in application", "RuntimeError: the second"),
    ("""
        import importlib
        importlib.import_module("json.no_such_module")
     """, "in <module>", "No module named 'json.no_such_module'"),
    ("def application(:", 'site_app.py", line 1', "SyntaxError"),
]


@pytest.mark.parametrize("text, first, said", FRAMES, ids=[row[2] for row in FRAMES])
def test_a_traceback_begins_with_the_code_of_the_application(start, text, first, said):
    worker = start(text, ready=False)
    if worker.told():
        worker.connect().ask()
    else:
        worker.process.wait(20)
    lines = worker.said().splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert first in lines[1] and "site_app.py" in lines[1]
    assert said in worker.said()
    assert "importlib/" not in worker.said() and "<frozen" not in worker.said()
    assert "worker" not in worker.said().replace("frontis-worker", "")


@pytest.mark.parametrize("view", ["sized", "raises_after", "endless"])
def test_what_the_application_gave_is_closed(start, view):
    worker = start()
    first = worker.connect()
    first.send(request(path="/" + view))
    if view == "endless":
        assert first.record()
        first.close()  # the client leaves in the middle
    else:
        first.answer()
    assert worker.connect().ask(path="/was_closed").body == b"closed"
    assert view == "raises_after" or "Traceback" not in worker.said()


@pytest.mark.parametrize("size", [1, 1000, 65536, 400_000])
@pytest.mark.parametrize("view", ["reads", "reads_exactly"])
def test_a_body_is_read(ask, view, size):
    body = bytes(number % 251 for number in range(size))
    answer = ask.ask("POST", "/" + view, body)
    assert answer.body == b"%d %d" % (size, sum(body))
    assert ask.ask(path="/hello").body == b"hello"


@pytest.mark.parametrize("size", [1, 1000, 400_000])
def test_a_body_that_is_left_is_passed_over(ask, size):
    assert ask.ask("POST", "/unread", bytes(size)).body == b"not read"
    assert ask.ask(path="/hello").body == b"hello"


def test_a_body_is_read_by_lines(ask):
    answer = ask.ask("POST", "/lines", b"one\nabcdef\nthree\nfour")
    assert answer.body == repr([b"one\n", b"abc", b"def\n", b"three\n", b"four"]).encode()


def test_a_body_and_an_answer_pass_each_other(ask):
    whole = request("POST", "/waits", b"body")
    ask.send(whole[:-20])  # the body is still on its way
    assert ask.record()[2].endswith(b"\r\n\r\nfirst")
    ask.send(whole[-20:])
    assert ask.record()[2] == b"second"
    assert ask.answer().ended


def test_a_request_may_come_byte_by_byte(ask):
    for byte in request("POST", "/reads", b"\1\2\3", padding=5):
        ask.send(bytes([byte]))
    assert ask.answer().body == b"3 6"


def test_requests_follow_each_other_on_one_connection(ask):
    for number in range(200):
        answer = ask.ask(path="/hello", number=number % 7 + 1, padding=number % 8)
        assert (answer.body, answer.numbers) == (b"hello", {number % 7 + 1})


def test_requests_that_come_at_once_are_answered_in_turn(ask):
    ask.send(request(path="/hello") + request("POST", "/reads", b"\1") + request(path="/several"))
    assert [ask.answer().body for _ in range(3)] == [b"hello", b"1 1", b"ab"]


def test_a_connection_that_is_not_to_be_kept_is_closed(ask):
    assert ask.ask(path="/hello", keep=False).ended
    assert ask.record() is None


def test_several_connections_may_wait_at_once(start):
    worker = start()
    connections = [worker.connect() for _ in range(8)]
    for _ in range(3):
        for connection in connections:
            assert connection.ask(path="/hello").body == b"hello"


def test_many_params_are_read(ask):
    params = {f"HTTP_X_{number}": "v" * number for number in range(1, 600)}
    params |= {"HTTP_LONG_NAME_" + "N" * 200: "short", "HTTP_LONGER_" + "N" * 200: "w" * 70_000}
    answer = ask.ask(path="/environ_of", **params)
    assert all(f"{name}='{value}'" in answer.body.decode() for name, value in params.items())


def test_the_environ_is_as_wsgi_says(start):
    worker = start(threads=2, processes=3)
    ask = worker.connect()
    for scheme in ("http", "https"):
        said = ask.ask(path="/environ_of", REQUEST_SCHEME=scheme, HTTP_X_NAME="caf\xe9",
                       ).body.decode().splitlines()
        for line in (f"wsgi.url_scheme='{scheme}'", "HTTP_X_NAME='caf\xe9'", "wsgi.version=(1, 0)",
                     "wsgi.multithread=True", "wsgi.multiprocess=True", "wsgi.run_once=False"):
            assert line in said


def test_what_one_request_does_to_its_environ_is_not_seen_by_the_next(start):
    ask = start("""
        def application(environ, start_response):
            seen = environ.pop("mark", "clean")
            environ["mark"] = "dirty"
            start_response("200 OK", [])
            return [seen.encode()]
    """).connect()
    assert [ask.ask().body for _ in range(3)] == [b"clean"] * 3


IDS = {
    "made": "0123456789abcdef" * 2, "another": "f" * 32, "short": "1", "31": "a" * 31,
    "33": "a" * 33, "long": "b" * 128, "marks": "-_.:+/=" * 4 + "-_.:",
}


def test_each_request_has_the_id_of_its_own(ask):
    """What is the same in many requests is read once, but for the id, which comes last."""
    for _ in range(2):
        for number in IDS.values():
            said = ask.ask(path="/environ_of", HTTP_X_REQUEST_ID=number).body.decode().splitlines()
            assert f"HTTP_X_REQUEST_ID='{number}'" in said and "PATH_INFO='/environ_of'" in said
    assert "HTTP_X_REQUEST_ID" not in ask.ask(path="/environ_of").body.decode()


def test_what_only_looks_like_an_id_is_none(ask):
    like = "\x11\x20HTTP_X_REQUEST_ID" + "0" * 32
    said = ask.ask(path="/environ_of", HTTP_X_REQUEST_ID="1", HTTP_X_LAST="x" + like[:40]).body
    assert "HTTP_X_REQUEST_ID='1'" in said.decode().splitlines()
    said = ask.ask(path="/environ_of", HTTP_X_OTHER=like, HTTP_X_REQUEST_ID="1").body
    assert "HTTP_X_REQUEST_ID='1'" in said.decode().splitlines()


@pytest.mark.parametrize("data", [
    b"GET / HTTP/1.1\r\n\r\n" * 4,
    record(STDIN),
    record(1, b"\0\2\1\0\0\0\0\0"),
    request()[:16] + record(PARAMS, b"\x7f\x7fshort") + record(PARAMS) + record(STDIN),
    request()[:16] + record(PARAMS, b"\x0e") + record(PARAMS) + record(STDIN),
    request()[:16] + record(ABORT) + record(STDIN),
], ids=["http", "stdin first", "role", "long param", "cut param", "aborted"])
def test_what_is_not_a_request_ends_the_connection(start, data):
    worker = start()
    bad = worker.connect()
    bad.send(data)
    assert bad.record() is None
    assert worker.connect().ask(path="/hello").body == b"hello"


def test_output_comes_in_whole_lines(start):
    worker = start()
    ask = worker.connect()
    ask.ask(path="/prints")
    ask.ask(path="/valid")
    assert worker.said() == "printed in one line\na line of the log\n"


def test_threads_answer_at_the_same_time(start):
    worker = start("""
        import threading
        all_here = threading.Barrier(4, timeout=20)
        def application(environ, start_response):
            all_here.wait()
            start_response("200 OK", [])
            return [b"together"]
    """, threads=4)
    connections = [worker.connect() for _ in range(4)]
    for _ in range(3):
        for connection in connections:
            connection.send(request())
        assert [connection.answer().body for connection in connections] == [b"together"] * 4
    assert worker.stop() == 0


def test_threads_share_many_connections(start):
    worker = start(HELLO, threads=4)
    faults = []

    def client():
        connection = worker.connect()
        for _ in range(50):
            if connection.ask().body != b"hello":
                faults.append("another answer")

    clients = [threading.Thread(target=client) for _ in range(8)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    assert not faults


def test_it_asks_to_be_replaced_and_goes_on(start):
    worker = start(HELLO, max_requests=3)
    ask = worker.connect()
    for _ in range(3):
        ask.ask()
    assert worker.told() == b"r"
    assert ask.ask().body == b"hello"
    assert worker.stop() == 0
    assert worker.told() == b""  # it asked once


def test_without_descriptors_it_rests_and_goes_on_when_there_are_some(start):
    worker = start("""
        import os, resource, socket
        accepts = 0
        accept = socket.socket.accept
        def counted(self):
            global accepts
            accepts += 1
            return accept(self)
        socket.socket.accept = counted
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        def application(environ, start_response):
            limit = 1 if environ["PATH_INFO"] == "/exhaust" else soft
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            start_response("200 OK", [])
            return [b"%d" % accepts]
    """)
    first = worker.connect()
    assert first.ask(path="/exhaust").body == b"1"
    second = worker.connect()
    second.send(request())
    assert poll(lambda: "no connection can be accepted" in worker.said(), 20)
    wait_a_little()
    assert 1 < int(first.ask(path="/mend").body) < 50
    assert second.answer().ended
    assert worker.said().count("no connection can be accepted") == 1


def test_only_the_server_may_connect(start):
    worker = start(HELLO)
    script = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.settimeout(20);"
              "s.connect(sys.argv[1].replace('@', chr(0))); print(s.recv(1))")
    other = subprocess.run([sys.executable, "-c", script, worker.address.replace("\0", "@")],
                           capture_output=True, text=True)
    assert other.stdout == "b''\n", other.stderr
    assert worker.connect().ask().body == b"hello"


IMPORTS = [
    ("import no_such_module", None, 3, "No module named 'no_such_module'"),
    ("1 / 0", None, 3, 'site_app.py", line 1'),
    ("import threading, time\n"
     "threading.Thread(target=time.sleep, args=(1000,)).start()\n"
     "raise RuntimeError('with a thread')", None, 3, "with a thread"),
    ("def application(:", None, 3, "SyntaxError"),
    ("import sys; sys.exit(0)", None, 3, "SystemExit"),
    ("other = 1", None, 3, "has no attribute 'application'"),
    ("def app(environ, start_response): pass", None, 3, "; write 'site_app:app'"),
    ("def create_app(): pass", "site_app", 3, "; write 'site_app:create_app()'"),
    ("import json.no_such\ndef app(): pass", None, 3, "No module named 'json.no_such'\")\n"),
    ("application = 1", None, 4, "not callable, but of type int"),
    (HELLO, "no_such:application", 3, "No module named 'no_such'"),
    ("async def application(scope, receive, send): pass", None, 4, "uvicorn"),
    ("def application(scope, receive, send): pass", None, 4, "http:"),
    ("class A:\n async def __call__(self, scope, receive, send): pass\napplication = A()", None, 4,
     "ASGI"),
    ("def application(): pass", None, 4, "if it makes one, write 'site_app:application()'"),
    ("def application(settings=None): pass", None, 4, "cannot be called with an environ"),
    ("def application(*, environ, start_response): pass", None, 4, "as WSGI applications are"),
    ("class application: pass", None, 4, "start_response, as"),
    ("def make(): return lambda: None", "site_app:make()", 4, "WSGI applications are\n"),
]


@pytest.mark.parametrize("text, spec, code, said", IMPORTS, ids=[row[3] for row in IMPORTS])
def test_what_is_not_an_application_is_refused(start, text, spec, code, said):
    worker = start(text, spec or "site_app:application", ready=False)
    assert worker.told() == b""
    assert worker.process.wait(20) == code
    assert said in worker.said()


@pytest.mark.parametrize("spec", ["site_app", "site_app:application", "site_app:inner.application",
                                  "site_app:create()"])
def test_an_application_is_found_by_its_name(start, spec):
    worker = start(HELLO + """
class inner:
    application = staticmethod(application)

def create():
    return application
""", spec)
    assert worker.connect().ask().body == b"hello"


def test_a_class_may_be_the_application(start):
    worker = start("""
        class application:
            def __init__(self, environ, start_response):
                self.start = start_response
            def __iter__(self):
                self.start("200 OK", [])
                yield b"of a class"
    """)
    assert worker.connect().ask().body == b"of a class"


# How else an application may be made: each of these is asked for "hello".
MADE = {
    "a partial": "application = functools.partial(lambda more, *both: hello(*both), 1)",
    "any arguments": "def application(*arguments, **named): return hello(*arguments)",
    "defaults": "def application(environ, start_response, more=1): return hello(environ, "
                "start_response)",
    "an object": "class A:\n  def __call__(self, *both): return hello(*both)\napplication = A()",
    "a method": "class A:\n  def call(self, *both): return hello(*both)\napplication = A().call",
    "a view that was wrapped": """
def wrap(view):
    @functools.wraps(view)
    def application(*arguments):
        return view(*arguments[:-2], "request")(*arguments[-2:])
    return application

@wrap
def application(request):
    return hello""",
    "three that were wrapped": """
def wrap(view):
    @functools.wraps(view)
    def application(environ, start_response):
        return view(environ, start_response, "more")
    return application

@wrap
def application(environ, start_response, more):
    return hello(environ, start_response)""",
    "a static method": "class A: __call__ = staticmethod(hello)\napplication = A()",
}


@pytest.mark.parametrize("how", MADE)
def test_an_application_may_be_any_callable_that_takes_both(start, how):
    worker = start("import functools\n" + HELLO.replace("def application", "def hello")
                   + MADE[how])
    assert worker.connect().ask().body == b"hello"


def test_flask_answers(start):
    pytest.importorskip("flask")
    worker = start("""
        import flask
        def create(name="hello"):
            app = flask.Flask(__name__)
            app.add_url_rule("/", view_func=lambda: name, endpoint="root")
            return app
    """, "site_app:create()")
    assert worker.connect().ask().body == b"hello"


def test_django_answers(start):
    pytest.importorskip("django")
    ask = start("""
        from django.conf import settings
        from django.core.wsgi import get_wsgi_application
        from django.http import HttpResponse, StreamingHttpResponse
        from django.urls import path
        settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="not secret")

        def hello(request):
            return HttpResponse("hello")

        def upload(request):
            found = request.FILES["file"]
            return HttpResponse("%s %d" % (found.name, len(found.read())))

        def stream(request):
            return StreamingHttpResponse(str(number) for number in range(3))

        urlpatterns = [path("hello", hello), path("upload", upload), path("stream", stream)]
        application = get_wsgi_application()
    """).connect()
    body = (b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
            + bytes(200_000) + b"\r\n--b--\r\n")
    for _ in range(2):
        assert ask.ask(path="/hello").body == b"hello"
        answer = ask.ask("POST", "/upload", body, CONTENT_TYPE="multipart/form-data; boundary=b")
        assert answer.body == b"a.txt 200000"
        assert ask.ask(path="/stream").body == b"012"
    assert ask.ask(path="/missing").status == "404 Not Found"
