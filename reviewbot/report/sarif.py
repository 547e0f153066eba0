"""The review as SARIF 2.1.0 (OASIS standard), for code-scanning viewers; one run a series."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import reviewbot
from reviewbot.model import Finding, PatchReview, Review, Severity, Status, Step

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
BASELINE = {Status.NEW: "new", Status.PRE_EXISTING: "unchanged", Status.FIXED: "absent"}

MESSAGE = "COMMIT_EDITMSG"
"""git's own name for a commit message: viewers refuse a result without the name of a file."""

Node = dict[str, Any]
"""One object of the SARIF document; its shape is the standard's, not ours."""


def render(reviews: Iterable[Review]) -> str:
    """The whole log, indented, without the last line end."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(review) for review in reviews]}
    return json.dumps(log, indent=1)


def _run(review: Review) -> Node:
    rules = sorted({(f.rule, f.category) for patch in review.patches for f in patch.findings})
    driver = {
        "name": "reviewbot",
        "version": reviewbot.__version__,
        "rules": [{"id": rule, "properties": {"category": category}} for rule, category in rules],
    }
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"{review.series.message_id}/{review.rule_set}"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not any(patch.failures for patch in review.patches),
                "toolExecutionNotifications": _notifications(review),
            }
        ],
        "results": [_result(p, f) for p in review.patches for f in p.findings],
    }


def _notifications(review: Review) -> list[Node]:
    notes = [
        ("warning", f"patch {part} of the series is missing") for part in review.series.missing
    ]
    for patch in review.patches:
        name = f"patch {patch.patch.part}: "
        notes += [("note", name + patch.note)] if patch.note else []
        notes += [("note", f"{name}{s.file} was not looked at: {s.reason}") for s in patch.skipped]
        notes += [("error", f"{name}rule failed: {failure}") for failure in patch.failures]
    return [{"level": level, "message": {"text": text}} for level, text in notes]


def _result(patch: PatchReview, finding: Finding) -> Node:
    result: Node = {
        "ruleId": finding.rule,
        "level": LEVELS[finding.severity],
        "baselineState": BASELINE[finding.status],
        "message": {"text": finding.message},
        "locations": [_location(finding)],
        "partialFingerprints": {"reviewbot/v1": finding.fingerprint},
        "properties": {
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "messageId": patch.patch.mail.message_id,
            "suggestion": finding.suggestion,
        },
    }
    if finding.trace:
        steps = [{"location": _step(step)} for step in finding.trace]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return result


def _location(finding: Finding) -> Node:
    location: Node = {"physicalLocation": _place(finding.file, finding.line, finding.end_line)}
    if finding.function:
        location["logicalLocations"] = [{"name": finding.function, "kind": "function"}]
    if not finding.file:
        location["logicalLocations"] = [{"name": finding.where}]
    return location


def _step(step: Step) -> Node:
    return {
        "physicalLocation": _place(step.file, step.line, step.line),
        "message": {"text": step.note},
    }


def _place(file: str, line: int, end_line: int) -> Node:
    """SARIF counts lines from 1 and wants the end not before the start."""
    first = max(line, 1)
    return {
        "artifactLocation": {"uri": quote(file or MESSAGE)},
        "region": {"startLine": first, "endLine": max(end_line, first)},
    }
