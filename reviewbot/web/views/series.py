"""The list of series, and one series with its versions and what became of each finding."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from reviewbot.errors import NotKept
from reviewbot.store.browse import Filter, Standing
from reviewbot.store.paging import Ask
from reviewbot.store.records import DraftState
from reviewbot.web.access import Reading
from reviewbot.web.histories import histories
from reviewbot.web.pages import page
from reviewbot.web.params import Cursor, Id, Text
from reviewbot.web.views.strands import strands

router = APIRouter(include_in_schema=False)

STANDINGS = {
    Standing.FINDINGS: "with findings",
    Standing.CLEAN: "nothing found",
    Standing.OPEN: "not reviewed yet",
    Standing.DRAFTS: "a draft waits",
}


@router.get("/")
def series_list(
    visit: Reading,
    list: Text = "",
    author: Text = "",
    rule: Text = "",
    status: Text = "",
    q: Text = "",
    at: Cursor = "",
) -> Response:
    standing = next((one for one in Standing if one == status), None)
    wanted = Filter(list.strip(), author.strip(), rule, standing, q)
    found = visit.site.store.browse.series(wanted, Ask(at))
    if "@" in q and len(found.items) == 1:
        return RedirectResponse(f"/series/{found.items[0].id}", 303)
    given = {"list": list, "author": author, "rule": rule, "status": standing or "", "q": q}
    return page(
        "series_list",
        visit,
        found=found,
        lists=visit.site.store.browse.lists(),
        rules=[rule.id for rule in visit.site.rules],
        standings=STANDINGS,
        given=given,
        filtered=any(given.values()),
        feed=f"/feeds/{quote(list)}" if list else "/feeds",
    )


@router.get("/series/{series_id}")
def one_series(visit: Reading, series_id: Id) -> Response:
    store = visit.site.store
    series = store.detail.series(series_id)
    drafts = store.desk.drafts(tuple(DraftState), Ask(limit=200), series_id=series_id)
    return page(
        "series",
        visit,
        series=series,
        newest=series.revisions[-1],
        strands=strands(series.revisions),
        histories=histories(store, series.revisions),
        drafts=drafts.items,
    )


@router.get("/m/{message_id:path}")
def by_message_id(visit: Reading, message_id: str) -> Response:
    """The page of a mail: its patch, or the series whose cover it is."""
    store = visit.site.store
    revision_id = store.series.revision_of(message_id)
    if revision_id is None:
        raise NotKept(f"no series here has the mail {message_id}")
    series_id, revision = store.detail.revision(revision_id)
    for patch in revision.patches:
        if patch.message_id == message_id:
            return RedirectResponse(f"/patches/{patch.id}", 303)
    return RedirectResponse(f"/series/{series_id}", 303)
