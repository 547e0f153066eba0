"""Whether the server lives, and whether it can do its work: for supervisors and proxies."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from reviewbot.web.pulse import OK, state_of
from reviewbot.web.site import Here

router = APIRouter(include_in_schema=False)


class Alive(BaseModel):
    """This process answers."""

    status: str = OK


class Ready(BaseModel):
    """`status` is "ok", "degraded" (reviews wait, series are taken) or "unavailable"."""

    status: str
    database: str
    queue: str
    archive: str


@router.get("/healthz")
async def healthz() -> Alive:
    """Nothing else is asked, so that a database that is away restarts nobody."""
    return Alive()


@router.get("/readyz", response_model=Ready)
def readyz(site: Here) -> JSONResponse:
    """503 where the database or the queue does not answer.

    An archive that does not answer is told, but is no reason to send nobody here: series are
    taken all the same, and wait for it.
    """
    database = state_of("database", site.store.responds)
    queue = state_of("queue", site.intake.answers)
    archive = site.archive.state()
    works = database == queue == OK
    status = (OK if archive == OK else "degraded") if works else "unavailable"
    told = Ready(status=status, database=database, queue=queue, archive=archive)
    return JSONResponse(told.model_dump(), 200 if works else 503)
