"""What is done to send one draft: ask the policy, hand over, note; and after a crash, look first.

approved -> sending -> sent
                    -> approved   it did not go out; again later, or
                    -> failed     too often, for good, or nobody knows whether it went out
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reviewbot.cases import Cases, beside
from reviewbot.config import Settings
from reviewbot.config.lists import Audience
from reviewbot.errors import (
    DeliveryFailed,
    DeliveryUnclear,
    Failed,
    MailRefused,
    OutboxUnusable,
    SourceFailed,
)
from reviewbot.mail.stamp import stamped
from reviewbot.model import Draft
from reviewbot.outbox.interface import Channel, Whereabouts
from reviewbot.outbox.policy import Go, Hold, Never, Verdict, Wait, judge
from reviewbot.store.records import Delivery, DraftState, Outcome, StoredDraft, Traffic
from reviewbot.store.store import Store

log = logging.getLogger(__name__)

ArchiveHas = Callable[[str, str], bool]
"""(Message-ID, address of the archive) -> whether it is there; raises a leaf of SourceFailed."""


class CalledOff(Failed):
    """Somebody took this worker for dead and called its try off: nothing has gone out."""


class Delivering:
    """Sends drafts by one channel. Everything is noted in the store before and after."""

    def __init__(
        self, settings: Settings, store: Store, channel: Channel, archive_has: ArchiveHas
    ) -> None:
        self._settings = settings
        self._store = store
        self._channel = channel
        self._archive_has = archive_has
        self._cases = Cases(settings, store)

    def attempt(self, draft_id: int, turn: int) -> float | None:
        """Does what can be done now; the seconds until there may be more to do, None for never."""
        draft = self._at_turn(draft_id, turn)
        if draft is not None and draft.state is DraftState.SENDING:
            self._settle(draft, self._store.deliveries.of(draft_id)[-1])
            draft = self._at_turn(draft_id, turn)
        if draft is not None and draft.state is DraftState.APPROVED and draft.due_at <= _now():
            self._send(draft)
        return _until_due(self._at_turn(draft_id, turn))

    def give_up(self, draft_id: int, turn: int, why: str) -> None:
        """Ends a draft that cannot be dealt with, as failed, and says what is known of it."""
        draft = self._at_turn(draft_id, turn)
        if draft is not None and draft.state is DraftState.APPROVED:
            self._store.drafts.close(draft_id, turn, DraftState.FAILED, why)
        elif draft is not None and draft.state is DraftState.SENDING:
            last = self._store.deliveries.of(draft_id)[-1]
            if self._is_called_off(last):
                self._store.deliveries.end(last.id, Outcome.FAILED, why, DraftState.FAILED)
            else:
                self._unclear(draft, last, why)

    def verdict(self, draft: StoredDraft) -> Verdict:
        """Whether the draft may go out now, by what has gone out until now."""
        return self._cases.verdict(draft, _now())

    def _at_turn(self, draft_id: int, turn: int) -> StoredDraft | None:
        draft = self._store.drafts.get(draft_id)
        return draft if draft is not None and draft.turn == turn else None

    def _send(self, draft: StoredDraft) -> None:
        tries = self._store.deliveries.of(draft.id)
        if tries and tries[-1].outcome is Outcome.UNCLEAR and self._is_out(draft):
            self._store.deliveries.end(tries[-1].id, Outcome.SENT, _FOUND, DraftState.SENT)
            return
        case, policy = self._cases.of(draft), self._settings.policy(draft.mailing_list)
        said: list[Verdict] = []

        def asked(traffic: Traffic) -> Draft | None:
            said.append(judge(case, beside(traffic), policy, _now()))
            return _ready(draft, said[0])

        name = self._channel.name
        begun = self._store.deliveries.begin(draft.id, draft.turn, name, asked)
        if begun is not None:
            self._deliver(draft, *begun)
        elif said:
            self._keep(draft, said[0])

    def _keep(self, draft: StoredDraft, verdict: Verdict) -> None:
        drafts = self._store.drafts
        match verdict:
            case Wait(until, why):
                drafts.hold(draft.id, draft.turn, why, until)
            case Hold(why):
                drafts.hold(draft.id, draft.turn, why)
            case Never(why):
                drafts.close(draft.id, draft.turn, DraftState.WITHHELD, why)

    def _deliver(self, draft: StoredDraft, delivery_id: int, mail: Draft) -> None:
        def brink() -> None:
            if not self._store.deliveries.hand_over(delivery_id):
                raise CalledOff(f"draft {draft.id}: this try was called off")

        deliveries = self._store.deliveries
        try:
            detail = self._channel.send(mail, brink)
        except CalledOff as error:
            log.warning("%s", error)
        except MailRefused as error:
            deliveries.end(delivery_id, Outcome.FAILED, str(error), DraftState.FAILED)
        except OutboxUnusable as error:
            self._again(draft.id, delivery_id, str(error), self._pause)
        except DeliveryUnclear as error:
            deliveries.wait(delivery_id, str(error), _now() + self._pause)
        else:
            deliveries.end(delivery_id, Outcome.SENT, detail, DraftState.SENT)
            log.info("mail sent", extra={"draft": draft.id, "channel": self._channel.name})

    def _again(
        self, draft_id: int, delivery_id: int, why: str, pause: timedelta = timedelta()
    ) -> None:
        """Nothing has gone out: the draft is tried again after a while, but not for ever."""
        draft = self._store.drafts.get(draft_id)
        assert draft is not None, "a delivery is of a draft"
        words = f"try {draft.tries} of {self._tries}: {why}"
        more = draft.tries < self._tries
        state = DraftState.APPROVED if more else DraftState.FAILED
        due = _now() + pause * 2 ** (draft.tries - 1)
        self._store.deliveries.end(delivery_id, Outcome.FAILED, words, state, due)

    def _settle(self, draft: StoredDraft, last: Delivery) -> None:
        """A try was cut off: what came of it is found out before anything else is done."""
        if self._is_called_off(last):
            return self._again(draft.id, last.id, "the worker ended before the mail had left it")
        try:
            found = self._whereabouts(draft)
        except DeliveryFailed as error:
            return self._look_again(draft, last, str(error))
        match found:
            case Whereabouts.THERE:
                self._store.deliveries.end(last.id, Outcome.SENT, _FOUND, DraftState.SENT)
            case Whereabouts.ABSENT:
                self._again(draft.id, last.id, f"the worker ended; not in {last.channel}")
            case Whereabouts.UNKNOWN if self._archive(draft):
                self._look_again(draft, last, f"not in {self._archive(draft)}")
            case Whereabouts.UNKNOWN:
                self._unclear(draft, last, "the worker ended while it handed the mail over")

    def _is_called_off(self, last: Delivery) -> bool:
        return last.outcome is Outcome.FAILED or self._store.deliveries.call_off(last.id)

    def _look_again(self, draft: StoredDraft, last: Delivery, why: str) -> None:
        """Mail takes its time to an archive; it is given as long as all tries would take."""
        gone = _now() - last.begun_at
        if gone < self._pause * (2**self._tries - 1):
            self._store.deliveries.wait(last.id, why, _now() + max(self._pause, gone))
        else:
            self._unclear(draft, last, why)

    def _unclear(self, draft: StoredDraft, last: Delivery, why: str) -> None:
        words = (
            f"it may have been sent on {last.begun_at:%Y-%m-%d at %H:%M} UTC ({why}): look for"
            f" <{draft.message_id}> in the log of {last.channel}, or ask a reader, and approve"
            " the draft again only if it did not go out"
        )
        self._store.deliveries.end(last.id, Outcome.UNCLEAR, words, DraftState.FAILED)
        log.error("a mail may have been sent, or not", extra={"draft": draft.id})

    def _is_out(self, draft: StoredDraft) -> bool:
        try:
            return self._whereabouts(draft) is Whereabouts.THERE
        except DeliveryFailed:
            return False

    def _whereabouts(self, draft: StoredDraft) -> Whereabouts:
        found = self._channel.find(_as_it_was(draft))
        archive = self._archive(draft)
        if found is not Whereabouts.UNKNOWN or not archive:
            return found
        try:
            there = self._archive_has(draft.message_id, archive)
        except SourceFailed as error:
            log.info("the archive did not say whether it has a mail: %s", error)
            return Whereabouts.UNKNOWN
        return Whereabouts.THERE if there else Whereabouts.UNKNOWN

    def _archive(self, draft: StoredDraft) -> str:
        """The archive that the mail comes to, "" where it went to no list."""
        policy = self._settings.policy(draft.mailing_list)
        public = any(each.kind is Audience.LIST for each in self._cases.recipients(draft))
        return (policy.archive or self._settings.archive) if public else ""

    @property
    def _tries(self) -> int:
        return self._settings.outbox.tries

    @property
    def _pause(self) -> timedelta:
        return timedelta(seconds=self._settings.outbox.retry_seconds)


_FOUND = "found where it was sent to"


def _ready(draft: StoredDraft, verdict: Verdict) -> Draft | None:
    """The mail with the date of this moment, for those whom it may go to."""
    if not isinstance(verdict, Go):
        return None
    to, cc = verdict.to, verdict.cc
    message = stamped(draft.message, message_id=draft.message_id, to=to, cc=cc, now=_now())
    return replace(_as_it_was(draft), message=message, to=to, cc=cc)


def _as_it_was(draft: StoredDraft) -> Draft:
    return Draft(
        message=draft.message,
        message_id=draft.message_id,
        in_reply_to=draft.in_reply_to,
        to=draft.to,
        cc=draft.cc,
        kind=draft.kind,
        findings=(),
    )


def _until_due(draft: StoredDraft | None) -> float | None:
    """Seconds until the draft is due; None where it is closed, or waits for something else."""
    if draft is None or draft.state not in (DraftState.APPROVED, DraftState.SENDING):
        return None
    wait = (draft.due_at - _now()).total_seconds()
    return wait if wait > 0 else None


def _now() -> datetime:
    return datetime.now(UTC)
