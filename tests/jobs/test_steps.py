"""What becomes of a series step by step: whom drafts go to, and what is not said a second time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from reviewbot.config import Settings
from reviewbot.config.lists import Audience, ListPolicy
from reviewbot.config.service import Service
from reviewbot.jobs.steps import Found, Steps
from reviewbot.model import Confidence, Severity
from reviewbot.pipeline import Reviewer
from reviewbot.store.records import DraftState, JobState, Notice, Origin, StoredDraft
from reviewbot.store.store import Store
from tests.public_inbox import Inbox
from tests.public_inbox import public_inbox as public_inbox
from tests.series_builder import AUTHOR, LIST, REVIEWER, Message, Posting
from tests.service import faulty_posting

OURS = "reviewbot@bots.example.org"
POLICY = ListPolicy(write_to=tuple(Audience))


@pytest.fixture
def name(store: Store, request: pytest.FixtureRequest) -> str:
    """Of an invented driver that no other test posts."""
    own = request.node.originalname.removeprefix("test_").replace("_", "")[:24]
    return f"{own}{store.sessions.engine.dialect.name}"


class Bench:
    """The steps under one policy, with an archive that is fed by the test."""

    def __init__(self, store: Store, inbox: Inbox, policy: ListPolicy = POLICY) -> None:
        service = Service(archive_rate=1000.0, patience_minutes=0.0)
        self.settings = Settings(
            archive=inbox.url, mail_address=OURS, service=service, lists={LIST: policy}
        )
        self._store = store
        self._inbox = inbox

    def reviewed(self, posting: Posting, rule_set: str = "") -> list[StoredDraft]:
        """The drafts of a posting that has come to the archive, in the order of its mails."""
        self._inbox.feed(posting.messages)
        return self.looked_at(posting, rule_set)

    def looked_at(self, posting: Posting, rule_set: str = "") -> list[StoredDraft]:
        reviewer = Reviewer.load(self.settings)
        reviewer = replace(reviewer, rule_set=rule_set or reviewer.rule_set)
        steps = Steps(self.settings, self._store, reviewer)
        notice = Notice(posting.ids[0], "", Origin.HOOK)
        job, _ = self._store.jobs.accept(notice, reviewer.rule_set, lambda session, job: None)
        assert steps.fetch(job.id) == (Found.NEVER if job.state.ended else Found.READY)
        steps.check(job.id)
        steps.draft(job.id)
        return self.drafts(posting)

    def drafts(self, posting: Posting) -> list[StoredDraft]:
        every = self._store.drafts.in_state(list(DraftState))
        mine = [draft for draft in every if draft.in_reply_to in posting.ids]
        return sorted(mine, key=lambda draft: posting.ids.index(draft.in_reply_to))

    def send(self, drafts: Iterable[StoredDraft]) -> None:
        for draft in drafts:
            self._store.drafts.decide(draft.id, DraftState.SENT, "ada")

    def answer(self, draft: StoredDraft, body: str, author: str) -> None:
        answer = Message(
            f"answer-{draft.message_id}",
            "Re: x",
            body,
            author=author,
            parent=draft.message_id,
            references=(draft.in_reply_to, draft.message_id),
        )
        self._inbox.feed([answer])


@pytest.fixture
def bench(store: Store, public_inbox: Inbox) -> Bench:
    return Bench(store, public_inbox)


def people(draft: StoredDraft) -> list[str]:
    return [address.email for address in (*draft.to, *draft.cc)]


def test_the_policy_says_whom_a_draft_goes_to(
    store: Store, public_inbox: Inbox, bench: Bench, name: str
) -> None:
    [draft] = bench.reviewed(faulty_posting(name, 1, with_cover=False))
    assert people(draft) == ["ada@wimble.example", LIST]
    alone = Bench(store, public_inbox, replace(POLICY, write_to=(Audience.AUTHOR,)))
    [draft] = alone.reviewed(faulty_posting(f"{name}b", 1, with_cover=False))
    assert people(draft) == ["ada@wimble.example"]
    assert b"\nCc:" not in draft.message
    nobody = Bench(store, public_inbox, replace(POLICY, write_to=(Audience.MAINTAINERS,)))
    assert nobody.reviewed(faulty_posting(f"{name}c", 1, with_cover=False)) == []


def test_a_series_that_was_told_of_twice_is_reviewed_once_whatever_rules_were_asked_for(
    store: Store, public_inbox: Inbox, bench: Bench, name: str
) -> None:
    posting = faulty_posting(name, 2)
    drafts = bench.reviewed(posting)
    reviewer = Reviewer.load(bench.settings)
    notice = Notice(posting.ids[1], "", Origin.HOOK)
    job, new = store.jobs.accept(notice, "rules of yesterday", lambda session, job: None)
    assert new
    assert Steps(bench.settings, store, reviewer).fetch(job.id) == Found.NEVER
    done = store.jobs.get(job.id)
    assert done is not None
    assert (done.state, done.review_id) == (JobState.REVIEWED, drafts[0].review_id)


@pytest.mark.parametrize(
    "change",
    [
        {"min_severity": Severity.CRITICAL},
        {"min_confidence": Confidence.HIGH, "min_severity": Severity.CRITICAL},
        {"opted_out": ("*@WIMBLE.example",)},
    ],
)
def test_what_the_policy_leaves_out_is_not_drafted(
    store: Store, public_inbox: Inbox, name: str, change: dict[str, object]
) -> None:
    policy = replace(POLICY, **change)  # type: ignore[arg-type]
    posting = faulty_posting(name, 1, with_cover=False)
    assert Bench(store, public_inbox, policy).reviewed(posting) == []


def test_a_series_is_summed_up_once_and_each_patch_answered_once(bench: Bench, name: str) -> None:
    posting = faulty_posting(name, 3)
    first = bench.reviewed(posting)
    assert [draft.in_reply_to for draft in first] == list(posting.ids)
    bench.send([first[0], first[1]])
    again = bench.looked_at(posting, "newer rules")
    states = [draft.state for draft in again if draft.id in {each.id for each in first}]
    assert states == [DraftState.SENT, DraftState.SENT, *[DraftState.SUPERSEDED] * 2]
    new = [draft for draft in again if draft.state is DraftState.DRAFT]
    assert [draft.in_reply_to for draft in new] == list(posting.ids[2:])


def test_a_second_look_at_the_same_changes_nothing(bench: Bench, name: str) -> None:
    posting = faulty_posting(name, 3)
    assert bench.reviewed(posting) == bench.looked_at(posting)


def test_what_was_thrown_away_is_not_drafted_for_the_next_revision(
    store: Store, bench: Bench, name: str
) -> None:
    first, _ = bench.reviewed(faulty_posting(name, 2, with_cover=False))
    store.drafts.decide(first.id, DraftState.DISCARDED, "ada")
    second = faulty_posting(name, 2, with_cover=False, revision=2, minute=60)
    assert [draft.in_reply_to for draft in bench.reviewed(second)] == [second.ids[1]]


@pytest.mark.parametrize(("author", "parts"), [(REVIEWER, [2, 3]), (AUTHOR, [])])
def test_an_answer_below_the_mail_about_v1_is_heard_before_v2_is_drafted(
    store: Store, bench: Bench, name: str, author: str, parts: list[int]
) -> None:
    """A reader's no is about the finding, the author's about the rule in all of the series."""
    name = f"{name}{len(parts)}"
    first = bench.reviewed(faulty_posting(name, 1, change_id=name))
    bench.send(first)
    bench.answer(first[0], "That is held by the caller.\n\nnot a bug: null-lookup\n", author)
    second = faulty_posting(name, 3, revision=2, change_id=name, minute=60)
    drafts = bench.reviewed(second)
    assert [draft.in_reply_to for draft in drafts] == [second.ids[part] for part in parts]
    assert store.answers.refusals(drafts[0].revision_id if drafts else 2).fingerprints
