"""A small invented review that every report format is tried on."""

from __future__ import annotations

import pytest

from reviewbot.model import (
    Address,
    Confidence,
    Context,
    Finding,
    Mail,
    Patch,
    PatchReview,
    Review,
    Series,
    Severity,
    Skipped,
    Status,
    Step,
)

AUTHOR = Address("Ann Author", "ann@example.org")
FILE = "drivers/media/grab/grab-core.c"


def patch(part: int, subject: str) -> Patch:
    mail = Mail(
        message_id=f"2026-grab-v2-{part}@example.org",
        subject=f"[PATCH v2 {part}/3] {subject}",
        author=AUTHOR,
        date="Mon, 02 Nov 2026 10:00:00 +0000",
        body="",
    )
    return Patch(mail=mail, part=part, message="", diff="")


def finding(status: Status, rule: str = "null-lookup") -> Finding:
    return Finding(
        rule=rule,
        category="null",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        status=status,
        file=FILE,
        function="grab_reset",
        line=52,
        end_line=53,
        diff_line=17,
        message="`pci_get_slot()` may return NULL, and `pci_name(pdev)` uses it unchecked.",
        trace=(
            Step(FILE, 50, "`pdev` is what `pci_get_slot()` found, or NULL"),
            Step(FILE, 52, "`pci_name(pdev)` uses it"),
        ),
        fingerprint="fp-null-lookup",
    )


@pytest.fixture
def review() -> Review:
    """Patch 1 is clean, 2 is missing, 3 has one finding of each status and a skipped file."""
    series = Series(
        message_id="2026-grab-v2-0@example.org",
        subject="[PATCH v2 0/3] media: grab: survive a reset",
        author=AUTHOR,
        revision=2,
        patches=(patch(1, "grab: count frames"), patch(3, "grab: reset the device")),
        expected=3,
        missing=(2,),
        url="https://archive.example.org/all/2026-grab-v2-0@example.org/",
    )
    found = tuple(finding(status, f"rule-{status}") for status in Status)
    return Review(
        series=series,
        rule_set="0123abcd",
        patches=(
            PatchReview(series.patches[0], Context.TREE, "", ()),
            PatchReview(
                series.patches[1],
                Context.DIFF,
                "grab-core.c does not fit: hunk 2 is nowhere in it",
                found,
                skipped=(Skipped("Documentation/grab.rst", "not C"),),
                failures=("lock-order: KeyError: 'x'",),
            ),
        ),
    )


@pytest.fixture
def clean_review(review: Review) -> Review:
    series = Series(
        message_id="2026-ok@example.org",
        subject="[PATCH] grab: spell it right",
        author=AUTHOR,
        revision=1,
        patches=review.series.patches[:1],
        expected=1,
    )
    return Review(series, "0123abcd", review.patches[:1])
