"""The application on each database, spoken to without a socket, and a queue that notes things."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from fastapi.testclient import TestClient

from reviewbot.config import Settings
from reviewbot.errors import StoreUnusable
from reviewbot.store.jobs import Enqueue
from reviewbot.store.records import DraftState, Job, Notice
from reviewbot.store.store import Store
from reviewbot.web.app import create_app
from tests.public_inbox import public_inbox as public_inbox
from tests.sources.conftest import StandIn as StandIn
from tests.sources.conftest import stand_in as stand_in

RULES = "these rules"


@dataclass
class NotingQueue:
    """Takes series into the store and does nothing with them; `silent` is a queue that is away."""

    store: Store
    silent: bool = False
    queued: list[str] = field(default_factory=list)
    approved: list[tuple[int, str]] = field(default_factory=list)

    def accept(self, notice: Notice, hook_id: str = "") -> tuple[Job, bool]:
        enqueue: Enqueue = lambda _session, job: self.queued.append(job.id)  # noqa: E731
        return self.store.jobs.accept(notice, RULES, enqueue, hook_id)

    def approve(self, draft_id: int, by: str) -> None:
        self.store.drafts.decide(draft_id, DraftState.APPROVED, by)
        self.approved.append((draft_id, by))

    def answers(self) -> None:
        if self.silent:
            raise StoreUnusable("postgresql://somewhere/secret: does not answer")


@pytest.fixture
def queue(store: Store) -> NotingQueue:
    return NotingQueue(store)


@pytest.fixture
def settings(stand_in: StandIn) -> Settings:
    return Settings(archive=stand_in.url)


@pytest.fixture
def client(settings: Settings, store: Store, queue: NotingQueue) -> Iterator[TestClient]:
    with TestClient(create_app(settings, store, queue)) as client:
        yield client
