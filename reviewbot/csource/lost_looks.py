"""Pointers that one side of a patch tests for NULL, and the other uses untested."""

from __future__ import annotations

from collections.abc import Iterator

from reviewbot.csource import syntax as c
from reviewbot.csource.events import Bare
from reviewbot.csource.habit import looks_before
from reviewbot.csource.sight import Sight


def lost_looks(sight: Sight) -> Iterator[tuple[str, Bare]]:
    """(pointer, its first use) for each pointer whose test the other side alone has.

    Not where the test may have gone elsewhere: into another condition, into the callers, or
    with the pointer itself, which has become another thing.
    """
    other = sight.other
    if other is None or not sight.function.whole or not other.function.whole:
        return
    dropped = other.paths.tested - sight.paths.tested
    if not dropped or not (other.paths.complete and sight.paths.complete):
        return
    always = {use.key for use in other.paths.bare}
    for key in sorted(dropped - always):
        uses = [use for use in sight.paths.bare if key in (use.key, use.expr.text)]
        if uses and _is_same(sight, other, key) and not _unprotected(other, key):
            use = min(uses, key=_line)
            if not (_replaced(sight, other, use) or _asserted(sight, key)) and not _callers_look(
                sight, key
            ):
                yield key, use


def _line(use: Bare) -> int:
    return use.expr.line


# -- whether it is still the same pointer


def _is_same(sight: Sight, other: Sight, key: str) -> bool:
    """Whether the pointer comes from the same place on both sides, and can be NULL at all."""
    if f"*{key}" in sight.paths.tested or _is_array(sight, key) != _is_array(other, key):
        return False
    name = _root(key)
    here = set(_written(sight.function, name, key))
    if here and key == name and all(value.startswith("&") for value in here):
        return False
    return here == set(_written(other.function, name, key))


def _is_array(sight: Sight, key: str) -> bool:
    return any(
        e.kind == "index" and e.parts[0].bare.text == key for e in sight.function.expressions
    )


def _root(key: str) -> str:
    return key.lstrip("*&(").partition("-")[0].partition(".")[0].partition("[")[0]


def _written(function: c.Function, name: str, key: str) -> Iterator[str]:
    """What the function writes to the pointer, and to the variable that it hangs on."""
    for parameter in function.params:
        if parameter.name == name:
            yield parameter.type
    for stmt in function.statements:
        if isinstance(stmt, c.Declare) and stmt.name == name and stmt.value is not None:
            yield stmt.value.text
    for expr in function.assignments:
        if expr.parts[0].text in (name, key):
            yield expr.parts[1].text


# -- whether the test is gone


def _unprotected(other: Sight, key: str) -> bool:
    """Whether the other side has followed the pointer before the first test of it."""
    tests = [
        cond.line
        for cond in _conditions(other.function)
        if any(expr.text == key for expr in cond.walk())
    ]
    follows = [
        expr.line
        for expr in other.function.expressions
        if expr.kind == "member" and expr.op == "->" and expr.parts[0].bare.text == key
    ]
    return bool(tests and follows) and min(follows) < min(tests)


def _replaced(sight: Sight, other: Sight, use: Bare) -> bool:
    """Whether the patch writes another condition before the use, which may stand for the test.

    What is left of a condition that has lost an operand is no other one.
    """
    there = [cond.text for cond in _conditions(other.function)]
    return any(
        cond.line <= use.expr.line
        and not sight.touched.isdisjoint(range(cond.line, cond.end_line + 1))
        and not any(cond.text in text for text in there)
        for cond in _conditions(sight.function)
    )


def _asserted(sight: Sight, key: str) -> bool:
    """Whether an assertion has taken the place of the test: VM_WARN_ON(!p)."""
    return any(
        isinstance(stmt, c.ExprStmt)
        and stmt.expr.name.isupper()
        and any(expr.text == key for expr in stmt.expr.walk())
        for stmt in sight.function.statements
    )


def _conditions(function: c.Function) -> Iterator[c.Expr]:
    """What decides where a path goes; of loop macros, their arguments."""
    for stmt in function.statements:
        if isinstance(stmt, (c.If, c.Loop)) and stmt.cond is not None:
            yield stmt.cond
        elif isinstance(stmt, c.Iterate):
            yield from stmt.args


def _callers_look(sight: Sight, key: str) -> bool:
    """Whether the test of a parameter has gone to a function of the file that passes it."""
    names = [parameter.name for parameter in sight.function.params]
    return key in names and looks_before(sight, names.index(key) + 1)
