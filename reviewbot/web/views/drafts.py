"""Drafts: to read as they will go out, to edit, to let go, or to throw away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from reviewbot.cases import Cases
from reviewbot.errors import BadUsage
from reviewbot.mail.cautions import cautions
from reviewbot.mail.edit import as_text, read
from reviewbot.model import DraftKind
from reviewbot.outbox.policy import Go, Hold, Never, Wait
from reviewbot.store.paging import Ask
from reviewbot.store.records import DraftState, StoredDraft
from reviewbot.store.tokens import Scope
from reviewbot.web import deeds
from reviewbot.web.access import Reading, Visit, submitting
from reviewbot.web.pages import page
from reviewbot.web.params import Cursor, Id, Text
from reviewbot.web.site import Site

router = APIRouter(include_in_schema=False)

Deciding = Annotated[Visit, Depends(submitting(Scope.DRAFTS))]
Seen = Annotated[str, Form(max_length=64)]
"""Which words of the mail somebody has read: nobody lets go what was changed meanwhile."""

DONE = {
    "approved": "Approved: it goes out as the list's policy allows.",
    "edited": "Kept. This is how the mail goes out now.",
    "discarded": "Discarded: it will not go out.",
}


@router.get("/drafts")
def drafts(visit: Reading, state: Text = "draft", list: Text = "", at: Cursor = "") -> Response:
    states = [one for one in DraftState if one == state] or [*DraftState]
    found = visit.site.store.desk.drafts(states, Ask(at), list)
    return page(
        "drafts",
        visit,
        found=found,
        states=[*DraftState],
        lists=visit.site.store.browse.lists(),
        given={"state": state, "list": list},
    )


@router.get("/drafts/{draft_id}")
def one_draft(visit: Reading, draft_id: Id, done: Text = "") -> Response:
    return _shown(visit, deeds.draft_of(visit.site, draft_id), DONE.get(done, ""))


@router.get("/drafts/{draft_id}/mail")
def raw_mail(visit: Reading, draft_id: Id) -> Response:
    """The mail's bytes, to be saved."""
    draft = deeds.draft_of(visit.site, draft_id)
    headers = {"Content-Disposition": f'attachment; filename="draft-{draft.id}.eml"'}
    return Response(_letter(visit.site, draft), media_type="message/rfc822", headers=headers)


@router.post("/drafts/{draft_id}/approve")
def approve(visit: Deciding, draft_id: Id, seen: Seen = "") -> Response:
    deeds.approve(visit, deeds.draft_as_read(visit.site, draft_id, seen))
    return RedirectResponse(f"/drafts/{draft_id}?done=approved", 303)


@router.post("/drafts/{draft_id}/discard")
def discard(
    visit: Deciding, draft_id: Id, why: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    deeds.discard(visit, deeds.draft_of(visit.site, draft_id), why)
    return RedirectResponse(f"/drafts/{draft_id}?done=discarded", 303)


@router.post("/drafts/{draft_id}/edit")
def edit(
    visit: Deciding,
    draft_id: Id,
    to: Annotated[str, Form()] = "",
    cc: Annotated[str, Form()] = "",
    body: Annotated[str, Form()] = "",
    seen: Seen = "",
) -> Response:
    draft = deeds.draft_as_read(visit.site, draft_id, seen)
    try:
        deeds.edit(visit, draft, to, cc, body)
    except BadUsage as error:
        return _shown(visit, draft, problem=str(error), given=(to, cc, body))
    return RedirectResponse(f"/drafts/{draft_id}?done=edited", 303)


def _shown(
    visit: Visit,
    draft: StoredDraft,
    done: str = "",
    problem: str = "",
    given: tuple[str, str, str] | None = None,
) -> Response:
    """`given` is what was typed and cannot be taken: nobody should have to type it again."""
    mail = read(draft.message)
    series_id, revision = visit.site.store.detail.revision(draft.revision_id)
    return page(
        "draft",
        visit,
        422 if problem else 200,
        draft=draft,
        mail=read(_letter(visit.site, draft)),
        fields=given or (as_text(mail.to), as_text(mail.cc), mail.body),
        parts=list(quoted_parts(mail.body)),
        cautions=cautions(mail.body, draft.kind is DraftKind.PATCH),
        seen=deeds.digest(draft),
        series_id=series_id,
        revision=revision,
        held=_held(visit.site, draft),
        tries=visit.site.store.deliveries.of(draft.id),
        done=done,
        problem=problem,
    )


def _letter(site: Site, draft: StoredDraft) -> bytes:
    """The mail as it would go out now, with whom the list's policy leaves of its readers."""
    if not draft.state.open:
        return draft.message
    return Cases(site.settings, site.store).letter(draft, datetime.now(UTC))


def _held(site: Site, draft: StoredDraft) -> str:
    """Why the mail would not go out if it were approved now; "" where it would."""
    if not draft.state.open:
        return ""
    match Cases(site.settings, site.store).verdict(draft, datetime.now(UTC)):
        case Wait(_, why):
            return f"Once approved, it goes out later: {why}."
        case Hold(why):
            return f"Once approved, it is kept and does not go out: {why}."
        case Never(why):
            return f"Even approved, it will not go out: {why}."
        case Go():
            return ""


def quoted_parts(body: str) -> Iterator[tuple[str, str]]:
    """(what it is, its lines): quotes, the signature, and our own words between them."""
    text, mark, signature = body.removesuffix("\n").partition("\n-- \n")
    for quoted, lines in groupby(text.split("\n"), key=lambda line: line.startswith(">")):
        yield ("quote" if quoted else "own"), "\n".join(lines)
    if mark:
        yield "signature", f"-- \n{signature}"
