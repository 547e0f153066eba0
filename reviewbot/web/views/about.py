"""What this site is, for whoever comes from one of the mails."""

from __future__ import annotations

from fastapi import APIRouter, Response

from reviewbot.web.access import Anybody
from reviewbot.web.pages import page

router = APIRouter(include_in_schema=False)


@router.get("/about")
def about(visit: Anybody) -> Response:
    return page("about", visit, settings=visit.site.settings, rules=len(visit.site.rules))
