"""What packaging/ has for containers: files that are good YAML, name what is there, and give a
server no more rights than it needs."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONTAINER = ROOT / "packaging" / "container"
DEBIAN = ROOT / "packaging" / "deb" / "debian"
EXAMPLES = ROOT / "conf" / "examples"
CONTAINERFILES = sorted(CONTAINER.rglob("Containerfile"))


def documents(name):
    return list(yaml.safe_load_all((CONTAINER / name).read_text(encoding="utf-8")))


def instructions(file):
    """[(word, rest)] of a Containerfile, with continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [tuple(line.split(maxsplit=1)) for line in lines if line.strip()]


def values_of(file, word):
    return [rest for name, rest in instructions(file) if name == word]


def test_there_are_containerfiles():
    assert len(CONTAINERFILES) == 2


@pytest.mark.parametrize("file", CONTAINERFILES, ids=lambda file: file.parent.name)
def test_a_containerfile_copies_what_is_there_and_ends_as_another_user(file):
    context = ROOT if file.parent == CONTAINER else file.parent
    for rest in values_of(file, "COPY"):
        *sources, _ = rest.split()
        for source in sources:
            assert (context / source).exists(), source
    assert all("bookworm" in rest for rest in values_of(file, "FROM"))
    assert values_of(file, "USER")[-1] != "root"


def test_the_image_is_asked_whether_it_is_well():
    file = CONTAINER / "Containerfile"
    assert "/health" in values_of(file, "HEALTHCHECK")[0]
    assert values_of(file, "ENTRYPOINT") == ['["/usr/bin/frontis"]']


def test_compose_names_files_and_volumes_that_are_there():
    made = documents("compose.yaml")[0]
    for service in made["services"].values():
        context = CONTAINER / service["build"]["context"]
        assert (context / service["build"]["dockerfile"]).is_file()
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert (CONTAINER / source).is_file() or source in made["volumes"]
    front = made["services"]["front"]
    assert front["read_only"] and front["cap_drop"] == ["ALL"]
    assert [port.split(":")[0] for port in front["ports"]] == ["127.0.0.1"]


def test_kubernetes_asks_the_pod_where_it_listens():
    by_kind = {document["kind"]: document for document in documents("kubernetes.yaml")}
    assert set(by_kind) == {"ConfigMap", "Deployment", "Service", "PodDisruptionBudget"}
    pod = by_kind["Deployment"]["spec"]["template"]["spec"]
    container = pod["containers"][0]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    settings = yaml.safe_load(by_kind["ConfigMap"]["data"]["frontis.yaml"])
    assert ports == {"http": settings["listen"], "admin": int(settings["admin"].split(":")[-1])}
    for probe, path in (("livenessProbe", "/health"), ("readinessProbe", "/ready")):
        assert container[probe]["httpGet"] == {"path": path, "port": "admin"}
    assert by_kind["Service"]["spec"]["ports"][0]["targetPort"] == "http"
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}


def test_kubernetes_asks_for_the_image_that_is_built():
    text = (CONTAINER / "kubernetes.yaml").read_text(encoding="utf-8")
    image = re.search(r"image: (\S+)", text)[1]
    built = (CONTAINER / "Containerfile").read_text(encoding="utf-8")
    project = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    assert image == "frontis:" + re.search(r"project\(frontis VERSION (\S+)", project)[1]
    assert f"-t {image} " in built and f":ro {image}\n" in built


def test_kubernetes_gives_the_pod_no_rights():
    pod = next(document for document in documents("kubernetes.yaml")
               if document["kind"] == "Deployment")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    rights = pod["containers"][0]["securityContext"]
    assert rights == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                      "capabilities": {"drop": ["ALL"]}}


def test_the_folders_of_the_unit_are_those_of_the_configuration():
    unit = (DEBIAN / "frontis.service").read_text(encoding="utf-8")
    settings = yaml.safe_load((DEBIAN / "frontis.yaml").read_text(encoding="utf-8"))
    assert "StateDirectory=frontis\n" in unit and settings["state"] == "/var/lib/frontis"
    assert "LogsDirectory=frontis\n" in unit
    assert settings["log"]["access"].startswith("/var/log/frontis/")
    assert f"User={settings['user']}\n" in unit


def users_in(text):
    return re.findall(r"^user: *(\S+)", text, re.MULTILINE)


@pytest.mark.parametrize("file", [ROOT / "README.md", *sorted(EXAMPLES.glob("*.yaml"))],
                         ids=lambda file: file.name)
def test_an_example_names_the_user_of_the_unit(file):
    """The unit may become nobody else: that is accepted by a reload, and fails at the next boot."""
    unit = (DEBIAN / "frontis.service").read_text(encoding="utf-8")
    users = users_in(file.read_text(encoding="utf-8"))
    assert users == re.findall(r"^User=(\S+)", unit, re.MULTILINE)
