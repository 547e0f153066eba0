"""Functions from hunks alone: holes where lines are missing, and nothing made up beside them."""

from __future__ import annotations

import random

import pytest

from reviewbot.csource.stitch import StitchedFile, stitch
from reviewbot.csource.syntax import Elided, Function, statements
from reviewbot.diff import file_diffs
from reviewbot.model import Change, DiffLine, FileDiff, Hunk
from tests.csource.outline import outline

HEAD = "diff --git a/drivers/pump.c b/drivers/pump.c\n--- a/drivers/pump.c\n+++ b/drivers/pump.c\n"
SECTION = "static int pump_start(struct pump *p, int speed)"


def hunk(start: int, lines: str, section: str = SECTION) -> Hunk:
    """One hunk; the lines begin with ' ', '+' or '-'."""
    old = new = start
    found = []
    for at, line in enumerate(lines.strip("\n").split("\n")):
        kind, text = line[:1] or " ", line[1:]
        found.append(
            DiffLine(kind, text, None if kind == "+" else old, None if kind == "-" else new, at)
        )
        old += kind != "+"
        new += kind != "-"
    return Hunk(start, start, section, tuple(found), 1)


def changed(*hunks: Hunk, change: Change = Change.MODIFIED) -> FileDiff:
    return FileDiff("drivers/pump.c", "drivers/pump.c", change, hunks, 1)


def only(*hunks: Hunk) -> Function:
    (function,) = stitch("drivers/pump.c", changed(*hunks), "after").functions()
    assert function.readable
    return function


def seen(*hunks: Hunk) -> str:
    return outline(only(*hunks))


def test_both_sides_with_their_own_lines() -> None:
    diff = HEAD + (
        "@@ -10,5 +10,6 @@ static int pump_start(struct pump *p, int speed)\n"
        " \tint ret;\n"
        " \n"
        "-\tret = old(p);\n"
        "+\tret = one(p);\n"
        "+\ttwo(p);\n"
        " \tif (ret)\n"
        " \t\tgoto err;\n"
        "@@ -30,4 +31,3 @@ static int pump_start(struct pump *p, int speed)\n"
        " err:\n"
        "-\tundo(p);\n"
        " \treturn ret;\n"
        " }\n"
    )
    (file_diff,) = file_diffs(diff)
    before = stitch("drivers/pump.c", file_diff, "before").function("pump_start")
    after = stitch("drivers/pump.c", file_diff, "after").function("pump_start")
    assert before is not None and after is not None
    assert outline(before) == (
        "elided; <int> ret; ret=old(p); if(ret) goto err; elided; err: undo(p); return ret;"
    )
    assert outline(after) == (
        "elided; <int> ret; ret=one(p); two(p); if(ret) goto err; elided; err: return ret;"
    )
    assert [stmt.line for stmt in before.body.body] == [10, 10, 12, 13, 30, 30, 31, 32]
    assert [stmt.line for stmt in after.body.body] == [10, 10, 12, 13, 14, 31, 31, 32]
    assert (after.whole, after.readable, after.line, after.end_line) == (False, True, 10, 33)


def test_what_the_header_tells() -> None:
    function = only(hunk(10, " \treturn go(p);\n }"))
    assert (function.name, function.returns, function.static) == ("pump_start", "int", True)
    assert [each.name for each in function.params] == ["p", "speed"]
    cut = only(hunk(10, " \treturn go(p);\n }", "struct pump *pump_find(struct device *dev, int n"))
    assert (cut.name, cut.returns, cut.params) == ("pump_find", "struct pump *", ())
    call = only(
        hunk(10, " \treturn go(p);\n }", "SYSCALL_DEFINE3(read, unsigned int, fd, char __u")
    )
    assert call.name == "sys_read"


def test_a_label_hides_the_name() -> None:
    function = only(hunk(10, " \tput(p);\n \treturn ret;\n }", "err_put:"))
    assert (function.name, function.returns) == ("", "")
    assert outline(function) == "elided; put(p); return ret;"
    joined = only(hunk(10, " \tint a;\n \tb();"), hunk(20, " \tput(p);\n }", "err_put:"))
    assert outline(joined) == "elided; <int> a; b(); elided; put(p);"
    assert joined.name == "pump_start"


