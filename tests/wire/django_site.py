"""Makes a Django project as people have it: the admin, a model with an image and a file, sqlite,
collected static files with hashed names, a folder for uploads."""

import os
import subprocess
import sys
from pathlib import Path

from harness import write_tree

USER, PASSWORD = "chief", "a long password"
STATIC_URL, MEDIA_URL = "/static/", "/media/"

SETTINGS = """
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "not a secret"
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "www.example.org"]
ROOT_URLCONF = "mysite.urls"
WSGI_APPLICATION = "mysite.wsgi.application"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
    "django.contrib.sessions", "django.contrib.messages", "django.contrib.staticfiles", "zoo",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages"]},
}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
USE_TZ = True
STATIC_URL, MEDIA_URL = "/static/", "/media/"
STATIC_ROOT, MEDIA_ROOT = BASE_DIR / "static", BASE_DIR / "media"
STATICFILES_STORAGE = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATICFILES_STORAGE},
}
import django
if django.VERSION >= (4, 2):
    del STATICFILES_STORAGE
else:
    del STORAGES
"""

FILES = {
    "mysite/__init__.py": "",
    "mysite/settings.py": SETTINGS,
    "mysite/urls.py": """
from django.contrib import admin
from django.http import JsonResponse
from django.urls import path


def who(request):
    return JsonResponse({
        "url": request.build_absolute_uri(), "secure": request.is_secure(),
        "address": request.META["REMOTE_ADDR"] or None,
        "forwarded": request.META.get("HTTP_X_FORWARDED_FOR"), "port": request.get_port()})


urlpatterns = [path("admin/", admin.site.urls), path("who/", who)]
""",
    "mysite/wsgi.py": """
import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
application = get_wsgi_application()
""",
    "zoo/__init__.py": "",
    "zoo/migrations/__init__.py": "",
    "zoo/models.py": """
from django.db import models


class Animal(models.Model):
    name = models.CharField(max_length=80)
    portrait = models.ImageField(upload_to="portraits/")
    papers = models.FileField(upload_to="papers/", blank=True)

    def __str__(self):
        return self.name
""",
    "zoo/admin.py": """
from django.contrib import admin

from zoo.models import Animal

admin.site.register(Animal)
""",
}


class Project:
    """Its folder, and what there is in it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.static = self.folder / "static"
        self.media = self.folder / "media"

    def manage(self, *arguments):
        subprocess.run(
            [sys.executable, "-m", "django", *arguments], cwd=self.folder, check=True, timeout=120,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "mysite.settings",
                 "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1",
                 "DJANGO_SUPERUSER_PASSWORD": PASSWORD})

    def routes(self, app="site"):
        return {
            STATIC_URL: {"files": str(self.static)},
            MEDIA_URL: {"files": str(self.media), "uploads": True},
            "/": {"app": app},
        }


def make_project(folder):
    project = Project(write_tree(folder, FILES))
    project.media.mkdir()
    project.manage("makemigrations", "zoo")
    project.manage("migrate")
    project.manage("createsuperuser", "--noinput", "--username", USER, "--email", "a@example.org")
    project.manage("collectstatic", "--noinput")
    return project
