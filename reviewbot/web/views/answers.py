"""What a person says of a finding here, as others do in a reply: it is no bug, or it is one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from reviewbot.store.records import Verdict
from reviewbot.store.tokens import Scope
from reviewbot.web import deeds
from reviewbot.web.access import Visit, submitting
from reviewbot.web.params import Id

router = APIRouter(include_in_schema=False)

Answering = Annotated[Visit, Depends(submitting(Scope.DRAFTS))]


@router.post("/findings/{finding_id}/answer")
def answer(visit: Answering, finding_id: Id, verdict: Annotated[Verdict, Form()]) -> Response:
    shown = deeds.say(visit, finding_id, verdict)
    address = f"/patches/{shown.patch_id}?review={shown.review_id}#f{shown.id}"
    return RedirectResponse(address, 303)
