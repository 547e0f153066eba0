"""Tells a patchwork what a review came to: a check on each patch, whatever happens between.

What was set is noted, and nothing is set twice: the server is asked before each check, so that
one that was set before a crash is found.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from reviewbot.config import Settings
from reviewbot.config.lists import ListPolicy
from reviewbot.errors import CheckRefused, OutboxUnusable
from reviewbot.history import Past, worth_saying
from reviewbot.jobs.steps import due_at
from reviewbot.model import PatchReview
from reviewbot.outbox.patchwork import LONGEST, Check, Patchwork, State
from reviewbot.pipeline import reply_settings
from reviewbot.report.b4 import status_of, summary_of
from reviewbot.store.checks import Judged
from reviewbot.store.store import Store

log = logging.getLogger(__name__)

_STATES = {"pass": State.SUCCESS, "warn": State.WARNING, "fail": State.FAIL}


@dataclass(frozen=True, slots=True)
class Due:
    """A review whose checks are to be set, and in how many seconds."""

    review_id: int
    mailing_list: str
    wait: float


class Checking:
    """Sets the checks of reviews; without a patchwork there are none."""

    def __init__(self, settings: Settings, store: Store, patchwork: Patchwork | None) -> None:
        self._settings = settings
        self._store = store
        self._patchwork = patchwork

    def due(self, job_id: str) -> Due | None:
        """What is to be set for the review that the job has come to; None where nothing is.

        A muted list gets no checks, as it gets no mail, and the embargo holds for both.
        """
        job = self._store.jobs.get(job_id)
        if self._patchwork is None or job is None or job.review_id is None:
            return None
        policy = self._settings.policy(job.mailing_list)
        if policy.muted or job.revision_id is None:
            return None
        due = due_at(self._store.series.load(job.revision_id), policy)
        return Due(job.review_id, job.mailing_list, max((due - _now()).total_seconds(), 0.0))

    def attempt(self, review_id: int, mailing_list: str, number: int) -> float | None:
        """Sets what can be set; the seconds until the next try, None where there is none."""
        judged = self._store.checks.judged(review_id)
        if self._patchwork is None or judged is None:
            return None
        failures = [
            why
            for part in self._parts(judged, self._settings.policy(mailing_list))
            if (why := self._set(self._patchwork, part, mailing_list, judged))
        ]
        return self._pause(number, failures) if failures else None

    def _pause(self, number: int, failures: list[str]) -> float | None:
        outbox = self._settings.outbox
        if number < outbox.tries:
            return float(outbox.retry_seconds * 2 ** (number - 1))
        log.error("checks not set: %s", failures[0], extra={"patches": len(failures)})
        return None

    def _parts(self, judged: Judged, policy: ListPolicy) -> Iterable[PatchReview]:
        """The patches with what the list wants to hear of, without what somebody called no bug."""
        series = self._store.series.load(judged.revision_id)
        refused = self._store.answers.refusals(judged.revision_id)
        discarded = self._store.drafts.discarded(judged.revision_id)
        past = Past(frozenset(), refused.fingerprints | discarded, refused.rules)
        worth = replace(
            reply_settings(self._settings),
            least_severity=policy.min_severity,
            least_confidence=policy.min_confidence,
        ).is_worth_a_mail
        for part in worth_saying(self._store.reviews.load(judged.review_id, series), past).patches:
            yield replace(part, findings=tuple(one for one in part.findings if worth(one)))

    def _set(
        self,
        patchwork: Patchwork,
        part: PatchReview,
        mailing_list: str,
        judged: Judged,
    ) -> str:
        """Why it could not be set yet, "" where it was, or never will be."""
        message_id = part.patch.mail.message_id
        check = self._check(part, judged.patch_ids[message_id])
        said = (check.state, check.description)
        if self._store.checks.said(patchwork.url, message_id) == said:
            return ""
        try:
            patchwork.set(message_id, mailing_list, check)
        except OutboxUnusable as error:
            log.info("a check was not set yet: %s", error)
            return str(error)
        except CheckRefused as error:
            log.error("a check was refused: %s", error)
            return ""
        self._store.checks.note(patchwork.url, message_id, *said, judged.review_id)
        return ""

    def _check(self, part: PatchReview, patch_id: int) -> Check:
        base = self._settings.service.public_url.rstrip("/")
        url = f"{base}/patches/{patch_id}" if base else ""
        return Check(_STATES[status_of(part.new)], summary_of(part.new)[:LONGEST], url)


def _now() -> datetime:
    return datetime.now(UTC)