CASES = {
    "the end is not in sight": (" \ta();\n \tb();", "elided; a(); b(); elided;"),
    "the end is in sight": (" \ta();\n }", "elided; a();"),
    "deeper code is conditional": (
        " \t\ta();\n \t\tb();\n \t}\n \tc();\n }",
        "elided; if(__elided__) {elided; a(); b();} c();",
    ),
    "by indentation alone": (
        " \t\ta();\n \tb();",
        "elided; if(__elided__) {elided; a();} b(); elided;",
    ),
    "two levels": (
        " \t\t\ta();\n \t\t}\n \t\tb();\n \t}\n }",
        "elided; if(__elided__) {elided; if(__elided__) {elided; a();} b();}",
    ),
    "an else in the middle": (
        " \t\ta();\n \t} else {\n \t\tb();\n \t}\n }",
        "elided; if(__elided__) {elided; a();} else {b();}",
    ),
    "an else first": (" \telse\n \t\tb();\n }", "elided; if(__elided__) elided; else b();"),
    "a brace and an else first": (
        " \t} else {\n \t\tb();\n \t}\n }",
        "elided; if(__elided__) {elided;} else {b();}",
    ),
    "an unbraced body": (
        " \t\t\ta();\n \t\telse\n \t\t\tb();\n \t}\n }",
        "elided; if(__elided__) {elided; if(__elided__) a(); else b();}",
    ),
    "a case": (
        " \t\ta();\n \t\tbreak;\n \tcase 2:\n \t\tb();\n \t}\n }",
        "elided; switch(__elided__) {case __elided__: elided; a(); break; case 2: b();}",
    ),
    "a case first": (
        " \tcase 2:\n \t\tb();\n \t\tbreak;",
        "elided; switch(__elided__) {case __elided__: elided; case 2: b(); break; elided;}",
    ),
    "the end of a do": (
        " \t\ta();\n \t} while (b);\n }",
        "elided; do {elided; a();} while(b);",
    ),
    "a condition cut at its head": (
        " \t    b > c) {\n \t\ta();\n \t}\n }",
        "elided; if(__elided__) {a();}",
    ),
    "a condition without braces cut": (
        " \t    b > c)\n \t\ta();\n \td();\n }",
        "elided; if(__elided__) a(); d();",
    ),
    "a call cut at its head": (" \t\t  b, c);\n \ta();\n }", "elided; a();"),
    "a list of values cut at its head": (
        " \t\t.a = 1,\n \t\t.b = f(2),\n \t};\n \ta();\n }",
        "elided; a();",
    ),
    "a text cut at its head": (' \t\t"more %d\\n", x);\n \ta();\n }', "elided; a();"),
    "a call cut at its end": (" \ta();\n \tb(c,\n \t  d,", "elided; a(); elided;"),
    "a condition cut at its end": (" \ta();\n \tif (b &&\n \t    c", "elided; a(); elided;"),
    "a condition without its body": (
        " \ta();\n \tif (b)",
        "elided; a(); if(b) elided; elided;",
    ),
    "an else without its body": (
        " \tif (a)\n \t\tb();\n \telse",
        "elided; if(a) b(); else elided; elided;",
    ),
    "a loop without its body": (
        " \tlist_for_each_entry(a, b, c)",
        "elided; each list_for_each_entry(a, b, c) elided; elided;",
    ),
    "open blocks at the end": (
        " \tif (a) {\n \t\twhile (b) {\n \t\t\tc();",
        "elided; if(a) {while(b) {c(); elided;}}",
    ),
    "an open do at the end": (
        " \tdo {\n \t\tc();",
        "elided; do {c(); elided;} while(__elided__);",
    ),
    "a comment cut at its head": (" \t * old words; {\n \t */\n \ta();\n }", "elided; a();"),
    "a comment cut at its end": (" \ta();\n \t/*\n \t * words", "elided; a(); elided;"),
    "the opening brace in sight": (" {\n \ta();\n }", "elided; a();"),
    "both arms of an #if": (
        " #ifdef A\n \ta();\n #else\n \tb();\n #endif\n }",
        "elided; a();",
    ),
    "the other arm touched": (
        " #ifdef A\n \ta();\n #else\n+\tb();\n #endif\n }",
        "elided; b();",
    ),
    "a guard": (
        " \tguard(mutex)(&p->lock);\n \treturn 0;\n }",
        "elided; guard mutex (&p->lock); return 0;",
    ),
    "a scoped guard cut": (
        " \tscoped_guard(mutex, &p->lock) {\n \t\ta();",
        "elided; scoped_guard mutex(&p->lock) {a(); elided;}",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_hunk(name: str) -> None:
    lines, expected = CASES[name]
    assert seen(hunk(10, lines)) == expected


JOINS = {
    "a block goes on": (
        " \tif (a) {\n \t\tb();",
        " \t\tc();\n \t}\n }",
        "elided; if(a) {b(); elided; c();}",
    ),
    "a block ended in between": (
        " \tif (a) {\n \t\tb();",
        " \tc();\n }",
        "elided; if(a) {b(); elided;} elided; c();",
    ),
    "a block began in between": (
        " \ta();",
        " \t\tb();\n \t}\n }",
        "elided; a(); elided; if(__elided__) {elided; b();}",
    ),
    "a do is not what the brace closes": (
        " \tdo {\n \t\ta();",
        " \t\tb();\n \t}\n \tc();\n }",
        "elided; do {a(); elided;} while(__elided__); elided; if(__elided__) {elided; b();} c();",
    ),
    "a switch goes on": (
        " \tswitch (a) {\n \tcase 1:\n \t\tb();",
        " \t\tbreak;\n \tcase 2:\n \t\tc();\n \t}\n }",
        "elided; switch(a) {case 1: b(); elided; break; case 2: c();}",
    ),
    "a return before a hole": (
        " \treturn 0;",
        " err:\n \tput(p);\n }",
        "elided; return 0; elided; err: put(p);",
    ),
}


@pytest.mark.parametrize("name", JOINS)
def test_two_hunks(name: str) -> None:
    first, second, expected = JOINS[name]
    assert seen(hunk(10, first), hunk(50, second)) == expected


def test_hunks_that_touch_have_no_hole() -> None:
    assert seen(hunk(10, " \ta();"), hunk(11, " \tb();\n }")) == "elided; a(); b();"


def test_functions_in_one_hunk() -> None:
    lines = """
 \treturn 0;
 }

 static int pump_stop(struct pump *p)
 {
+\tstop(p);
 \treturn 0;
 }

 static int pump_wait(struct pump *p)
 {
 \tint ret;
"""
    source = stitch("drivers/pump.c", changed(hunk(10, lines)), "after")
    assert isinstance(source, StitchedFile)
    assert not source.whole
    assert source.names == ("pump_start", "pump_stop", "pump_wait")
    assert source.spans() == (("pump_start", 10, 11), ("pump_stop", 13, 17), ("pump_wait", 19, 21))
    assert [each.whole for each in source.functions()] == [False, True, False]
    assert [outline(each) for each in source.functions()] == [
        "elided; return 0;",
        "stop(p); return 0;",
        "<int> ret; elided;",
    ]
    assert source.function("pump_stop") is source.functions()[1]
    assert source.text.startswith(b"\treturn 0;\n}\n")


@pytest.mark.parametrize(
    "section", ["struct pump {", "static const struct ops pump_ops = {", "MODULE_ALIAS(x);", ""]
)
def test_lines_that_are_in_no_function(section: str) -> None:
    assert stitch("a.c", changed(hunk(10, " \tint a;\n+\tint b;", section)), "after").names == ()


def test_a_list_of_values_is_no_function() -> None:
    lines = " \t{ PUMP_DEVICE(1,\n \t\t2) },\n+\t{ PUMP_DEVICE(3, 4) },"
    found = stitch("a.c", changed(hunk(9, lines, "static const struct id ids[] = {")), "after")
    assert found.names == ()


@pytest.mark.parametrize(("change", "side"), [(Change.ADDED, "after"), (Change.DELETED, "before")])
def test_an_added_or_deleted_file_is_whole(change: Change, side: str) -> None:
    sign = "+" if change is Change.ADDED else "-"
    lines = f"{sign}int f(void)\n{sign}{{\n{sign}\treturn 1;\n{sign}}}"
    diff = changed(hunk(1, lines, ""), change=change)
    source = stitch("a.c", diff, "after" if side == "after" else "before")
    assert source.whole
    (function,) = source.functions()
    assert (function.whole, function.line, function.end_line) == (True, 1, 4)
    other = stitch("a.c", diff, "before" if side == "after" else "after")
    assert other.names == ()


SOURCE = """static int pump_start(struct pump *p, int speed)
{
\tstruct frame f = {
\t\t.speed = speed,
\t\t.mode = MODE(p),
\t};
\tint ret, i;

\tif (speed < 0 ||
\t    speed > p->limit) {
\t\tdev_err(p->dev, "speed %d out of range (%d)\\n",
\t\t\tspeed, p->limit);
\t\treturn -EINVAL;
\t}

\tscoped_guard(mutex, &p->lock) {
\t\tlist_for_each_entry(f, &p->frames, node)
\t\t\tif (f->busy)
\t\t\t\twait(f);
\t\t\telse
\t\t\t\tdrop(f);
\t}

\tswitch (p->mode) {
\tcase SLOW:
\t\tret = slow(p);
\t\tbreak;
\tcase FAST: {
\t\tint boost = get(p);

\t\tdo {
\t\t\tret = fast(p, boost,
\t\t\t\t   &f);
\t\t} while (ret == -EAGAIN && i++ < 3);
\t\tbreak;
\t}
\tdefault:
\t\tret = 0;
\t}
\tif (ret)
\t\tgoto err;
\telse if (p->late) {
\t\t/* a word
\t\t * on this; {
\t\t */
\t\tfor (i = 0; i < p->n;
\t\t     i++)
\t\t\tpoke(p, i);
\t} else {
\t\tidle(p);
\t}
#ifdef CONFIG_PUMP
\tp->ready = true;
#else
\tp->ready = false;
#endif
\treturn 0;

err:
\tput(p);
\treturn ret;
}
""".split("\n")[:-1]


def window(first: int, last: int) -> Hunk:
    lines = "\n".join(f" {line}" for line in SOURCE[first:last])
    return Hunk(
        first + 1,
        first + 1,
        SOURCE[0] if first else "",
        tuple(
            DiffLine(" ", line, at, at, at) for at, line in enumerate(SOURCE[first:last], first + 1)
        ),
        len(lines),
    )


def test_every_window_of_a_function_is_read() -> None:
    unread = [
        (first, last)
        for first in range(2, len(SOURCE))
        for last in range(first + 3, min(first + 20, len(SOURCE)) + 1)
        if not all(
            each.readable
            for each in stitch("a.c", changed(window(first, last)), "after").functions()
        )
    ]
    assert unread == []


@pytest.mark.parametrize("seed", range(30))
def test_windows_join(seed: int) -> None:
    chance = random.Random(seed)
    cuts = sorted(chance.sample(range(len(SOURCE)), 6))
    hunks = [window(first, last) for first, last in zip(cuts[::2], cuts[1::2], strict=True)]
    (function,) = stitch("a.c", changed(*hunks), "after").functions()
    assert function.readable
    holes = [stmt for stmt in statements(function.body) if isinstance(stmt, Elided)]
    assert len(holes) >= 2
    for stmt in statements(function.body):
        assert cuts[0] + 1 <= stmt.line <= stmt.end_line <= cuts[-1] + 1


@pytest.mark.parametrize("seed", range(40))
def test_no_hunk_breaks_it(seed: int) -> None:
    chance = random.Random(seed)
    lines = [chance.choice(SOURCE) for _ in range(chance.randrange(1, 30))]
    for _ in range(3):
        at = chance.randrange(len(lines))
        lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)] + chance.choice(
            ("", "}", "{", ")", "/*", "*/", "\udce9", '"')
        )
    section = chance.choice((SECTION, "", "err:", "struct a {", "f(", "int f(int (*)(int"))
    text = "\n".join(f"{chance.choice(' +')}{line}" for line in lines)
    for side in ("before", "after"):
        source = stitch("a.c", changed(hunk(7, text, section)), "after" if side else "before")
        assert len(source.functions()) == len(source.names) == len(source.spans())
