"""What the engine keeps of pointers: looks at what calls gave, PTR_ERR(), late tests."""

from __future__ import annotations

from reviewbot.csource.facts import Fact, Facts, Failure
from reviewbot.csource.parse import parse_file
from reviewbot.csource.paths import Paths, walk
from reviewbot.csource.returned import may_return
from reviewbot.csource.summaries import FunctionSource, Summaries
from reviewbot.csource.values import ERR, POS, ZERO

FACTS = Facts(
    functions={
        "get_clk": Fact("get_clk", failure=Failure.ERR_PTR, source="test"),
        "get_mem": Fact("get_mem", failure=Failure.NULL, source="test"),
    },
    returned={"find_line": Failure.ERR_PTR},
)


def paths(body: str, head: str = "int foo(struct foo *foo)") -> Paths:
    file = parse_file("foo.c", f"{head}\n{{\n{body}\n}}\n".encode())
    function = file.function("foo")
    assert function is not None
    return walk(function, FACTS, Summaries(FACTS, FunctionSource([], {})))


def looks(body: str) -> set[tuple[str, int, bool]]:
    return {(look.key, look.mask, look.first) for look in paths(body).looks}


def test_each_sort_of_look_is_kept() -> None:
    assert looks("foo->clk = get_clk(foo);\nif (!foo->clk)\nreturn -1;\nreturn 0;") == {
        ("foo->clk", ZERO, True)
    }
    assert looks("foo->clk = get_clk(foo);\nif (IS_ERR(foo->clk))\nreturn -1;\nreturn 0;") == {
        ("foo->clk", ERR, True)
    }
    both = "foo->clk = get_clk(foo);\nif (foo->clk && !IS_ERR(foo->clk))\nreturn 0;\nreturn -1;"
    assert looks(both) == {("foo->clk", ZERO, True), ("foo->clk", ERR, False)}


def test_a_function_of_which_only_the_failure_is_known_is_looked_at_too() -> None:
    body = "foo->line = find_line(foo);\nif (!foo->line)\nreturn -1;\nreturn 0;"
    seen = paths(body)
    assert [look.key for look in seen.looks] == ["foo->line"]
    assert seen.sites[seen.looks[0].site].failure is Failure.ERR_PTR


def test_what_is_learnt_of_one_name_holds_for_its_copy() -> None:
    body = "void *a;\na = get_mem();\nfoo->a = a;\nif (!foo->a)\nreturn -1;\nreturn *(int *)a;"
    assert not paths(body).uses


def test_the_error_of_a_pointer_that_was_overwritten_is_read_of_null() -> None:
    body = (
        "foo->clk = get_clk(foo);\nif (IS_ERR(foo->clk)) {\nfoo->clk = NULL;\n"
        "return PTR_ERR(foo->clk);\n}\nreturn 0;"
    )
    assert [(errno.key, errno.val.mask) for errno in paths(body).errnos] == [("foo->clk", ZERO)]


def nulls(body: str) -> list[str]:
    return [use.key for use in paths(body).uses if use.kind == "null"]


def test_a_code_that_says_error_is_not_zero() -> None:
    body = (
        "void *p = find();\nint status = 0;\nif (!p)\nstatus = {};\nif (status)\nreturn 1;\n"
        "return *(int *)p;"
    )
    assert nulls(body.format("FOO_ERROR_UNSPECIFIED")) == []
    assert nulls(body.format("FOO_IDLE")) == ["p"]


def test_acpi_macros_return_and_ask_for_zero() -> None:
    leaves = "if (!foo->a)\nreturn_ACPI_STATUS(AE_NULL_ENTRY);\nreturn foo->a->n;"
    assert nulls(leaves) == []
    asks = "int s;\nvoid *p = 0;\ns = fill();\nif (ACPI_FAILURE(s))\nreturn 1;\nreturn s;"
    assert {exit.mask for exit in paths(asks).exits} == {POS, ZERO}


def test_what_was_seen_before_there_were_too_many_paths_was_seen() -> None:
    flags = "".join(f"if (foo->f{n})\nx += {n};\n" for n in range(8))
    seen = paths(f"void *p;\nint x = 0;\np = get_mem();\n*(int *)p = 1;\n{flags}{flags}return x;")
    assert not seen.complete
    assert [use.key for use in seen.uses] == ["p"]
    assert not seen.exits


def test_a_function_that_is_handed_a_member_cannot_change_it() -> None:
    body = "foo->clk = get_clk(foo);\nif (IS_ERR(foo->clk))\nreturn 1;\n{}(foo->clk);\n"
    known = paths(body.format("get_clk") + "return PTR_ERR(foo->clk);")
    assert [errno.val.stale for errno in known.errnos] == [False]
    unknown = paths(body.format("anything") + "return PTR_ERR(foo->clk);")
    assert [errno.val.stale for errno in unknown.errnos] == [True]


def test_what_a_call_in_a_return_gives_is_kept_whatever_its_arguments_name() -> None:
    (exit,) = paths("return get_mem(sizeof(struct bar));").exits
    assert exit.giver is not None
    assert exit.giver.name == "get_mem"


def test_a_late_test_counts_only_where_every_way_there_has_used_the_pointer() -> None:
    late = "foo->n = 1;\nif (!foo)\nreturn -1;\nreturn 0;"
    assert [(test.key, test.used) for test in paths(late).late] == [("foo", 3)]
    some = "if (bar())\ngoto out;\nfoo->n = 1;\nout:\nif (!foo)\nreturn -1;\nreturn 0;"
    assert not paths(some).late


def test_all_ways_out_together_tell_what_a_function_returns() -> None:
    file = parse_file(
        "foo.c",
        b"struct bar *one(void)\n{\nif (x())\nreturn ERR_PTR(-EIO);\nreturn &bar;\n}\n"
        b"struct bar *two(void)\n{\nreturn other();\n}\n",
    )
    known = Summaries(FACTS, FunctionSource([], {}))
    one, two = file.function("one"), file.function("two")
    assert one is not None and two is not None
    assert may_return(one, FACTS, known) == ERR | POS
    assert may_return(two, FACTS, known) is None
