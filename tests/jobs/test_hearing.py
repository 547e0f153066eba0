"""What an answer changes: findings that are not said again, people who get no more mail."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from reviewbot.cli.main import run
from reviewbot.config import Settings
from reviewbot.jobs.hearing import Hearing
from reviewbot.mail.settings import ReplySettings
from reviewbot.model import Address, Mail
from reviewbot.pipeline import reply_settings
from reviewbot.store.records import DraftState, Refusals, StoredDraft
from reviewbot.store.store import Store
from tests.jobs.posted import filed
from tests.mail import invented

RULES = ("ref-leak", "clk-leak", "lock-leak", "null-lookup")
SETTINGS = Settings(
    mail_name="reviewbot",
    mail_address=invented.SETTINGS.sender.email,
    mail_reply_to="answers@bots.example.org",
)
NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
BO = Address("Bo", "bo@example.net")


@pytest.fixture
def hearing(store: Store) -> Hearing:
    return Hearing(SETTINGS, store, RULES)


@pytest.fixture
def drafts(store: Store) -> list[StoredDraft]:
    """Mails about three patches of five, and the summary."""
    made = filed(store, "series", NOW)
    for draft in made:
        store.drafts.decide(draft.id, DraftState.SENT, "ada")
    return made


def answer(to: str, body: str, author: Address = BO, **rest: object) -> Mail:
    mail = Mail(
        f"{author.email}-{len(body)}",
        "Re: x",
        author,
        format_datetime(NOW),
        f"{body}\n",
        in_reply_to=to,
        references=(to,),
    )
    return replace(mail, **rest)  # type: ignore[arg-type]


def marks(*drafts: StoredDraft) -> frozenset[str]:
    """What the drafts speak of, as refusals name it."""
    return frozenset(mark.partition("-")[0] for draft in drafts for mark in draft.fingerprints)


def refusals(store: Store, draft: StoredDraft) -> Refusals:
    return store.answers.refusals(draft.revision_id)


def test_our_settings_know_our_mails() -> None:
    ours: ReplySettings = reply_settings(SETTINGS)
    assert all(ours.is_own_message(draft.message_id) for draft in invented.drafts("series"))


def test_a_refused_finding_is_that_of_the_mail_that_is_answered(
    store: Store, hearing: Hearing, drafts: list[StoredDraft]
) -> None:
    heard = hearing.hear(answer(drafts[0].message_id, "not a bug: ref-leak"))
    assert heard == 1
    assert refusals(store, drafts[0]) == Refusals(marks(drafts[0]), frozenset())
    assert hearing.hear(answer(drafts[0].message_id, "not a bug: ref-leak")) == 0


def test_what_the_author_refuses_is_refused_for_the_whole_series(
    store: Store, hearing: Hearing, drafts: list[StoredDraft]
) -> None:
    author = invented.series().series.author
    hearing.hear(answer(drafts[0].message_id, "not a bug: ref-leak", author))
    assert refusals(store, drafts[0]).rules == {"ref-leak"}


def test_a_rule_that_the_mail_does_not_speak_of_is_refused_for_the_whole_series(
    store: Store, hearing: Hearing, drafts: list[StoredDraft]
) -> None:
    hearing.hear(answer(drafts[0].message_id, "not a bug: clk-leak"))
    assert refusals(store, drafts[0]) == Refusals(frozenset(), frozenset({"clk-leak"}))


def test_the_summary_stands_for_all_that_it_repeats(
    store: Store, hearing: Hearing, drafts: list[StoredDraft]
) -> None:
    hearing.hear(answer(drafts[-1].message_id, "not a bug: clk-leak, lock-leak"))
    assert refusals(store, drafts[0]) == Refusals(marks(drafts[1], drafts[2]), frozenset())


def test_an_answer_to_somebody_else_that_comes_to_us_finds_its_series(
    store: Store, hearing: Hearing, drafts: list[StoredDraft]
) -> None:
    patch = drafts[0].in_reply_to
    heard = answer(patch, "not a bug: ref-leak", cc=(Address("", SETTINGS.mail_reply_to),))
    hearing.hear(replace(heard, in_reply_to="bo@x", references=(patch, "bo@x")))
    assert refusals(store, drafts[0]).rules == {"ref-leak"}
    assert hearing.hear(replace(heard, in_reply_to="strange@x", references=())) == 0


def test_a_word_that_names_no_rule_is_not_kept(
    store: Store, hearing: Hearing, drafts: list[StoredDraft]
) -> None:
    assert hearing.hear(answer(drafts[0].message_id, "not a bug: because it is held")) == 0
    assert refusals(store, drafts[0]) == Refusals(frozenset(), frozenset())


def test_no_more_mail_and_mail_again(
    store: Store, hearing: Hearing, drafts: list[StoredDraft]
) -> None:
    ours = drafts[0].message_id
    later = format_datetime(NOW + timedelta(hours=1))
    stop, again = answer(ours, "no more mail"), answer(ours, "mail again", date=later)
    assert hearing.hear(stop) == 1
    assert store.answers.opted_out() == {"bo@example.net"}
    assert hearing.hear(again) == 1
    assert store.answers.opted_out() == set()
    assert hearing.hear(stop) == 0, "the thread was read again"
    assert store.answers.opted_out() == set()


def test_a_date_that_is_to_come_does_not_make_a_word_last_for_ever(
    store: Store, hearing: Hearing, drafts: list[StoredDraft]
) -> None:
    ours = drafts[0].message_id
    hearing.hear(answer(ours, "no more mail", date="Fri, 1 Jan 2100 00:00:00 +0000"))
    store.answers.opt_out("bo@example.net", False, datetime.now(UTC) + timedelta(seconds=1))
    assert store.answers.opted_out() == set()


@pytest.mark.parametrize("date", ["", "never", "Mon, 2 Nov 2026 09:30:00"])
def test_a_mail_without_a_good_date_is_heard(
    store: Store, hearing: Hearing, drafts: list[StoredDraft], date: str
) -> None:
    assert hearing.hear(answer(drafts[0].message_id, "no more mail", date=date)) == 1


def test_a_mail_handed_over_on_standard_input_is_obeyed(
    store: Store, database: str, drafts: list[StoredDraft], monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = (
        f"From: Bo <bo@example.net>\nTo: {SETTINGS.mail_address}\nSubject: Re: x\n"
        f"Message-ID: <1@example.net>\nIn-Reply-To: <{drafts[0].message_id}>\n"
        "Content-Type: text/plain; charset=utf-8; format=flowed\n"
        "Content-Transfer-Encoding: quoted-printable\n\n> a\n\nno more =\nmail\n"
    )
    handed_over(monkeypatch, mail.encode(), database)
    assert run(["answers"]) == 0
    assert store.answers.opted_out() == {"bo@example.net"}


def test_mail_that_says_nothing_to_us_is_no_error(
    store: Store, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_over(monkeypatch, b"From: x@y.example\nSubject: spam\n\nno more mail\n", database)
    assert run(["answers"]) == 0
    assert store.answers.opted_out() == set()


def test_a_database_that_is_away_lets_the_mail_wait(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handed_over(monkeypatch, b"From: x@y.example\n\ntext\n", f"sqlite:///{tmp_path / 'none.db'}")
    assert run(["answers"]) == 75
    assert "has no tables yet" in capsys.readouterr().err


def handed_over(monkeypatch: pytest.MonkeyPatch, mail: bytes, database: str) -> None:
    class Stdin:
        buffer = io.BytesIO(mail)

    monkeypatch.setattr(sys, "stdin", Stdin())
    monkeypatch.setenv("REVIEWBOT_SERVICE__DATABASE", database)
    monkeypatch.setenv("REVIEWBOT_MAIL_ADDRESS", SETTINGS.mail_address)
