"""The workflow that sends one draft: try, and come back later as long as that may help.

All that it knows is in the store, so it does not matter who does it, or how often: a draft that
was put into the queue anew since (a later `turn`) is none of its business. What waits for its
time is put back into the queue with a delay: it holds no place meanwhile.
"""

from __future__ import annotations

from dbos import DBOS, DBOSConfiguredInstance, SetEnqueueOptions, SetWorkflowID

from reviewbot.errors import StoreUnusable
from reviewbot.jobs import names
from reviewbot.jobs.delivering import Delivering
from reviewbot.jobs.listening import Listening
from reviewbot.jobs.queue import send_id

MOST_TRIES = 5
"""A draft whose sending ends the process this often is given up, and says so."""


@DBOS.dbos_class(names.SENDING_CLASS)
class Sending(DBOSConfiguredInstance):
    """The workflow, and its steps."""

    def __init__(self, delivering: Delivering, listening: Listening) -> None:
        super().__init__(names.SENDING_INSTANCE)
        self._delivering = delivering
        self._listening = listening

    @DBOS.workflow(name=names.SEND, max_recovery_attempts=MOST_TRIES)
    def send_draft(self, draft_id: int, turn: int, number: int, partition: str) -> None:
        """Does what can be done for the draft now; then hands on to a later look, if any.

        Once the mail is out, its thread is looked at for answers.
        """
        try:
            wait = self._attempt(draft_id, turn)
        except StoreUnusable:
            raise  # nothing can be noted; the sweep finds the draft
        except Exception as error:
            self._give_up(draft_id, turn, f"{type(error).__name__}: {error}")
            raise
        if wait is not None:
            options = SetEnqueueOptions(delay_seconds=wait, queue_partition_key=partition)
            with SetWorkflowID(send_id(draft_id, turn, number + 1)), options:
                DBOS.enqueue_workflow(
                    names.SEND_QUEUE, self.send_draft, draft_id, turn, number + 1, partition
                )
        else:
            self._listening.begin(draft_id, partition)

    @DBOS.step(name="attempt")
    def _attempt(self, draft_id: int, turn: int) -> float | None:
        return self._delivering.attempt(draft_id, turn)

    @DBOS.step(name="give_up")
    def _give_up(self, draft_id: int, turn: int, why: str) -> None:
        self._delivering.give_up(draft_id, turn, why)
