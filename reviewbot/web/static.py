"""The two files that pages load: the style sheet and the icon."""

from __future__ import annotations

from fastapi import APIRouter, Response

from reviewbot.errors import NotKept
from reviewbot.resources import templates_dir
from reviewbot.web.pages import style

router = APIRouter(include_in_schema=False)

A_DAY = "public, max-age=86400"
FOREVER = "public, max-age=31536000, immutable"
"""Its address is made from what it holds."""


@router.get("/static/icon.svg")
async def icon() -> Response:
    picture = (templates_dir() / "pages" / "icon.svg").read_bytes()
    return Response(picture, media_type="image/svg+xml", headers={"Cache-Control": A_DAY})


@router.get("/static/{name}")
async def sheet(name: str) -> Response:
    address, text = style()
    if address != f"/static/{name}":
        raise NotKept("there is no such file; load the page again")
    return Response(text, media_type="text/css", headers={"Cache-Control": FOREVER})
