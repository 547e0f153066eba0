from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reviewbot.mail.envelope import Answer, enclose, references, subject
from reviewbot.model import Address, Draft, DraftKind, Mail
from tests.mail.invented import SETTINGS, single

MAIL = Mail(
    "patch@example.com",
    "[PATCH] x",
    Address("Ada", "ada@example.com"),
    "Tue, 3 Mar 2026 09:00:00 +0100 (CET)",
    "",
)


def enclosed(
    mail: Mail = MAIL,
    patch_id: str = "p",
    rule_set: str = "r",
    kind: DraftKind = DraftKind.PATCH,
    now: datetime | None = None,
) -> Draft:
    review = replace(single(), rule_set=rule_set)
    return enclose(Answer(mail, kind, "x\n", (), (patch_id,)), review, SETTINGS, now)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[PATCH] x", "Re: [PATCH] x"),
        ("Re: [PATCH] x", "Re: [PATCH] x"),
        ("RE: re:  Re: x", "Re: x"),
        ("Rework x", "Re: Rework x"),
        ("", "Re: "),
    ],
)
def test_re_stands_once(before: str, after: str) -> None:
    assert subject(before) == after


def test_references_are_the_whole_chain() -> None:
    mail = replace(MAIL, references=("a@x", "b@x", "a@x"), in_reply_to="c@x")
    assert references(mail) == ("a@x", "b@x", "c@x", "patch@example.com")
    assert references(replace(MAIL, references=("patch@example.com",))) == ("patch@example.com",)


def test_the_message_id_is_made_from_mail_patch_and_rules() -> None:
    first = enclosed()
    assert first.message_id == enclosed().message_id
    assert first.message_id.endswith("@bots.example.org")
    others = [
        enclosed(replace(MAIL, message_id="other@example.com")),
        enclosed(patch_id="q"),
        enclosed(rule_set="s"),
        enclosed(kind=DraftKind.SUMMARY),
    ]
    assert len({first.message_id, *(draft.message_id for draft in others)}) == 5


def test_the_date_is_the_patchs_own_unless_a_clock_is_passed() -> None:
    assert b"\nDate: Tue, 03 Mar 2026 09:00:00 +0100\n" in enclosed().message
    now = datetime(2026, 3, 4, 12, 0, 0, tzinfo=UTC)
    assert b"\nDate: Wed, 04 Mar 2026 12:00:00 +0000\n" in enclosed(now=now).message
    broken = replace(MAIL, date="yesterday")
    assert b"\nDate: Thu, 01 Jan 1970 00:00:00 +0000\n" in enclosed(broken).message


def test_no_empty_header() -> None:
    assert b"\nCc:" not in enclosed().message
    assert b"\nTo: Ada <ada@example.com>\n" in enclosed().message
