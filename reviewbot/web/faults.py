"""What a caller is told when something fails: the error's own status and its one line."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from reviewbot.errors import LoginNeeded, ReviewbotError, StoreUnusable, TooOften
from reviewbot.web.access import Visit
from reviewbot.web.pages import page

AWAY = 30
"""Seconds that a database may be away, as a caller is told."""
FOR_PROGRAMS = ("/api/", "/hooks/", "/healthz", "/readyz", "/metrics", "/feeds")
"""Below these, errors are JSON; elsewhere they are pages."""

log = logging.getLogger(__name__)


def answer_faults(app: FastAPI) -> None:
    """Maps the tree of errors.py, and whatever else a route lets through."""
    app.add_exception_handler(ReviewbotError, _known)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(Exception, _unknown)


def fault(status: int, kind: str, message: str) -> JSONResponse:
    """The form of every error that a program reads."""
    return JSONResponse({"error": {"type": kind, "message": message}}, status)


async def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, ReviewbotError)
    if error.http_status >= 500:
        log.error("not answered", extra={"path": request.url.path, "error": str(error)})
    if isinstance(error, LoginNeeded) and request.method == "GET" and not _for_program(request):
        return RedirectResponse(f"/login?{urlencode({'next': _address(request)})}", 303)
    wait = _wait(error)
    headers = {"Retry-After": str(wait)} if wait else {}
    return _answer(request, error.http_status, type(error).__name__, str(error), headers)


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
    kind = HTTPStatus(error.status_code).phrase
    return _answer(request, error.status_code, kind, error.detail, error.headers or {})


async def _misread(request: Request, error: Exception) -> Response:
    """What is asked for cannot be read: to a person there is no such page."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:])
    if _for_program(request):
        return fault(422, "BadRequest", f"{where}: {first['msg']}")
    return _answer(request, 404, "Not Found", f"There is no such page ({where}).", {})


async def _unknown(request: Request, error: Exception) -> Response:
    """Starlette logs nothing itself; it raises the error again for the server, which does."""
    return _answer(request, 500, "Failed", "a defect of reviewbot; its log says more", {})


def _answer(
    request: Request, status: int, kind: str, message: str, headers: Mapping[str, str]
) -> Response:
    if _for_program(request):
        answer: Response = fault(status, kind, message)
    else:
        answer = _page(request, status, kind, message)
    answer.headers.update(headers)
    return answer


def _page(request: Request, status: int, kind: str, message: str) -> Response:
    nobody = Visit(request.app.state.site, request.url.path, None)
    visit = getattr(request.state, "visit", nobody)
    phrase = HTTPStatus(status).phrase
    return page("error", visit, status, title=phrase, message=message, kind=kind)


def _for_program(request: Request) -> bool:
    return request.url.path.startswith(FOR_PROGRAMS)


def _address(request: Request) -> str:
    """The page that was asked for, with its query."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
