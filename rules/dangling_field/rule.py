"""A field that still points to what the function has just freed.

Source: Documentation/core-api/memory-allocation.rst; the kernel-doc of kfree().
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reviewbot.rule import (
    Claim,
    Confidence,
    Exit,
    Kind,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    Site,
    fails,
    syntax,
)

_ENDS = re.compile(
    r"free|destroy|release|put|unregister|uninit|cleanup|deinit|fini|exit|remove|close|delete|drop"
)
_SAYS = re.compile(r"(?:^|_)(?:k?v?free|put|release|destroy)(?:_|$)")
"""What says plainly that it frees; an unregister or an exit may leave that to a last put."""
_WHOLE = ("memory", "slab-object", "netdev-alloc", "device", "kobject")
"""Resources whose end takes with it what hangs on the argument."""
_THINGS = {Kind.MEMORY, Kind.REFERENCE, Kind.OBJECT}
_NOTHING = ("NULL", "0", "ERR_PTR(-ENOENT)")


class _End(NamedTuple):
    """A call that ends what `field` points to."""

    call: syntax.Expr
    field: str


def check(sight: Sight) -> Iterable[Claim]:
    yield from _cleared_before(sight)
    yield from _not_replaced(sight)


# -- what the other side clears


def _cleared_before(sight: Sight) -> Iterator[Claim]:
    """The other side clears the field after the same call, this one leaves it as it is."""
    if sight.other is None or not sight.function.whole:
        return
    cleared, before = _clears(sight.function), _clears(sight.other.function)
    fewer = {field for field in before if len(cleared.get(field, ())) < len(before[field])}
    if not fewer:
        return
    there = {(end.call.name, end.field) for end in _cleared(sight.other)}
    written = _writes(sight.function)
    for end in _ends(sight):
        key = (end.call.name, end.field)
        if end.field not in fewer or key not in there or _dies(sight, end.field):
            continue
        if any(line > end.call.line for line in written.get(end.field, ())):
            continue
        if not _cleared_inside(sight, _tail(end.field)):
            yield _claim(sight, end, "is left pointing to it", _sure(sight, end))


def _sure(sight: Sight, end: _End) -> Confidence:
    """High where it is known or said what the call does, and the patch adds no other holder."""
    assert sight.other is not None
    fact = sight.known(end.call.name)
    known = bool(_kinds(sight, end.call.name)) and fact is not None and fact.source != "pair"
    known = known or _SAYS.search(end.call.name) is not None
    new = sight.side.changed_calls - sight.other.side.changed_calls
    shared = any(_takes_one_more(sight, name) for name in new)
    return Confidence.HIGH if known and not shared else Confidence.MEDIUM


def _takes_one_more(sight: Sight, name: str) -> bool:
    fact = sight.known(name)
    if fact is None or not fact.acquires:
        return False
    taken = (sight.known.resource(place.resource) for place in fact.acquires)
    return bool(fact.returns) or any(r is not None and r.kind is Kind.REFERENCE for r in taken)


def _cleared_inside(sight: Sight, member: str) -> bool:
    """Whether a function that is called here clears a field of this name."""
    return any(_tail(field) == member for callee in sight.callees() for field in _clears(callee))


def _tail(field: str) -> str:
    return re.split(r"->|\.", field)[-1].partition("[")[0]


def _cleared(sight: Sight) -> Iterator[_End]:
    written = _clears(sight.function)
    for end in _ends(sight):
        if any(line > end.call.line for line in written.get(end.field, ())):
            yield end


def _ends(sight: Sight) -> Iterator[_End]:
    """Calls that end what a field points to, with the fields that lead there."""
    names = _names(sight)
    for call in sight.function.calls:
        if not _ends_something(sight, call):
            continue
        for arg in call.args:
            text = arg.bare.text
            for field in (text, *names.get(text, ())):
                if _outlives(sight, field):
                    yield _End(call, field)


def _ends_something(sight: Sight, call: syntax.Expr) -> bool:
    kinds = _kinds(sight, call.name)
    return bool(kinds & _THINGS) if kinds else _ENDS.search(call.name) is not None


def _kinds(sight: Sight, name: str) -> set[Kind]:
    """What kinds of things a function is known to give back; a pair's state is a guess."""
    fact = sight.known(name)
    places = fact.releases if fact is not None else ()
    kinds = {r.kind for p in places if (r := sight.known.resource(p.resource)) is not None}
    return kinds - {Kind.STATE}


