"""Atom feeds of reviews (RFC 4287): one a list, and one of all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree import ElementTree

from fastapi import APIRouter, Request, Response
from markupsafe import escape

from reviewbot.model import Finding, Status
from reviewbot.store.paging import Ask
from reviewbot.store.shown import ReviewLine, ShownFinding
from reviewbot.web.access import Reading, Visit
from reviewbot.web.visible import visible

router = APIRouter(include_in_schema=False)

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 40
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@router.get("/feeds")
def feed_of_all(visit: Reading, request: Request) -> Response:
    return _feed(visit, request, "")


@router.get("/feeds/{mailing_list}")
def feed_of_list(visit: Reading, request: Request, mailing_list: str) -> Response:
    """A list that nothing was seen on has an empty feed: it may have something tomorrow."""
    return _feed(visit, request, mailing_list)


def _feed(visit: Visit, request: Request, mailing_list: str) -> Response:
    store = visit.site.store
    lines = store.latest.reviews(Ask(limit=ENTRIES), mailing_list).items
    found = store.detail.findings(line.review.id for line in lines)
    text = atom(visit.site.base(request), mailing_list, lines, found)
    mark = f'"{hashlib.sha256(text).hexdigest()[:20]}"'
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers={"ETag": mark})
    return Response(text, media_type="application/atom+xml", headers={"ETag": mark})


def atom(
    base: str,
    mailing_list: str,
    lines: Iterable[ReviewLine],
    found: Mapping[int, tuple[ShownFinding, ...]],
) -> bytes:
    """The document; `found` are the findings of each review."""
    lines = list(lines)
    address = f"{base}/feeds/{quote(mailing_list)}" if mailing_list else f"{base}/feeds"
    feed = ElementTree.Element("feed", xmlns=ATOM)
    _add(feed, "id", address)
    _add(feed, "title", f"Reviews of {mailing_list}" if mailing_list else "Reviews")
    _add(feed, "updated", _time(max((line.review.made_at for line in lines), default=NEVER)))
    _add(feed, "link", rel="self", href=address)
    page = f"{base}/?list={quote(mailing_list)}" if mailing_list else f"{base}/"
    _add(feed, "link", rel="alternate", href=page)
    _add(_add(feed, "author"), "name", "reviewbot")
    for line in lines:
        _entry(feed, base, line, found.get(line.review.id, ()))
    ElementTree.indent(feed)
    text: bytes = ElementTree.tostring(feed, "utf-8", xml_declaration=True)
    return text + b"\n"


def _entry(
    feed: ElementTree.Element, base: str, line: ReviewLine, found: Iterable[ShownFinding]
) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", f"{base}/api/v1/reviews/{line.review.id}")
    _add(entry, "title", f"{line.subject}: {_verdict(line)}")
    _add(entry, "updated", _time(line.review.made_at))
    _add(entry, "link", rel="alternate", href=f"{base}/series/{line.series_id}")
    if line.url:
        _add(entry, "link", rel="related", href=line.url)
    _add(_add(entry, "author"), "name", line.author.name or line.author.email)
    new = [one.finding for one in found if one.finding.status is Status.NEW]
    # As HTML, for most readers of feeds run the lines of plain text together.
    told = "\n\n".join(map(_told, new)) or "Nothing found."
    _add(entry, "content", f"<pre>{escape(told)}</pre>", type="html")


def _verdict(line: ReviewLine) -> str:
    counts = line.review.counts
    return ", ".join(f"{number} {severity}" for severity, number in counts.each) or "nothing found"


def _told(finding: Finding) -> str:
    function = f" ({finding.function})" if finding.function else ""
    head = f"{finding.where}:{finding.line}{function}"
    claim = f"{finding.rule} [{finding.severity}/{finding.confidence}] {finding.message}"
    steps = [f"    {step.file or finding.where}:{step.line} {step.note}" for step in finding.trace]
    return "\n".join([head, claim, *steps])


def _add(
    parent: ElementTree.Element, name: str, text: str = "", **attributes: str
) -> ElementTree.Element:
    """What XML cannot hold is named instead."""
    given = {key: visible(value) for key, value in attributes.items()}
    element = ElementTree.SubElement(parent, name, given)
    element.text = visible(text) or None
    return element


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
