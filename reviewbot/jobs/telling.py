"""The workflow that sets the checks of one review in patchwork, and comes back where it must."""

from __future__ import annotations

from dbos import DBOS, DBOSConfiguredInstance, SetEnqueueOptions, SetWorkflowID

from reviewbot.jobs import names
from reviewbot.jobs.checking import Checking
from reviewbot.jobs.queue import checks_id

MOST_TRIES = 5
"""A review whose checks end the process this often is given up."""


@DBOS.dbos_class(names.TELLING_CLASS)
class Telling(DBOSConfiguredInstance):
    """The workflow, and its step."""

    def __init__(self, checking: Checking) -> None:
        super().__init__(names.TELLING_INSTANCE)
        self._checking = checking

    @DBOS.workflow(name=names.TELL, max_recovery_attempts=MOST_TRIES)
    def set_checks(self, review_id: int, mailing_list: str, number: int) -> None:
        """The `number`th try; it hands on to the next, if any."""
        wait = self._attempt(review_id, mailing_list, number)
        if wait is not None:
            self.hand_on(review_id, mailing_list, number + 1, wait)

    def hand_on(self, review_id: int, mailing_list: str, number: int, wait: float) -> None:
        """Puts a try into the queue, once however often this is said; a workflow may call it."""
        options = SetEnqueueOptions(
            delay_seconds=wait or None, queue_partition_key=mailing_list or names.NO_LIST
        )
        with SetWorkflowID(checks_id(review_id, number)), options:
            DBOS.enqueue_workflow(
                names.TELL_QUEUE, self.set_checks, review_id, mailing_list, number
            )

    @DBOS.step(name="set_checks")
    def _attempt(self, review_id: int, mailing_list: str, number: int) -> float | None:
        return self._checking.attempt(review_id, mailing_list, number)
