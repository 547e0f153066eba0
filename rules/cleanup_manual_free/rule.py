"""A variable with __free() that is also given back by hand, and then once more by its scope.

Source: include/linux/cleanup.h, DOC: scope-based cleanup helpers.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, Need, Note, Rule, Severity, Sight


def check(sight: Sight) -> Iterable[Claim]:
    for use in sight.paths.uses:
        if use.kind != "again" or use.via is not None:
            continue
        site = sight.paths.sites[use.val.freed]
        yield Claim(
            line=site.call.line,
            end_line=site.call.end_line,
            message=f"{site.name}() gives {use.key} back, and so does the end of its scope",
            shape=("freed by hand", use.key, site.name),
            trace=(
                Note(use.expr.line, f"{use.key} is declared with __free()"),
                Note(site.call.line, f"{site.name}() gives {use.key} back"),
            ),
            words=(("name", use.key), ("ender", f"{site.name}()")),
        )


RULE = Rule(
    title="a scoped variable freed by hand as well",
    category="free",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/cleanup.h, DOC: scope-based cleanup helpers",
    check=check,
)
