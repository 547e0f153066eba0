"""The answer to `b4 review`'s per-patch check: a JSON array, one entry a patch.

b4 keeps one result for each pair of mail and tool (b4 0.16, review/checks.py), so all that
is said of a patch has to stand in one entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TypedDict

from reviewbot.model import Confidence, Finding, PatchReview, Review, Severity

TOOL = "reviewbot"
GRAVE = (Severity.CRITICAL, Severity.HIGH)


class Entry(TypedDict):
    tool: str
    status: str
    summary: str
    url: str
    details: str


def render(reviews: Iterable[Review]) -> str:
    """The array with one entry a line, without the last line end."""
    entries = [_entry(review, patch) for review in reviews for patch in review.patches]
    return "[" + ",\n ".join(json.dumps(entry) for entry in entries) + "]"


def _entry(review: Review, patch: PatchReview) -> Entry:
    new = patch.new
    return {
        "tool": TOOL,
        "status": status_of(new),
        "summary": summary_of(new),
        "url": review.series.url,
        "details": "\n".join([*_notes(patch), *(line for each in new for line in _lines(each))]),
    }


def status_of(new: Sequence[Finding]) -> str:
    """`fail` is kept for what is both grave and measured to be right; b4 shows it in red."""
    if not new:
        return "pass"
    sure = any(f.severity in GRAVE and f.confidence is Confidence.HIGH for f in new)
    return "fail" if sure else "warn"


def summary_of(new: Sequence[Finding]) -> str:
    """One line for all findings of a patch."""
    if not new:
        return "nothing to say"
    if len(new) == 1:
        return new[0].message
    return f"{len(new)} findings: {', '.join(dict.fromkeys(f.rule for f in new))}"


def _notes(patch: PatchReview) -> list[str]:
    notes = [patch.note] if patch.note else []
    notes += [f"not looked at: {skip.file} ({skip.reason})" for skip in patch.skipped]
    return notes + [f"rule failed: {failure}" for failure in patch.failures]


def _lines(finding: Finding) -> list[str]:
    function = f" ({finding.function})" if finding.function else ""
    head = f"{finding.where}:{finding.line}{function} {finding.rule}: {finding.message}"
    steps = (f"{step.file or finding.where}:{step.line} {step.note}" for step in finding.trace)
    return [head, *(f"  {step}" for step in steps)]
