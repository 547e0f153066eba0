"""Threads in the archive, read again for what people answer to mails of ours."""

from __future__ import annotations

import logging

from reviewbot.config import Settings
from reviewbot.errors import SourceFailed
from reviewbot.jobs.hearing import Hearing
from reviewbot.model import Mail
from reviewbot.pipeline import Reviewer
from reviewbot.store.records import DraftState
from reviewbot.store.store import Store

log = logging.getLogger(__name__)


class Threads:
    """Reads threads at the pace that all workers share."""

    def __init__(self, settings: Settings, store: Store, reviewer: Reviewer) -> None:
        self._settings = settings
        self._store = store
        self._reviewer = reviewer
        self._hearing = Hearing(settings, store, (rule.id for rule in reviewer.rules))

    def hear_all(self, mails: tuple[Mail, ...]) -> None:
        for mail in mails:
            self._hearing.hear(mail)

    def hear(self, message_id: str, mailing_list: str) -> None:
        """What is answered in the thread of this mail; a thread that cannot be had says nothing."""
        archive = self._settings.policy(mailing_list).archive or self._settings.archive
        pause = 1 / self._settings.service.archive_rate
        turn = self._store.pace.turn
        try:
            self.hear_all(self._reviewer.thread(message_id, archive, turn, pause))
        except SourceFailed as error:
            log.info("a thread was not read for answers: %s", error)

    def sent_in(self, draft_id: int) -> str:
        """The mail that a draft answers, if the draft has gone out; else ""."""
        draft = self._store.drafts.get(draft_id)
        return draft.in_reply_to if draft is not None and draft.state is DraftState.SENT else ""
