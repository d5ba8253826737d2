"""The manual and the completion, as the programs take them that they are written for."""

import shutil
import subprocess

import pytest

from harness import run_command

SMALL = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
DRIVE_BASH = """
source <("$1" completion bash)
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_frontis 2>/dev/null
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(autouse=True)
def needs_a_binary(binary):
    pass


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "site files").mkdir()
    (tmp_path / "site.yaml").write_text("sites: {}\n")
    return tmp_path


@pytest.mark.parametrize("page", ["frontis", "frontis.yaml"])
def test_man_shows_a_page_without_a_warning(page, tmp_path):
    if not shutil.which("man"):
        pytest.skip("there is no man here")
    code, out, _ = run_command("manual", page)
    assert code == 0
    file = tmp_path / "page"
    file.write_text(out)
    shown = subprocess.run(["man", "--warnings=w", "-l", str(file)], timeout=30,
                           capture_output=True, env={**SMALL, "MANWIDTH": "100"})
    assert shown.returncode == 0 and not shown.stderr, shown.stderr
    assert b"SEE ALSO" in shown.stdout and b"\\(" not in shown.stdout


def offered_by_bash(binary, folder, *words):
    done = subprocess.run(["bash", "-c", DRIVE_BASH, "bash", str(binary), *words], cwd=folder,
                          capture_output=True, text=True, timeout=30)
    assert not done.stderr, done.stderr
    return [line for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize("words, offered", [
    (["frontis", "ser"], ["serve"]),
    (["frontis", "ke"], ["kept"]),
    (["frontis", "kept", ""], ["list", "purge", "-h", "--help"]),
    (["frontis", "kept", "purge", "--s"], ["--state"]),
    (["frontis", "check", "--d"], ["--deep"]),
    (["frontis", "serve", "-c", "site"], ["site files", "site.yaml"]),
    (["frontis", "serve", "--config", "=", "site.y"], ["site.yaml"]),
    (["frontis", "check", "-c", "check", "--d"], ["--deep"]),
    (["frontis", "run", "si"], ["site files"]),
    (["frontis", "press", "--codings", ""], ["gzip", "br", "zstd"]),
    (["frontis", "manual", "frontis."], ["frontis.yaml"]),
    (["frontis", "completion", "z"], ["zsh"]),
    (["frontis", "explain", "/a"], []),
])
def test_bash_is_offered_what_a_command_takes(binary, folder, words, offered):
    assert sorted(offered_by_bash(binary, folder, *words)) == sorted(offered)


def script(binary, shell, tmp_path):
    code, out, _ = run_command("completion", shell)
    assert code == 0
    file = tmp_path / f"completion.{shell}"
    file.write_text(out)
    return file


@pytest.mark.parametrize("line, offered", [
    ("frontis ser", {"serve"}),
    ("frontis kept ", {"list", "purge"}),
    ("frontis kept purge --sta", {"--state"}),
    ("frontis purge --sta", {"--state"}),
    ("frontis press --codings ", {"gzip", "br", "zstd"}),
    ("frontis completion ", {"bash", "zsh", "fish"}),
])
def test_fish_is_offered_what_a_command_takes(binary, tmp_path, line, offered):
    if not shutil.which("fish"):
        pytest.skip("there is no fish here")
    file = script(binary, "fish", tmp_path)
    done = subprocess.run(["fish", "--no-config", "-c", f"source {file}; complete -C '{line}'"],
                          capture_output=True, text=True, timeout=30,
                          env={**SMALL, "HOME": str(tmp_path)})
    assert not done.stderr, done.stderr
    assert {row.split("\t")[0] for row in done.stdout.splitlines()} == offered


DRIVE_ZSH = """
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1=; autoload -U compinit; compinit -u -D; LISTMAX=1000; stty rows 60 cols 200'
zpty -w shell 'source {file}; zstyle ":completion:*" list-grouped false; print REA''DY'
zpty -r shell said '*READY*'
zpty -n -w shell $'{line}\\t\\t'
sleep 1
zpty -r -t shell said
while zpty -r -t shell more; do said+=$more; done
print -r -- $said
"""


@pytest.mark.parametrize("line, offered", [
    ("frontis ser", ["serve"]),
    ("frontis kept ", ["list", "purge"]),
    ("frontis kept purge --sta", ["--state"]),
    ("frontis press --codings ", ["gzip", "zstd"]),
])
def test_zsh_is_offered_what_a_command_takes(binary, tmp_path, line, offered):
    if not shutil.which("zsh"):
        pytest.skip("there is no zsh here")
    file = script(binary, "zsh", tmp_path)
    done = subprocess.run(["zsh", "-f", "-c", DRIVE_ZSH.format(file=file, line=line)],
                          capture_output=True, text=True, timeout=30,
                          env={**SMALL, "HOME": str(tmp_path), "TERM": "xterm"})
    for word in offered:
        assert word in done.stdout, done.stdout + done.stderr
