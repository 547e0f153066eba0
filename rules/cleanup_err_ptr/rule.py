"""A __free() variable that may hold an error pointer, which its clean-up does not take.

Source: include/linux/cleanup.h and the DEFINE_FREE() of each class, as named in facts/.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import ERR, Claim, Confidence, Need, Note, Rule, Severity, Sight, syntax


def check(sight: Sight) -> Iterable[Claim]:
    scoped = {
        stmt.name: stmt
        for stmt in sight.function.statements
        if isinstance(stmt, syntax.Declare) and stmt.cleanup
    }
    for use in sight.paths.uses:
        stmt, site = scoped.get(use.key), sight.paths.sites.get(use.val.origin)
        if use.kind != "scoped" or stmt is None or site is None:
            continue
        cleanup = f"__free({stmt.cleanup})"
        yield Claim(
            line=site.call.line,
            end_line=site.call.end_line,
            message=f"{site.name}() can give {use.key} an error pointer, and {cleanup} follows it",
            shape=("error pointer cleaned up", use.key, site.name, stmt.cleanup),
            trace=(
                Note(stmt.line, f"{use.key} is declared with {cleanup}"),
                Note(site.call.line, f"{site.name}() can return an error pointer"),
            ),
            confidence=Confidence.HIGH if use.val.mask == ERR else None,
            words=(("name", use.key), ("cleanup", cleanup), ("giver", f"{site.name}()")),
            group=use.key,
        )


RULE = Rule(
    title="a clean-up that does not take error pointers",
    category="guard",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/cleanup.h, DEFINE_FREE()",
    check=check,
)
