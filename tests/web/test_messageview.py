"""What is said of a commit message stands below the line that it is about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewbot.model import Step
from reviewbot.store.shown import ShownFinding
from reviewbot.web.messageview import view_message
from tests.store.kept import finding

MESSAGE = "Why it is so.\n\nFixes: 123456789abc\nSigned-off-by: Ada\n"


def said(line: int, file: str = "") -> ShownFinding:
    trace = (Step("", line, "the tag"),)
    return ShownFinding(line, 1, 1, replace(finding(), file=file, line=line, trace=trace))


def shown(*found: ShownFinding) -> list[tuple[str, list[int]]]:
    pieces = view_message(MESSAGE, found)
    return [(piece.text, [note.shown.id for note in piece.notes]) for piece in pieces]


def test_a_message_that_nothing_is_said_of_is_one_piece() -> None:
    assert shown() == [(MESSAGE.rstrip(), [])]
    assert shown(said(13, "drivers/misc/wimble.c")) == [(MESSAGE.rstrip(), [])]


def test_a_note_is_below_its_line_and_the_rest_below_the_note() -> None:
    above, below = "Why it is so.\n\nFixes: 123456789abc", "Signed-off-by: Ada"
    assert shown(said(5)) == [(above, [5]), (below, [])]


def test_the_title_comes_before_the_message() -> None:
    assert shown(said(1)) == [("", [1]), (MESSAGE.rstrip(), [])]


@pytest.mark.parametrize("line", [6, 99])
def test_a_line_that_is_not_there_is_the_last(line: int) -> None:
    assert shown(said(line)) == [(MESSAGE.rstrip(), [line])]
