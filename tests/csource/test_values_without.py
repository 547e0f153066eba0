"""Variables without a value: which reads are found, and how sure each is."""

from __future__ import annotations

import pytest

from reviewbot.csource.cfg import build, runs_once
from reviewbot.csource.factfile import load_facts
from reviewbot.csource.macros import may_write
from reviewbot.csource.parse import parse_file
from reviewbot.csource.sight import Side, Sight
from reviewbot.csource.syntax import Loop
from reviewbot.csource.unset import Way, unset_way, writing_lines
from reviewbot.resources import rules_dir

FACTS = load_facts(rules_dir() / "facts")


def _sight(body: str, head: str = "static int probe(struct lumo *lumo, int n)") -> Sight:
    text = f"{head}\n{{\n{body}\n}}\n".encode()
    file = parse_file("lumo.c", text)
    function = file.functions()[0]
    lines = frozenset(range(function.line, function.end_line + 1))
    return Sight(function, file, Side("after", {"lumo.c": file}), lines, FACTS)


def _ways(body: str) -> dict[str, Way]:
    sight = _sight(body)
    uses = (use for use in sight.paths.uses if use.kind == "unset")
    return {use.key: unset_way(sight.function, use) for use in uses}


@pytest.mark.parametrize(
    ("body", "way"),
    [
        ("int ret;\nreturn ret;", Way.NEVER),
        ("int ret;\nif (n)\nret = f(lumo);\nreturn ret;", Way.SKIPPED),
        ("int ret;\nif (n)\ngoto out;\nret = f(lumo);\nout:\nreturn ret;", Way.EARLY),
        ("int i, ret;\nfor (i = 0; i < n; i++)\nret = f(i);\nreturn ret;", Way.LOOP),
        ("int ret;\nswitch (n) {\ncase A:\nret = 1;\nbreak;\n}\nreturn ret;", Way.CASE),
        ("int ret;\nif (n)\nret = 1;\nif (lumo->b)\nreturn ret;\nreturn 0;", Way.GUARDED),
        ("int ret;\nif (n > 3)\nret = 1;\nif (n > 4)\nreturn ret;\nreturn 0;", Way.ENTANGLED),
        ("int ret, v;\nret = f(&v);\nif (ret)\nlog(ret);\nn = 2;\nreturn v;", Way.FAILED),
        ("int v;\nf(&v);\nreturn v;", Way.DROPPED),
        ("int v;\nif (n)\nv = 1;\nif (lumo->b)\nlumo->ops->set(v);\nreturn 0;", Way.GUARDED),
        ("int v;\nif (n)\ngoto out;\nv = 1;\nout:\nif (lumo->b)\nuse(v);\nreturn 0;", Way.GUARDED),
    ],
)
def test_each_way_is_told_apart(body: str, way: Way) -> None:
    assert way in _ways(body).values()


@pytest.mark.parametrize(
    "body",
    [
        "int ret = 0;\nreturn ret;",
        "int i, ret;\nfor (i = 0; i < LUMO_MAX; i++)\nret = f(i);\nreturn ret;",
        "int i, ret;\nfor (i = 0; i < ARRAY_SIZE(lumo->a); i++)\nret = f(i);\nreturn ret;",
        "int ret;\nif (n)\nret = 1;\nif (n)\nreturn ret;\nreturn 0;",
        "int v;\nif (is_on(lumo))\nv = 1;\nif (is_on(lumo))\nreturn v;\nreturn 0;",
        "unsigned long flags;\nspin_lock_irqsave(&lumo->l, flags);\nuse(flags);\nreturn 0;",
        "u32 v;\nif (get_user(v, lumo->p))\nreturn -EFAULT;\nreturn v;",
        "struct lumo *p;\nreturn sizeof(*p) + ARRAY_SIZE(p->a);",
        'int v;\nasm volatile("rd %0" : "=r" (v));\nreturn v;',
        "extern int late;\nreturn late;",
        "int v;\nif (f(&v))\nreturn -EIO;\nreturn v;",
        "struct lumo *p;\np = kzalloc_obj(*p);\nreturn p ? 0 : -ENOMEM;",
        "u16 v;\npcie_capability_read_word(lumo->pdev, n, &v);\nreturn v;",
        "struct lumo *p;\nint *a;\np = kzalloc_flex(*p, a, n);\nreturn p ? 0 : -ENOMEM;",
        "struct lumo *p;\nif (any_of(lumo->all, p, is_lit(p)))\nreturn 1;\nreturn 0;",
        "int v;\nscoped_reading (&lumo->lock, fast) {\nv = lumo->v;\n}\nreturn v;",
        "int ret, v;\nif (n) {\nret = -EIO;\ngoto out;\n}\nv = 1;\nret = f(lumo);\nout:\n"
        "if (ret == -EAGAIN)\nuse(v);\nreturn ret;",
        "int ret, v;\nif (n) {\nret = -EAGAIN;\ngoto out;\n}\nv = 1;\nret = f(lumo);\nout:\n"
        "if (ret != -EAGAIN)\nuse(v);\nreturn ret;",
    ],
)
def test_what_has_a_value_is_left_alone(body: str) -> None:
    assert _ways(body) == {}


def test_a_clean_up_reads_its_variable_too() -> None:
    ways = _ways(
        "char *p __free(kfree);\nif (n)\nreturn -EIO;\np = kstrdup(lumo->s, 1);\nreturn 0;"
    )
    assert "p" in ways


def test_two_variables_of_one_name_say_nothing() -> None:
    assert set(_ways("int v = 1;\nif (n) {\nint v;\nuse(v);\n}\nreturn v;").values()) <= {
        Way.SHADOWED
    }


@pytest.mark.parametrize(
    ("head", "runs"),
    [
        ("for (i = 0; i < 4; i++)", True),
        ("for (i = 0; i < sizeof(x); i++)", True),
        ("for (j = 1, i = 0; i < ARRAY_SIZE(x); i++)", True),
        ("for (i = 4; i < 4; i++)", False),
        ("for (i = 0; i < n; i++)", False),
        ("for (i = k; i < 4; i++)", False),
        ("while (i < 4)", False),
    ],
)
def test_a_constant_range_runs_once_at_least(head: str, runs: bool) -> None:
    loops = _sight(f"{head}\nf(i);\nreturn 0;").function.statements
    assert [runs_once(s) for s in loops if isinstance(s, Loop)] == [runs]


def test_a_loop_that_runs_once_still_ends() -> None:
    graph = build(_sight("int i;\nfor (i = 0; i < 4; i++)\nf(i);\nreturn i;").function)
    assert any(node.kind == "return" for node in graph.nodes)


@pytest.mark.parametrize(
    ("name", "writes"),
    [
        ("LUMO_READ", True),
        ("spin_lock_irqsave", True),
        ("regmap_read_poll_timeout", True),
        ("IS_ERR", False),
        ("dev_err", False),
        ("lumo_write", False),
    ],
)
def test_macros_that_write_are_known_by_name(name: str, writes: bool) -> None:
    assert may_write(name, FACTS.functions.get(name), 2) is writes


def test_writing_lines_are_in_order() -> None:
    function = _sight("int v;\nv = 1;\nv++;\nf(&v);\nGET(v);\nreturn v;").function
    assert writing_lines(function, "v") == [4, 5, 6, 7]
