"""Managed and manual lifetimes mixed: freed by hand as well, tied to the wrong device, too late.

Source: Documentation/driver-api/driver-model/devres.rst.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reviewbot.rule import (
    Claim,
    Confidence,
    Kind,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    syntax,
    undoers,
)

_ALLOCS = re.compile(r"^devm_(?:k\w*alloc\w*|k\w*dup\w*|kasprintf|kvasprintf|k\w*printf)$")
_FREES = frozenset("kfree kvfree kfree_sensitive kfree_const vfree kfree_rcu".split())
_REGISTERS = re.compile(r"^devm_\w*(?:register|request_\w*irq|add_action)\w*$")


def check(sight: Sight) -> Iterable[Claim]:
    values = _values(sight.function)
    yield from _freed_by_hand(sight, values)
    yield from _wrong_device(sight, values)
    yield from _too_late(sight)


def _values(function: syntax.Function) -> dict[str, list[syntax.Expr]]:
    """What is assigned to each name or field, in the order of the text."""
    found: dict[str, list[syntax.Expr]] = {}
    for stmt in function.statements:
        if isinstance(stmt, syntax.Declare) and stmt.value is not None:
            found.setdefault(stmt.name, []).append(stmt.value.bare)
    for expr in function.assignments:
        if expr.op == "=":
            found.setdefault(expr.parts[0].text, []).append(expr.parts[1].bare)
    return found


def _freed_by_hand(sight: Sight, values: dict[str, list[syntax.Expr]]) -> Iterator[Claim]:
    for call in sight.function.calls:
        if call.name not in _FREES or not call.args:
            continue
        text = call.args[0].bare.text
        given = values.get(text, [])
        if given and all(v.kind == "call" and _ALLOCS.match(v.name) for v in given):
            yield _claim(
                call,
                f"{call.name}() frees {text}, which the driver core frees as well: it is from"
                f" {given[0].name}()",
                ("freed by hand", call.name, text),
                Note(given[0].line, f"{given[0].name}() allocates {text}"),
            )


def _wrong_device(sight: Sight, values: dict[str, list[syntax.Expr]]) -> Iterator[Claim]:
    """Memory of one device is handed to what lives as long as that device's parent."""
    owned = {
        name: value
        for name, given in values.items()
        for value in given
        if value.kind == "call" and _ALLOCS.match(value.name) and value.args
    }
    for call in sight.function.calls:
        if not _REGISTERS.match(call.name) or len(call.args) < 2:
            continue
        if not _of_parent(call.args[0].bare, values):
            continue
        for arg in call.args[1:]:
            name = _root(arg)
            if name in owned and not _of_parent(owned[name].args[0].bare, values):
                yield _claim(
                    call,
                    f"{call.name}() ties {arg.bare.text} to {call.args[0].text}, which outlives"
                    f" the device that {name} belongs to",
                    ("wrong device", call.name, name),
                    Note(owned[name].line, f"{owned[name].name}() allocates {name}"),
                )
                break


def _too_late(sight: Sight) -> Iterator[Claim]:
    """What was taken down first is managed now, and so goes after all that is still undone here."""
    managed = {name for name in sight.side.changed_calls if _REGISTERS.match(name)}
    there = sight.other.function.calls if sight.other is not None and managed else ()
    left = {call.text for call in sight.function.calls}
    names = {call.name for call in sight.function.calls}
    for number, call in enumerate(there):
        makers = [name for name in sorted(managed) if _undoes(sight, call.name, name[5:])]
        if call.name in names or not makers:
            continue
        for after in there[number + 1 :]:
            if after.text in left and _switches_off(sight, after.name):
                now = next(one for one in sight.function.calls if one.text == after.text)
                message = (
                    f"{now.name}() comes before what {makers[0]}() made is taken down, and came"
                    f" after {call.name}() before"
                )
                first = Note(now.line, f"{call.name}() stood before this")
                yield _claim(now, message, ("too late", call.name), first)
                return


def _undoes(sight: Sight, undoer: str, maker: str) -> bool:
    if undoer in undoers(maker):
        return True
    made, undone = sight.facts.functions.get(maker), sight.facts.functions.get(undoer)
    if made is None or undone is None:
        return False
    return not {each.resource for each in made.acquires}.isdisjoint(
        each.resource for each in undone.releases
    )


def _switches_off(sight: Sight, name: str) -> bool:
    fact = sight.known(name)
    given = [sight.known.resource(each.resource) for each in fact.releases] if fact else []
    return any(each is not None and each.kind in (Kind.ENABLE, Kind.MEMORY) for each in given)


def _of_parent(device: syntax.Expr, values: dict[str, list[syntax.Expr]]) -> bool:
    """Whether a device is the parent of the one that is probed."""
    if "parent" in device.text:
        return True
    given = values.get(device.text) or values.get(_root(device), [])
    return len(given) == 1 and "parent" in given[0].text


def _root(expr: syntax.Expr) -> str:
    expr = expr.bare
    while expr.kind in ("member", "index") or (expr.kind == "unary" and expr.op == "&"):
        expr = expr.parts[0].bare
    return expr.name if expr.kind == "name" else ""


def _claim(call: syntax.Expr, message: str, shape: tuple[str, ...], first: Note) -> Claim:
    return Claim(
        line=call.line,
        end_line=call.end_line,
        message=message,
        shape=shape,
        trace=(first, Note(call.line, f"{call.name}() is called")),
        words=(("kind", shape[0]), ("call", f"{call.name}()")),
    )


RULE = Rule(
    title="managed and manual lifetimes mixed",
    category="free",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.FUNCTION,
    source="Documentation/driver-api/driver-model/devres.rst",
    check=check,
)
