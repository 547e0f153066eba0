"""What a person sees: 80 columns, what is new first, and nothing lost."""

from __future__ import annotations

import re
from dataclasses import replace

from reviewbot.model import PatchReview, Review, Skipped
from reviewbot.report.text import render

EXPECTED = """\
[PATCH v2 0/3] media: grab: survive a reset
Ann Author, v2, 3 patches, read with the tree where it fits
missing: 2 of 3 patches; the others are reviewed

1/3 grab: count frames
3/3 grab: reset the device
    diff alone: grab-core.c does not fit: hunk 2 is nowhere in it

    drivers/media/grab/grab-core.c:52 (grab_reset)
    rule-new [high/high] `pci_get_slot()` may return NULL, and `pci_name(pdev)`
    uses it unchecked.
      50  `pdev` is what `pci_get_slot()` found, or NULL
      52  `pci_name(pdev)` uses it

    not looked at (not C): Documentation/grab.rst
    failed: lock-order: KeyError: 'x'

1 new finding (1 high) in 1 of 2 patches; 1 was there before; 1 fixed"""


def test_a_review_reads_from_what_to_where_to_why(review: Review) -> None:
    assert render([review]) == EXPECTED


def test_a_clean_series_is_one_line(clean_review: Review) -> None:
    assert render([clean_review]) == "[PATCH] grab: spell it right: nothing to say (1 patch)"


def test_a_clean_series_still_names_what_was_not_looked_at(clean_review: Review) -> None:
    skipped = (Skipped("a.rst", "not C"), Skipped("b.bin", "binary"), Skipped("c.rst", "not C"))
    lines = render([with_patch(clean_review, skipped=skipped)]).split("\n")
    assert lines[0].endswith("nothing to say (1 patch)")
    assert lines[1:] == [
        "    not looked at (not C): a.rst, c.rst",
        "    not looked at (binary): b.bin",
    ]


def test_findings_at_one_place_share_its_line(review: Review) -> None:
    first = review.patches[1].findings[0]
    other = replace(first, rule="other")
    shown = render([with_patch(review, findings=(first, other))])
    assert shown.count("grab-core.c:52 (grab_reset)") == 1
    assert "\n    rule-new [" in shown and "\n    other [" in shown


def test_missing_patches_are_drawn_together(clean_review: Review) -> None:
    series = replace(clean_review.series, expected=7, missing=(2, 4, 5, 6))
    lines = render([replace(clean_review, series=series)]).split("\n")
    assert lines[1:] == ["    missing: 2, 4-6 of 7 patches; the others are reviewed"]


def test_old_and_fixed_faults_are_counted_not_shown(review: Review) -> None:
    old = replace(review.patches[1], findings=review.patches[1].findings[1:])
    assert "rule-pre-existing" not in render([replace(review, patches=(old,))])
    assert "nothing new to say; 1 was there before; 1 fixed" in render(
        [replace(review, patches=(old,))]
    )


def test_lines_fit_80_columns(review: Review) -> None:
    finding = replace(review.patches[1].findings[0], message="many words " * 40)
    long = replace(review.patches[1], findings=(finding,), note="a long note " * 20)
    assert max(map(len, render([replace(review, patches=(long,))]).split("\n"))) <= 80


def test_colour_adds_nothing_but_colour(review: Review) -> None:
    coloured = render([review], colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == EXPECTED


def test_a_mail_cannot_steer_the_terminal(review: Review) -> None:
    series = replace(review.series, subject="[PATCH 0/3] \x1b[2Jgone \u202edesrever")
    shown = render([replace(review, series=series)])
    assert "\x1b" not in shown and "\u202e" not in shown


def test_a_suggested_diff_keeps_its_indentation(review: Review) -> None:
    finding = replace(review.patches[1].findings[0], suggestion="-\tif (a)\n+\tif (b)\n")
    patch = replace(review.patches[1], findings=(finding,))
    assert "      | -       if (a)\n      | +       if (b)" in render(
        [replace(review, patches=(patch,))]
    )


def with_patch(review: Review, **changes: object) -> Review:
    patch: PatchReview = replace(review.patches[0], **changes)  # type: ignore[arg-type]
    return replace(review, patches=(patch,))


def test_a_place_in_the_commit_message_is_called_so(review: Review) -> None:
    found = replace(review.patches[1].findings[0], file="", function="", line=7, trace=())
    patch = replace(review.patches[1], findings=(found,))
    assert "\n    commit message:7\n    rule-new [" in render([replace(review, patches=(patch,))])
