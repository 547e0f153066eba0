"""Lines in sight, with what is no code blanked and every byte in its place."""

from __future__ import annotations

from reviewbot.csource.bare import Run
from reviewbot.csource.stitch import stitch
from reviewbot.diff import file_diffs

TEXT = b"""\
/* a "b" */ int a; // "c
#define A "x" \\
	'"'
char *b = "/* \\" */";
"""


def test_comments_and_what_is_quoted_are_blank() -> None:
    run = Run(5, TEXT)
    assert run.bare == (
        b'            int a;      \n#define A " " \\\n\t\' \'\nchar *b = "        ";\n'
    )
    assert run.code == (b'            int a;      \n               \n    \nchar *b = "        ";\n')
    assert len(run.bare) == len(run.code) == len(TEXT)


def test_lines_are_those_of_the_file() -> None:
    run = Run(5, TEXT)
    assert [run.line(at) for at in (0, TEXT.index(b"#"), TEXT.index(b"char"), len(TEXT))] == [
        5,
        6,
        8,
        9,
    ]


def test_hunks_are_runs_and_lose_the_end_of_a_comment_from_above() -> None:
    (diff,) = file_diffs(
        "diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n"
        "@@ -10,2 +10,3 @@ int a;\n * IS_ENABLED(A) */\n+int b;\n int c;\n"
        "@@ -12,1 +13,1 @@ int d;\n-int e;\n+int f;\n"
        "@@ -40,1 +41,1 @@\n-int g;\n+int h;\n".replace("\n * IS", "\n  * IS")
    )
    runs = stitch("a.c", diff, "after").runs()
    assert [(run.first, run.section, run.text) for run in runs] == [
        (10, b"int a;", b"                   \nint b;\nint c;\nint f;\n"),
        (41, b"", b"int h;\n"),
    ]
