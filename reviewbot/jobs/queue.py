"""The way into the queue for processes that do no work themselves: the server, watchers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from dbos import DBOSClient, EnqueueOptions
from sqlalchemy.orm import Session

from reviewbot.jobs import names
from reviewbot.jobs.together import Together
from reviewbot.store.records import Job, Notice, StoredDraft
from reviewbot.store.store import Store

_ALIVE = ["ENQUEUED", "DELAYED", "PENDING"]
_DEAD = ["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_ENDED = ["SUCCESS", *_DEAD]
_GAVE_UP = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"
_FAILED = "ERROR"


@dataclass(frozen=True, slots=True)
class Lost:
    """Work that the queue has given up: of a job, of a draft (its id and turn), or of the checks
    of a review (its id, the list, and the number of the try)."""

    why: str
    job_id: str = ""
    draft: tuple[int, int] | None = None
    checks: tuple[int, str, int] | None = None


class Queue:
    """Takes work in, in the same transaction as what the store keeps of it."""

    def __init__(self, store: Store, rule_set: str) -> None:
        self._store = store
        self._rule_set = rule_set
        engine = store.sessions.engine
        self._client = DBOSClient(
            system_database_engine=engine, application_name=names.APPLICATION, lazy=True
        )
        self._accepting = Together(self._accept_all)

    def accept(self, notice: Notice, hook_id: str = "") -> tuple[Job, bool]:
        return self._accepting.ask((notice, hook_id))

    def approve(self, draft_id: int, by: str) -> None:
        self._store.drafts.approve(draft_id, by, self._enqueue_send)

    def send_again(self, draft: StoredDraft) -> bool:
        """Puts a draft on its way anew; False where somebody else has done so."""
        return self._store.drafts.requeue(draft.id, draft.turn, self._enqueue_send)

    def answers(self) -> None:
        self._store.responds()

    def is_on_its_way(self, draft: StoredDraft) -> bool:
        """Whether the queue has work on this draft: to be done, at work, or to be taken over."""
        return bool(
            self._client.list_workflows(
                workflow_id_prefix=send_id(draft.id, draft.turn, None),
                status=_ALIVE,
                load_input=False,
                load_output=False,
                limit=1,
            )
        )

    def lost(self, since: datetime) -> Iterator[Lost]:
        """What was given up since then, whether or not that was noted.

        A draft whose sending failed once is not lost: it is in the store, and found there.
        """
        for status in self._client.list_workflows(
            status=_DEAD, completed_after=since.isoformat(), load_output=False
        ):
            args = status.input["args"] if status.input else ()
            why = _why(status.status, status.error)
            if status.name in (names.FETCH, names.REVIEW):
                yield Lost(why, job_id=str(args[0]))
            elif status.name == names.SEND and status.status == _GAVE_UP:
                yield Lost(why, draft=(args[0], args[1]))
            elif status.name == names.TELL and status.status == _FAILED:
                yield Lost(why, checks=(args[0], args[1], args[2]))

    def set_checks(self, review_id: int, mailing_list: str, number: int) -> None:
        """Puts a try to set a review's checks into the queue; said twice it changes nothing."""
        options = tell_options(review_id, mailing_list, number)
        self._client.enqueue(options, review_id, mailing_list, number)

    def forget(self, before: datetime, most: int) -> int:
        """Takes away work that ended before that moment, some at a time; how much it was."""
        ended = self._client.list_workflows(
            status=_ENDED,
            completed_before=before.isoformat(),
            load_input=False,
            load_output=False,
            limit=most,
        )
        self._client.delete_workflows([status.workflow_id for status in ended])
        return len(ended)

    def close(self) -> None:
        self._client.destroy()

    def _accept_all(self, asked: Sequence[tuple[Notice, str]]) -> list[tuple[Job, bool]]:
        return self._store.jobs.accept_all(asked, self._rule_set, self._enqueue)

    def _enqueue(self, session: Session, job: Job) -> None:
        self._client.enqueue_in_transaction(session, fetch_options(job), job.id, 1)

    def _enqueue_send(self, session: Session, draft: StoredDraft) -> None:
        self._client.enqueue_in_transaction(
            session, send_options(draft), draft.id, draft.turn, 1, partition(draft)
        )


def fetch_options(job: Job) -> EnqueueOptions:
    """The first look for the series of this job."""
    return {
        "queue_name": names.FETCH_QUEUE,
        "workflow_name": names.FETCH,
        "class_name": names.CLASS,
        "instance_name": names.INSTANCE,
        "workflow_id": round_id(job.id, 1),
        "queue_partition_key": job.mailing_list or names.NO_LIST,
    }


def round_id(job_id: str, number: int) -> str:
    """The workflow that looks for a job's series for the `number`th time."""
    return f"{job_id}-fetch-{number}"


def send_options(draft: StoredDraft) -> EnqueueOptions:
    """The first try to send a draft after it was put into the queue, once it is due."""
    wait = (draft.due_at - datetime.now(UTC)).total_seconds()
    options: EnqueueOptions = {
        "queue_name": names.SEND_QUEUE,
        "workflow_name": names.SEND,
        "class_name": names.SENDING_CLASS,
        "instance_name": names.SENDING_INSTANCE,
        "workflow_id": send_id(draft.id, draft.turn, 1),
        "queue_partition_key": partition(draft),
    }
    return {**options, "delay_seconds": wait} if wait > 0 else options


def send_id(draft_id: int, turn: int, number: int | None) -> str:
    """The workflow that looks after a draft for the `number`th time in this turn.

    None gives what all workflows of the turn begin with.
    """
    return f"send-{draft_id}-{turn}-{number or ''}"


def tell_options(review_id: int, mailing_list: str, number: int) -> EnqueueOptions:
    """The `number`th try to set the checks of a review, at once."""
    return {
        "queue_name": names.TELL_QUEUE,
        "workflow_name": names.TELL,
        "class_name": names.TELLING_CLASS,
        "instance_name": names.TELLING_INSTANCE,
        "workflow_id": checks_id(review_id, number),
        "queue_partition_key": mailing_list or names.NO_LIST,
    }


def checks_id(review_id: int, number: int) -> str:
    """The workflow that sets a review's checks for the `number`th time."""
    return f"checks-{review_id}-{number}"


def partition(draft: StoredDraft) -> str:
    return draft.mailing_list or names.NO_LIST


def _why(status: str, error: object) -> str:
    if status == _GAVE_UP:
        return "given up: it ended the worker that did it, several times"
    return f"given up: {type(error).__name__}: {error}" if error else f"given up: {status}"
