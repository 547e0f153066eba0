"""A pointer is dereferenced first and compared with NULL afterwards, on every way there.

Source: CWE-476; the compiler may drop a test that comes after the use.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, LateTest, Need, Note, Rule, Severity, Sight


def check(sight: Sight) -> Iterable[Claim]:
    for late in sight.paths.late:
        if sight.touched.isdisjoint((late.used, late.expr.line)):
            continue  # the patch took out what stood between: neither half is its own
        told = f"{late.key} is compared with NULL only after it was dereferenced"
        yield Claim(
            line=_place(sight, late),
            end_line=_place(sight, late),
            message=told,
            shape=("late-test", late.key),
            trace=(
                Note(late.used, f"{late.key} is dereferenced"),
                Note(late.expr.line, f"{late.key} is compared with NULL"),
            ),
            words=(("function", sight.function.name), ("pointer", late.key)),
            group=late.key,
        )


def _place(sight: Sight, late: LateTest) -> int:
    """The half that the patch wrote, the use if it wrote both."""
    if late.used not in sight.touched and late.expr.line in sight.touched:
        return late.expr.line
    return late.used


RULE = Rule(
    title="pointer dereferenced before it is compared with NULL",
    category="null",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="CWE-476",
    check=check,
)
