from __future__ import annotations

from dataclasses import replace

import pytest

from reviewbot.diff import file_diffs
from reviewbot.mail.place import place
from reviewbot.mail.quote import CUT, excerpts
from reviewbot.model import Address, Finding, Mail, Patch
from tests.mail.invented import finding, line_of, step

MESSAGE = """\
The reed is read.

It was not before.

Fixes: 123 ("reed: add a reed")
Signed-off-by: Ada <ada@example.org>""".split("\n")

DIFF = """\
diff --git a/drivers/demo/reed.c b/drivers/demo/reed.c
index 111111111111..222222222222 100644
--- a/drivers/demo/reed.c
+++ b/drivers/demo/reed.c
@@ -10,6 +10,7 @@ static int reed_open(struct reed *reed)
 \tint one;
 \tint two;
\x20
+\treed_prepare(reed);
 \tone = 1;
 \ttwo = 2;
 \treturn one + two;
@@ -100,19 +101,31 @@ static void reed_close(struct reed *reed)
 \treed_off(reed);
 }
\x20
-static int reed_read(struct reed *reed)
+static int
+reed_read(struct reed *reed,
+\t  int count)
 {
 \tint a = 0;
 \tint b = 0;
 \tint c = 0;
 \tint d = 0;
+\tint e = 0;
+\tint f = 0;
+\tint g = 0;
+\tint h = 0;
+\tint i = 0;
\x20
+\tstruct reed_cell *cell = reed_find(reed);
+\ta = b;
+\tb = c;
 \tc = d;
 \td = a;
 \ta = c;
 \tb = d;
 \tc = a;
+\treed_show(cell->name,
+\t\t  "not closed (",
+\t\t  cell->size);
 \td = b;
-\ta = 5;
 \treturn 0;
 }
diff --git a/drivers/demo/rush.c b/drivers/demo/rush.c
index 333333333333..444444444444 100644
--- a/drivers/demo/rush.c
+++ b/drivers/demo/rush.c
@@ -1,3 +1,4 @@
 int rush_a;
+int rush_b;
 int rush_c;
 int rush_d;
"""


@pytest.fixture
def patch() -> Patch:
    mail = Mail("m@example.com", "[PATCH] x", Address("", "a@example.com"), "", "")
    return Patch(mail, 1, "", DIFF)


def quotes(patch: Patch, *findings: Finding) -> list[list[str]]:
    files = file_diffs(patch.diff)
    places = sorted((place(each, MESSAGE, files) for each in findings), key=lambda one: one.after)
    return [quote.split("\n") for quote in excerpts(MESSAGE, patch.diff, places)]


def test_file_hunk_and_six_lines_above(patch: Patch) -> None:
    (quote,) = quotes(patch, finding(patch, "r", "rush", "int rush_b;"))
    assert quote == [
        CUT,
        "> diff --git a/drivers/demo/rush.c b/drivers/demo/rush.c",
        "> index 333333333333..444444444444 100644",
        "> --- a/drivers/demo/rush.c",
        "> +++ b/drivers/demo/rush.c",
        "> @@ -1,3 +1,4 @@",
        ">  int rush_a;",
        "> +int rush_b;",
    ]


def test_the_quote_is_the_patch_with_cuts(patch: Patch) -> None:
    found = finding(patch, "r", "reed_read", "cell->name")
    real = iter(DIFF.split("\n"))
    for line in quotes(patch, found)[0]:
        assert line == CUT or line.removeprefix("> ") in real  # in this order


def test_far_above_only_the_opening_of_the_function_is_shown(patch: Patch) -> None:
    (quote,) = quotes(patch, finding(patch, "r", "reed_read", "\tb = d;"))
    at = quote.index("> +static int")
    assert quote[at : at + 4] == [
        "> +static int",
        "> +reed_read(struct reed *reed,",
        "> +\t  int count)",
        ">  {",
    ]
    assert quote[-1] == ">  \tb = d;"
    assert "> @@ -100,19 +101,31 @@ static void reed_close(struct reed *reed)" in quote


def test_the_comment_waits_for_the_end_of_the_call(patch: Patch) -> None:
    (quote,) = quotes(patch, finding(patch, "r", "reed_read", "cell->name"))
    assert quote[-1] == "> +\t\t  cell->size);"
    (quote,) = quotes(patch, finding(patch, "r", "reed_read", '"not closed ("'))
    assert quote[-1] == "> +\t\t  cell->size);"


def test_the_path_is_shown_where_the_patch_has_it(patch: Patch) -> None:
    trace = (step(patch, "reed_prepare", "a"), step(patch, "reed_find", "b"))
    (quote,) = quotes(patch, finding(patch, "r", "other", "cell->name", trace=trace))
    assert "> +\treed_prepare(reed);" in quote
    assert "> @@ -10,6 +10,7 @@ static int reed_open(struct reed *reed)" in quote
    assert quote.index("> +\tstruct reed_cell *cell = reed_find(reed);") < len(quote) - 6
    assert quote[-1] == "> +\t\t  cell->size);"


