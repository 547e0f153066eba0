"""A way out that gave something back before the patch, and does so no more.

Source: Documentation/process/coding-style.rst, 7) Centralized exiting of functions.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Need, Note, Rule, Severity, Sight, dropped


def check(sight: Sight) -> Iterable[Claim]:
    function = sight.function.name
    for lost in dropped(sight):
        name = lost.call.name
        where = "fails here" if lost.failing else "ends"
        fact = sight.facts.functions.get(name)
        yield Claim(
            line=lost.line,
            end_line=lost.line,
            message=f"{lost.call.text} is no longer called when {function}() {where}",
            shape=("dropped", name, lost.reason),
            trace=(Note(lost.line, f"this way out has called {name}() so far"),),
            confidence=Confidence.HIGH if fact and fact.releases else Confidence.MEDIUM,
            words=(
                ("function", function),
                ("call", lost.call.text),
                ("name", name),
                ("where", where),
            ),
            group=name,
        )


RULE = Rule(
    title="an error path no longer gives back what it did",
    category="leak",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    needs=Need.FUNCTION,
    source="Documentation/process/coding-style.rst, 7) Centralized exiting of functions",
    check=check,
)
