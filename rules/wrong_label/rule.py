"""A goto to a label that undoes what was not done yet, or what has just failed.

Source: Documentation/process/coding-style.rst, section 7: centralized exiting of functions.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Early, Need, Note, Rule, Severity, Sight, too_early


def check(sight: Sight) -> Iterable[Claim]:
    for early in too_early(sight):
        goto, undo, taker = early.goto, early.undo, early.taker
        label = f"goto {goto.label}"
        why = "has just failed" if early.failed else "comes only later"
        yield Claim(
            line=goto.line,
            end_line=goto.line,
            message=f"{label} leads to {undo.name}(), but {taker.name}() {why}",
            shape=("too early", goto.label, undo.name, taker.name, why),
            trace=_trace(early, label, why),
            words=(
                ("label", label),
                ("undo", f"{undo.name}()"),
                ("taker", f"{taker.name}()"),
                ("failed", "yes" if early.failed else ""),
            ),
            group=f"{goto.label} {goto.line}",
        )


def _trace(early: Early, label: str, why: str) -> tuple[Note, ...]:
    taken = Note(early.taker.call.line, f"{early.taker.name}() {why}")
    jump = Note(early.goto.line, label)
    undone = Note(early.undo.call.line, f"{early.undo.name}() undoes it all the same")
    return (taken, jump, undone) if early.failed else (jump, undone, taken)


RULE = Rule(
    title="a goto to a label that undoes too much",
    category="cleanup",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.FUNCTION,
    source="Documentation/process/coding-style.rst, section 7",
    check=check,
)
