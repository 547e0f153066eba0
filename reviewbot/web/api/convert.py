"""From the store's records to what the API answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from reviewbot.mail.edit import read
from reviewbot.model import Address
from reviewbot.store import shown
from reviewbot.store.paging import Page
from reviewbot.store.records import Job, StoredDraft
from reviewbot.web import deeds
from reviewbot.web.api import models
from reviewbot.web.histories import History
from reviewbot.web.views.fared import Fared

Record = TypeVar("Record")
Item = TypeVar("Item")


def page(found: Page[Record], item: Callable[[Record], Item]) -> models.PageOf[Item]:
    items = [item(one) for one in found.items]
    return models.PageOf(items=items, older=found.older or None, newer=found.newer or None)


def person(address: Address) -> models.Person:
    return models.Person(name=address.name, email=address.email)


def counted(counts: shown.Counts) -> models.Counted:
    return models.Counted(
        critical=counts.critical, high=counts.high, medium=counts.medium, low=counts.low
    )


def series_item(line: shown.SeriesLine) -> models.SeriesItem:
    return models.SeriesItem(
        id=line.id,
        title=line.title,
        author=person(line.author),
        list=line.mailing_list,
        seen_at=line.seen_at,
        revision=line.revision,
        patches=line.patches,
        missing=line.missing,
        findings=counted(line.review.counts) if line.review else None,
        job_state=line.job,
    )


def series(found: shown.SeriesPage, told: tuple[History, ...]) -> models.SeriesDetail:
    return models.SeriesDetail(
        id=found.id,
        title=found.title,
        author=person(found.author),
        list=found.mailing_list,
        change_id=found.change_id,
        seen_at=found.seen_at,
        revisions=tuple(revision(found.id, each) for each in found.revisions),
        history=tuple(history(each, found.revisions) for each in told),
    )


def history(told: History, revisions: tuple[shown.RevisionHead, ...]) -> models.History:
    finding = told.story.finding
    return models.History(
        fingerprint=told.story.mark,
        rule=finding.rule,
        severity=finding.severity,
        message=finding.message,
        stages=tuple(
            models.Stage(revision=each.number, fate=fate, finding_id=one.id if one else None)
            for each, (fate, one) in zip(revisions, told.versions, strict=True)
        ),
    )


def revision(series_id: int, head: shown.RevisionHead) -> models.RevisionItem:
    return models.RevisionItem(
        id=head.id,
        series_id=series_id,
        revision=head.number,
        message_id=head.message_id,
        subject=head.subject,
        url=head.url,
        patches_expected=head.expected,
        missing=head.missing,
        base_commit=head.base_commit,
        read_at=head.read_at,
        patches=tuple(_patch_item(each) for each in head.patches),
        review=review(head.review) if head.review else None,
    )


def _patch_item(head: shown.PatchHead) -> models.PatchItem:
    return models.PatchItem(
        id=head.id,
        part=head.part,
        subject=head.subject,
        message_id=head.message_id,
        patch_id=head.patch_id,
        findings=counted(head.counts) if head.counts is not None else None,
    )


def review(head: shown.ReviewHead) -> models.ReviewItem:
    return models.ReviewItem(
        id=head.id,
        revision_id=head.revision_id,
        rule_set=head.rule_set,
        made_at=head.made_at,
        seconds=head.seconds,
        findings=counted(head.counts),
    )


def review_line(line: shown.ReviewLine) -> models.ReviewLineItem:
    return models.ReviewLineItem(
        review=review(line.review),
        series_id=line.series_id,
        list=line.mailing_list,
        author=person(line.author),
        revision=line.revision,
        subject=line.subject,
        message_id=line.message_id,
        url=line.url,
    )


def review_detail(
    head: shown.ReviewHead, found: tuple[shown.ShownFinding, ...], base: str
) -> models.ReviewDetail:
    return models.ReviewDetail(
        review=review(head), findings=tuple(finding(one, base) for one in found)
    )


def finding(one: shown.ShownFinding, base: str) -> models.FindingItem:
    found = one.finding
    return models.FindingItem(
        id=one.id,
        review_id=one.review_id,
        patch_id=one.patch_id,
        rule=found.rule,
        category=found.category,
        severity=found.severity,
        confidence=found.confidence,
        status=found.status,
        file=found.file,
        function=found.function,
        line=found.line,
        end_line=found.end_line,
        diff_line=found.diff_line,
        message=found.message,
        trace=tuple(
            models.StepItem(file=step.file, line=step.line, note=step.note) for step in found.trace
        ),
        suggestion=found.suggestion,
        fingerprint=found.fingerprint,
        url=f"{base}/patches/{one.patch_id}?review={one.review_id}#f{one.id}",
    )


def patch(found: shown.PatchPage, base: str) -> models.PatchDetail:
    mail = found.patch.mail
    return models.PatchDetail(
        id=found.id,
        series_id=found.series_id,
        revision_id=found.revision.id,
        part=found.patch.part,
        subject=mail.subject,
        message_id=mail.message_id,
        author=person(mail.author),
        date=mail.date,
        message=found.patch.message,
        diff=found.patch.diff,
        review=review(found.review) if found.review else None,
        context=found.context,
        context_note=found.note,
        skipped=tuple(
            models.SkippedItem(file=skip.file, reason=skip.reason) for skip in found.skipped
        ),
        failures=found.failures,
        findings=tuple(finding(one, base) for one in found.findings),
    )


def draft_item(line: shown.DraftLine) -> models.DraftItem:
    return models.DraftItem(
        id=line.id,
        state=line.state,
        kind=line.kind,
        subject=line.subject,
        in_reply_to=line.in_reply_to,
        series_id=line.series_id,
        review_id=line.review_id,
        patch_id=line.patch_id,
        list=line.mailing_list,
        findings=line.findings,
        note=line.note,
        made_at=line.made_at,
        due_at=line.due_at,
        decided_by=line.decided_by,
    )


def draft(stored: StoredDraft) -> models.DraftDetail:
    mail = read(stored.message)
    return models.DraftDetail(
        id=stored.id,
        state=stored.state,
        kind=stored.kind,
        message_id=stored.message_id,
        in_reply_to=stored.in_reply_to,
        review_id=stored.review_id,
        patch_id=stored.patch_id,
        list=stored.mailing_list,
        to=tuple(person(one) for one in mail.to),
        cc=tuple(person(one) for one in mail.cc),
        headers=mail.head,
        body=mail.body,
        digest=deeds.digest(stored),
        note=stored.note,
        made_at=stored.made_at,
        due_at=stored.due_at,
        decided_by=stored.decided_by,
        decided_at=stored.decided_at,
    )


def job(found: Job, base: str) -> models.JobItem:
    return models.JobItem(
        id=found.id,
        message_id=found.message_id,
        list=found.mailing_list,
        origin=found.origin,
        state=found.state,
        detail=found.detail,
        accepted_at=found.accepted_at,
        ended_at=found.ended_at,
        revision_id=found.revision_id,
        review_id=found.review_id,
        url=f"{base}/jobs/{found.id}",
    )


def rule(one: Fared, base: str) -> models.RuleItem:
    return models.RuleItem(
        id=one.rule.id,
        title=one.rule.rule.title,
        category=one.rule.rule.category,
        severity=one.rule.rule.severity,
        confidence=one.rule.rule.confidence,
        found=one.count.findings,
        mailed=one.mailed,
        not_a_bug=one.refused,
        a_bug=one.confirmed,
        url=f"{base}/rules/{one.rule.id}",
    )
