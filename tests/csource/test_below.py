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


def test_a_path_is_mentioned_down_to_its_last_use() -> None:
    function, _ = _function("\tif (p->a->b)\n\t\tbrisk_go(p);\n\tbrisk_stop(p->c);\n\treturn 0;\n")
    graph = build(function)
    below = Below(graph)
    at = {node.line: node.id for node in graph.nodes}
    assert below.mentions(at[3], "p->a->b") and below.mentions(at[3], "p->c")
    assert not below.mentions(at[5], "p->a->b") and below.mentions(at[5], "p->c")
    assert not below.mentions(at[6], "p->c")
    assert below.mentions(at[6], "p") and below.mentions(at[6], "p->c==1")  # not its matter


def test_members_that_nobody_asks_for_any_more_tell_no_paths_apart() -> None:
    asked = "".join(f"\tif (p->m{n})\n\t\tp->m{n}->on = 1;\n" for n in range(12))
    _, sight = _function(f"{asked}\treturn 0;\n")
    assert sight.paths.complete and len(sight.paths.exits) == 1
