"""How the service is doing, for whoever looks after it: jobs, workers, what is followed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from reviewbot.store.paging import Ask
from reviewbot.store.records import JobState
from reviewbot.store.tokens import Scope
from reviewbot.web import deeds
from reviewbot.web.access import Reading, Visit, submitting
from reviewbot.web.pages import page
from reviewbot.web.params import Cursor, Text

router = APIRouter(include_in_schema=False)

Asking = Annotated[Visit, Depends(submitting(Scope.JOBS))]


@router.get("/state")
def state(visit: Reading, job: Text = "", at: Cursor = "") -> Response:
    store, service = visit.site.store, visit.site.settings.service
    lost_after = timedelta(seconds=service.worker_lost_seconds)
    states = [one for one in JobState if one == job] or [*JobState]
    return page(
        "state",
        visit,
        totals=store.figures.totals(lost_after),
        workers=store.workers.all(),
        alive_since=datetime.now(UTC) - lost_after,
        followed=store.desk.followed(),
        archive=(visit.site.settings.archive, visit.site.archive.state()),
        jobs=store.desk.jobs(states, Ask(at)),
        states=[*JobState],
        given={"job": job},
    )


@router.get("/jobs/{job_id}")
def one_job(visit: Reading, job_id: str) -> Response:
    store = visit.site.store
    job = deeds.job_of(visit.site, job_id)
    found = store.detail.revision(job.revision_id) if job.revision_id else None
    return page("job", visit, job=job, found=found)


@router.post("/jobs")
def ask(visit: Asking, msgid: Annotated[str, Form(max_length=1000)] = "") -> Response:
    """Somebody wants this series reviewed, now or again."""
    job = deeds.ask_for(visit, msgid)
    return RedirectResponse(f"/jobs/{job.id}", 303)
