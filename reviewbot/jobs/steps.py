"""What is done for one job, step by step, from a Message-ID to drafts in the store."""

from __future__ import annotations

import glob
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from reviewbot.config import Settings
from reviewbot.config.lists import ListPolicy
from reviewbot.errors import BadInput, BadSetting, NotFound, SourceFailed
from reviewbot.history import Past, worth_saying
from reviewbot.jobs.threads import Threads
from reviewbot.mail.settings import ReplySettings
from reviewbot.model import Series
from reviewbot.pipeline import Reviewer, reply_settings
from reviewbot.store.records import DraftState, Job, JobState
from reviewbot.store.reviews import patches_digest
from reviewbot.store.store import Store

OLDER_THREADS = 3
"""So many revisions back we look for answers to what we said."""


class Found(StrEnum):
    """What a look for a series came to."""

    READY = "ready"
    WAIT = "wait"
    NEVER = "never"


class Steps:
    """The steps of all jobs; each can be run again and changes nothing then."""

    def __init__(self, settings: Settings, store: Store, reviewer: Reviewer) -> None:
        self._settings = settings
        self._store = store
        self._reviewer = reviewer
        self._threads = Threads(settings, store, reviewer)

    def fetch(self, job_id: str) -> Found:
        """Looks for the series, and files it where it is whole or was waited for long enough."""
        job = self._job(job_id)
        self._store.jobs.move(job_id, JobState.FETCHING)
        late = datetime.now(UTC) >= self._patience_ends(job)
        try:
            series = self._fetched(job)
        except BadSetting:
            raise
        except BadInput as error:
            return self._end(job_id, JobState.REFUSED, str(error))
        except SourceFailed as error:
            state = JobState.REFUSED if isinstance(error, NotFound) else JobState.FAILED
            return self._end(job_id, state, str(error)) if late else self._wait(job, str(error))
        if series.missing and not late:
            return self._wait(job, f"not there yet: {_patches(series)}")
        return self._file(job, series)

    def mailing_list(self, job_id: str) -> str:
        """The list that the job's series was seen on, as far as it is known."""
        return self._job(job_id).mailing_list

    def review_id(self, job_id: str) -> str:
        """The id of the workflow that reviews what the job has come to.

        It is made from the revision, its patches and the rules: two mails of one series that
        were told of apart become one review. One that failed may be tried again.
        """
        job = self._job(job_id)
        revision_id = _filed(job)
        patches = patches_digest(self._store.series.load(revision_id))
        failed = self._store.jobs.failed(revision_id, self._reviewer.rule_set)
        return f"review-{revision_id}-{self._reviewer.rule_set}-{patches}-{failed}"

    def check(self, job_id: str) -> None:
        """Reviews the series, unless exactly this was reviewed before."""
        job = self._job(job_id)
        self._move(job, JobState.CHECKING)
        revision_id = _filed(job)
        series = self._store.series.load(revision_id)
        found = self._store.reviews.find(revision_id, self._reviewer.rule_set, series)
        if found is None:
            begun = time.perf_counter()
            review = self._reviewer.check(series, self._policy(job).tree or None)
            seconds = time.perf_counter() - begun
            found = self._store.reviews.save(revision_id, review, seconds)
        self._move(job, JobState.CHECKING, review_id=found)

    def draft(self, job_id: str) -> None:
        """Drafts what is worth a mail and was not said before; closes drafts of older revisions."""
        job = self._job(job_id)
        revision_id, review_id = _filed(job), job.review_id
        assert review_id is not None, "drafted before it was checked"
        series = self._store.series.load(revision_id)
        review = self._store.reviews.load(review_id, series)
        new = worth_saying(review, self._past(revision_id))
        policy = self._policy(job)
        reply = _reply(self._settings, policy, self._store.answers.opted_out())
        answered = self._store.drafts.answered(review_id)
        drafts = [
            draft
            for draft in self._reviewer.drafts([new], reply)
            if draft.to and draft.in_reply_to not in answered
        ]
        state = DraftState.DRAFT if policy.approval else DraftState.APPROVED
        self._store.drafts.add(review_id, drafts, job.mailing_list, state, due_at(series, policy))
        older = self._store.drafts.older_reviews(revision_id)
        self._store.drafts.supersede(older, f"v{series.revision} was posted")
        others = self._store.drafts.other_reviews(review_id)
        mine = [draft.message_id for draft in drafts]
        self._store.drafts.supersede(others, "the revision was reviewed again", keep=mine)
        self._move(job, JobState.REVIEWED, review_id=review_id)

    def fail(self, job_id: str, why: str) -> None:
        job = self._job(job_id)
        if job.revision_id is None:  # given up before the series was found
            self._store.jobs.move(job_id, JobState.FAILED, why)
        else:
            self._move(job, JobState.FAILED, why)

    def _move(self, job: Job, state: JobState, why: str = "", review_id: int | None = None) -> None:
        """The job, and all others that are waiting for the same review."""
        self._store.jobs.move_all(_filed(job), job.rule_set, state, why, review_id)

    def is_open(self, job_id: str) -> bool:
        """Whether the job is there and has not ended."""
        job = self._store.jobs.get(job_id)
        return job is not None and not job.state.ended

    def _job(self, job_id: str) -> Job:
        job = self._store.jobs.get(job_id)
        if job is None:
            raise KeyError(job_id)
        return job

    def _past(self, revision_id: int) -> Past:
        """What the readers of the series were told, and what they do not want to hear again."""
        refused = self._store.answers.refusals(revision_id)
        discarded = self._store.drafts.discarded(revision_id)
        said = self._store.drafts.said(revision_id)
        return Past(said, refused.fingerprints | discarded, refused.rules)

    def _policy(self, job: Job) -> ListPolicy:
        return self._settings.policy(job.mailing_list)

    def _patience_ends(self, job: Job) -> datetime:
        return job.accepted_at + timedelta(minutes=self._settings.service.patience_minutes)

    def _fetched(self, job: Job) -> Series:
        archive = self._policy(job).archive or self._settings.archive
        pause = 1 / self._settings.service.archive_rate
        return self._reviewer.fetch(job.message_id, archive, self._store.pace.turn, pause)

    def _file(self, job: Job, series: Series) -> Found:
        mailing_list = job.mailing_list or self._settings.list_among(_addresses(series))
        saved = self._store.series.save(series, mailing_list)
        self._store.jobs.file(job.id, saved.revision_id, mailing_list)
        self._hear(job, series, saved.revision_id)
        # By the rules that we have: those of the job are what the server had when it was told.
        mine = saved.revision_id, self._reviewer.rule_set, patches_digest(series)
        done = self._store.jobs.reviewed(*mine)
        if done is None:
            return Found.READY
        self._store.jobs.move(job.id, JobState.REVIEWED, review_id=done)
        return Found.NEVER

    def _hear(self, job: Job, series: Series, revision_id: int) -> None:
        """What was answered in the thread, and since then below the mails about older revisions."""
        self._threads.hear_all(series.replies)
        older = {draft.revision_id: draft for draft in self._store.drafts.sent_about(revision_id)}
        for draft in list(older.values())[:OLDER_THREADS]:
            self._threads.hear(draft.in_reply_to, job.mailing_list)

    def _wait(self, job: Job, why: str) -> Found:
        until = self._patience_ends(job).strftime("%H:%M UTC")
        self._store.jobs.move(job.id, JobState.FETCHING, f"{why}; waiting until {until}")
        return Found.WAIT

    def _end(self, job_id: str, state: JobState, why: str) -> Found:
        self._store.jobs.move(job_id, state, why)
        return Found.NEVER


