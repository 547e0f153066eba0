"""Findings stand below their lines; long diffs and long lines are cut, and say so."""

from __future__ import annotations

from dataclasses import replace

from reviewbot.model import Finding, Step
from reviewbot.store.shown import ShownFinding
from reviewbot.web.diffview import AROUND, LONGEST, MOST_LINES, DiffView, view_diff
from tests.store.kept import DIFF, FILE, finding

RENAMED = """\
diff --git a/old.c b/new.c
similarity index 90%
rename from old.c
rename to new.c
--- a/old.c
+++ b/new.c
@@ -1,2 +1,2 @@ struct wimble;
 int a;
-int b;
+int c;
\\ No newline at end of file
"""


def shown(found: Finding, number: int = 1) -> ShownFinding:
    return ShownFinding(number, 1, 1, found)


def long_diff(lines: int) -> str:
    body = "".join(f"+int value{number};\n" for number in range(1, lines + 1))
    head = "diff --git a/big.c b/big.c\nnew file mode 100644\n--- /dev/null\n+++ b/big.c\n"
    return f"{head}@@ -0,0 +1,{lines} @@\n{body}"


def lines_of(view: DiffView) -> int:
    return sum(
        line.kind != "hunk" for file in view.files for block in file.blocks for line in block.lines
    )


def test_lines_have_both_numbers_and_their_kind() -> None:
    [file] = view_diff(DIFF, ()).files
    assert (file.path, file.about, file.added, file.removed) == (FILE, "", 1, 0)
    [block] = file.blocks
    assert [(line.kind, line.old, line.new) for line in block.lines] == [
        ("hunk", None, None),
        ("same", 10, 10),
        ("same", 11, 11),
        ("same", 12, 12),
        ("add", None, 13),
        ("same", 13, 14),
        ("same", 14, 15),
        ("same", 15, 16),
    ]
    assert block.lines[0].code == "@@ -10,6 +10,7 @@ int wimble_peek(struct wimble *w)"
    assert block.lines[4].number == 9
    assert block.lines[4].sign == "+"


def test_a_finding_stands_below_its_line_with_its_path() -> None:
    found = replace(
        finding(), trace=(Step(FILE, 13, "a"), Step(FILE, 99, "b"), Step("x.h", 1, "c"))
    )
    [file] = view_diff(DIFF, [shown(found)]).files
    above, below, rest = file.blocks
    assert above.lines[-1].number == found.diff_line
    [note] = below.notes
    assert note.shown.finding == found
    assert [place.number for place in note.path] == [9, None, None]
    assert len(rest.lines) == 3


def test_a_place_that_the_diff_does_not_show_is_told_above_its_file() -> None:
    found = replace(finding(), line=400, diff_line=None)
    [file] = view_diff(DIFF, [shown(found)]).files
    assert [note.shown.finding for note in file.notes] == [found]
    assert len(file.blocks) == 1


def test_a_place_in_another_file_is_told_before_all() -> None:
    found = replace(finding(), file="include/wimble.h", diff_line=None)
    view = view_diff(DIFF, [shown(found)])
    assert [note.shown.finding for note in view.elsewhere] == [found]
    assert view.files[0].notes == ()


def test_what_happens_to_a_file_is_said() -> None:
    [file] = view_diff(RENAMED, ()).files
    assert (file.path, file.about) == ("new.c", "renamed from old.c")
    assert "no newline at the end of the file" in file.blocks[0].lines[-1].code


def test_a_damaged_part_is_named() -> None:
    view = view_diff(DIFF.replace("@@ -10,6 +10,7", "@@ -10,60 +10,70"), ())
    assert view.files == ()
    assert [skip.file for skip in view.damaged] == [FILE]


def test_no_diff_is_no_files() -> None:
    assert view_diff("", ()) == DiffView((), ())


def test_a_long_line_is_cut_and_says_so() -> None:
    [file] = view_diff(DIFF.replace("(w);", "(w);" + "x" * 5000), ()).files
    code = str(file.blocks[0].lines[4].code)
    assert len(code) < LONGEST + 100
    assert " more characters]" in code


def test_of_a_long_diff_the_beginning_and_the_findings_are_shown() -> None:
    lines = MOST_LINES * 3
    at = MOST_LINES * 2
    found = replace(finding(), file="big.c", line=at, diff_line=at + 5, trace=())
    view = view_diff(long_diff(lines), [shown(found)])
    assert lines_of(view) == MOST_LINES
    [file] = view.files
    begin, gap, above, note, below, rest = file.blocks
    assert begin.lines[1].new == 1
    assert [line.new for line in above.lines] == list(range(at - AROUND, at + 1))
    assert note.notes[0].shown.finding == found
    assert len(below.lines) == AROUND
    assert len(begin.lines) - 1 + gap.gap + 2 * AROUND + 1 + rest.gap == lines
    assert file.added == lines


def test_a_diff_that_is_just_short_enough_is_whole() -> None:
    [file] = view_diff(long_diff(MOST_LINES), ()).files
    assert [block.gap for block in file.blocks] == [0]
    assert lines_of(view_diff(long_diff(MOST_LINES), ())) == MOST_LINES
