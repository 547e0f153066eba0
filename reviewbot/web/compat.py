"""`GET /api/patchset?id=`: our reviews as b4's Sashiko client reads them (b4 0.16, review/checks).

With `b4.sashiko-url` set to the address of this site, `b4 review` shows our findings beside the
patches, and puts what we ask below the lines that it is about.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from fastapi import APIRouter

from reviewbot.compare import base_fingerprint
from reviewbot.errors import NotKept
from reviewbot.mail.edit import read
from reviewbot.model import Finding, Status
from reviewbot.sources.msgid import bare
from reviewbot.store.paging import Ask
from reviewbot.store.records import DraftState, JobState, Refusals
from reviewbot.store.shown import PatchHead, RevisionHead, ShownFinding
from reviewbot.web.access import Reading
from reviewbot.web.api.models import Model
from reviewbot.web.params import Text
from reviewbot.web.site import Site

router = APIRouter(tags=["b4"])

UNDER_WAY = {
    JobState.WAITING: "Pending",
    JobState.FETCHING: "Pending",
    JobState.CHECKING: "In Review",
    JobState.FAILED: "Failed",
    JobState.REFUSED: "Failed",
}
TAKEN_BACK = (DraftState.DISCARDED, DraftState.WITHHELD, DraftState.SUPERSEDED)


class B4Patch(Model):
    id: int
    message_id: str
    part_index: int
    subject: str
    status: str


class B4Review(Model):
    """`output` is JSON text: {"findings": [...]}; `inline_review` a reply without signature."""

    id: int
    patch_id: int
    status: str
    result: str
    summary: str
    inline_review: str
    output: str


class B4Patchset(Model):
    id: int
    message_id: str
    subject: str
    status: str
    author: str
    patches: tuple[B4Patch, ...]
    reviews: tuple[B4Review, ...]


@router.get("/api/patchset")
def patchset(visit: Reading, id: Text) -> B4Patchset:
    """The revision that this mail is of; 404 where we know nothing of it."""
    site, message_id = visit.site, bare(id) or id
    revision_id = site.store.series.revision_of(message_id)
    if revision_id is not None:
        return _known(site, revision_id)
    job = site.store.desk.job_about(message_id)
    if job is None:
        raise NotKept(f"no series here has the mail {message_id}")
    status = UNDER_WAY.get(job.state, "Pending")
    return B4Patchset(
        id=0, message_id=message_id, subject="", status=status, author="", patches=(), reviews=()
    )


def _known(site: Site, revision_id: int) -> B4Patchset:
    series_id, revision = site.store.detail.revision(revision_id)
    author = site.store.series.load(revision_id).author
    reviews = _reviews(site, series_id, revision) if revision.review else ()
    return B4Patchset(
        id=revision.id,
        message_id=revision.message_id,
        subject=revision.subject,
        status="Reviewed" if revision.review else _under_way(site, revision),
        author=f"{author.name} <{author.email}>" if author.name else author.email,
        patches=tuple(_patch(patch) for patch in revision.patches),
        reviews=reviews,
    )


def _under_way(site: Site, revision: RevisionHead) -> str:
    job = site.store.desk.job_of_revision(revision.id)
    if job is not None and job.state in UNDER_WAY:
        return UNDER_WAY[job.state]
    return "Incomplete" if revision.missing else "Pending"


def _patch(patch: PatchHead) -> B4Patch:
    return B4Patch(
        id=patch.id,
        message_id=patch.message_id,
        part_index=patch.part,
        subject=patch.subject,
        status=_status(patch),
    )


def _status(patch: PatchHead) -> str:
    return "Reviewed" if patch.counts is not None else "Pending"


def _reviews(site: Site, series_id: int, revision: RevisionHead) -> tuple[B4Review, ...]:
    assert revision.review is not None
    found = site.store.detail.findings([revision.review.id])[revision.review.id]
    refused = site.store.answers.refusals(revision.id)
    letters = _letters(site, series_id, revision.review.id)
    return tuple(_review(patch, found, refused, letters) for patch in revision.patches)


def _letters(site: Site, series_id: int, review_id: int) -> Mapping[int, str]:
    """What our replies say below the quoted patch, by patch; not what was taken back."""
    states = [state for state in DraftState if state not in TAKEN_BACK]
    lines = site.store.desk.drafts(states, Ask(limit=200), series_id=series_id).items
    wanted = {line.id: line.patch_id for line in lines if line.review_id == review_id}
    letters = {}
    for draft_id, patch_id in wanted.items():
        draft = site.store.drafts.get(draft_id)
        if draft is not None and patch_id is not None:
            letters[patch_id] = read(draft.message).body.partition("\n-- \n")[0]
    return letters


def _review(
    patch: PatchHead,
    found: Iterable[ShownFinding],
    refused: Refusals,
    letters: Mapping[int, str],
) -> B4Review:
    told = [_finding(one.finding) for one in found if _tells(one, patch, refused)]
    return B4Review(
        id=patch.id,
        patch_id=patch.id,
        status=_status(patch),
        result="" if told else "nothing to say",
        summary="",
        inline_review=letters.get(patch.id, ""),
        output=json.dumps({"findings": told}),
    )


def _tells(shown: ShownFinding, patch: PatchHead, refused: Refusals) -> bool:
    """What a patch fixes is no finding to b4, and what somebody called no bug is not said again."""
    finding = shown.finding
    said_no = (
        base_fingerprint(finding.fingerprint) in refused.fingerprints
        or finding.rule in refused.rules
    )
    return shown.patch_id == patch.id and finding.status is not Status.FIXED and not said_no


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "severity": finding.severity,
        "problem": finding.message,
        "severity_explanation": f"{finding.rule}, confidence {finding.confidence}",
        "preexisting": finding.status is Status.PRE_EXISTING,
        "locations": [{"file": finding.file, "line": finding.line}] if finding.file else [],
    }
