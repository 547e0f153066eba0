"""Who is asking, and what they may: a token in the header, or a session that was begun with one."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Form, Request

from reviewbot.config.service import Reading as ReadingRule
from reviewbot.errors import LoginNeeded, NotAllowed
from reviewbot.store.tokens import Scope, Token
from reviewbot.web.site import Here, Site

BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, and whose it is. `form_key` is what our own forms send back, "" where none
    of our pages was given out yet."""

    site: Site
    path: str
    token: Token | None
    form_key: str = ""

    @property
    def name(self) -> str:
        """Who it is, for the record; "" for somebody."""
        return self.token.name if self.token else ""

    def may(self, scope: Scope) -> bool:
        return self.token is not None and scope in self.token.scopes

    @property
    def may_read(self) -> bool:
        public = self.site.settings.service.reading is ReadingRule.PUBLIC
        return public or self.token is not None


def cookie_name(site: Site) -> str:
    """Over https the name itself keeps other hosts from setting the cookie (RFC 6265bis)."""
    return "__Host-reviewbot" if is_https(site) else "reviewbot"


def is_https(site: Site) -> bool:
    return site.settings.service.public_url.startswith("https://")


def form_key(secret: str) -> str:
    """What the forms of whoever has this cookie carry: nobody else can tell it."""
    return hmac.new(secret.encode("utf-8", "replace"), b"form", hashlib.sha256).hexdigest()


def check_form(given: str, expected: str, request: Request) -> None:
    """Raises NotAllowed where a form was not made by our own page for the same browser."""
    from_elsewhere = request.headers.get("sec-fetch-site", "same-origin") != "same-origin"
    if from_elsewhere or not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise NotAllowed("this form is too old or was not made here; load the page again")


def _visit(request: Request, site: Here) -> Visit:
    path = request.url.path
    header = request.headers.get("authorization", "")
    if header.lower().startswith(BEARER):
        token = site.store.tokens.holder(header[len(BEARER) :].strip())
        if token is None:
            raise LoginNeeded("the token in the Authorization header is none of ours")
        return Visit(site, path, token)
    cookie = request.cookies.get(cookie_name(site), "")
    token = site.store.tokens.logged_in(cookie) if cookie else None
    visit = Visit(site, path, token, form_key(cookie) if token else "")
    request.state.visit = visit  # an error's page greets whoever asked, too
    return visit


Anybody = Annotated[Visit, Depends(_visit)]
"""A route that is open to all."""


def _reading(visit: Anybody) -> Visit:
    if not visit.may_read:
        raise LoginNeeded("reading here needs a token; log in, or send it as a Bearer")
    return visit


Reading = Annotated[Visit, Depends(_reading)]
"""A route that reads: for all, or for those with a token, as `service.reading` says."""


def require(visit: Visit, scope: Scope) -> None:
    """Raises LoginNeeded or NotAllowed."""
    if visit.token is None:
        raise LoginNeeded("this needs a token; log in, or send it as a Bearer")
    if not visit.may(scope):
        raise NotAllowed(f"the token '{visit.name}' has not the scope '{scope}'")


def submitting(scope: Scope) -> Callable[[Visit, Request, str], Visit]:
    """For a route that one of our forms is sent to, by somebody who may."""

    def check(visit: Anybody, request: Request, key: Annotated[str, Form()] = "") -> Visit:
        require(visit, scope)
        check_form(key, visit.form_key, request)
        return visit

    return check


def calling(scope: Scope) -> Callable[[Visit], Visit]:
    """For a route of the API that writes: the token must be in the header.

    A cookie would do for pages of others too, which cannot set the header.
    """

    def check(visit: Anybody) -> Visit:
        require(visit, scope)
        if visit.form_key:
            raise NotAllowed("send the token as a Bearer in the Authorization header")
        return visit

    return check
