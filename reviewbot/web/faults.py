"""What a caller is told when something fails: the error's own status and its one line."""

from __future__ import annotations

import logging
import math
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from reviewbot.errors import ReviewbotError, StoreUnusable, TooOften

AWAY = 30
"""Seconds that a database may be away, as a caller is told."""

log = logging.getLogger(__name__)


def answer_faults(app: FastAPI) -> None:
    """Maps the tree of errors.py, and whatever else a route lets through."""
    app.add_exception_handler(ReviewbotError, _known)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _unknown)


def fault(status: int, kind: str, message: str) -> JSONResponse:
    """The form of every error that a program reads."""
    return JSONResponse({"error": {"type": kind, "message": message}}, status)


async def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, ReviewbotError)
    if error.http_status >= 500:
        log.error("not answered", extra={"path": request.url.path, "error": str(error)})
    answer = fault(error.http_status, type(error).__name__, str(error))
    wait = _wait(error)
    if wait:
        answer.headers["Retry-After"] = str(wait)
    return answer


def _wait(error: ReviewbotError) -> int:
    """Seconds after which it makes sense to ask again; 0 where asking again will not help."""
    match error:
        case TooOften():
            return math.ceil(error.wait)
        case StoreUnusable():
            return AWAY
        case _:
            return 0


async def _refused(request: Request, error: Exception) -> Response:
    """No such route or method, and what a route refuses by itself."""
    assert isinstance(error, HTTPException)
    answer = fault(error.status_code, HTTPStatus(error.status_code).phrase, error.detail)
    answer.headers.update(error.headers or {})
    return answer


async def _unknown(request: Request, error: Exception) -> Response:
    """Starlette logs nothing itself; it raises the error again for the server, which does."""
    return fault(500, "Failed", "a defect of reviewbot; its log says more")
