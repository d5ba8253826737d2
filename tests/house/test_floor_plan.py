"""The tree keeps the rules of the house: includes point one way, headers compile alone, files stay
small and look alike. server/README.md says why."""

import os
import shutil
import subprocess
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import rules

ROOT = Path(__file__).resolve().parents[2]
SERVER = ROOT / "server"
LIBRARIES = ["yaml-cpp", "spdlog", "fmt", "openssl", "sqlite3", "zlib", "libbrotlidec",
             "libzstd", "libxxhash"]


def cpp_files(folder, suffixes=(".h", ".cpp")):
    files = sorted((ROOT / folder).rglob("*"))
    return [str(file.relative_to(ROOT)) for file in files if file.suffix in suffixes]


SERVER_FILES = cpp_files("server")
ALL_FILES = SERVER_FILES + cpp_files("tests")
HEADERS = cpp_files("server", (".h",))
WORKER_FILES = [str(file.relative_to(ROOT)) for file in sorted(SERVER.rglob("*.py"))]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_there_is_a_house_to_look_at():
    assert len(HEADERS) > 10 and len(SERVER_FILES) > len(HEADERS) and WORKER_FILES


@pytest.mark.parametrize("name", SERVER_FILES)
def test_includes_point_one_way(name):
    assert not rules.include_faults(name.removeprefix("server/"), read(name))


@pytest.mark.parametrize("name", SERVER_FILES)
def test_every_include_in_quotes_is_a_file_of_the_house(name):
    missing = [target for target in rules.INCLUDE.findall(read(name))
               if not (SERVER / target).is_file()]
    assert not missing


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_says_what_it_is(name):
    assert not rules.header_faults(name, read(name))


@pytest.mark.parametrize("name", ALL_FILES)
def test_a_file_is_small_and_plain(name):
    text = read(name)
    longest = rules.LONGEST_FILE[name.split("/")[0]]
    faults = rules.macro_faults(name, text) + rules.line_faults(name, text)
    assert not faults + rules.length_faults(name, text, longest) + rules.later_faults(name, text)
    if rules.length_faults(name, text, rules.LONG_FILE) and name.startswith("server/"):
        warnings.warn(f"{name} is over {rules.LONG_FILE} lines")


@pytest.mark.parametrize("name", WORKER_FILES)
def test_a_module_of_python_is_small_and_says_what_it_is(name):
    text = read(name)
    assert text.startswith('"""')
    faults = rules.line_faults(name, text) + rules.later_faults(name, text)
    assert not faults + rules.length_faults(name, text, rules.LONGEST_FILE["server"])


@pytest.mark.parametrize("folder", ["tests", "packaging", ".ci", "conf", "www"])
def test_no_work_is_put_off_in_scripts_and_pages(folder):
    kinds = {"", ".py", ".sh", ".yaml", ".html", ".css", ".js", ".md"}
    files = [file for file in sorted((ROOT / folder).rglob("*"))
             if file.is_file() and file.suffix in kinds and "corpus" not in file.parts]
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        assert not rules.later_faults(str(file.relative_to(ROOT)), text)


@pytest.mark.parametrize("name", ALL_FILES)
def test_clang_format_would_change_nothing(name):
    check = subprocess.run(["clang-format", "--dry-run", "-Werror", str(ROOT / name)],
                           capture_output=True, text=True)
    assert check.returncode == 0, check.stderr


def test_clang_format_sees_a_badly_formatted_file(tmp_path):
    bad = tmp_path / "bad.cpp"
    bad.write_text("int  main( ){return 0 ;}\n")
    check = subprocess.run(["clang-format", f"--style=file:{ROOT / '.clang-format'}",
                            "--dry-run", "-Werror", str(bad)], capture_output=True)
    assert check.returncode != 0


def compile_alone(include, folder):
    """What the compiler says of a source that includes one header and nothing else."""
    flags = subprocess.run(["pkg-config", "--cflags", *LIBRARIES], capture_output=True, text=True,
                           check=True).stdout.split()
    source = folder / (include.replace("/", "_") + ".cpp")
    source.write_text(f'#include "{include}"\n')
    launcher = ["ccache"] if shutil.which("ccache") else []
    # A real object file, because ccache keeps no result of -fsyntax-only.
    return subprocess.run(
        [*launcher, os.environ.get("CXX", "g++"), "-std=c++20", "-Wall", "-Wextra", "-Werror",
         "-I", str(SERVER), "-I", ".", *flags, "-c", source.name, "-o", source.name + ".o"],
        capture_output=True, text=True, cwd=folder).stderr


@pytest.fixture(scope="session")
def complaints():
    """Of every header; compiled side by side, because one after the other takes too long. The
    folder is always the same, so that ccache finds what it kept."""
    folder = ROOT / "build-tests" / "headers"
    folder.mkdir(parents=True, exist_ok=True)
    includes = [name.removeprefix("server/") for name in HEADERS]
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        return dict(zip(HEADERS, workers.map(lambda name: compile_alone(name, folder), includes)))


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_compiles_alone(name, complaints):
    assert complaints[name] == ""


def test_a_header_that_leans_on_another_is_found(tmp_path):
    (tmp_path / "leaning.h").write_text("#pragma once\nstd::string name();\n")
    assert "leaning.h" in compile_alone("leaning.h", tmp_path)


def test_the_top_folder_is_laid_out_as_agreed():
    ignored = {".git", "build", "__pycache__", ".pytest_cache", ".cache"}
    names = [entry.name for entry in ROOT.iterdir()
             if entry.name not in ignored and not entry.name.startswith("build-")]
    assert not rules.layout_faults(names)
