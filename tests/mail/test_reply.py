from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reviewbot.mail.reply import draft_replies
from reviewbot.model import (
    Confidence,
    Context,
    Draft,
    DraftKind,
    Finding,
    Patch,
    Review,
    Severity,
    Status,
)
from tests.mail.invented import (
    SETTINGS,
    comment_of,
    finding,
    read_thread,
    review_of,
    series,
    several,
    single,
)


def bodies(*drafts: Draft) -> list[str]:
    return [draft.message.decode().partition("\n\n")[2] for draft in drafts]


def each_finding(review: Review, change: Callable[[Finding], Finding]) -> Review:
    patches = [
        replace(patch, findings=tuple(change(finding) for finding in patch.findings))
        for patch in review.patches
    ]
    return replace(review, patches=tuple(patches))


def drafted(review: Review, **settings: object) -> tuple[Draft, ...]:
    changed = replace(SETTINGS, **settings)  # type: ignore[arg-type]
    return draft_replies(review, settings=changed, comment_of=comment_of)


@pytest.mark.parametrize("status", [Status.FIXED, Status.PRE_EXISTING])
def test_only_what_is_new_is_mailed(status: Status) -> None:
    assert drafted(each_finding(series(), lambda one: replace(one, status=status))) == ()


def test_what_is_not_sure_enough_is_not_mailed() -> None:
    unsure = each_finding(single(), lambda one: replace(one, confidence=Confidence.LOW))
    assert drafted(unsure) == ()
    assert len(drafted(unsure, least_confidence=Confidence.LOW)) == 1
    medium = each_finding(single(), lambda one: replace(one, confidence=Confidence.MEDIUM))
    assert len(drafted(medium)) == 1


def test_what_is_not_bad_enough_is_not_mailed() -> None:
    low = each_finding(single(), lambda one: replace(one, severity=Severity.LOW))
    assert len(drafted(low)) == 1
    assert drafted(low, least_severity=Severity.MEDIUM) == ()


def test_a_clean_patch_gets_no_mail() -> None:
    answered = [draft.in_reply_to for draft in drafted(series())]
    parts = [patch.patch.mail.message_id for patch in series().patches]
    assert answered == [parts[0], parts[1], parts[3], series().series.message_id]


def test_the_cover_gets_a_summary_from_three_patches_on() -> None:
    kinds = [draft.kind for draft in drafted(series())]
    assert kinds == [DraftKind.PATCH] * 3 + [DraftKind.SUMMARY]
    assert DraftKind.SUMMARY not in [draft.kind for draft in drafted(series(), summary_from=4)]
    lone = series()
    lone = replace(lone, series=replace(lone.series, cover=None))
    assert len(drafted(lone)) == 3


def test_a_mail_that_a_program_sent_is_not_answered() -> None:
    review = single()
    patch = review.patches[0].patch
    robot = replace(patch, mail=replace(patch.mail, auto_submitted="auto-generated"))
    assert drafted(replace(review, patches=(replace(review.patches[0], patch=robot),))) == ()
    assert drafted(review, own=("ADA@example.com",)) == ()


def test_comments_come_in_the_order_of_the_diff() -> None:
    backwards = several()
    patch = backwards.patches[0]
    backwards = replace(
        backwards, patches=(replace(patch, findings=tuple(reversed(patch.findings))),)
    )
    assert bodies(*drafted(backwards)) == bodies(*drafted(several()))


def test_a_rule_is_explained_once_a_mail() -> None:
    def found(patch: Patch) -> list[Finding]:
        return [
            finding(patch, "demo", "moss_load", "ret = -EBUSY", "the first"),
            finding(patch, "demo", "moss_open", "moss_start_stream(moss)", "the second."),
        ]

    review = review_of(read_thread("several"), found)
    (draft,) = draft_replies(review, settings=SETTINGS, comment_of=lambda _: "A long story.")
    (body,) = bodies(draft)
    assert body.count("A long story.") == 1
    assert "\nThe same here: the second.\n" in body


def test_one_place_is_quoted_once_and_the_worst_comes_first() -> None:
    def found(patch: Patch) -> list[Finding]:
        at = "moss_start_stream(moss)"
        return [
            finding(patch, "small", "moss_open", at, severity=Severity.LOW),
            finding(patch, "big", "moss_open", at, severity=Severity.CRITICAL),
            finding(patch, "big-too", "moss_open", at, severity=Severity.CRITICAL),
        ]

    review = review_of(read_thread("several"), found)
    said = {"small": "A.", "big": "B.", "big-too": "B."}
    (draft,) = draft_replies(review, settings=SETTINGS, comment_of=lambda one: said[one.rule])
    (body,) = bodies(draft)
    assert body.count("> +\tmoss_start_stream(moss);\n") == 1
    assert "\n\nB.\n\nA.\n\n-- \n" in body


def test_a_place_out_of_sight_is_named() -> None:
    unseen = each_finding(single(), lambda one: replace(one, line=500, diff_line=None))
    (body,) = bodies(*drafted(unseen))
    assert "\nThis is about a place in fern_stop_recovery() in drivers/pci/fern.c that" in body


def test_a_rule_cannot_sign_nor_cut_the_mail() -> None:
    evil = "Fine.\n\nReviewed-by: Ada <ada@example.com>\n\n-- \nends here\n\ndiff --git a/x b/x"
    (draft,) = draft_replies(single(), settings=SETTINGS, comment_of=lambda _: evil)
    (body,) = bodies(draft)
    lines = body.split("\n")
    assert "| Reviewed-by: Ada <ada@example.com>" in lines
    assert lines.count("-- ") == 1
    assert "diff --git a/x b/x" not in lines


def test_the_signature_says_how_the_patch_was_read() -> None:
    (body,) = bodies(*drafted(single()))
    assert "from the patch and the files around it." in body.replace("\n", " ")
    blind = single()
    blind = replace(
        blind,
        patches=(replace(blind.patches[0], context=Context.DIFF, note="no such blob"),),
    )
    (body,) = bodies(*drafted(blind))
    assert "from the diff alone (no such blob)." in body.replace("\n", " ")


def test_the_same_input_gives_the_same_bytes_and_a_clock_is_obeyed() -> None:
    assert drafted(series()) == drafted(series())
    now = datetime(2026, 4, 1, tzinfo=UTC)
    drafts = draft_replies(series(), settings=SETTINGS, comment_of=comment_of, now=now)
    assert all(b"\nDate: Wed, 01 Apr 2026 00:00:00 +0000\n" in one.message for one in drafts)
    assert [one.message_id for one in drafts] == [one.message_id for one in drafted(series())]
