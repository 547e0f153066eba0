"""A function fails, and returns 0."""

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
    lost_codes,
)


def check(sight: Sight) -> Iterable[Claim]:
    for lost in lost_codes(sight):
        sure = _confidence(lost)
        if sure is not None:
            yield _claim(sight, lost, sure)


def _confidence(lost: Lost) -> Confidence | None:
    if lost.unwinds:
        return Confidence.MEDIUM if lost.proof is Proof.BOUND else Confidence.HIGH
    if lost.jump is None:
        return Confidence.HIGH if lost.proof is Proof.ERROR else None
    return Confidence.LOW if lost.proof >= Proof.TOLD else None


def _claim(sight: Sight, lost: Lost, sure: Confidence) -> Claim:
    line = lost.jump.line if lost.jump is not None else lost.exit.line
    return Claim(
        line=line,
        end_line=line,
        message=f"{lost.proof.name} {lost.unwinds} {lost.name} is still 0 here {lost.test.node.expr.text}",
        shape=("lost", lost.name, lost.test.node.expr.text if lost.test.node.expr else ""),
        confidence=sure,
    )


RULE = Rule(
    title="error code lost on the way out",
    category="error-code",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/process/coding-style.rst, 7) and 16)",
    check=check,
)
