"""Callers in sight of a function that do not look at what it returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.habit import followed, takes_down, tested_texts, values_of
from reviewbot.csource.holding import functions_at
from reviewbot.csource.sight import CFile, Sight
from reviewbot.csource.words import called_at


class Deaf(NamedTuple):
    """A function that uses what the call returns without a look at it, or throws it away."""

    path: str
    function: str
    call: c.Expr


def follows_unasked(sight: Sight, *, errors: bool) -> Iterator[Deaf]:
    """The callers that follow the pointer which this function returns and never ask whether it is
    NULL, or with `errors` whether it is an error pointer."""
    name = sight.function.name
    for file, function in callers(sight):
        calls = [call for call in function.calls if call.name == name]
        names = {call.text for call in calls} | _kept(function, calls)
        asked = _errors_asked(function) if errors else tested_texts(function)
        if (
            calls
            and names.isdisjoint(asked)
            and any(True for _ in followed(sight, function, names))
        ):
            yield Deaf(file.path, function.name, calls[0])


def throws_away(sight: Sight) -> Iterator[Deaf]:
    """The callers that call this function as a statement, but could say that it failed: not
    those that return nothing themselves, and not those that take down."""
    name = sight.function.name
    for file, function in callers(sight):
        if takes_down(function.name) or "void" in function.returns.split():
            continue
        for stmt in function.statements:
            if isinstance(stmt, c.ExprStmt) and stmt.expr.bare.name == name:
                yield Deaf(file.path, function.name, stmt.expr)
                break


def _kept(function: c.Function, calls: list[c.Expr]) -> set[str]:
    """Under which names the function keeps what these calls return."""
    texts = {call.text for call in calls}
    left = {stmt.name for stmt in function.statements if isinstance(stmt, c.Declare)}
    left |= {e.parts[0].text for e in function.assignments}
    return {name for name in left if any(v.text in texts for v in values_of(function, name))}


def _errors_asked(function: c.Function) -> set[str]:
    """What the function hands to IS_ERR() and kin."""
    return {
        call.args[0].bare.text
        for call in function.calls
        if "IS_ERR" in call.name or call.name.startswith("PTR_ERR")
        if call.args
    }


def callers(sight: Sight) -> Iterator[tuple[CFile, c.Function]]:
    """Whole functions in sight that call this one, those that can be read."""
    for file, name in named_by(sight, sight.function):
        function = file.function(name)
        if function is not None and function.readable and function.whole:
            yield file, function


def named_by(sight: Sight, callee: c.Function) -> Iterator[tuple[CFile, str]]:
    """The functions whose text calls one of this file: of the file too, or of all files in sight
    where it is not static."""
    name, files = callee.name, {sight.file.path: sight.file}
    if not callee.static:
        files |= sight.side.earlier | sight.side.files
    for file in files.values():
        for each in functions_at(file, called_at(file.text, name.encode())) if file.whole else ():
            if each != name:
                yield file, each
