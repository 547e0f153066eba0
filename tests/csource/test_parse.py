"""Reading a C file: functions where they stand, statements in order, lines of the original."""

from __future__ import annotations

import pytest

from reviewbot.csource.parse import parse_file
from reviewbot.csource.syntax import (
    Block,
    Case,
    Declare,
    Expr,
    ExprStmt,
    Function,
    If,
    Label,
    Loop,
    Return,
    Switch,
    Unread,
    statements,
)
from tests.csource.outline import outline

PUMP = b"""// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

/* it's a comment { */
static struct pump *pump_get(struct device *dev,
\t\t\t     int nr)
{
\tstruct pump *p; /* } */

\tp = find(dev, nr);
#ifdef CONFIG_PUMP_DEBUG
\tpr_debug("found %p\\n",
\t\t p);
#else
\tquiet(p);
#endif
\tif (!p)
\t\treturn NULL;
\telse if (p->busy)
\t\twait(p);
\telse {
\t\tstart(p);
\t}
\treturn p;
}
EXPORT_SYMBOL(pump_get);

int pump_run(struct pump *p) { return p->ops->run(p); }
"""


def only(body: str) -> Function:
    (function,) = parse_file("pump.c", f"int f(void)\n{{\n{body}\n}}\n".encode()).functions()
    assert function.readable
    return function


def first_expr(code: str) -> Expr:
    stmt = only(code).body.body[0]
    assert isinstance(stmt, ExprStmt)
    return stmt.expr


def test_names_and_spans_without_reading() -> None:
    source = parse_file("pump.c", PUMP)
    assert source.names == ("pump_get", "pump_run")
    assert source.spans() == (("pump_get", 5, 25), ("pump_run", 28, 28))
    assert source.text == PUMP
    assert source.whole


def test_a_function_is_read_once() -> None:
    source = parse_file("pump.c", PUMP)
    assert source.function("pump_get") is source.function("pump_get")
    assert source.function("pump_get") is source.functions()[0]
    assert source.function("nobody") is None


def test_head_and_lines() -> None:
    function = parse_file("pump.c", PUMP).function("pump_get")
    assert function is not None
    assert (function.line, function.end_line, function.returns) == (5, 25, "struct pump *")
    assert [each.name for each in function.params] == ["dev", "nr"]
    assert function.static and function.whole and function.readable
    lines = [(type(each).__name__, each.line, each.end_line) for each in function.body.body]
    assert lines == [
        ("Declare", 8, 8),
        ("ExprStmt", 10, 10),
        ("ExprStmt", 12, 13),
        ("If", 17, 23),
        ("Return", 24, 24),
    ]


def test_a_touched_line_chooses_the_arm() -> None:
    kept = parse_file("pump.c", PUMP)
    other = parse_file("pump.c", PUMP, frozenset({15}))
    assert "pr_debug" in outline(kept.functions()[0])
    assert "quiet" in outline(other.functions()[0])
    assert kept.dead == ((14, 16),)
    assert other.dead == ((11, 14),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#if 0\na();\n#else\nb();\n#endif", "b();"),
        ("#if X\na();\n#elif Y\nb();\n#else\nc();\n#endif", "a();"),
        ("#ifdef X\n#ifdef Y\na();\n#else\nb();\n#endif\n#endif", "a();"),
        ("#ifdef X\nif (p)\na();\nelse\n#endif\nb();", "if(p) a(); else b();"),
        ("#ifdef X\nif (p) {\n#else\nif (q) {\n#endif\na();\n}", "if(p) {a();}"),
        ("#if 0\ndon't parse this { (\n#endif\na();", "a();"),
        ("#define A(x) { \\\n\tx\n#undef A\na();", "a();"),
    ],
)
def test_directives(text: str, expected: str) -> None:
    assert outline(only(text)) == expected


@pytest.mark.parametrize(("line", "call"), [(4, "a"), (6, "b"), (8, "c")])
def test_each_arm_can_be_read(line: int, call: str) -> None:
    text = b"int f(void)\n{\n#if A\na();\n#elif B\nb();\n#else\nc();\n#endif\n}\n"
    (function,) = parse_file("pump.c", text, frozenset({line})).functions()
    assert outline(function) == f"{call}();"


