"""Tests for NULL that a patch takes away from what a call gives, or out of a condition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.conditions import read_test
from reviewbot.csource.facts import Failure
from reviewbot.csource.habit import tested_texts, values_of
from reviewbot.csource.sight import Sight
from reviewbot.csource.values import TRUE, ZERO

_MAY_BE_NULL = (Failure.NULL, Failure.NULL_OR_ERR_PTR)
_SHORT = {"&&": TRUE, "||": ZERO}
"""What a test must say of a pointer that is there, for the rest of the chain to be asked."""


class Answer(NamedTuple):
    """`key = giver(...)`, where `giver` may return NULL; `use` is the first thing done with it."""

    key: str
    giver: c.Expr
    use: c.Expr


class Guard(NamedTuple):
    """A condition follows `key`, and the other side asks first whether it is NULL."""

    key: str
    use: c.Expr


# -- what a call gives


def lost_answers(sight: Sight) -> Iterator[Answer]:
    """The answers of calls that the other side alone tests for NULL, and that are used here.

    An answer that is followed straight away is left to those who walk the paths.
    """
    other = sight.other
    if other is None or not sight.function.whole or not other.function.whole:
        return
    dropped = tested_texts(other.function) - tested_texts(sight.function)
    for key in sorted(dropped):
        giver = _giver(sight.function, key)
        there = _giver(other.function, key)
        if giver is None or there is None or giver.text != there.text:
            continue
        use = _first_use(sight.function, key, giver.end_line)
        if use is None or _asks_otherwise(sight, key, giver.line, use.line):
            continue
        if sight.failure(giver.name) in _MAY_BE_NULL and "NOFAIL" not in giver.text:
            yield Answer(key, giver, use)


def _giver(function: c.Function, key: str) -> c.Expr | None:
    """The one call whose value is kept under this name."""
    values = [value for value in values_of(function, key) if value.text not in ("NULL", "0")]
    return values[0] if len(values) == 1 and values[0].kind == "call" else None


def _first_use(function: c.Function, key: str, after: int) -> c.Expr | None:
    """Where the pointer is stored, or the address of what it points to is handed on."""
    for expr in function.expressions:
        if expr.line <= after:
            continue
        inside = f"&{key}->"
        if expr.kind == "assign" and expr.op == "=":
            value = expr.parts[1].bare.text
            if value == key or value.startswith(inside):
                return expr
        if expr.kind == "call" and any(arg.bare.text.startswith(inside) for arg in expr.args):
            return expr
    return None


def _asks_otherwise(sight: Sight, key: str, after: int, until: int) -> bool:
    """Whether the patch writes another condition between, or IS_ERR() looks at the pointer."""
    asked = any(
        e.kind == "call" and e.name.startswith("IS_ERR") and any(a.text == key for a in e.args)
        for e in sight.function.expressions
    )
    return asked or any(
        isinstance(stmt, (c.If, c.Loop))
        and after <= stmt.line <= until
        and stmt.line in sight.touched
        for stmt in sight.function.statements
    )


# -- what a condition asks first


def lost_guards(sight: Sight) -> Iterator[Guard]:
    """`p->ready` where the other side has `p && p->ready`, and nothing before settles it."""
    if sight.other is None:
        return
    here = [chain for chain in _chains(sight.function) if _is_touched(sight, chain)]
    longer_ones = _chains(sight.other.function) if here else ()
    there = [chain for chain in longer_ones if len(chain.parts) > 1]
    told: set[str] = set()
    for chain in here:
        for longer in there:
            key = _taken_out(chain, longer)
            use = next((e for e in chain.follows if e.parts[0].bare.text == key), None)
            if use is None or key in told or _settled(sight, key, use.line, chain):
                continue
            if _tests(sight, key) >= _tests(sight.other, key) or _is_address(sight, key):
                continue
            told.add(key)
            yield Guard(key, use)


def _is_touched(sight: Sight, chain: _Chain) -> bool:
    return not sight.touched.isdisjoint(range(chain.line, chain.end_line + 1))


class _Chain(NamedTuple):
    """Operands that are asked one after the other."""

    op: str
    parts: tuple[c.Expr, ...]

    @property
    def line(self) -> int:
        return self.parts[0].line

    @property
    def end_line(self) -> int:
        return self.parts[-1].end_line

    @property
    def follows(self) -> Iterator[c.Expr]:
        for part in self.parts:
            yield from (e for e in part.walk() if e.kind == "member" and e.op == "->")


def _chains(function: c.Function) -> Iterator[_Chain]:
    """All chains of && and ||, and conditions of one operand as a chain of each sort."""
    conditions = [
        stmt.cond
        for stmt in function.statements
        if isinstance(stmt, (c.If, c.Loop)) and stmt.cond is not None
    ]
    for expr in function.expressions:
        if expr.kind == "binary" and expr.op in _SHORT:
            yield _Chain(expr.op, tuple(_operands(expr, expr.op)))
    for cond in conditions:
        for op in _SHORT:
            yield _Chain(op, (cond.bare,))


def _operands(expr: c.Expr, op: str) -> Iterator[c.Expr]:
    bare = expr.bare
    if bare.kind == "binary" and bare.op == op:
        for part in bare.parts:
            yield from _operands(part, op)
    else:
        yield bare


def _taken_out(chain: _Chain, longer: _Chain) -> str:
    """The pointer whose test is all that `longer` has more, or ""."""
    if chain.op != longer.op or len(longer.parts) != len(chain.parts) + 1:
        return ""
    here = [part.text for part in chain.parts]
    for at, part in enumerate(longer.parts):
        rest = [one.text for one in longer.parts[:at] + longer.parts[at + 1 :]]
        test = read_test(part)
        if rest == here and test is not None and test.yes == _SHORT[chain.op]:
            followed = any(e.parts[0].bare.text == test.key for e in chain.follows)
            return test.key if followed and {test.yes, test.no} == {TRUE, ZERO} else ""
    return ""


def _settled(sight: Sight, key: str, line: int, chain: _Chain) -> bool:
    """Whether the function follows the pointer before, or has asked and left where it is NULL."""
    asking = [
        stmt
        for stmt in sight.function.statements
        if isinstance(stmt, (c.If, c.Loop)) and stmt.cond is not None and stmt.line < chain.line
        if key in _asked(stmt.cond)
    ]
    if any(line <= stmt.end_line or _leaves(stmt) for stmt in asking):
        return True
    return any(
        e.kind == "member" and e.op == "->" and e.parts[0].bare.text == key
        for e in sight.function.expressions
        if e.line < chain.line and not any(s.line <= e.line <= s.end_line for s in asking)
    )


def _tests(sight: Sight, key: str) -> int:
    """How often the file asks whether it is NULL: a test may have moved to another function."""
    test = re.compile(rb"(?:!|&&\s*|\|\|\s*|\()%s\s*(?:&&|\|\||\))" % re.escape(key).encode())
    return sum(len(test.findall(file.text)) for file in sight.side.files.values())


def _is_address(sight: Sight, key: str) -> bool:
    """Whether all that the name ever stands for is the address of a member, which is never NULL."""
    values = list(values_of(sight.function, key))
    return bool(values) and all(value.text.startswith("&") for value in values)


def _asked(cond: c.Expr) -> Iterator[str]:
    """What a condition compares with NULL."""
    bare = cond.bare
    if bare.kind == "binary" and bare.op in _SHORT:
        for part in bare.parts:
            yield from _asked(part)
        return
    test = read_test(bare)
    if test is not None and ({test.yes, test.no} == {TRUE, ZERO} or "_OR_NULL(" in bare.text):
        yield test.key


def _leaves(stmt: c.If | c.Loop) -> bool:
    """Whether a branch of it ends elsewhere than below it."""
    ends = (c.Return, c.Goto, c.Break, c.Continue)
    return any(isinstance(inner, ends) for inner in c.statements(stmt))
