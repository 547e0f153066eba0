"""The stable JSON report: one object a series, on one line.

Scripts read it, so keys keep their order and are never renamed; what was added since the
first version stands at the end of its object. Text is escaped to ASCII: the bytes are the
same under every locale, and a damaged character cannot break the output.
"""

from __future__ import annotations

import json
from typing import TypedDict

from reviewbot.model import Address, Finding, PatchReview, Review, Series, Step

SCHEMA = 1


class SeriesObject(TypedDict):
    message_id: str
    subject: str
    author: str
    revision: int
    patches: int
    complete: bool
    url: str
    missing: list[int]


class StepObject(TypedDict):
    file: str
    line: int
    note: str


class FindingObject(TypedDict):
    rule: str
    category: str
    severity: str
    confidence: str
    status: str
    file: str
    function: str
    line: int
    end_line: int
    diff_line: int | None
    message: str
    trace: list[StepObject]
    suggestion: str | None
    fingerprint: str


class SkippedObject(TypedDict):
    file: str
    reason: str


class PatchObject(TypedDict):
    message_id: str
    subject: str
    part: int
    context: str
    context_note: str
    findings: list[FindingObject]
    skipped: list[SkippedObject]
    failures: list[str]


class Document(TypedDict):
    """What one line of the report holds; `series.patches` counts what the subjects promise."""

    schema: int
    series: SeriesObject
    rule_set: str
    patches: list[PatchObject]


def render(review: Review) -> str:
    """One line, without its line end."""
    return json.dumps(document(review))


def document(review: Review) -> Document:
    return {
        "schema": SCHEMA,
        "series": _series(review.series),
        "rule_set": review.rule_set,
        "patches": [_patch(patch) for patch in review.patches],
    }


def _series(series: Series) -> SeriesObject:
    return {
        "message_id": series.message_id,
        "subject": series.subject,
        "author": _author(series.author),
        "revision": series.revision,
        "patches": series.expected,
        "complete": series.complete,
        "url": series.url,
        "missing": list(series.missing),
    }


def _author(author: Address) -> str:
    return f"{author.name} <{author.email}>" if author.name else author.email


def _patch(review: PatchReview) -> PatchObject:
    return {
        "message_id": review.patch.mail.message_id,
        "subject": review.patch.mail.subject,
        "part": review.patch.part,
        "context": review.context.value,
        "context_note": review.note,
        "findings": [_finding(finding) for finding in review.findings],
        "skipped": [{"file": skip.file, "reason": skip.reason} for skip in review.skipped],
        "failures": list(review.failures),
    }


def _finding(finding: Finding) -> FindingObject:
    return {
        "rule": finding.rule,
        "category": finding.category,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "status": finding.status.value,
        "file": finding.file,
        "function": finding.function,
        "line": finding.line,
        "end_line": finding.end_line,
        "diff_line": finding.diff_line,
        "message": finding.message,
        "trace": [_step(step) for step in finding.trace],
        "suggestion": finding.suggestion,
        "fingerprint": finding.fingerprint,
    }


def _step(step: Step) -> StepObject:
    return {"file": step.file, "line": step.line, "note": step.note}