def _filed(job: Job) -> int:
    assert job.revision_id is not None, "checked before it was fetched"
    return job.revision_id


def _patches(series: Series) -> str:
    numbers = ", ".join(str(part) for part in series.missing)
    return f"patch{'es' if len(series.missing) > 1 else ''} {numbers} of {series.expected}"


def _addresses(series: Series) -> tuple[str, ...]:
    """Everybody that the mails of the series went to, each once, in their order."""
    mails = [series.cover] if series.cover else []
    mails += [patch.mail for patch in series.patches]
    return tuple(dict.fromkeys(to.email for mail in mails for to in (*mail.to, *mail.cc)))


def due_at(series: Series, policy: ListPolicy) -> datetime:
    """When anything may go out at the earliest: the patch's date and the list's embargo."""
    now = datetime.now(UTC)
    try:
        posted = parsedate_to_datetime(series.patches[0].mail.date).astimezone(UTC)
    except (ValueError, OverflowError):
        posted = now
    return min(posted, now) + timedelta(hours=policy.embargo_hours)


def _reply(settings: Settings, policy: ListPolicy, opted_out: frozenset[str]) -> ReplySettings:
    return replace(
        reply_settings(settings),
        least_severity=policy.min_severity,
        least_confidence=policy.min_confidence,
        write_to=policy.write_to,
        lists=tuple(settings.lists),
        opted_out=(*policy.opted_out, *(glob.escape(each) for each in sorted(opted_out))),
    )
