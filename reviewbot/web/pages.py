"""Fills the jinja2 templates of the pages: all that is filled in is escaped and made visible."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from urllib.parse import urlencode

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from reviewbot import __version__
from reviewbot.resources import templates_dir
from reviewbot.store.tokens import Scope
from reviewbot.web.access import Visit
from reviewbot.web.plots import seconds
from reviewbot.web.visible import visible

STYLE = "style.css"


def page(name: str, visit: Visit, status: int = 200, **words: object) -> HTMLResponse:
    """A page from templates/pages/, filled for whoever asks."""
    template = _environment().get_template(f"{name}.html.j2")
    around = {"visit": visit, "here": _place(visit.path), "waiting": _waiting(visit, status)}
    return HTMLResponse(template.render({**words, **around}), status)


def _place(path: str) -> str:
    """The part of the site that a page belongs to, by the address of its first page."""
    first = path.split("/")[1]
    return {"": "/", "series": "/", "patches": "/", "jobs": "/state"}.get(first, f"/{first}")


def _waiting(visit: Visit, status: int) -> int:
    """How many drafts wait for whoever may decide on them; an error's page asks no database."""
    return visit.site.store.desk.waiting() if visit.may(Scope.DRAFTS) and status < 500 else 0


@cache
def style() -> tuple[str, bytes]:
    """The style sheet, and the address that changes whenever it does."""
    sheet = (templates_dir() / "pages" / STYLE).read_bytes()
    return f"/static/{hashlib.sha256(sheet).hexdigest()[:12]}.css", sheet


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates_dir() / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"when": when, "raw_text": raw_text, "seconds": seconds}
    environment.globals |= {
        "style": style()[0],
        "version": __version__,
        "query": query,
        "count": count,
        "Scope": Scope,
    }
    return environment


def _shown(value: object) -> object:
    """Whatever is filled in, but for what was made for a page, has no characters that hide."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value)
    return value


def raw_text(text: str) -> Markup:
    """Text that comes back from a form as it was given: escaped, but not made visible."""
    return escape(text)


def when(moment: datetime) -> Markup:
    """A moment, in UTC like the rest of the site; browsers can tell it from the attribute."""
    moment = moment.astimezone(UTC)
    shown = f"{moment:%Y-%m-%d %H:%M}"
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), shown)


def query(**values: object) -> str:
    """The end of an address; what is empty is left out."""
    given: Mapping[str, object] = {name: value for name, value in values.items() if value}
    return f"?{urlencode(given)}" if given else ""


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 patch`, `2 patches`."""
    many = plural or (f"{noun}es" if noun.endswith("ch") else f"{noun}s")
    return f"{number} {noun if number == 1 else many}"
