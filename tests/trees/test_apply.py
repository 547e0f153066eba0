"""Hunks find their place, and keep the manner of the file that they change."""

from __future__ import annotations

import pytest

from reviewbot.diff import after_line, changed_lines, file_diffs
from reviewbot.model import FileDiff
from reviewbot.trees.apply import Applied, Misfit, apply, backwards

FILE = "".join(f"line {n}\n" for n in range(1, 31))
HEAD = "--- a/x.c\n+++ b/x.c\n"
FIRST = "@@ -4,5 +4,6 @@\n line 4\n line 5\n-line 6\n+six\n+six and a half\n line 7\n line 8\n"
SECOND = "@@ -20,3 +21,2 @@\n line 20\n-line 21\n line 22\n"


def only(hunks: str) -> FileDiff:
    (one,) = file_diffs(HEAD + hunks)
    return one


def applied(hunks: str, text: bytes) -> Applied:
    result = apply(only(hunks), text)
    assert isinstance(result, Applied), result
    return result


def misfit(hunks: str, text: bytes) -> Misfit:
    result = apply(only(hunks), text)
    assert isinstance(result, Misfit)
    return result


def test_in_place() -> None:
    result = applied(FIRST + SECOND, FILE.encode())
    want = FILE.replace("line 6\n", "six\nsix and a half\n").replace("line 21\n", "")
    assert result.after.decode() == want
    assert result.diff == only(FIRST + SECOND)


def test_an_offset_renumbers_both_sides_and_not_the_mail() -> None:
    text = "above\n" * 3 + FILE.replace("line 12\n", "")
    result = applied(FIRST + SECOND, text.encode())
    before, after = text.split("\n"), result.after.decode().split("\n")
    assert [(h.old_start, h.new_start) for h in result.diff.hunks] == [(7, 7), (22, 23)]
    for hunk, was in zip(result.diff.hunks, only(FIRST + SECOND).hunks, strict=True):
        for line, old in zip(hunk.lines, was.lines, strict=True):
            assert line.old is None or before[line.old - 1] == line.text
            assert line.new is None or after[line.new - 1] == line.text
            assert line.diff == old.diff
    assert changed_lines(result.diff, "after") == {9, 10}
    assert after_line(result.diff, 22) == 23


def test_the_nearest_place_wins() -> None:
    text = b"x\n" * 10 + b"a\nb\ny\n" + b"x\n" * 10 + b"a\nb\ny\n"
    near = applied("@@ -20,3 +20,3 @@\n a\n-b\n+c\n y\n", text)
    assert near.diff.hunks[0].old_start == 24
    assert near.after == b"x\n" * 10 + b"a\nb\ny\n" + b"x\n" * 10 + b"a\nc\ny\n"


def test_two_places_equally_near_are_no_place() -> None:
    text = b".\na\nb\nx\n.\na\nb\nx\n"
    found = misfit("@@ -4,3 +4,3 @@\n a\n-b\n+c\n x\n", text)
    assert (found.hunk, found.why) == (1, "fits equally well in two places")


def test_hunks_stay_in_order() -> None:
    swapped = FILE.replace("line 20\nline 21\nline 22\n", "")
    text = "line 20\nline 21\nline 22\n" + swapped
    assert misfit(FIRST + SECOND, text.encode()).hunk == 2


def test_a_changed_context_line_is_a_misfit() -> None:
    found = misfit(FIRST + SECOND, FILE.replace("line 22", "line twenty-two").encode())
    assert (found.hunk, found.why) == (2, "does not apply")


def test_a_hunk_at_the_start_or_end_stays_there() -> None:
    start = "@@ -1,2 +1,3 @@\n+new\n a\n b\n"
    assert applied(start, b"a\nb\n").after == b"new\na\nb\n"
    assert misfit(start, b"x\na\nb\n").why == "does not apply"
    end = "@@ -1,2 +1,3 @@\n a\n b\n+new\n"
    assert applied(end, b"x\na\nb\n").after == b"x\na\nb\nnew\n"
    assert misfit(end, b"x\na\nb\nx\n").why == "does not apply"


def test_without_context() -> None:
    assert applied("@@ -2,0 +3 @@\n+c\n", b"a\nb\nd\n").after == b"a\nb\nc\nd\n"
    assert misfit("@@ -9,0 +10 @@\n+c\n", b"a\n").why == "starts beyond the end of the file"


@pytest.mark.parametrize(
    ("hunk", "before", "after"),
    [
        ("-b\n+c\n\\ No newline at end of file\n", b"a\nb\n", b"a\nc"),
        ("-b\n\\ No newline at end of file\n+c\n", b"a\nb", b"a\nc\n"),
        ("-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n", b"a\nb", b"a\nc"),
    ],
)
def test_no_newline_at_the_end(hunk: str, before: bytes, after: bytes) -> None:
    assert applied(f"@@ -1,2 +1,2 @@\n a\n{hunk}", before).after == after


def test_a_file_without_final_newline_that_the_mail_forgot() -> None:
    assert applied("@@ -1,2 +1,3 @@\n a\n b\n+c\n", b"a\nb").after == b"a\nb\nc\n"


def test_crlf_files() -> None:
    lost = "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    assert applied(lost, b"a\r\nb\r\n").after == b"a\r\nc\r\n"
    kept = "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n"
    assert applied(kept, b"a\r\nb\r\n").after == b"a\r\nc\r\n"
    assert applied(kept, b"a\nb\n").after == b"a\nc\n"


def test_charsets() -> None:
    hunk = "@@ -1,2 +1,2 @@\n /* Größe */\n-b\n+/* Länge */\n"
    assert applied(hunk, "/* Größe */\nb\n".encode()).after == "/* Größe */\n/* Länge */\n".encode()
    latin = "/* Größe */\nb\n".encode("latin-1")
    assert applied(hunk, latin).after == "/* Größe */\n/* Länge */\n".encode("latin-1")
    lost = "@@ -1,2 +1,2 @@\n /* Gr\ufffd\ufffde */\n-b\n+c\n"
    assert applied(lost, latin).after == latin.replace(b"b\n", b"c\n")
    assert applied("@@ -1 +1 @@\n-b\n+\ud800\n", b"b\n").after == b"?\n"


def test_white_space_that_mail_strips() -> None:
    assert applied("@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n", b"a \n\t\nb\n").after == b"a \n\t\nc\n"


def test_backwards_takes_the_change_back() -> None:
    forth = applied(FIRST + SECOND, FILE.encode())
    back = apply(backwards(forth.diff), forth.after)
    assert isinstance(back, Applied)
    assert back.after == FILE.encode()
    assert backwards(back.diff) == forth.diff
