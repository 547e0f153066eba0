"""From a review to its drafted replies: one to each patch with a question, one to the cover."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby

from reviewbot.diff import read_diff
from reviewbot.mail.addresses import is_answerable
from reviewbot.mail.audience import author_of
from reviewbot.mail.comment import plain_comment, repeated_comment, suggestion
from reviewbot.mail.envelope import Answer, enclose
from reviewbot.mail.letter import letter
from reviewbot.mail.place import Place, place
from reviewbot.mail.prose import plain, wrap
from reviewbot.mail.quote import excerpts
from reviewbot.mail.settings import ReplySettings
from reviewbot.model import (
    Context,
    Draft,
    DraftKind,
    Finding,
    Mail,
    Patch,
    PatchReview,
    Review,
    Severity,
)

CommentOf = Callable[[Finding], str]

_TAGS = re.compile(r"(?:\s*\[[^]]*\])+\s*")
_ZONE_NAME = re.compile(r"\s*\([^)]*\)\s*$")


def draft_replies(
    review: Review,
    *,
    settings: ReplySettings,
    comment_of: CommentOf,
    now: datetime | None = None,
) -> tuple[Draft, ...]:
    """The drafts of one review, in the order of the patches, the cover's summary last.

    `comment_of` gives the paragraph for the author; where it gives "", the finding's claim
    and path are told instead. A patch with nothing new, sure enough and bad enough gets no
    mail; nor does a mail that a program sent. Without `now` each draft carries the date of
    the mail that it answers, so that the same input gives the same bytes.
    """
    asked = [(patch, worth) for patch in review.patches if (worth := _worth(patch, settings))]
    answers = [_to_patch(patch, worth, review, settings, comment_of) for patch, worth in asked]
    cover = review.series.cover
    if cover and len(asked) >= settings.summary_from and is_answerable(cover, settings):
        answers.append(_to_cover(cover, asked, review, settings))
    return tuple(enclose(answer, review, settings, now) for answer in answers)


def _worth(patch: PatchReview, settings: ReplySettings) -> list[Finding]:
    if not is_answerable(patch.patch.mail, settings):
        return []
    return [finding for finding in patch.findings if settings.is_worth_a_mail(finding)]


def _to_patch(
    patch: PatchReview,
    findings: list[Finding],
    review: Review,
    settings: ReplySettings,
    comment_of: CommentOf,
) -> Answer:
    mail = patch.patch.mail
    parts = list(_parts(patch.patch, findings, comment_of))
    body = letter(
        "reply.txt.j2",
        attribution=_attribution(mail),
        parts=[{"quote": quote, "comment": comment} for quote, comment in parts],
        **_signature([patch], findings, review, settings),
    )
    return Answer(mail, DraftKind.PATCH, body, tuple(findings), (patch.patch.patch_id,))


def _parts(
    patch: Patch, findings: Iterable[Finding], comment_of: CommentOf
) -> Iterator[tuple[str, str]]:
    """(quote, comment below it) in the order of the mail, one for each place."""
    message = patch.message.split("\n")
    files, _ = read_diff(patch.diff)
    placed = [(place(finding, message, files), finding) for finding in findings]
    placed.sort(key=lambda each: (each[0].after, list(Severity).index(each[1].severity)))
    comments = _comments(placed, comment_of)
    groups = [list(group) for _, group in groupby(comments, key=lambda each: each[0].after)]
    merged = [
        Place(group[0][0].after, frozenset().union(*(where.shows for where, _ in group)))
        for group in groups
    ]
    for quote, group in zip(excerpts(message, patch.diff, merged), groups, strict=True):
        yield quote, "\n\n".join(dict.fromkeys(comment for _, comment in group))


def _comments(
    placed: Iterable[tuple[Place, Finding]], comment_of: CommentOf
) -> Iterator[tuple[Place, str]]:
    explained: set[str] = set()
    for where, finding in placed:
        if finding.rule in explained:
            comment = repeated_comment(finding)
        else:
            comment = wrap(comment_of(finding)) or plain_comment(finding)
        explained.add(finding.rule)
        lead = "" if where.in_sight else wrap(_elsewhere(finding))
        yield where, "\n\n".join(filter(None, [lead, comment, suggestion(finding)]))


def _elsewhere(finding: Finding) -> str:
    inside = f"{finding.function}() in {finding.file}" if finding.function else finding.file
    return f"This is about a place in {inside} that the diff does not show:"


def _to_cover(
    cover: Mail,
    asked: list[tuple[PatchReview, list[Finding]]],
    review: Review,
    settings: ReplySettings,
) -> Answer:
    series = review.series
    findings = [finding for _, worth in asked for finding in worth]
    body = letter(
        "summary.txt.j2",
        asked=[
            {
                "title": _title(patch, series.expected),
                "points": list(dict.fromkeys(plain(finding.message) for finding in worth)),
            }
            for patch, worth in asked
        ],
        expected=series.expected,
        missing=series.missing,
        **_signature([patch for patch, _ in asked], findings, review, settings),
    )
    patch_ids = tuple(patch.patch.patch_id for patch in review.patches)
    return Answer(cover, DraftKind.SUMMARY, body, tuple(findings), patch_ids)


def _title(patch: PatchReview, expected: int) -> str:
    title = _TAGS.sub("", patch.patch.mail.subject, count=1)
    return f"{patch.patch.part}/{expected} {title}"


def _attribution(mail: Mail) -> str:
    author = author_of(mail)
    date = _ZONE_NAME.sub("", mail.date)
    return wrap(f"On {date}, {author.name or author.email} wrote:")


def _signature(
    patches: list[PatchReview],
    findings: list[Finding],
    review: Review,
    settings: ReplySettings,
) -> dict[str, object]:
    """The words of signature.txt.j2."""
    return {
        "version": settings.version,
        "rule_set": review.rule_set[:12],
        "rules": sorted({finding.rule for finding in findings}),
        "whole_files": all(patch.context is Context.TREE for patch in patches),
        "notes": list(dict.fromkeys(patch.note for patch in patches if patch.note)),
        "opt_out": settings.opt_out,
    }
