"""What people do here, by whichever door they come: the pages and the API share these."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from reviewbot.errors import BadUsage, DraftClosed, NotKept
from reviewbot.mail.edit import rewrite
from reviewbot.sources.msgid import bare
from reviewbot.store.records import Answer, DraftState, Job, Notice, Origin, StoredDraft, Verdict
from reviewbot.store.shown import ShownFinding
from reviewbot.web.access import Visit
from reviewbot.web.site import Site


def draft_of(site: Site, draft_id: int) -> StoredDraft:
    draft = site.store.drafts.get(draft_id)
    if draft is None:
        raise NotKept(f"there is no draft {draft_id}; it may have been too old to keep")
    return draft


def draft_as_read(site: Site, draft_id: int, seen: str) -> StoredDraft:
    """The draft, if its mail still has the words that somebody has read: DraftClosed if not."""
    draft = draft_of(site, draft_id)
    if seen != digest(draft):
        raise DraftClosed(
            f"draft {draft_id} was changed after you had loaded it; go back and read it again"
        )
    return draft


def digest(draft: StoredDraft) -> str:
    """Which words a draft's mail has."""
    return hashlib.sha256(draft.message).hexdigest()


def job_of(site: Site, job_id: str) -> Job:
    job = site.store.jobs.get(job_id)
    if job is None:
        raise NotKept(f"there is no job {job_id}; it may have been too old to keep")
    return job


def edit(visit: Visit, draft: StoredDraft, to: str, cc: str, body: str) -> None:
    """Raises BadUsage for recipients that are none, DraftClosed where it is too late."""
    message = rewrite(draft.message, to, cc, body)
    visit.site.store.drafts.edit(draft.id, message, visit.name)


def approve(visit: Visit, draft: StoredDraft) -> None:
    """Raises DraftClosed where it is too late."""
    visit.site.intake.approve(draft.id, visit.name)


def discard(visit: Visit, draft: StoredDraft, why: str) -> None:
    """Raises DraftClosed where it is too late."""
    store = visit.site.store
    store.drafts.decide(draft.id, DraftState.DISCARDED, visit.name, why.strip())


def say(visit: Visit, finding_id: int, verdict: Verdict) -> ShownFinding:
    """What somebody thinks of a finding, kept beside what others answered by mail."""
    store = visit.site.store
    shown = store.detail.finding(finding_id)
    word = Answer(
        series_id=store.detail.patch(shown.patch_id).series_id,
        author=visit.name,
        verdict=verdict,
        rule=shown.finding.rule,
        fingerprint=shown.finding.fingerprint,
        said_at=datetime.now(UTC),
    )
    store.answers.add(word)
    return shown


def ask_for(visit: Visit, msgid: str, mailing_list: str = "") -> Job:
    """A person wants a series reviewed. Raises BadUsage for what is no Message-ID."""
    message_id = bare(msgid)
    if not message_id or "://" in message_id:
        raise BadUsage(f"'{msgid}' is no Message-ID; give one, and no address")
    job, _ = visit.site.intake.accept(Notice(message_id, mailing_list, Origin.PERSON))
    return job
