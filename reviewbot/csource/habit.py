"""What the other functions of a file do with a member before they follow it: look, or not.

A member that every function but one tests for NULL may be NULL. Only functions whose text
holds the path are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewbot.csource import syntax as c
from reviewbot.csource.conditions import read_test
from reviewbot.csource.scene import pointed
from reviewbot.csource.sight import Sight
from reviewbot.csource.values import TRUE, ZERO

_GIVES_UP = re.compile(
    r"(?:^|_)(?:exit|remove|free|release|destroy|clean|cleanup|fini|del|delete|uninit|deinit"
    r"|teardown|shutdown|stop|close|detach|unregister|unbind|disable|disconnect|put|dump|show"
    r"|debug|suspend|resume|cancel)(?:_|$)"
)
"""Functions that run when a member may be gone already, or not there yet: no witnesses."""


@dataclass(frozen=True, slots=True)
class Habit:
    """`looked` are the functions that test the member before they follow it, `unlooked` those
    that do not; `calls` what it is handed to after a test."""

    looked: tuple[str, ...]
    unlooked: tuple[str, ...]
    calls: frozenset[str]


def takes_down(name: str) -> bool:
    """Whether a function of this name runs when members may be gone already."""
    return _GIVES_UP.search(name) is not None


def member_habit(sight: Sight, tail: str) -> Habit | None:
    """How the other functions of the file treat a member; None where nobody tests it.

    `tail` is the end of the path, `host->bus`; it must be followed by nothing that is a name.
    """
    looked: list[str] = []
    unlooked: list[str] = []
    calls: set[str] = set()
    for function in _holders(sight, tail):
        tested = any(_is(key, tail) for key in _tests(function))
        used = list(_followed(sight, function, tail))
        if not used:
            continue
        if not tested:
            unlooked.append(function.name)
        elif not takes_down(function.name):
            looked.append(function.name)
            calls |= {call.name for call in used if call is not None}
    return Habit(tuple(looked), tuple(unlooked), frozenset(calls)) if looked else None


def _holders(sight: Sight, tail: str) -> Iterator[c.Function]:
    """The other functions of the file whose text holds the path."""
    pattern = re.compile(rb"\b%s\b" % re.escape(tail.encode()))
    text = sight.file.text
    lines = sorted({text.count(b"\n", 0, found.start()) + 1 for found in pattern.finditer(text)})
    for name, first, last in sight.file.spans():
        if name != sight.function.name and any(first <= line <= last for line in lines):
            function = sight.file.function(name)
            if function is not None and function.readable:
                yield function


def _tests(function: c.Function) -> Iterator[str]:
    """The texts that the function compares with NULL anywhere."""
    for expr in function.expressions:
        if expr.kind == "binary" and expr.op in ("&&", "||"):
            for part in expr.parts:
                yield from _tested(part)
        elif expr.kind == "conditional" or (expr.kind == "unary" and expr.op == "!"):
            yield from _tested(expr.parts[0])
    for stmt in function.statements:
        if isinstance(stmt, (c.If, c.Loop)) and stmt.cond is not None:
            yield from _tested(stmt.cond)


def _tested(expr: c.Expr) -> Iterator[str]:
    test = read_test(expr)
    if test is not None and {test.yes, test.no} == {TRUE, ZERO}:
        yield test.key


def _followed(sight: Sight, function: c.Function, tail: str) -> Iterator[c.Expr | None]:
    """Where the function follows the member: the call that it is handed to, or None."""
    for expr in function.expressions:
        if expr.kind == "member" and expr.op == "->" and _is(expr.parts[0].bare.text, tail):
            yield None
        elif expr.kind == "call":
            fact = sight.known(expr.name)
            for number in fact.uses if fact is not None else ():
                arg = pointed(expr.args[number - 1]) if number <= len(expr.args) else None
                if arg is not None and _is(arg.text, tail):
                    yield expr


def _is(text: str, tail: str) -> bool:
    return text == tail or text.endswith(("->" + tail, "." + tail))
