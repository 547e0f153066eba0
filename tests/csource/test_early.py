"""Gotos that reach a release before what it releases."""

from __future__ import annotations

import pytest

from reviewbot.csource.early import too_early
from reviewbot.csource.factfile import load_facts
from reviewbot.csource.parse import parse_file
from reviewbot.csource.sight import Side, Sight
from reviewbot.resources import rules_dir

FACTS = load_facts(rules_dir() / "facts")


def _early(body: str) -> list[tuple[str, str, bool]]:
    file = parse_file("lumo.c", f"int f(struct lumo *p)\n{{\n{body}\n}}\n".encode(), frozenset())
    function = file.function("f")
    assert function is not None and function.readable
    sight = Sight(function, file, Side("after", {file.path: file}), frozenset(), FACTS)
    return [
        (each.goto.label if each.goto is not None else "", each.undo.name, each.failed)
        for each in too_early(sight)
    ]


TAKE = "\tret = clk_prepare_enable(p->clk);\n\tif (ret)\n\t\t%s\n"
END = "\treturn g(p);\noff:\n\t%sclk_disable_unprepare(p->clk);\nout:\n\treturn ret;"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (TAKE % "goto off;" + END % "", [("off", "clk_disable_unprepare", True)]),
        (TAKE % "goto out;" + END % "", []),
        (
            "\tif (p->n)\n\t\tgoto off;\n" + TAKE % "goto out;" + END % "",
            [("off", "clk_disable_unprepare", False)],
        ),
        ("\tif (!p->n) {\n\t\tret = 0;\n\t\tgoto off;\n\t}\n" + TAKE % "goto out;" + END % "", []),
        (TAKE % "goto off;" + END % "if (p->on)\n\t\t", []),
        (TAKE % "return ret;" + "\tif (p->n)\n\t\tgoto off;\n" + END % "", []),
        (TAKE % "goto off;" + TAKE.replace("p->clk", "p->bus") % "goto off;" + END % "", []),
        (TAKE % "dev_warn(p->dev, p->name);" + "\tif (p->n)\n\t\tgoto off;\n" + END % "", []),
    ],
    ids=("failed", "right", "later", "stop", "asked", "taken", "several", "goes on"),
)
def test_a_goto_that_reaches_a_release_too_early(
    body: str, found: list[tuple[str, str, bool]]
) -> None:
    assert _early(body) == found


def test_what_may_be_given_back_untaken() -> None:
    body = (
        "\tret = mempool_init_kmalloc_pool(&p->pool, 4, 64);\n\tif (ret)\n\t\tgoto off;\n"
        "\treturn g(p);\noff:\n\tmempool_exit(&p->pool);\n\treturn ret;"
    )
    assert _early(body) == []


@pytest.mark.parametrize(
    ("between", "found"),
    [
        ("clk_disable_unprepare(p->clk);", ["clk_disable_unprepare"]),
        ("clk_disable_unprepare(p->bus);", []),
        ("clk_disable_unprepare(p->clk);\n\tclk_prepare_enable(p->clk);", []),
        ("if (p->n)\n\t\tclk_disable_unprepare(p->clk);", ["clk_disable_unprepare"]),
    ],
)
def test_a_label_that_undoes_once_more(between: str, found: list[str]) -> None:
    body = f"{TAKE % 'return ret;'}\t{between}\n\tret = h(p);\n\tif (ret)\n\t\tgoto off;\n"
    file = parse_file("lumo.c", f"int f(struct lumo *p)\n{{\n{body}{END % ''}\n}}\n".encode())
    function = file.function("f")
    assert function is not None and function.readable
    sight = Sight(function, file, Side("after", {file.path: file}), frozenset(), FACTS)
    undone = [each.before.name for each in too_early(sight) if each.before is not None]
    assert undone == found


@pytest.mark.parametrize(
    ("take", "found"),
    [
        ("pm_runtime_resume_and_get", [("", "pm_runtime_put_noidle", True)]),
        ("pm_runtime_get_sync", []),
    ],
)
def test_what_is_given_back_where_it_could_not_be_taken(
    take: str, found: list[tuple[str, str, bool]]
) -> None:
    body = f"\tint ret = {take}(p->dev);\n\n\tif (ret < 0) {{\n\t\t%s\n\t}}\n\treturn g(p);"
    assert _early(body % "pm_runtime_put_noidle(p->dev);\n\t\treturn ret;") == found
    assert _early(body % "pm_runtime_put_noidle(p->parent);\n\t\treturn ret;") == []


def test_what_goes_on_after_a_failure_takes_it_for_none() -> None:
    body = "\tif (clk_prepare_enable(p->clk))\n\t\tp->slow = 1;\n\tg(p);\n"
    assert _early(f"{body}\tclk_disable_unprepare(p->clk);\n\treturn 0;") == []
