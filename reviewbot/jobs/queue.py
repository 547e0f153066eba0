"""The way into the queue for processes that do no work themselves: the server, watchers."""

from __future__ import annotations

from dbos import DBOSClient, EnqueueOptions
from sqlalchemy.orm import Session

from reviewbot.jobs import names
from reviewbot.store.records import DraftState, Job, Notice
from reviewbot.store.store import Store


class Queue:
    """Takes work in, in the same transaction as what the store keeps of it."""

    def __init__(self, store: Store, rule_set: str) -> None:
        self._store = store
        self._rule_set = rule_set
        engine = store.sessions.engine
        self._client = DBOSClient(
            system_database_engine=engine, application_name=names.APPLICATION, lazy=True
        )

    def accept(self, notice: Notice, hook_id: str = "") -> tuple[Job, bool]:
        return self._store.jobs.accept(notice, self._rule_set, self._enqueue, hook_id)

    def approve(self, draft_id: int, by: str) -> None:
        self._store.drafts.decide(draft_id, DraftState.APPROVED, by)

    def answers(self) -> None:
        self._store.answers()

    def close(self) -> None:
        self._client.destroy()

    def _enqueue(self, session: Session, job: Job) -> None:
        self._client.enqueue_in_transaction(session, fetch_options(job), job.id, 1)


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