def test_two_places_share_one_quote(patch: Patch) -> None:
    first, second = quotes(
        patch,
        finding(patch, "r", "rush", "int rush_b;"),
        finding(patch, "r", "reed_open", "reed_prepare"),
    )
    assert first[-1] == "> +\treed_prepare(reed);"
    assert second[0] == CUT
    assert second[1] == "> diff --git a/drivers/demo/rush.c b/drivers/demo/rush.c"
    again = quotes(
        patch,
        finding(patch, "r", "reed_open", "reed_prepare"),
        finding(patch, "r", "reed_open", "one = 1"),
    )
    assert again[1] == [">  \tone = 1;"]


def test_a_long_place_is_cut_in_the_middle(patch: Patch) -> None:
    first = finding(patch, "r", "reed_read", "reed_read(")
    _, end = line_of(patch, "return 0;")
    (quote,) = quotes(patch, replace(first, end_line=end.new or 0))
    assert quote[-1] == ">  \treturn 0;"
    assert CUT in quote[quote.index("> +reed_read(struct reed *reed,") :]


@pytest.mark.parametrize(
    ("function", "file", "line", "last"),
    [
        ("reed_close", "drivers/demo/reed.c", 90, "> -\ta = 5;"),  # the hunk that names it
        ("reed_else", "drivers/demo/reed.c", 40, "> +\treed_prepare(reed);"),  # the nearest
        ("", "drivers/demo/rush.c", 500, "> +int rush_b;"),  # the file
        ("", "drivers/demo/elsewhere.c", 1, "> +\treed_prepare(reed);"),  # at least the patch
    ],
)
def test_what_the_diff_does_not_show_goes_below_the_nearest_hunk(
    patch: Patch, function: str, file: str, line: int, last: str
) -> None:
    unseen = replace(
        finding(patch, "r", function, "int rush_b;"),
        file=file,
        line=line,
        end_line=line,
        diff_line=None,
    )
    assert not place(unseen, MESSAGE, file_diffs(patch.diff)).in_sight
    assert quotes(patch, unseen)[0][-1] == last


def test_a_diff_without_hunks_is_only_marked_as_cut(patch: Patch) -> None:
    unseen = replace(finding(patch, "r", "f", "int rush_b;"), diff_line=None)
    where = place(unseen, MESSAGE, ())
    assert list(excerpts(MESSAGE, "", [where])) == [CUT]


def test_long_lines_and_trailing_blanks_stay_and_carriage_returns_go(patch: Patch) -> None:
    long = "+" + "x" * 200 + "; \r"
    odd = replace(patch, diff=DIFF.replace("+int rush_b;", long))
    (quote,) = quotes(odd, finding(odd, "r", "rush", "x" * 200))
    assert quote[-1] == "> " + long.rstrip("\r")


def test_blank_lines_that_a_mailer_chopped_off_are_not_quoted(patch: Patch) -> None:
    chopped = replace(patch, diff=DIFF.replace(" int rush_d;\n", ""))
    chopped = replace(chopped, diff=chopped.diff.rstrip("\n"))
    at = finding(patch, "r", "rush", "int rush_d;")
    assert quotes(chopped, at)[0][-1] == ">  int rush_c;"


def test_a_quote_does_not_begin_with_a_blank_line(patch: Patch) -> None:
    (quote,) = quotes(patch, finding(patch, "r", "other", "\ta = c;"))
    at = quote.index("> @@ -100,19 +101,31 @@ static void reed_close(struct reed *reed)")
    assert quote[at + 1 : at + 3] == [CUT, "> +\tstruct reed_cell *cell = reed_find(reed);"]


def on_message(patch: Patch, line: int, end_line: int) -> Finding:
    """A finding on lines of the commit message: the title is line 1, the body begins in 3."""
    found = finding(patch, "r", "", "int rush_b;")
    return replace(found, file="", line=line, end_line=end_line, diff_line=None)


def test_a_trailer_is_quoted_alone_and_the_diff_goes_on_below(patch: Patch) -> None:
    below = finding(patch, "r", "", "int rush_b;")
    first, second = quotes(patch, on_message(patch, 7, 7), below)
    assert first == [CUT, '> Fixes: 123 ("reed: add a reed")']
    assert second[:2] == [CUT, "> diff --git a/drivers/demo/rush.c b/drivers/demo/rush.c"]


def test_the_end_of_a_message_and_the_start_of_a_diff_do_not_touch(patch: Patch) -> None:
    first, second = quotes(patch, on_message(patch, 8, 8), finding(patch, "r", "", "one = 1;"))
    assert first == [CUT, "> Signed-off-by: Ada <ada@example.org>"]
    assert second[:2] == [CUT, "> diff --git a/drivers/demo/reed.c b/drivers/demo/reed.c"]


def test_two_lines_of_a_message_are_quoted_with_what_stands_between_them(patch: Patch) -> None:
    first, second = quotes(patch, on_message(patch, 3, 3), on_message(patch, 5, 5))
    assert (first, second) == (["> The reed is read."], [">", "> It was not before."])


def test_a_title_stands_in_no_body(patch: Patch) -> None:
    (quote,) = quotes(patch, on_message(patch, 1, 1))
    assert quote == [CUT]
