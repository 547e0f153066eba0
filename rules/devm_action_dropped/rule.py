"""The driver core no longer undoes what the function has set up, and nobody else does it.

Source: Documentation/driver-api/driver-model/devres.rst; drivers/base/devres.c, devm_add_action().
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reviewbot.rule import Claim, Confidence, Need, Note, Rule, Severity, Sight, only_tells, syntax

_ACTIONS = ("devm_add_action", "devm_add_action_or_reset")


class _Action(NamedTuple):
    """`setup` is the call before it: while it is there, there is something to undo. `undoers`
    are what the action calls.
    """

    call: syntax.Expr
    setup: syntax.Expr
    undoers: tuple[str, ...]


def check(sight: Sight) -> Iterable[Claim]:
    if sight.other is None or not sight.function.whole or not sight.other.function.whole:
        return
    names = {call.name for call in sight.other.function.calls}
    if any(c.name.startswith("devm_") and c.name not in names for c in sight.function.calls):
        return  # something managed has taken the place of the action
    for action in _actions(sight.other):
        handler = action.call.args[1].bare.text
        setup = next((c for c in sight.function.calls if c.text == action.setup.text), None)
        if setup is None or _is_named(sight, handler):
            continue
        when = _left(sight, setup, action)
        if when:
            yield _claim(sight, setup, action, when)


def _actions(sight: Sight) -> Iterator[_Action]:
    """What the driver core is told here to call, where the text of that function is in sight."""
    before: list[syntax.Expr] = []
    for call in sight.function.calls:
        if call.name in _ACTIONS and len(call.args) > 1:
            handler = sight.file.function(call.args[1].bare.text)
            undoers = [c.name for c in handler.calls if c.name] if handler is not None else []
            undoers = [name for name in undoers if not _looks_up(name)]
            if before and undoers:
                yield _Action(call, before[-1], tuple(undoers))
        elif call.name and not _sets_nothing_up(call.name) and not call.name.startswith("devm_"):
            before.append(call)


def _looks_up(name: str) -> bool:
    """Whether a call in the action only finds what it is to undo: platform_get_drvdata()."""
    return _sets_nothing_up(name) or "get_drvdata" in name or name.startswith("to_")


def _sets_nothing_up(name: str) -> bool:
    return only_tells(name) or name in ("ERR_PTR", "ERR_CAST")


def _is_named(sight: Sight, name: str) -> bool:
    """Whether this side still hands the function over, or calls it."""
    named = rb"[(,=]\s*&?%s\b|\b%s\s*\([^)]*\)\s*;" % (name.encode(), name.encode())
    return re.search(named, sight.file.text) is not None


def _left(sight: Sight, setup: syntax.Expr, action: _Action) -> str:
    """When it stays as it is: as the function fails, or as the driver is unbound; "" for never."""
    function = sight.function
    here = {call.name for one in (function, *sight.callees(1)) for call in one.calls}
    if here.isdisjoint(action.undoers):
        fails = any(
            isinstance(stmt, syntax.Return) and stmt.line > setup.end_line and _fails(stmt)
            for stmt in function.statements
        )
        if fails:
            return f"when {function.name}() fails"
    return (
        ""
        if any(_is_called(sight, name) for name in action.undoers)
        else "when the driver is unbound"
    )


def _fails(stmt: syntax.Return) -> bool:
    value = stmt.value.bare if stmt.value is not None else None
    return value is not None and (value.kind != "number" or value.text.startswith("-"))


def _is_called(sight: Sight, name: str) -> bool:
    """Whether another function of the file calls it on this side."""
    return any(
        call.name == name
        for other, _, _ in sight.file.spans()
        if other != sight.function.name
        for call in _calls(sight, other)
    )


def _calls(sight: Sight, name: str) -> tuple[syntax.Expr, ...]:
    function = sight.file.function(name)
    return tuple(function.calls) if function is not None else ()


def _claim(sight: Sight, setup: syntax.Expr, action: _Action, when: str) -> Claim:
    undo = f"{action.undoers[-1]}()"
    return Claim(
        line=setup.line,
        end_line=setup.end_line,
        message=f"{undo} is no longer called {when}",
        shape=("action dropped", setup.name, undo),
        trace=(
            Note(setup.line, f"{setup.name}() is still called"),
            Note(setup.line, f"the driver core called {undo} in the end"),
        ),
        words=(("function", sight.function.name), ("undo", undo), ("when", when)),
    )


RULE = Rule(
    title="no longer undone by the driver core",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.FUNCTION,
    source="Documentation/driver-api/driver-model/devres.rst; drivers/base/devres.c",
    check=check,
)
