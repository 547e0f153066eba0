"""The webhook: a signed word that a series is new becomes a job, whatever the archive does."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from reviewbot.errors import BadDelivery, TooLarge, TooOften
from reviewbot.sources.msgid import bare
from reviewbot.store.records import Notice, Origin
from reviewbot.web.signature import check_signature
from reviewbot.web.site import Here

LARGEST = 20_000
"""Bytes of a delivery; it names one Message-ID."""

router = APIRouter()


class SeriesData(BaseModel):
    """What is new: a Message-ID, never an address; `list` is the list's own address."""

    model_config = ConfigDict(extra="ignore")
    msgid: Annotated[str, Field(max_length=1000)]
    list: Annotated[str, Field(max_length=320)] = ""


class SeriesCreated(BaseModel):
    """The body of a delivery. `timestamp` is for people; the signed one is in the headers."""

    model_config = ConfigDict(extra="ignore")
    type: Literal["series.created"]
    timestamp: str | int | float | None = None
    data: SeriesData


class Accepted(BaseModel):
    """The job, and where it can be asked after."""

    job_id: str
    status_url: str


@router.post(
    "/hooks/series",
    status_code=202,
    response_model=Accepted,
    responses={
        401: {"description": "Not signed, or signed too long ago; or the webhook is closed."},
        413: {"description": f"More than {LARGEST} bytes."},
        422: {"description": "Not the body of a series.created, or no Message-ID in it."},
        429: {"description": "Too many deliveries from this address; see Retry-After."},
        503: {"description": "The database does not answer; deliver again later."},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": SeriesCreated.model_json_schema()}},
        }
    },
)
async def series_hook(request: Request, response: Response, site: Here) -> Accepted:
    """A series is new: it is reviewed soon. The same delivery or series again is the same job."""
    wait = site.hook_throttle.wait(request.client.host if request.client else "")
    if wait:
        raise TooOften("too many deliveries; wait as long as Retry-After says", wait)
    body = await _body(request)
    hook_id = check_signature(body, request.headers, site.settings.service)
    notice = _notice(body)
    job, _ = await run_in_threadpool(site.intake.accept, notice, hook_id)
    status_url = f"{site.base(request)}/api/v1/jobs/{job.id}"
    response.headers["Location"] = status_url
    return Accepted(job_id=job.id, status_url=status_url)


async def _body(request: Request) -> bytes:
    """The raw body, as it was signed; never more of it than is allowed."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise TooLarge(f"a delivery has at most {LARGEST} bytes; name one Message-ID")
    return bytes(body)


def _notice(body: bytes) -> Notice:
    try:
        delivery = SeriesCreated.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise BadDelivery(f"{where}: {first['msg']}; send {_FORM}") from error
    message_id = bare(delivery.data.msgid)
    if not message_id or "://" in message_id:
        raise BadDelivery(f"data.msgid: not a Message-ID; send {_FORM}, no address")
    return Notice(message_id, delivery.data.list, Origin.HOOK)


_FORM = '{"type": "series.created", "timestamp": ..., "data": {"msgid": "...@..."}}'
