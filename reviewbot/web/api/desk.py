"""The API's other half: drafts and jobs, to look at and to decide on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from reviewbot.mail.edit import as_text, read
from reviewbot.store.paging import Ask
from reviewbot.store.records import DraftState, JobState, StoredDraft
from reviewbot.store.tokens import Scope
from reviewbot.web import deeds
from reviewbot.web.access import Reading, Visit, calling
from reviewbot.web.api import convert, models
from reviewbot.web.api.shape import ERRORS, FOR_WRITERS, Limit, Place
from reviewbot.web.params import Id, Text

router = APIRouter(prefix="/api/v1", responses=ERRORS)

Deciding = Annotated[Visit, Depends(calling(Scope.DRAFTS))]
Asking = Annotated[Visit, Depends(calling(Scope.JOBS))]


@router.get("/drafts", tags=["drafts"])
def list_drafts(
    visit: Reading,
    state: DraftState | None = None,
    list: Text = "",
    cursor: Place = "",
    limit: Limit = 50,
) -> models.PageOf[models.DraftItem]:
    states = [state] if state else [*DraftState]
    found = visit.site.store.desk.drafts(states, Ask(cursor, limit), list)
    return convert.page(found, convert.draft_item)


@router.get("/drafts/{draft_id}", tags=["drafts"])
def get_draft(visit: Reading, draft_id: Id) -> models.DraftDetail:
    """A draft with the mail as it goes out."""
    return convert.draft(deeds.draft_of(visit.site, draft_id))


@router.patch("/drafts/{draft_id}", tags=["drafts"], responses=FOR_WRITERS)
def edit_draft(visit: Deciding, draft_id: Id, edited: models.Edited) -> models.DraftDetail:
    """Other words or recipients; the draft then waits to be approved, again if it was."""
    draft = _as_read(visit, draft_id, edited.seen)
    mail = read(draft.message)
    to = edited.to if edited.to is not None else as_text(mail.to)
    cc = edited.cc if edited.cc is not None else as_text(mail.cc)
    body = edited.body if edited.body is not None else mail.body
    deeds.edit(visit, draft, to, cc, body)
    return convert.draft(deeds.draft_of(visit.site, draft_id))


@router.post("/drafts/{draft_id}/approve", tags=["drafts"], responses=FOR_WRITERS)
def approve_draft(visit: Deciding, draft_id: Id, seen: Text = "") -> models.DraftDetail:
    """Lets the mail go out, as the policy of its list allows.

    `seen` is the digest of the mail that was read: one that was changed since is not let go.
    """
    deeds.approve(visit, _as_read(visit, draft_id, seen))
    return convert.draft(deeds.draft_of(visit.site, draft_id))


@router.post("/drafts/{draft_id}/discard", tags=["drafts"], responses=FOR_WRITERS)
def discard_draft(visit: Deciding, draft_id: Id, given: models.Discarded) -> models.DraftDetail:
    """The mail will not go out, and what it says is not said of this series again."""
    deeds.discard(visit, deeds.draft_of(visit.site, draft_id), given.why)
    return convert.draft(deeds.draft_of(visit.site, draft_id))


@router.post(
    "/findings/{finding_id}/answers", tags=["findings"], status_code=204, responses=FOR_WRITERS
)
def answer_finding(visit: Deciding, finding_id: Id, said: models.Said) -> Response:
    """Says of a finding that it is no bug, or that it is one."""
    deeds.say(visit, finding_id, said.verdict)
    return Response(status_code=204)


def _as_read(visit: Visit, draft_id: int, seen: str) -> StoredDraft:
    """A script need not say what it has read; where it does, that has to be what is there."""
    if seen:
        return deeds.draft_as_read(visit.site, draft_id, seen)
    return deeds.draft_of(visit.site, draft_id)


@router.get("/jobs", tags=["jobs"])
def list_jobs(
    visit: Reading,
    request: Request,
    state: JobState | None = None,
    cursor: Place = "",
    limit: Limit = 50,
) -> models.PageOf[models.JobItem]:
    base = visit.site.base(request)
    states = [state] if state else [*JobState]
    found = visit.site.store.desk.jobs(states, Ask(cursor, limit))
    return convert.page(found, lambda line: convert.job(line.job, base))


@router.get("/jobs/{job_id}", tags=["jobs"])
def get_job(visit: Reading, request: Request, job_id: str) -> models.JobItem:
    """How far a series is that was asked for: the `status_url` of the webhook."""
    return convert.job(deeds.job_of(visit.site, job_id), visit.site.base(request))


@router.post("/jobs", tags=["jobs"], status_code=202, responses=FOR_WRITERS)
def ask_for_review(visit: Asking, request: Request, asked: models.AskFor) -> models.JobItem:
    """Asks for a review. The same series again gives the same job, unless that has failed."""
    job = deeds.ask_for(visit, asked.msgid, asked.list)
    return convert.job(job, visit.site.base(request))
