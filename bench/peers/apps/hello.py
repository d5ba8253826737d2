"""The smallest WSGI application."""

import os


def application(environ, start_response):
    body = b"hello, world\n"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


if "WHITENOISE_ROOT" in os.environ:
    from whitenoise import WhiteNoise

    application = WhiteNoise(application, root=os.environ["WHITENOISE_ROOT"], prefix="static/")
