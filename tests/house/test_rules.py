"""Each rule refuses what it is there to refuse: a guard that cannot fail guards nothing."""

import pytest

import rules


@pytest.mark.parametrize("path, target", [
    ("base/text.h", "config/settings.h"),
    ("config/load.cpp", "http/message.h"),
    ("net/stream.cpp", "http/message.h"),
    ("http/range.cpp", "net/loop.h"),
    ("http/http1_session.cpp", "net/loop.h"),
    ("http/router.h", "media/library.h"),
    ("media/handler.cpp", "net/stream.h"),
    ("media/handler.cpp", "http/../net/stream.h"),
    ("app/handler.cpp", "media/asset.h"),
    ("app/handler.cpp", "store/bucket.h"),
    ("observe/access_log.cpp", "net/loop.h"),
    ("media/handler.cpp", "server.h"),
    ("media/handler.cpp", "commands/explain.h"),
    ("media/handler.cpp", "../net/loop.h"),
    ("media/handler.cpp", "/usr/include/zlib.h"),
])
def test_refuses_an_include_that_points_upward(path, target):
    assert rules.include_faults(path, f'#pragma once\n  # include  "{target}"\n')


@pytest.mark.parametrize("path, target", [
    ("base/text.cpp", "base/text.h"),
    ("http/session.cpp", "net/stream.h"),
    ("http/session_http2.cpp", "net/stream.h"),
    ("media/handler.cpp", "http/exchange.h"),
    ("app/handler.cpp", "upstream/pool.h"),
    ("server.cpp", "net/loop.h"),
    ("main.cpp", "commands/table.h"),
    ("commands/serve.cpp", "server.h"),
])
def test_allows_an_include_that_points_downward(path, target):
    assert not rules.include_faults(path, f'#include "{target}"\n#include <vector>\n')


def test_refuses_a_macro():
    assert rules.macro_faults("base/x.h", "int a;\n #  define CHECK(x) x\n")
    assert not rules.macro_faults("base/x.h", "// #define is not used here\n#ifdef __linux__\n")


@pytest.mark.parametrize("text", [
    "#pragma once\n// What it is.\n",
    "// What it is.\n#include <vector>\n",
    "// What it is.\n#pragma once\n#pragma once\n",
    "",
])
def test_refuses_a_header_without_its_opening(text):
    assert rules.header_faults("base/x.h", text)


def test_allows_a_header_that_says_what_it_is():
    assert not rules.header_faults("base/x.h", "// What it is.\n#pragma once\n")


def test_refuses_a_line_of_101_columns():
    assert not rules.line_faults("x.cpp", "a" * 100 + "\n")
    assert rules.line_faults("x.cpp", "ok\n" + "a" * 101 + "\n") == ["x.cpp:2: 101 columns"]


def test_counts_characters_and_not_bytes_in_a_line():
    assert not rules.line_faults("x.cpp", "é" * 100)


def test_refuses_a_file_that_is_too_long():
    assert not rules.length_faults("x.cpp", "a\n" * 400, 400)
    assert rules.length_faults("x.cpp", "a\n" * 401, 400)


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME"])
def test_refuses_work_that_is_put_off(word):
    assert rules.later_faults("x.cpp", f"one\n// {word}: later\n")[0].startswith("x.cpp:2:")
    assert not rules.later_faults("x.cpp", f"// the word {word}S is another one\n")


def test_refuses_a_stranger_and_an_absentee_in_the_layout():
    assert not rules.layout_faults(rules.TOP_LEVEL)
    assert rules.layout_faults(rules.TOP_LEVEL | {"src"})
    assert rules.layout_faults(rules.TOP_LEVEL - {"LICENSE"})
