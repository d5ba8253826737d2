"""`frontis init` in a real Django project: its settings are read, and the file that is written is
one that `frontis check` finds nothing in."""

import subprocess
import sys

import pytest

from harness import run_command

try:
    import django  # noqa: F401  Debian's python3-django
except ImportError:
    pytest.skip("python3-django is not installed", allow_module_level=True)


@pytest.fixture(autouse=True)
def needs_a_binary(binary):
    pass


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    subprocess.run([sys.executable, "-m", "django", "startproject", "mysite", str(folder)],
                   check=True, timeout=60, capture_output=True)
    return folder


def add_settings(project, text):
    with open(project / "mysite" / "settings.py", "a") as settings:
        settings.write("\n" + text + "\n")


def init(project, *more):
    return run_command("init", str(project), "--python", sys.executable, *more, timeout=60)


def test_a_new_project_is_told_what_it_lacks(project):
    code, out, errors = init(project)
    assert code == 0, errors
    assert "STATIC_ROOT is not set" in out and "collectstatic" in out
    assert "mysite.wsgi:application" in out
    text = (project / "frontis.yaml").read_text()
    assert '"*":' in text and '    #"/static/": {files: "static"}' in text
    assert "/media/" not in text
    code, _, errors = run_command("check", "-c", str(project / "frontis.yaml"))
    assert code == 0, errors


def test_a_project_with_all_its_settings_lacks_nothing(project):
    add_settings(project, """
print("settings may print")
STATIC_ROOT = BASE_DIR / "collected"
MEDIA_URL = "uploads/"
MEDIA_ROOT = "/var/tmp"
ALLOWED_HOSTS = [".example.org", "localhost"]
""")
    (project / "collected").mkdir()
    code, out, errors = init(project)
    assert code == 0, errors
    assert "missing" not in out
    text = (project / "frontis.yaml").read_text()
    assert '    "/static/": {files: "collected"}\n' in text
    assert '    "/uploads/": {files: "/var/tmp", cache: 1h, uploads: true}\n' in text
    assert '  "example.org *.example.org localhost":\n' in text
    code, _, errors = run_command("check", "-c", str(project / "frontis.yaml"))
    assert code == 0, errors


def test_what_is_there_stays(project):
    (project / "frontis.yaml").write_text("mine\n")
    code, _, errors = init(project)
    assert code == 1 and "--force" in errors
    assert (project / "frontis.yaml").read_text() == "mine\n"
    assert init(project, "--force")[0] == 0
    assert "mysite.wsgi:application" in (project / "frontis.yaml").read_text()


def test_other_settings_may_be_named(project):
    (project / "mysite" / "local.py").write_text(
        "from .settings import *\nALLOWED_HOSTS = ['local.example.org']\n")
    code, _, errors = init(project, "--settings", "mysite.local")
    assert code == 0, errors
    text = (project / "frontis.yaml").read_text()
    assert '"local.example.org":' in text
    assert 'DJANGO_SETTINGS_MODULE: "mysite.local"' in text


def test_broken_settings_show_their_traceback_and_write_nothing(project):
    add_settings(project, "import no_such_module")
    code, _, errors = init(project)
    assert code == 1
    assert "No module named 'no_such_module'" in errors
    assert "mysite.settings cannot be read" in errors
    assert not (project / "frontis.yaml").exists()
