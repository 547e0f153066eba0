"""What the other functions of a file do with a member before they follow it: look, or not.

A member that every function but one tests for NULL may be NULL. Only functions whose text
holds the path are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from reviewbot.csource import syntax as c
from reviewbot.csource.callshape import pointed
from reviewbot.csource.conditions import read_test
from reviewbot.csource.holding import functions_at
from reviewbot.csource.sight import Sight
from reviewbot.csource.values import TRUE, ZERO
from reviewbot.csource.words import called_at, places

_GIVES_UP = re.compile(
    r"(?:^|_)(?:exit|remove|free|release|destroy|clean|cleanup|fini|del|delete|uninit|deinit"
    r"|teardown|shutdown|stop|close|detach|unregister|unbind|disable|disconnect|put|dump|show"
    r"|debug|suspend|resume|cancel)(?:_|$)"
)
"""Functions that run when a member may be gone already, or not there yet: no witnesses."""


@dataclass(frozen=True, slots=True)
class Habit:
    """`looked` are the functions that test the pointer before they follow it, `calls` what it is
    handed to after a test. `broken`: another function follows it without; so there is no habit,
    and no more functions were read."""

    looked: tuple[str, ...] = ()
    calls: frozenset[str] = frozenset()
    broken: bool = False


def takes_down(name: str) -> bool:
    """Whether a function of this name runs when members may be gone already."""
    return _GIVES_UP.search(name) is not None


_TAIL = re.compile(r"\w+(?:\[[^\]]*\])?(?:->|\.)\w+$")


def member_tail(key: str) -> str:
    """The last two parts of a path: host->bus of foo->host->bus; "" where it is no path."""
    found = _TAIL.search(key)
    return found.group() if found and not key.startswith("&") else ""


def values_of(function: c.Function, name: str) -> Iterator[c.Expr]:
    """What the function keeps under this name, without casts and parentheses."""
    for stmt in function.statements:
        if isinstance(stmt, c.Declare) and stmt.name == name and stmt.value is not None:
            yield stmt.value.bare
    for expr in function.assignments:
        if expr.op == "=" and expr.parts[0].text == name:
            yield expr.parts[1].bare


def member_habit(sight: Sight, tail: str) -> Habit:
    """How the other functions of the file treat a member.

    `tail` is the end of the path, `host->bus`; it must be followed by nothing that is a name.
    """
    looked: list[str] = []
    calls: set[str] = set()
    for function in _holders(sight, places(sight.file.text, tail.encode())):
        names = _names(function, tail)
        tested = not names.isdisjoint(tested_texts(function))
        if tested and takes_down(function.name):
            continue
        for call in followed(sight, function, names):
            if not tested:
                return Habit(broken=True)
            looked.append(function.name)
            calls |= {call.name} if call is not None else set()
    return Habit(tuple(dict.fromkeys(looked)), frozenset(calls))


def result_habit(sight: Sight, name: str) -> Habit:
    """How the other functions of the file treat the pointer that `name()` returns."""
    looked: list[str] = []
    for function in _holders(sight, called_at(sight.file.text, name.encode())):
        texts = {call.text for call in function.calls if call.name == name}
        names = texts | {left for left, value in _assigned(function) if value in texts}
        if not names.isdisjoint(tested_texts(function)):
            looked.append(function.name)
        elif any(True for _ in followed(sight, function, names)):
            return Habit(broken=True)
    return Habit(tuple(looked))


def looks_before(sight: Sight, number: int) -> bool:
    """Whether a caller in the file tests what it hands to this function as argument `number`."""
    name = sight.function.name
    for function in _holders(sight, called_at(sight.file.text, name.encode())):
        handed = {
            call.args[number - 1].bare.text
            for call in function.calls
            if call.name == name and len(call.args) >= number
        }
        if not handed.isdisjoint(tested_texts(function)):
            return True
    return False


def _holders(sight: Sight, offsets: Iterator[int]) -> Iterator[c.Function]:
    """The other functions of the file on whose lines these offsets of its text lie."""
    for name in functions_at(sight.file, offsets):
        function = sight.file.function(name) if name != sight.function.name else None
        if function is not None and function.readable:
            yield function


def _names(function: c.Function, tail: str) -> set[str]:
    """What the member is called here: all paths that end so, and locals that are set to one."""
    paths = {e.text for e in function.expressions if e.kind == "member" and _is(e.text, tail)}
    return paths | {left for left, value in _assigned(function) if value in paths}


def _assigned(function: c.Function) -> Iterator[tuple[str, str]]:
    """(what is written, the text of its value) of all assignments and declarations."""
    for stmt in function.statements:
        if isinstance(stmt, c.Declare) and stmt.value is not None:
            yield stmt.name, stmt.value.bare.text
    for expr in function.assignments:
        if expr.op == "=":
            yield expr.parts[0].text, expr.parts[1].bare.text


@lru_cache(maxsize=8)
def tested_texts(function: c.Function) -> frozenset[str]:
    """The texts that the function compares with NULL anywhere; an assertion is no comparison.

    Kept for a moment: each side of a patch asks for those of both.
    """
    return frozenset(_tested_texts(function))


def _tested_texts(function: c.Function) -> Iterator[str]:
    asserted = {
        id(e)
        for stmt in function.statements
        if isinstance(stmt, c.ExprStmt) and stmt.expr.name.isupper()
        for e in stmt.expr.walk()
    }
    for expr in function.expressions:
        if id(expr) in asserted:
            continue
        if expr.kind == "binary" and expr.op in ("&&", "||"):
            for part in expr.parts:
                yield from _tested(part)
        elif expr.kind == "conditional" or (expr.kind == "unary" and expr.op == "!"):
            yield from _tested(expr.parts[0])
    for stmt in function.statements:
        if isinstance(stmt, (c.If, c.Loop)) and stmt.cond is not None:
            yield from _tested(stmt.cond)


def tests_member(function: c.Function, path: str) -> bool:
    """Whether the function compares a member with NULL, by its path or by a local name."""
    return not _names(function, path).isdisjoint(tested_texts(function))


def _tested(expr: c.Expr) -> Iterator[str]:
    test = read_test(expr)
    if test is not None and {test.yes, test.no} == {TRUE, ZERO}:
        yield test.key


def followed(sight: Sight, function: c.Function, names: set[str]) -> Iterator[c.Expr | None]:
    """Where the function follows one of them: the call that it is handed to, or None."""
    for expr in function.expressions:
        if expr.kind == "member" and expr.op == "->" and expr.parts[0].bare.text in names:
            yield None
        elif expr.kind == "call":
            pointers = ((number, pointed(arg)) for number, arg in enumerate(expr.args, 1))
            handed = [n for n, pointer in pointers if pointer is not None and pointer.text in names]
            fact = sight.known(expr.name) if handed else None
            if fact is not None and not fact.uses.isdisjoint(handed):
                yield expr


def _is(text: str, tail: str) -> bool:
    return text == tail or text.endswith(("->" + tail, "." + tail))
