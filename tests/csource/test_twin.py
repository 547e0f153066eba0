"""What is known of a callee on one side of a patch serves the other side where it may."""

from __future__ import annotations

from reviewbot.csource.parse import SourceFile, parse_file
from reviewbot.csource.sight import Side, Sight
from tests.two_sides import facts

CALLER = "static void f(struct brisk *p)\n{\n\tbrisk_end(p);\n}\n"
ENDS = "static void brisk_end(struct brisk *p)\n{\n\tbrisk_drop(p);\n}\n"
FREES = "static void brisk_drop(struct brisk *p)\n{\n\tkfree(p);\n}\n"
KEEPS = "static void brisk_drop(struct brisk *p)\n{\n\tp->on = 0;\n}\n"


def _sights(before: str, after: str) -> tuple[Sight, Sight]:
    there, here = (_sight(text, name) for text, name in ((before, "before"), (after, "after")))
    for one, other in ((there, here), (here, there)):
        object.__setattr__(one, "other", other)
    return there, here


def _sight(text: str, name: str) -> Sight:
    file: SourceFile = parse_file("drivers/misc/brisk.c", text.encode())
    function = file.function("f")
    assert function is not None
    return Sight(function, file, Side(name, {file.path: file}), frozenset(), facts())


def test_a_callee_that_reads_the_same_is_read_once() -> None:
    there, here = _sights(FREES + ENDS + CALLER, "\n" + FREES + ENDS + CALLER)
    fact = there.known("brisk_end")
    assert fact is not None and fact.releases
    assert here.known("brisk_end") is fact


def test_a_callee_is_read_again_where_what_it_calls_has_changed() -> None:
    there, here = _sights(FREES + ENDS + CALLER, KEEPS + ENDS + CALLER)
    fact, now = there.known("brisk_end"), here.known("brisk_end")
    assert fact is not None and fact.releases
    assert now is not None and not now.releases


def test_a_callee_is_read_again_where_what_it_calls_is_only_here() -> None:
    there, here = _sights(ENDS + CALLER, FREES + ENDS + CALLER)
    fact, now = there.known("brisk_end"), here.known("brisk_end")
    assert fact is not None and not fact.releases
    assert now is not None and now.releases
