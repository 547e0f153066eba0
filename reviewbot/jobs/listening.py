"""The workflow that looks for answers to what was sent: often at first, then less and less.

A command counts at once then, for other series of its author as well, and not only when the
next revision of the same series is read.
"""

from __future__ import annotations

from dbos import DBOS, DBOSConfiguredInstance, SetEnqueueOptions, SetWorkflowID

from reviewbot.jobs import names
from reviewbot.jobs.threads import Threads

FIRST_WAIT = 3600.0
"""Seconds from a mail to the first look; each wait is twice the last."""
LOOKS = 8
"""The last is some ten days after the mail."""


@DBOS.dbos_class(names.LISTENING_CLASS)
class Listening(DBOSConfiguredInstance):
    """The workflow, and its steps."""

    def __init__(self, threads: Threads) -> None:
        super().__init__(names.LISTENING_INSTANCE)
        self._threads = threads

    @DBOS.workflow(name=names.LISTEN)
    def hear_answers(self, message_id: str, partition: str, number: int) -> None:
        """Reads the thread of this mail, for the `number`th time."""
        self._hear(message_id, partition)
        if number < LOOKS:
            self._later(message_id, partition, number + 1)

    def begin(self, draft_id: int, partition: str) -> None:
        """Looks for answers to a draft from now on, if it has gone out; a workflow may call it."""
        answered = self._sent_in(draft_id)
        if answered:
            self._later(answered, partition, 1)

    def _later(self, message_id: str, partition: str, number: int) -> None:
        wait = FIRST_WAIT * 2 ** (number - 1)
        options = SetEnqueueOptions(delay_seconds=wait, queue_partition_key=partition)
        with SetWorkflowID(f"listen-{message_id}-{number}"), options:
            DBOS.enqueue_workflow(
                names.LISTEN_QUEUE, self.hear_answers, message_id, partition, number
            )

    @DBOS.step(name="sent_in")
    def _sent_in(self, draft_id: int) -> str:
        return self._threads.sent_in(draft_id)

    @DBOS.step(name="hear")
    def _hear(self, message_id: str, partition: str) -> None:
        self._threads.hear(message_id, "" if partition == names.NO_LIST else partition)
