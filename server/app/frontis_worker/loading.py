"""Finds the application, and sees whether it is one."""

import importlib
import inspect
import os
import sys

from frontis_worker.faults import say, say_fault

NOT_IMPORTED, NOT_WSGI = 3, 4


def give_up(code, sentence):
    say(sentence)
    sys.stdout.flush()
    os._exit(code)  # threads that the import began would hold up any other end


def load(spec):
    """The application of `module:callable`; `callable` may have dots, or end in () to be called
    once for it."""
    module, _, name = spec.partition(":")
    name = name or "application"
    made = name.endswith("()")
    try:
        application = importlib.import_module(module)
        for part in name[:-2].split(".") if made else name.split("."):
            application = getattr(application, part)
        if made:
            application = application()
    except BaseException as fault:
        say_fault()
        give_up(NOT_IMPORTED, "cannot import %r: %r%s" % (spec, fault, hint(module, name)))
    return application


def hint(module, name):
    """What to write, where the module has no such name but a usual one."""
    there = getattr(sys.modules.get(module), "__dict__", {})
    if name.partition(".")[0].rstrip("()") in there:
        return ""
    for usual in ("application", "app", "create_app()", "make_app()"):
        if callable(there.get(usual.rstrip("()"))):
            return "; write %r" % ("%s:%s" % (module, usual))
    return ""


def signature_of(application):
    """Of what is called, and not of what a decorator has wrapped with it. None where nobody can
    say: it was made in C, perhaps."""
    call = application.__call__
    if inspect.isclass(application) or not (inspect.ismethod(call) or inspect.isfunction(call)):
        call = application
    try:
        return inspect.signature(call, follow_wrapped=False)
    except (TypeError, ValueError):
        return None


def count_needed(signature):
    return sum(
        one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD) and one.default is one.empty
        for one in signature.parameters.values()
    )


def takes(signature, *arguments):
    try:
        signature.bind(*arguments)
    except TypeError:
        return False
    return True


def check(application, spec):
    if not callable(application):
        kind = type(application).__name__
        give_up(NOT_WSGI, "%r is not callable, but of type %s" % (spec, kind))
    coroutine = inspect.iscoroutinefunction
    signature = signature_of(application)
    if (
        coroutine(application)
        or coroutine(type(application).__call__)
        or signature and count_needed(signature) == 3
    ):
        give_up(
            NOT_WSGI,
            "%r is an ASGI application, and this is WSGI: start it with an ASGI server such as "
            "uvicorn, and give its address in place of `wsgi:`, as `http: 127.0.0.1:8000`" % spec,
        )
    if signature and not takes(signature, "environ", "start_response"):
        give_up(
            NOT_WSGI,
            "%r cannot be called with an environ and start_response, as WSGI applications are%s"
            % (spec, "" if spec.endswith("()") else "; if it makes one, write %r" % (spec + "()")),
        )
