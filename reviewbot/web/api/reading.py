"""The API's reading half: series, revisions, patches, reviews, findings, rules."""

from __future__ import annotations

from fastapi import APIRouter, Request

from reviewbot.errors import NotKept
from reviewbot.model import Severity, Status
from reviewbot.store.browse import Filter, Standing
from reviewbot.store.latest import Sought
from reviewbot.store.paging import Ask
from reviewbot.web.access import Reading
from reviewbot.web.api import convert, models
from reviewbot.web.api.shape import ERRORS, Limit, Place
from reviewbot.web.histories import histories
from reviewbot.web.params import Id, Text
from reviewbot.web.views.fared import fared

router = APIRouter(prefix="/api/v1", responses=ERRORS)


@router.get("/series", tags=["series"])
def list_series(
    visit: Reading,
    list: Text = "",
    author: Text = "",
    rule: Text = "",
    status: Standing | None = None,
    q: Text = "",
    cursor: Place = "",
    limit: Limit = 50,
) -> models.PageOf[models.SeriesItem]:
    """Series, those that something happened to last first. `q` is words, or a Message-ID."""
    wanted = Filter(list, author, rule, status, q)
    found = visit.site.store.browse.series(wanted, Ask(cursor, limit))
    return convert.page(found, convert.series_item)


@router.get("/series/{series_id}", tags=["series"])
def get_series(visit: Reading, series_id: Id) -> models.SeriesDetail:
    """A series with all its revisions, and what became of each finding."""
    store = visit.site.store
    found = store.detail.series(series_id)
    return convert.series(found, histories(store, found.revisions))


@router.get("/revisions/{revision_id}", tags=["series"])
def get_revision(visit: Reading, revision_id: Id) -> models.RevisionItem:
    return convert.revision(*visit.site.store.detail.revision(revision_id))


@router.get("/revisions", tags=["series"])
def find_revision(visit: Reading, msgid: Text) -> models.RevisionItem:
    """The revision that this mail is the cover or a patch of."""
    revision_id = visit.site.store.series.revision_of(msgid.strip().strip("<>"))
    if revision_id is None:
        raise NotKept(f"no series here has the mail {msgid}")
    return convert.revision(*visit.site.store.detail.revision(revision_id))


@router.get("/patches/{patch_id}", tags=["patches"])
def get_patch(visit: Reading, request: Request, patch_id: Id) -> models.PatchDetail:
    """A patch with its diff and what its newest review says of it."""
    base = visit.site.base(request)
    return convert.patch(visit.site.store.detail.patch(patch_id), base)


@router.get("/reviews", tags=["reviews"])
def list_reviews(
    visit: Reading, list: Text = "", cursor: Place = "", limit: Limit = 50
) -> models.PageOf[models.ReviewLineItem]:
    found = visit.site.store.latest.reviews(Ask(cursor, limit), list)
    return convert.page(found, convert.review_line)


@router.get("/reviews/{review_id}", tags=["reviews"])
def get_review(visit: Reading, request: Request, review_id: Id) -> models.ReviewDetail:
    """A review with its findings."""
    head, found = visit.site.store.detail.review(review_id)
    return convert.review_detail(head, found, visit.site.base(request))


@router.get("/findings", tags=["findings"])
def list_findings(
    visit: Reading,
    request: Request,
    rule: Text = "",
    severity: Severity | None = None,
    status: Status | None = None,
    list: Text = "",
    cursor: Place = "",
    limit: Limit = 50,
) -> models.PageOf[models.FindingItem]:
    """Findings of all reviews, the older ones of a revision among them."""
    base = visit.site.base(request)
    sought = Sought(rule, severity, status, list)
    found = visit.site.store.latest.findings(sought, Ask(cursor, limit))
    return convert.page(found, lambda one: convert.finding(one, base))


@router.get("/findings/{finding_id}", tags=["findings"])
def get_finding(visit: Reading, request: Request, finding_id: Id) -> models.FindingItem:
    base = visit.site.base(request)
    return convert.finding(visit.site.store.detail.finding(finding_id), base)


@router.get("/rules", tags=["rules"])
def list_rules(visit: Reading, request: Request) -> list[models.RuleItem]:
    """All rules, and how they have fared here."""
    base = visit.site.base(request)
    return [convert.rule(one, base) for one in fared(visit.site)]