def test_else_if_chain_is_nested() -> None:
    stmt = only("if (a) x(); else if (b) y(); else z();").body.body[0]
    assert isinstance(stmt, If)
    assert isinstance(stmt.other, If)
    assert isinstance(stmt.other.other, ExprStmt)


def test_switch_is_flat() -> None:
    stmt = only("switch (a) {\nint z;\ncase 1:\ncase 2:\nx();\nbreak;\ndefault:\n}").body.body[0]
    assert isinstance(stmt, Switch)
    assert isinstance(stmt.body, Block)
    kinds = [type(each).__name__ for each in stmt.body.body]
    assert kinds == ["Declare", "Case", "Case", "ExprStmt", "Break", "Case"]
    assert [each.line for each in stmt.body.body if isinstance(each, Case)] == [5, 6, 9]


def test_labels_are_siblings_of_what_they_mark() -> None:
    body = only("one:\ntwo:\n\tx();\nout:").body.body
    assert [type(each).__name__ for each in body] == ["Label", "Label", "ExprStmt", "Label"]
    assert [each.line for each in body if isinstance(each, Label)] == [3, 4, 6]


def test_a_labelled_body_of_an_if_is_a_block() -> None:
    stmt = only("if (a)\n\tin: x();\ngoto in;").body.body[0]
    assert isinstance(stmt, If)
    assert isinstance(stmt.then, Block)
    assert [type(each).__name__ for each in stmt.then.body] == ["Label", "ExprStmt"]


def test_declarators() -> None:
    body = only("static const struct a *p = q, r, *s[2], **t;\nint (*f)(int);").body.body
    found = [
        (each.name, each.type, each.pointer, each.array, each.static)
        for each in body
        if isinstance(each, Declare)
    ]
    assert found == [
        ("p", "const struct a *", True, False, True),
        ("r", "const struct a", False, False, True),
        ("s", "const struct a *", True, True, True),
        ("t", "const struct a **", True, False, True),
        ("f", "int (*)()", True, False, False),
    ]


def test_for_with_a_declaration() -> None:
    stmt = only("for (int i = 0, n = 3; i < n; i++)\n\tx(i);").body.body[0]
    assert isinstance(stmt, Loop)
    assert [each.name for each in stmt.init if isinstance(each, Declare)] == ["i", "n"]
    assert stmt.cond is not None and stmt.cond.text == "i<n"
    assert stmt.update is not None and stmt.update.kind == "postfix"


def test_calls() -> None:
    plain = first_expr("open(a, b + 1);")
    assert (plain.kind, plain.name, [each.text for each in plain.args]) == (
        "call", "open", ["a", "b+1"],
    )  # fmt: skip
    member = first_expr("dev->ops->open(a);")
    assert (member.kind, member.name) == ("call", "")
    assert (member.parts[0].kind, member.parts[0].name, member.parts[0].op) == (
        "member", "open", "->",
    )  # fmt: skip


def test_block_holds_every_expression_in_order() -> None:
    expr = first_expr("x = ({ int t = a(); if (t) b(t); t; });").parts[1]
    assert expr.kind == "block"
    assert [each.text for each in expr.walk() if each.kind == "call"] == ["a()", "b(t)"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a + (b * c)", "a+b*c"),
        ("(a)->b", "a -> b"),
        ("a && (b == c)", "(a && b == c)"),
        ("f((a), /* x */ (b))", "f(a,b)"),
        ("sizeof x", "sizeof(x)"),
        ("(struct a *)p", "( struct a * ) (p)"),
        ("*(a)", "*a"),
        ("a = (b = c)", "a = b = c"),
    ],
)
def test_equal_expressions_have_equal_texts(one: str, other: str) -> None:
    assert first_expr(f"{one};" if "=" in one else f"x = {one};").text == (
        first_expr(f"{other};" if "=" in other else f"x = {other};").text
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a - (b - c)", "a - b - c"),
        ("(a + b) * c", "a + b * c"),
        ("*(a + 1)", "*a + 1"),
        ("!(a && b)", "!a && b"),
        ("(struct a *)p->q", "((struct a *)p)->q"),
        ("- -a", "--a"),
        ("a & (b == c)", "(a & b) == c"),
        ("f((a, b))", "f(a, b)"),
        ("a ? b : c", "a ?: c"),
    ],
)
def test_different_expressions_have_different_texts(one: str, other: str) -> None:
    assert first_expr(f"x = {one};").text != first_expr(f"x = {other};").text


