"""A pointer that was tested for NULL on the other side of the patch, and is used untested here.

Source: the pre-image: it held the check necessary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reviewbot.rule import (
    Bare,
    Claim,
    Confidence,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    syntax,
)


def check(sight: Sight) -> Iterable[Claim]:
    """One claim a pointer: the first use that no path has a test for."""
    other = sight.other
    if other is None or not sight.function.whole or not other.function.whole:
        return
    dropped = other.paths.tested - sight.paths.tested
    if not dropped or not (other.paths.complete and sight.paths.complete):
        return
    always = {use.key for use in other.paths.bare}
    for key in sorted(dropped - always):
        uses = [use for use in sight.paths.bare if key in (use.key, use.expr.text)]
        if f"*{key}" in sight.paths.tested:
            continue  # what it points to is tested now: it has become another thing
        if uses and _same_origin(sight, other, key):
            yield _claim(sight, key, min(uses, key=_line))


def _line(use: Bare) -> int:
    return use.expr.line


def _same_origin(sight: Sight, other: Sight, key: str) -> bool:
    """Whether the pointer comes from the same place on both sides."""
    name = _root(key)
    return set(_written(sight.function, name, key)) == set(_written(other.function, name, key))


def _root(key: str) -> str:
    return key.lstrip("*&(").partition("-")[0].partition(".")[0].partition("[")[0]


def _written(function: syntax.Function, name: str, key: str) -> Iterator[str]:
    """What the function writes to the pointer, and to the variable that it hangs on."""
    for parameter in function.params:
        if parameter.name == name:
            yield parameter.type
    for stmt in function.statements:
        if isinstance(stmt, syntax.Declare) and stmt.name == name and stmt.value is not None:
            yield stmt.value.text
    for expr in function.expressions:
        if expr.kind == "assign" and expr.parts[0].text in (name, key):
            yield expr.parts[1].text


def _claim(sight: Sight, key: str, use: Bare) -> Claim:
    where = use.via or use.expr
    how = f"handed to {use.via.name}()" if use.via else "dereferenced"
    return Claim(
        line=where.line,
        end_line=where.end_line,
        message=f"{key} was tested for NULL before this patch, and is now {how} untested",
        shape=("check dropped", key),
        trace=(Note(where.line, f"{key} is {how}"),),
        words=(("pointer", key), ("how", how)),
    )


RULE = Rule(
    title="a check for NULL is gone while the pointer is still used",
    category="null",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    needs=Need.FUNCTION,
    source="the side of the patch that has the check",
    check=check,
)
