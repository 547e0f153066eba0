"""Answers in the thread of a mail of ours are heard without a next revision."""

from __future__ import annotations

import pytest

from reviewbot.config import Settings
from reviewbot.config.service import Service
from reviewbot.jobs.threads import Threads
from reviewbot.pipeline import Reviewer
from reviewbot.store.records import DraftState
from reviewbot.store.store import Store
from tests.jobs.posted import LIST, filed
from tests.public_inbox import Inbox
from tests.public_inbox import public_inbox as public_inbox
from tests.series_builder import Message

OURS = "reviewbot@bots.example.org"


@pytest.fixture
def threads(store: Store, public_inbox: Inbox) -> Threads:
    service = Service(archive_rate=1000.0)
    settings = Settings(archive=public_inbox.url, mail_address=OURS, service=service)
    return Threads(settings, store, Reviewer.load(settings))


def test_what_is_answered_in_the_thread_counts(
    store: Store, threads: Threads, public_inbox: Inbox
) -> None:
    """Who wants no more mail gets none about other series either."""
    name = store.sessions.engine.dialect.name
    first = f"first-{name}@wimble.example"
    ours = f"reviewbot-{name.encode().hex():0>32}@bots.example.org"
    answer = Message(
        f"answer-{name}@wimble.example",
        f"Re: wimble: {name}",
        "Thanks.\n\nno more mail\n",
        author=f"Ada <ada-{name}@wimble.example>",
        parent=ours,
        references=(first, ours),
    )
    public_inbox.feed([Message(first, f"wimble: {name}", "text\n"), answer])
    threads.hear(first, LIST)
    assert store.answers.opted_out() == {f"ada-{name}@wimble.example"}


def test_a_thread_that_cannot_be_had_says_nothing(store: Store, threads: Threads) -> None:
    threads.hear("nobody@wimble.example", LIST)
    assert store.answers.opted_out() == set()


def test_only_what_has_gone_out_is_answered(store: Store, threads: Threads) -> None:
    [draft] = filed(store)
    assert threads.sent_in(draft.id) == ""
    store.drafts.decide(draft.id, DraftState.SENT, "ada")
    assert threads.sent_in(draft.id) == draft.in_reply_to
    assert threads.sent_in(draft.id + 1) == ""
