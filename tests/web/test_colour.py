"""Colours are words' classes; whatever the text is, lines stay lines and nothing gets out."""

from __future__ import annotations

import html
import re

import pytest

from reviewbot.web.colour import LONGEST_LINE, coloured

CODE = ["static int a;", '\tcall("text", 42); /* why', "\t   so */", "#include <linux/pci.h>"]


def plain(line: str) -> str:
    return html.unescape(re.sub(r"</?span[^>]*>", "", line))


def test_words_have_their_classes() -> None:
    first, second, third, fourth = coloured("drivers/a.c", CODE)
    assert '<span class="ck">static</span>' in first
    assert '<span class="ct">int</span>' in first
    assert '<span class="cs">text</span>' in second or "text" in plain(second)
    assert '<span class="cm">42</span>' in second
    assert '<span class="cc">' in second and '<span class="cc">' in third
    assert '<span class="cp">' in fourth


@pytest.mark.parametrize("path", ["a.c", "a.h", "b.dts", "c.rs", "Makefile", "d.unknown", ""])
def test_the_lines_are_those_that_were_given(path: str) -> None:
    lines = [*CODE, "", "  ", "\t", '"open', "'", "\\", "<script>&amp;</script>", "\f", "a\r"]
    shown = coloured(path, lines)
    expected = [line.replace("\f", "⟨U+000C⟩").replace("\r", "⟨U+000D⟩") for line in lines]
    assert [plain(line) for line in shown] == expected
    assert not [line for line in shown if "<script" in line]


def test_a_file_of_no_known_kind_stays_plain() -> None:
    assert coloured("README", ["static int a;"]) == ["static int a;"]


def test_a_line_too_long_for_code_leaves_all_plain() -> None:
    lines = ["static int a;", "x" * (LONGEST_LINE + 1)]
    assert coloured("a.c", lines) == lines


def test_no_lines() -> None:
    assert [plain(line) for line in coloured("a.c", [""])] == [""]
    assert coloured("a.c", []) == []
