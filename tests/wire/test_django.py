"""A real Django project: collectstatic with ManifestStaticFilesStorage, then every hashed file is
immutable because its bytes prove it, until one of them changes."""

import json
import os
import re
import subprocess
import sys
from urllib.parse import quote

import pytest

from client import poll
from harness import write_tree

try:
    import django  # noqa: F401  Debian's python3-django
except ImportError:
    pytest.skip("python3-django is not installed", allow_module_level=True)

SETTINGS = """
SECRET_KEY = "not a secret"
INSTALLED_APPS = ["django.contrib.staticfiles"]
STATIC_URL = "/static/"
STATIC_ROOT = {root!r}
STATICFILES_DIRS = [{source!r}]
STATICFILES_STORAGE = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
"""
SOURCES = {
    "css/base.css": "@import url('nested/deep.css');\nbody { background: url(../img/dot.png) }\n",
    "css/nested/deep.css": "a { background: url('../../img/dot.png') }\r\n",
    "css/ümläut.css": "/* größe */ a { color: red }\n",
    "img/dot.png": bytes(range(200)),
    "js/app.js": "import './other.js';\n//# sourceMappingURL=app.js.map\n",
    "js/app.js.map": "{}",
    "robots": "User-agent: *\n",
    "fonts/a.b.woff2": bytes(50),
}


@pytest.fixture(scope="module")
def collected(module_folder):
    source = write_tree(module_folder / "assets", SOURCES)
    root = module_folder / "static"
    write_tree(module_folder, {
        "settings.py": SETTINGS.format(root=str(root), source=str(source))})
    subprocess.run(
        [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=module_folder, check=True, timeout=60, capture_output=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(module_folder),
             "PYTHONDONTWRITEBYTECODE": "1"})
    paths = json.loads((root / "staticfiles.json").read_text())["paths"]
    assert len(paths) == len(SOURCES)
    return root, paths


def quoted(path):
    return "/static/" + quote(path)


def test_every_hashed_file_is_immutable_and_no_other(serve, collected):
    root, paths = collected
    server = serve({"*": {"/static/": {"files": str(root)}}})
    for plain, hashed in paths.items():
        response = server.fetch(quoted(hashed))
        assert response.status == 200 and response.body == (root / hashed).read_bytes()
        assert "immutable" in response.get("Cache-Control"), hashed
        response = server.fetch(quoted(plain))
        assert response.status == 200
        assert "immutable" not in response.get("Cache-Control"), plain


def test_the_bytes_prove_it_without_the_manifest(serve, collected, tmp_path):
    root, paths = collected
    bare = write_tree(tmp_path / "bare", {p: (root / p).read_bytes() for p in paths.values()})
    server = serve({"*": {"/static/": {"files": str(bare)}}})
    for hashed in paths.values():
        assert "immutable" in server.fetch(quoted(hashed)).get("Cache-Control"), hashed


def test_one_changed_byte_takes_the_promise_back_and_the_log_says_so(serve, collected, tmp_path):
    root, paths = collected
    copy = write_tree(tmp_path / "copy", {
        p: (root / p).read_bytes() for p in [*paths.values(), "staticfiles.json"]})
    server = serve({"*": {"/static/": {"files": str(copy)}}})
    hashed = paths["css/base.css"]
    assert "immutable" in server.fetch(quoted(hashed)).get("Cache-Control")
    content = bytearray((copy / hashed).read_bytes())
    content[0] ^= 1
    (copy / hashed).write_bytes(content)
    response = poll(lambda: (r := server.fetch(quoted(hashed))).body == content and r)
    assert response, "the change was never seen"
    assert response.get("Cache-Control") == "no-cache"
    server.wait_for_log(re.escape(os.path.basename(hashed)))
    others = [h for h in paths.values() if h != hashed]
    assert all("immutable" in server.fetch(quoted(h)).get("Cache-Control") for h in others)


def test_a_file_that_was_changed_before_the_start_is_not_immutable(serve, collected, tmp_path):
    root, paths = collected
    hashed = paths["js/app.js"]
    copy = write_tree(tmp_path / "copy", {
        hashed: b"changed();\n", "staticfiles.json": (root / "staticfiles.json").read_bytes()})
    server = serve({"*": {"/static/": {"files": str(copy)}}})
    assert server.fetch(quoted(hashed)).get("Cache-Control") == "no-cache"
    server.wait_for_log(re.escape(os.path.basename(hashed)))
