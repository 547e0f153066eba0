"""What the ways in ask of the queue, without knowing it: take a series, send a draft."""

from __future__ import annotations

from typing import Protocol

from reviewbot.store.records import Job, Notice


class Intake(Protocol):
    """The queue, seen from a way in. All methods raise StoreUnusable."""

    def accept(self, notice: Notice, hook_id: str = "") -> tuple[Job, bool]:
        """The job for this series, and whether it is new; on the disk once this returns.

        The same series or the same delivery (`hook_id`) again gives the same job.
        """
        ...

    def approve(self, draft_id: int, by: str) -> None:
        """A person lets a draft go out, when its time has come; raises DraftClosed."""
        ...

    def answers(self) -> None:
        """Asks the queue for a sign of life."""
        ...
