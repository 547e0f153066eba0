"""Words of a text are found as a pattern with a word boundary would find them."""

from __future__ import annotations

import re

import pytest

from reviewbot.csource.words import (
    beginning_word,
    called_at,
    has_word,
    places,
    words_in,
    words_of_both,
)

TEXT = b"""#include "brisk.h"
/* up() \xc3\xa4up */
static int up(struct brisk *p) { return p->up ? up_all (p) : up\t\n(p->up2, 0x10); }
up"""


@pytest.mark.parametrize("word", [b"up", b"p", b"p->up", b"brisk", b"up_all", b"nothing"])
def test_places_are_those_of_whole_words(word: bytes) -> None:
    found = [match.start() for match in re.finditer(rb"\b%s\b" % re.escape(word), TEXT)]
    assert list(places(TEXT, word)) == found
    assert has_word(TEXT, word) == bool(found)


def test_the_empty_word_stands_nowhere() -> None:
    assert list(places(TEXT, b"")) == []


@pytest.mark.parametrize("name", [b"up", b"up_all", b"p"])
def test_a_call_is_found_behind_its_parenthesis(name: bytes) -> None:
    found = [match.end() for match in re.finditer(rb"\b%s\s*\(" % name, TEXT)]
    assert list(called_at(TEXT, name)) == found


def test_all_words_of_a_text() -> None:
    assert words_in(TEXT) == {word.decode() for word in re.findall(rb"\w+", TEXT)}


@pytest.mark.parametrize(
    "other",
    [
        TEXT,
        TEXT.replace(b"up2", b"up3"),
        TEXT.replace(b"brisk", b"slow"),
        b"int first;\n" + TEXT,
        TEXT + b"per\nint last;",
        b"",
        b"up",
    ],
)
def test_two_sides_have_the_words_of_each(other: bytes) -> None:
    """There may be more, but none that stands in neither."""
    for one, two in ((TEXT, other), (other, TEXT)):
        assert words_of_both(one, two) == words_in(one) | words_in(two)


@pytest.mark.parametrize("pattern", [rb"up\w*\s*\(", rb"p", rb"struct\s+(\w+)"])
def test_a_pattern_is_found_where_a_word_begins(pattern: bytes) -> None:
    found = [match.group() for match in beginning_word(re.compile(pattern), TEXT)]
    assert found == [match.group() for match in re.finditer(rb"\b" + pattern, TEXT)]
