"""A queue that notes what it was given, and a client that warns of nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from reviewbot.store.records import Job, JobState, Notice
from tests.public_inbox import public_inbox as public_inbox


class Noting:
    """An intake that takes each series once and keeps the notices."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    @property
    def ids(self) -> list[str]:
        return [notice.message_id for notice in self.notices]

    def accept(self, notice: Notice, hook_id: str = "") -> tuple[Job, bool]:
        new = notice not in self.notices
        if new:
            self.notices.append(notice)
        now = datetime.now(UTC)
        job = Job(
            id=f"job-{notice.message_id}",
            message_id=notice.message_id,
            mailing_list=notice.mailing_list,
            origin=notice.origin,
            rule_set="rules",
            state=JobState.WAITING,
            detail="",
            accepted_at=now,
            ended_at=None,
            revision_id=None,
            review_id=None,
        )
        return job, new

    def approve(self, draft_id: int, by: str) -> None:
        raise AssertionError("nothing that is followed approves drafts")

    def answers(self) -> None:
        pass


@pytest.fixture
def intake() -> Noting:
    return Noting()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=30) as client:
        yield client
