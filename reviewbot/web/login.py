"""Logging in with a token, for a week; and out."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from reviewbot.errors import NotAllowed, TooOften
from reviewbot.web.access import (
    Anybody,
    Visit,
    check_form,
    cookie_name,
    form_key,
    is_https,
)
from reviewbot.web.pages import page
from reviewbot.web.site import Site

router = APIRouter(include_in_schema=False)

LASTS = timedelta(days=7)
BEFORE = "-before"
"""The end of the name of the cookie that the login form is bound to."""


@router.get("/login")
def login_form(request: Request, visit: Anybody, next: str = "/") -> Response:
    return _form(request, visit, next, 200)


@router.post("/login")
def log_in(
    request: Request,
    visit: Anybody,
    token: Annotated[str, Form()] = "",
    key: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    site = visit.site
    wait = site.login_throttle.wait(request.client.host if request.client else "")
    if wait:
        raise TooOften("too many tries to log in; wait a moment", wait)
    before = request.cookies.get(cookie_name(site) + BEFORE, "")
    check_form(key, form_key(before) if before else "", request)
    holder = site.store.tokens.holder(token.strip())
    if holder is None:
        return _form(request, visit, next, 401, "This token is none of ours, or was revoked.")
    answer = RedirectResponse(_inside(next), 303)
    _set(answer, site, cookie_name(site), site.store.tokens.log_in(holder, LASTS), LASTS)
    answer.delete_cookie(cookie_name(site) + BEFORE, secure=is_https(site), httponly=True)
    return answer


def _leaving(visit: Anybody, request: Request, key: Annotated[str, Form()] = "") -> Visit:
    if visit.token is None:
        raise NotAllowed("nobody is logged in here")
    check_form(key, visit.form_key, request)
    return visit


@router.post("/logout")
def log_out(request: Request, visit: Annotated[Visit, Depends(_leaving)]) -> Response:
    name = cookie_name(visit.site)
    visit.site.store.tokens.log_out(request.cookies.get(name, ""))
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(name, secure=is_https(visit.site), httponly=True)
    return answer


def _form(request: Request, visit: Visit, next: str, status: int, problem: str = "") -> Response:
    name = cookie_name(visit.site) + BEFORE
    before = request.cookies.get(name) or secrets.token_urlsafe(32)
    answer: HTMLResponse = page(
        "login", visit, status, next=_inside(next), key=form_key(before), problem=problem
    )
    _set(answer, visit.site, name, before, timedelta(hours=1))
    return answer


def _set(answer: Response, site: Site, name: str, value: str, lasts: timedelta) -> None:
    """Lax, not strict: a link in a mail should find whoever is logged in."""
    seconds = int(lasts.total_seconds())
    answer.set_cookie(
        name, value, max_age=seconds, path="/", secure=is_https(site), httponly=True, samesite="lax"
    )


def _inside(address: str) -> str:
    """Where to go next: a page of ours, whatever a link to the form said."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    plain = address.isprintable() and address.isascii()
    return address if inside and plain else "/"
