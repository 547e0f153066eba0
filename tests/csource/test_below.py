"""What the code below still mentions, and how many paths are told apart by it."""

from __future__ import annotations

from reviewbot.csource.below import Below
from reviewbot.csource.cfg import build
from reviewbot.csource.parse import parse_file
from reviewbot.csource.sight import Side, Sight
from reviewbot.csource.syntax import Function
from tests.two_sides import facts


def _function(body: str) -> tuple[Function, Sight]:
    text = f"static int f(struct brisk *p)\n{{\n{body}}}\n"
    file = parse_file("drivers/misc/brisk.c", text.encode(), frozenset())
    function = file.function("f")
    assert function is not None and function.readable
    sight = Sight(function, file, Side("after", {file.path: file}), frozenset(), facts())
    return function, sight


def _named(below: Below, node: int, text: str) -> bool:
    return bool(below.still_named(text) >> node & 1)


def test_a_path_is_mentioned_down_to_its_last_use() -> None:
    function, _ = _function("\tif (p->a->b)\n\t\tbrisk_go(p);\n\tbrisk_stop(p->c);\n\treturn 0;\n")
    graph = build(function)
    below = Below(graph, {})
    at = {node.line: node.id for node in graph.nodes}
    assert _named(below, at[3], "p->a->b") and _named(below, at[3], "p->c")
    assert not _named(below, at[5], "p->a->b") and _named(below, at[5], "p->c")
    assert not _named(below, at[6], "p->c")
    assert _named(below, at[5], "p->c==1") and not _named(below, at[6], "p->c==1")
    assert not _named(below, at[5], "p->c<p->a->b")
    assert _named(below, at[6], "p") and _named(below, at[6], "p->c\u2261q")  # not its matter


def test_what_a_local_name_stands_for_counts_as_mentioned() -> None:
    function, _ = _function("\tstruct clog *c = &p->clog;\n\n\tbrisk_lock(c);\n\treturn 0;\n")
    graph = build(function)
    end = graph.nodes[-1].id
    assert _named(Below(graph, {"c": "&p->clog"}), end, "~@lock:&p->clog")
    assert not _named(Below(graph, {}), end, "~@lock:&p->clog")


def test_comparisons_that_nobody_asks_for_any_more_tell_no_paths_apart() -> None:
    asked = "".join(f"\tif (p->m{n} > p->n{n})\n\t\tp->m{n} = 1;\n" for n in range(12))
    again = "".join(f"\tif (p->m{n} > p->n{n})\n\t\tbrisk_go(p);\n" for n in range(12))
    _, sight = _function(f"{asked}{again}\treturn 0;\n")
    assert not sight.paths.complete
    _, sight = _function(f"{asked}\treturn 0;\n")
    assert sight.paths.complete and len(sight.paths.exits) == 1


def test_variables_that_are_written_before_they_are_read_tell_no_paths_apart() -> None:
    asked = "".join(
        f"\ta{n} = brisk_ask(p);\n\tif (a{n} < 0)\n\t\tbrisk_go(p);\n" for n in range(12)
    )
    named = ", ".join(f"a{n}" for n in range(12))
    again = "".join(f"\ta{n} = 1;\n\tbrisk_tell(a{n});\n" for n in range(12))
    _, sight = _function(f"\tint {named};\n\n{asked}{again}\treturn 0;\n")
    assert sight.paths.complete and len(sight.paths.exits) == 1


def test_members_that_nobody_asks_for_any_more_tell_no_paths_apart() -> None:
    asked = "".join(f"\tif (p->m{n})\n\t\tp->m{n}->on = 1;\n" for n in range(12))
    _, sight = _function(f"{asked}\treturn 0;\n")
    assert sight.paths.complete and len(sight.paths.exits) == 1
