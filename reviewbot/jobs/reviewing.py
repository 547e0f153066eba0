"""The workflows of a review: look for the series, wait where it is not whole, check, draft.

Each step leaves its result in the store under a key made from what it was given, so that a
step that is run again, by whoever takes over from a process that died, changes nothing. What
waits for mail is put back into the queue with a delay: it holds no place meanwhile.
"""

from __future__ import annotations

from dbos import DBOS, DBOSConfiguredInstance, SetEnqueueOptions, SetWorkflowID

from reviewbot.jobs import names
from reviewbot.jobs.checking import Checking, Due
from reviewbot.jobs.queue import round_id
from reviewbot.jobs.steps import Found, Steps
from reviewbot.jobs.telling import Telling

LONGEST_WAIT = 600.0
"""Seconds between two looks for a series that is not whole; each wait is twice the last."""
MOST_TRIES = 5
"""A review that ends the process this often is given up, and the job says so."""


@DBOS.dbos_class(names.CLASS)
class Reviewing(DBOSConfiguredInstance):
    """The workflows, and the steps that they are made of."""

    def __init__(
        self, steps: Steps, checking: Checking, telling: Telling, first_wait: float
    ) -> None:
        super().__init__(names.INSTANCE)
        self._steps = steps
        self._checking = checking
        self._telling = telling
        self._first_wait = first_wait

    @DBOS.workflow(name=names.FETCH, max_recovery_attempts=MOST_TRIES)
    def fetch_series(self, job_id: str, number: int) -> None:
        """Looks once; then hands on to the review, or to a later look."""
        found = self._fetch(job_id)
        if found == Found.WAIT:
            wait = min(self._first_wait * 2 ** (number - 1), LONGEST_WAIT)
            partition = self._partition(job_id)
            options = SetEnqueueOptions(delay_seconds=wait, queue_partition_key=partition)
            with SetWorkflowID(round_id(job_id, number + 1)), options:
                DBOS.enqueue_workflow(names.FETCH_QUEUE, self.fetch_series, job_id, number + 1)
        elif found == Found.READY:
            options = SetEnqueueOptions(queue_partition_key=self._partition(job_id))
            with SetWorkflowID(self._review_id(job_id)), options:
                DBOS.enqueue_workflow(names.REVIEW_QUEUE, self.review_series, job_id)

    @DBOS.workflow(name=names.REVIEW, max_recovery_attempts=MOST_TRIES)
    def review_series(self, job_id: str) -> None:
        """For all jobs that have come to the same patches: the first one's stands for them."""
        try:
            self._check(job_id)
            self._draft(job_id)
        except Exception as error:
            self._fail(job_id, f"{type(error).__name__}: {error}")
            raise
        due = self._due(job_id)
        if due is not None:
            self._telling.hand_on(due.review_id, due.mailing_list, 1, due.wait)

    @DBOS.step(name="fetch")
    def _fetch(self, job_id: str) -> str:
        return self._steps.fetch(job_id)

    @DBOS.step(name="partition")
    def _partition(self, job_id: str) -> str:
        return self._steps.mailing_list(job_id) or names.NO_LIST

    @DBOS.step(name="review_id")
    def _review_id(self, job_id: str) -> str:
        return self._steps.review_id(job_id)

    @DBOS.step(name="check")
    def _check(self, job_id: str) -> None:
        self._steps.check(job_id)

    @DBOS.step(name="draft")
    def _draft(self, job_id: str) -> None:
        self._steps.draft(job_id)

    @DBOS.step(name="due")
    def _due(self, job_id: str) -> Due | None:
        return self._checking.due(job_id)

    @DBOS.step(name="fail")
    def _fail(self, job_id: str, why: str) -> None:
        self._steps.fail(job_id, why)
