"""The smallest application of Django, with the middleware that a new project has and that needs no
database."""

import os

import django
from django.conf import settings

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
if "WHITENOISE_ROOT" in os.environ:
    MIDDLEWARE.insert(1, "whitenoise.middleware.WhiteNoiseMiddleware")

settings.configure(
    DEBUG=False, SECRET_KEY="bench", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__,
    MIDDLEWARE=MIDDLEWARE, STATIC_URL="/static/", STATIC_ROOT=os.environ.get("WHITENOISE_ROOT"),
)
django.setup()

from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path


def hello(request):
    return HttpResponse("hello, world\n", content_type="text/plain")


urlpatterns = [path("", hello)]
application = get_wsgi_application()
