"""What evaluating an expression reads, and what of a call is the same at each visit."""

from __future__ import annotations

from reviewbot.csource.asked import read_asked
from reviewbot.csource.callshape import CallShape
from reviewbot.csource.facts import Fact
from reviewbot.csource.parse import parse_file
from reviewbot.csource.reading import reads, starts_unset
from reviewbot.csource.syntax import Declare, Expr, ExprStmt
from reviewbot.csource.values import ANY, ERR, ZERO


def _expr(code: str) -> Expr:
    text = f"static void f(struct brisk *p)\n{{\n\t{code};\n}}\n"
    function = parse_file("drivers/misc/brisk.c", text.encode(), frozenset()).function("f")
    assert function is not None and function.readable
    (stmt,) = (s for s in function.statements if isinstance(s, ExprStmt))
    return stmt.expr


def _read(code: str, *unwritten: str) -> list[str] | None:
    found = reads(_expr(code), frozenset(unwritten))
    return None if found is None else [f"{read.what} {read.expr.text}" for read in found]


def test_only_variables_without_a_value_and_followed_pointers_matter() -> None:
    assert _read("a + b * 2", "b") == ["name b"]
    assert _read("p->q->n[i]") == ["pointer p", "pointer p->q", "pointer p->q->n"]
    assert _read("*(p + i)", "i") == ["name i", "pointer p"]
    assert _read("own.part", "own") == []  # written one by one


def test_the_address_of_a_member_reads_what_leads_to_it() -> None:
    assert _read("&p->m") == []
    assert _read("&p->q->m.n") == ["pointer p"]
    assert _read("&v", "v") == ["address v"]
    assert _read("&p->slots[i]", "i") == ["name i", "pointer p"]


def test_what_calls_writes_or_branches_does_more_than_read() -> None:
    for code in ("f(a)", "a = b", "a++", "--a", "a ? b : d", "a && b", "1 + f(a)", "&f(a)->m"):
        assert _read(code) is None


def test_arguments_that_tell_nothing_are_not_evaluated() -> None:
    shape = CallShape(_expr('brisk_go(p, 3, v, &w, p->n, "x")'), None, frozenset("vw"))
    assert shape.evaluated == (3, 4, 5)
    assert shape.filled == ((4, "w"),) and shape.addressed == ("w",)
    assert shape.handed == {"p", "3", "v", "&w", "p->n", '"x"'} and shape.possible == ANY


def test_the_kernels_own_write_the_field_that_they_get_and_others_all_that_hangs_on_it() -> None:
    call = _expr("brisk_go(p->n, &q->m)")
    known = Fact("brisk_go", source="include/linux/brisk.h")
    assert CallShape(call, known, frozenset()).written == {"p->n", "q"}
    assert CallShape(call, None, frozenset()).written == {"p", "q"}


def test_a_condition_is_read_at_its_equations() -> None:
    asked = read_asked(_expr("p->n == 3"))
    assert asked is not None and asked.equation is not None
    assert (asked.equation.name, asked.equation.right) == ("p->n", "3")
    assert asked.equation.number and asked.equation.constant and asked.equal == ("p->n", "3")
    assert asked.pair == ("p->n", "3") and asked.errno is None
    of_errno = read_asked(_expr("ret != -EAGAIN"))
    assert of_errno is not None and of_errno.errno == ("ret", "-EAGAIN", False)
    of_pointer, of_error = read_asked(_expr("!p")), read_asked(_expr("IS_ERR(p)"))
    assert of_pointer is not None and of_pointer.seen == ZERO and of_pointer.equation is None
    assert of_error is not None and of_error.seen == ERR
    assert read_asked(_expr("1")) is None


def test_a_variable_without_value_is_a_pointer_or_a_plain_number() -> None:
    body = "\tint a, b = 1;\n\tstruct brisk *p, own;\n\tu8 buf[4];\n\tstatic int s;\n"
    text = f"void f(void)\n{{\n{body}}}\n"
    function = parse_file("drivers/misc/brisk.c", text.encode(), frozenset()).function("f")
    assert function is not None
    declared = [s for s in function.statements if isinstance(s, Declare)]
    assert [s.name for s in declared if starts_unset(s)] == ["a", "p"]
