"""Initialised variables: what their entries are, and how much of them is in sight."""

from __future__ import annotations

import pytest

from reviewbot.csource.bare import Run
from reviewbot.csource.stitch import stitch
from reviewbot.csource.tables import Table, tables_in
from reviewbot.diff import file_diffs

TYPES = frozenset({"lamp_id"})


def _tables(text: str) -> list[Table]:
    return list(tables_in(Run(10, text.encode()), TYPES))


def _only(text: str) -> Table:
    (table,) = _tables(text)
    return table


def test_entries_with_their_lines() -> None:
    table = _only(
        "int x;\n"
        "static const struct lamp_id lamps[] __maybe_unused = {\n"
        '\t{ "a, }", /* , */ LAMP(1, 2) },\n'
        "#ifdef CONFIG_OIL\n"
        "\t{ .name = NAME,\n\t  .data = { 1, 2 }, },\n"
        "#endif\n"
        "\tLAMP_END,\n"
        "};\n"
    )
    assert (table.type, table.name, table.size) == ("lamp_id", "lamps", "")
    assert (table.line, table.end_line, table.closed, table.whole) == (11, 18, True, True)
    assert [(each.text, each.line, each.end_line) for each in table.entries] == [
        ('{ "    " , LAMP ( 1 , 2 ) }', 12, 12),
        ("{ . name = NAME , . data = { 1 , 2 } , }", 14, 15),
        ("LAMP_END", 17, 17),
    ]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("struct lamp_id const lamps[ 3 ] = { A };", "3"),
        ("const struct lamp_id lamp = { A };", None),
        ("\tstatic struct lamp_id lamps[] = { A };", ""),
    ],
)
def test_the_size_as_it_is_written(text: str, size: str | None) -> None:
    assert _only(text).size == size


@pytest.mark.parametrize(
    "text",
    [
        "struct other_id lamps[] = { A };",
        "struct lamp_id lamps[];",
        "/* struct lamp_id lamps[] = { A }; */",
        'char *text = "struct lamp_id lamps[] = { A };";',
        "struct lamp_id *lamps = find({ A });",
    ],
)
def test_what_is_no_table(text: str) -> None:
    assert _tables(text) == []


def test_a_table_that_is_cut_or_includes_others_is_not_known_to_its_end() -> None:
    cut = _only("struct lamp_id lamps[] = {\n\t{ A },\n\t{ B,\n")
    assert (cut.closed, [each.text for each in cut.entries]) == (False, ["{ A }"])
    included = _only('struct lamp_id lamps[] = {\n\t{ A },\n#include "lamps.h"\n};\n')
    assert (included.closed, included.whole) == (False, False)


DIFF = """\
diff --git a/lamp.c b/lamp.c
--- a/lamp.c
+++ b/lamp.c
@@ -20,7 +20,6 @@ static const struct lamp_id lamps[] = {
 \t  .wick = 3,
 \t},
 \t{ "b" },
-\t{ }
 };
\x20
 struct lamp_id {
"""


def test_the_end_of_a_table_whose_head_the_hunk_names() -> None:
    (diff,) = file_diffs(DIFF)
    sides = [stitch("lamp.c", diff, side).runs() for side in ("before", "after")]
    before, after = (next(tables_in(run, TYPES)) for (run,) in sides)
    assert (after.name, after.size, after.closed, after.whole) == ("lamps", "", True, False)
    assert [(each.text, each.line) for each in after.entries] == [('{ " " }', 22)]
    assert [(each.text, each.line) for each in before.entries] == [('{ " " }', 22), ("{ }", 23)]


def test_a_hunk_that_leaves_the_table_before_it_ends_shows_no_end() -> None:
    (diff,) = file_diffs(DIFF.replace(" };", " int x;"))
    (run,) = stitch("lamp.c", diff, "after").runs()
    assert list(tables_in(run, TYPES)) == []