def test_lines_after_a_put_in_semicolon() -> None:
    body = only("\tFLUSH(dev)\n\tuse(dev);\n\treturn 0;").body.body
    assert [each.line for each in body] == [3, 4, 5]


def test_unicode_in_strings() -> None:
    expr = first_expr('x("gr\u00fc\u00df \u2192");\ny();')
    assert expr.args[0].text == '"gr\u00fc\u00df \u2192"'


@pytest.mark.parametrize("depth", [50, 3000])
def test_deep_nesting_does_not_raise(depth: int) -> None:
    text = f"int f(void)\n{{\n\treturn {'(' * depth}a{')' * depth} + {'-' * 0}b;\n}}\n"
    chain = "".join(f"\tif (a == {n})\n\t\tx();\n\telse\n" for n in range(depth))
    for body in (text, f"int f(void)\n{{\n{chain}\t\ty();\n}}\n"):
        (function,) = parse_file("pump.c", body.encode()).functions()
        assert function.readable is (depth == 50)
        if not function.readable:
            assert any(isinstance(each, Unread) for each in statements(function.body))


@pytest.mark.parametrize("text", [b"", b"\0", b"\xff\xfe{", b"f(", b"int f(void) {", b"}}}}", b"{"])
def test_scraps(text: bytes) -> None:
    source = parse_file("pump.c", text)
    assert len(source.functions()) == len(source.names)


def test_closing_braces_that_are_not_in_column_0() -> None:
    text = b"int f(void)\n{\n\tx();\n\t}\n\nint g(void)\n{\n\ty();\n\t}\n\nint a[] = {\n};\n"
    assert parse_file("pump.c", text).spans() == (("f", 1, 4), ("g", 6, 9))


@pytest.mark.parametrize("scrap", [b"{", b"(", b"{}", b"f(){", b'"', b"/*", b"#if 1\n", b"a(b) "])
def test_damaged_files_do_not_take_the_square_of_their_length(scrap: bytes) -> None:
    source = parse_file("pump.c", scrap * 40_000)
    assert len(source.names) <= 40_000


def test_every_prefix_of_a_file() -> None:
    for end in range(0, len(PUMP), 7):
        source = parse_file("pump.c", PUMP[:end])
        source.functions()
        source.spans()


def test_bodies_on_one_line() -> None:
    text = b"int f(void) { return 1; }\nint g(void) { return 2;\n}\n\nint h(void)\n{\n\tx();\n}\n"
    assert parse_file("pump.c", text).spans() == (("f", 1, 1), ("g", 2, 3), ("h", 5, 8))


def test_braces_in_texts() -> None:
    text = b"int f(void)\n{\n\tputs(\"} {{ \");\n\tputc('{');\n}\n\nint g(void)\n{\n\tx();\n}\n"
    assert parse_file("pump.c", text).spans() == (("f", 1, 5), ("g", 7, 10))


def test_two_definitions_of_one_name() -> None:
    text = b"int f(void)\n{\n\treturn 1;\n}\n\nint f(void)\n{\n\treturn 2;\n}\n"
    source = parse_file("pump.c", text)
    assert source.names == ("f", "f")
    first = source.function("f")
    assert first is not None
    assert isinstance(first.body.body[0], Return)
    assert first.line == 1


TWO = b"int f(void)\n{\n\treturn 1;\n}\n\nint g(void)\n{\n\treturn 2;\n}\n"


def test_two_states_of_a_file_share_the_functions_that_stand_where_they_stood() -> None:
    before = parse_file("pump.c", TWO)
    after = parse_file("pump.c", TWO.replace(b"2", b"3"), like=before)
    assert after.function("f") is before.function("f")
    assert after.function("g") is not before.function("g")
    assert [outline(each) for each in after.functions()] == [
        outline(each) for each in parse_file("pump.c", TWO.replace(b"2", b"3")).functions()
    ]


def test_a_function_that_was_moved_is_read_with_its_own_lines() -> None:
    before = parse_file("pump.c", TWO)
    after = parse_file("pump.c", b"\n" + TWO, like=before)
    there = after.function("g")
    assert there is not None
    assert there is not before.function("g")
    assert (there.line, there.body.body[0].line) == (7, 9)
