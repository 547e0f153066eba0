"""A variable with __free() that is returned although the end of its scope gives it back.

Source: include/linux/cleanup.h, kernel-doc of no_free_ptr() and return_ptr().
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Need, Note, Rule, Severity, Sight, syntax

_REAL = 4
"""The bit of a mask for a real pointer."""


def check(sight: Sight) -> Iterable[Claim]:
    scoped = {
        stmt.name: stmt
        for stmt in sight.function.statements
        if isinstance(stmt, syntax.Declare) and stmt.cleanup and stmt.pointer
    }
    if not scoped or not sight.function.returns.rstrip().endswith("*"):
        return
    seen: set[int] = set()
    for exit in sight.paths.exits:
        name = exit.value.bare.text if exit.value is not None else ""
        if name not in scoped or not exit.mask & _REAL or exit.line in seen:
            continue
        seen.add(exit.line)
        cleanup = f"__free({scoped[name].cleanup})"
        yield Claim(
            line=exit.line,
            end_line=exit.line,
            message=f"{sight.function.name}() returns {name}, which {cleanup} has given back",
            shape=("escapes", name, scoped[name].cleanup),
            trace=(
                Note(scoped[name].line, f"{name} is declared with {cleanup}"),
                Note(exit.line, f"{name} is returned"),
            ),
            words=(("name", name), ("cleanup", cleanup)),
        )


RULE = Rule(
    title="a scoped variable returned without no_free_ptr()",
    category="free",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/cleanup.h, kernel-doc of no_free_ptr() and return_ptr()",
    check=check,
)
