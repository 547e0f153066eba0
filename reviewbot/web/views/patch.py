"""One patch: its diff, with the findings below their lines and the paths that prove them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from reviewbot.compare import base_fingerprint
from reviewbot.model import Finding, Status
from reviewbot.store.records import Answer
from reviewbot.store.shown import PatchHead, PatchPage
from reviewbot.web.access import Reading
from reviewbot.web.diffview import view_diff
from reviewbot.web.messageview import view_message
from reviewbot.web.pages import page
from reviewbot.web.params import Id, Number
from reviewbot.web.site import Site
from reviewbot.web.views.strands import title

router = APIRouter(include_in_schema=False)


@router.get("/patches/{patch_id}")
def one_patch(visit: Reading, patch_id: Id, review: Number = None) -> Response:
    shown = visit.site.store.detail.patch(patch_id, review)
    before, after = _neighbours(shown)
    new = [one for one in shown.findings if one.finding.status is Status.NEW]
    return page(
        "patch",
        visit,
        shown=shown,
        mail=shown.patch.mail,
        title=title(shown.patch.mail.subject),
        archive=_in_archive(shown),
        before=before,
        after=after,
        new=new,
        others=[one for one in shown.findings if one not in new],
        message=view_message(shown.patch.message, shown.findings),
        diff=view_diff(shown.patch.diff, shown.findings),
        answers=_answers(visit.site, shown.series_id),
        mark=_mark,
    )


@router.get("/patches/{patch_id}/diff")
def raw_diff(visit: Reading, patch_id: Id) -> Response:
    """The diff as the mail brought it, for `git apply`, and for what is too long for a page."""
    return PlainTextResponse(visit.site.store.detail.patch(patch_id).patch.diff)


def _neighbours(shown: PatchPage) -> tuple[PatchHead | None, PatchHead | None]:
    """The patches before and after this one in its series."""
    patches = shown.revision.patches
    here = [patch.id for patch in patches].index(shown.id)
    after = patches[here + 1] if here + 1 < len(patches) else None
    return (patches[here - 1] if here else None), after


def _in_archive(shown: PatchPage) -> str:
    """Where the archive has this mail: beside the one that the series is known by."""
    folder, _, _ = shown.revision.url.rstrip("/").rpartition("/")
    message_id = quote(shown.patch.mail.message_id, safe="@+=,")
    return f"{folder}/{message_id}/" if folder.startswith(("https://", "http://")) else ""


def _answers(site: Site, series_id: int) -> Mapping[str, list[Answer]]:
    """What people said of the findings of this series, by what is the same in every version."""
    words: dict[str, list[Answer]] = defaultdict(list)
    for word in site.store.answers.of(series_id):
        words[word.fingerprint or word.rule].append(word)
    return words


def _mark(finding: Finding) -> str:
    return base_fingerprint(finding.fingerprint)
