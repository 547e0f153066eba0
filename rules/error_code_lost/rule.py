"""A path of a function fails, and the function returns 0.

Source: Documentation/process/coding-style.rst, 7) Centralized exiting of functions, and
16) Function return values and names.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import (
    Claim,
    Confidence,
    Lost,
    Need,
    Proof,
    Rule,
    Severity,
    Sight,
    lost_claim,
    lost_codes,
    syntax,
)

_RETURNED = {Proof.ERROR: Confidence.HIGH, Proof.TOLD: Confidence.MEDIUM}
"""Where the failing branch returns the variable by itself."""


def check(sight: Sight) -> Iterable[Claim]:
    for lost in lost_codes(sight):
        sure = Confidence.HIGH if _had_code(sight, lost) else _confidence(lost)
        if sure is not None:
            yield lost_claim(sight, lost, sure)


def _had_code(sight: Sight, lost: Lost) -> bool:
    """Whether the other side sets the code where the same failure is found."""
    test = lost.test.node.expr
    if sight.other is None or test is None:
        return False
    there = sight.other.function
    codes = [
        e
        for e in there.expressions
        if e.kind == "assign" and e.parts[0].text == lost.name and e.parts[1].text != "0"
    ]
    if test.kind == "call" and any(e.parts[1].bare.text == test.text for e in codes):
        return True
    return any(
        isinstance(stmt, syntax.If)
        and any(part.text == test.text for part in stmt.cond.walk())
        and any(stmt.cond.end_line < e.line <= stmt.end_line for e in codes)
        for stmt in there.statements
    )


def _confidence(lost: Lost) -> Confidence | None:
    """Where success comes by as well, 0 may be meant: then the test must be a failure's."""
    if lost.unwinds:
        return Confidence.MEDIUM if lost.proof is Proof.BOUND else Confidence.HIGH
    if lost.jump is None:
        return _RETURNED.get(lost.proof)
    return Confidence.LOW if lost.proof >= Proof.TOLD else None


RULE = Rule(
    title="error code lost on the way out",
    category="error-code",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/process/coding-style.rst, 7) and 16)",
    check=check,
)
