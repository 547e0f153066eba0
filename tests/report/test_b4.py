"""What b4 reads: one entry a patch, graded so that red means grave and sure."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from reviewbot.model import Confidence, Finding, Review, Severity
from reviewbot.report.b4 import render

KEYS = ["tool", "status", "summary", "url", "details"]


def test_one_entry_a_patch_with_b4s_keys(review: Review) -> None:
    first, last = json.loads(render([review]))
    assert list(first) == list(last) == KEYS
    assert first == {
        "tool": "reviewbot",
        "status": "pass",
        "summary": "nothing to say",
        "url": review.series.url,
        "details": "",
    }
    assert last["summary"].startswith("`pci_get_slot()` may return NULL")
    lines = last["details"].split("\n")
    assert "not looked at: Documentation/grab.rst (not C)" in lines
    assert (
        "  drivers/media/grab/grab-core.c:50 `pdev` is what `pci_get_slot()` found, or NULL"
        in lines
    )
    assert not any("rule-fixed" in line or "rule-pre-existing" in line for line in lines)


@pytest.mark.parametrize(
    ("severity", "confidence", "status"),
    [
        (Severity.HIGH, Confidence.HIGH, "fail"),
        (Severity.HIGH, Confidence.MEDIUM, "warn"),
        (Severity.MEDIUM, Confidence.HIGH, "warn"),
    ],
)
def test_only_the_grave_and_sure_fails(
    review: Review, severity: Severity, confidence: Confidence, status: str
) -> None:
    finding = replace(review.patches[1].findings[0], severity=severity, confidence=confidence)
    assert entries(review, finding)[0]["status"] == status


def test_several_findings_share_the_one_entry(review: Review) -> None:
    finding = review.patches[1].findings[0]
    (entry,) = entries(review, finding, replace(finding, rule="other"), finding)
    assert entry["summary"] == "3 findings: rule-new, other"


def entries(review: Review, *findings: Finding) -> list[dict[str, str]]:
    patch = replace(review.patches[1], findings=findings)
    answer: list[dict[str, str]] = json.loads(render([replace(review, patches=(patch,))]))
    return answer


def test_a_place_in_the_commit_message_has_no_function(review: Review) -> None:
    patch = review.patches[1]
    found = replace(patch.findings[0], file="", function="", line=7, diff_line=None, trace=())
    entry = json.loads(render([replace(review, patches=(replace(patch, findings=(found,)),))]))[0]
    assert "commit message:7 rule-new: `pci_get_slot()`" in entry["details"]
