"""Configurations that packages and containers bring: the real binary finds no fault in them."""

import re
from pathlib import Path

import pytest
import yaml

from harness import SOURCE, run_command

PACKAGING = SOURCE / "packaging"
FILES = ["deb/debian/frontis.yaml", "container/frontis.yaml", "container/django/frontis.yaml"]


@pytest.fixture(autouse=True)
def needs_a_binary(binary):
    pass


def texts():
    found = {name: (PACKAGING / name).read_text() for name in FILES}
    documents = yaml.safe_load_all((PACKAGING / "container/kubernetes.yaml").read_text())
    for document in documents:
        if document["kind"] == "ConfigMap":
            found["container/kubernetes.yaml"] = document["data"]["frontis.yaml"]
    return found


@pytest.mark.parametrize("name", [*FILES, "container/kubernetes.yaml"])
def test_a_configuration_that_is_brought_along_is_good(tmp_path, name):
    text = texts()[name]
    for root in set(re.findall(r"files: (/[a-z/]+)", text)):
        (Path(tmp_path) / root.lstrip("/")).mkdir(parents=True)
    text = text.replace("files: /", f"files: {tmp_path}/")
    file = tmp_path / "frontis.yaml"
    file.write_text(text)
    code, out, errors = run_command("check", "-c", file)
    if "'admin' is not available" in errors:
        pytest.skip("this version has no admin listener")
    assert code == 0 and "valid" in out, errors