def _names(sight: Sight) -> dict[str, list[str]]:
    """For each local the fields that it was read from or written to."""
    found: dict[str, list[str]] = {}
    for left, right, _ in _assigned(sight.function):
        value = right.bare
        if "->" in value.text and value.kind in ("member", "index"):
            found.setdefault(left, []).append(value.text)
        elif value.kind == "name" and "->" in left:
            found.setdefault(value.text, []).append(left)
    return found


def _assigned(function: syntax.Function) -> Iterator[tuple[str, syntax.Expr, int]]:
    for stmt in function.statements:
        if isinstance(stmt, syntax.Declare) and stmt.value is not None:
            yield stmt.name, stmt.value, stmt.line
    for expr in function.assignments:
        if expr.op == "=":
            yield expr.parts[0].text, expr.parts[1], expr.line
    for call in function.calls:
        if call.name in ("rcu_assign_pointer", "RCU_INIT_POINTER"):
            yield call.args[0].bare.text, call.args[-1], call.line


def _writes(function: syntax.Function) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for left, _, line in _assigned(function):
        found.setdefault(left, []).append(line)
    return found


def _clears(function: syntax.Function) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for left, right, line in _assigned(function):
        if right.bare.text in _NOTHING:
            found.setdefault(left, []).append(line)
    return found


def _outlives(sight: Sight, text: str) -> bool:
    """Whether the field can be reached when the function is left."""
    if not re.match(r"[A-Za-z_]", text) or "(" in text:
        return False
    root = re.split(r"->|\.|\[", text)[0]
    if root == text:
        return root not in sight.paths.locals and not root.isupper()
    return root not in sight.paths.locals or root in sight.paths.pointers


def _dies(sight: Sight, field: str) -> bool:
    """Whether the object that holds the field is given back here as well."""
    for call in sight.function.calls:
        fact = sight.known(call.name)
        for place in fact.releases if fact is not None else ():
            if 0 < place.where <= len(call.args) and place.resource in _WHOLE:
                text = call.args[place.where - 1].bare.text
                if field.startswith((text + "->", text + ".")):
                    return True
    return False


# -- what is freed before its successor is there


def _not_replaced(sight: Sight) -> Iterator[Claim]:
    """An error path leaves between the end of the old value and the new one."""
    if not sight.function.whole:
        return
    exits = [exit for exit in sight.paths.exits if exit.freed and fails(sight, exit)]
    written = _writes(sight.function) if exits else {}
    for exit in exits:
        for field, number in exit.freed:
            site = sight.paths.sites[number]
            lines = written.get(field, ())
            if any(line <= site.call.line for line in lines) or not _outlives(sight, field):
                continue
            later = _freed_later(sight, field, site)
            if any(line > site.call.line for line in lines) and not later:
                end = _End(site.call, field)
                yield _claim(sight, end, "is not replaced", Confidence.HIGH, exit)


def _freed_later(sight: Sight, field: str, site: Site) -> bool:
    """Whether the object dies here as well, or the field gets what was given back before."""
    given = {arg.bare.text for arg in site.call.args}
    for left, right, line in _assigned(sight.function):
        if line > site.call.line and left in given:
            given.remove(left)
        elif line > site.call.line and left == field and right.bare.text in given:
            return True
    return _dies(sight, field)


def _claim(
    sight: Sight, end: _End, how: str, confidence: Confidence, exit: Exit | None = None
) -> Claim:
    name = end.call.name
    function = sight.function.name
    steps = [Note(end.call.line, f"{name}() frees what {end.field} points to")]
    if exit is not None:
        steps.append(Note(exit.line, f"{function}() returns with {end.field} unchanged"))
    return Claim(
        line=end.call.line,
        end_line=end.call.end_line,
        message=f"{end.field} still points to what {name}() gave back when {function}() returns",
        shape=("dangling", end.field, name, how),
        trace=tuple(steps),
        confidence=confidence,
        words=(("field", end.field), ("ender", f"{name}()"), ("how", how)),
        group=f"{end.field} {name}",
    )


RULE = Rule(
    title="a field left pointing to freed memory",
    category="free",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.FUNCTION,
    source="Documentation/core-api/memory-allocation.rst",
    check=check,
)
