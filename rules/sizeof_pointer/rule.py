"""The size of a pointer where the size of what it points to was meant.

Source: Documentation/process/coding-style.rst, 14) Allocating memory; gcc,
-Wsizeof-pointer-memaccess, which does not see the kernel's allocators.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reviewbot.rule import Claim, Confidence, Need, Rule, Severity, Sight, syntax

_MEMORY = frozenset("memset memcpy memmove memcmp memzero_explicit".split())
_ALLOCATES = re.compile(r"(?:devm_)?(?:k|v|kv|krealloc|dev)[mzc]*alloc(?:_node|_array|_noprof)?$")


def check(sight: Sight) -> Iterable[Claim]:
    pointers = _pointers(sight.function)
    for call in sight.function.calls:
        if call.name in _MEMORY and call.args:
            yield from _claims(call, call.args[0].bare.text, pointers)
    for target, value in _assigned(sight.function):
        if value.kind == "call" and _ALLOCATES.match(value.name):
            yield from _claims(value, target, pointers)


def _pointers(function: syntax.Function) -> frozenset[str]:
    """Pointers to something; a pointer to pointers may well be copied a pointer at a time."""
    declared = [s for s in function.statements if isinstance(s, syntax.Declare)]
    found = {s.name for s in declared if s.pointer and not s.array and s.type.count("*") == 1}
    return frozenset(
        found | {p.name for p in function.params if p.pointer and p.type.count("*") == 1}
    )


def _assigned(function: syntax.Function) -> Iterator[tuple[str, syntax.Expr]]:
    for expr in function.assignments:
        if expr.op == "=":
            yield expr.parts[0].text, expr.parts[1].bare
    for stmt in function.statements:
        if isinstance(stmt, syntax.Declare) and stmt.value is not None:
            yield stmt.name, stmt.value.bare


def _claims(call: syntax.Expr, name: str, pointers: frozenset[str]) -> Iterator[Claim]:
    sizes = (a.bare for a in call.args if a.bare.kind == "sizeof" and a.bare.parts)
    for size in sizes:
        if size.parts[0].text == name and name in pointers:
            yield Claim(
                line=call.line,
                end_line=call.end_line,
                message=f"sizeof({name}) is the size of the pointer, not of what it points to",
                shape=("sizeof", call.name, name),
                words=(("call", f"{call.name}()"), ("pointer", name)),
            )


RULE = Rule(
    title="size of the pointer instead of its target",
    category="api",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/process/coding-style.rst, 14) Allocating memory",
    check=check,
)
