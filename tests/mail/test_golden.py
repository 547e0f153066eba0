"""Whole mails against golden files; UPDATE_GOLDEN=1 writes them anew, to be read in the diff."""

from __future__ import annotations

import email
import os
import re

import pytest

from reviewbot.model import Draft
from tests.mail.invented import CASES, MAILS, as_mail, drafts

NUMBERED = [(name, at) for name in CASES for at in range(4 if name == "series" else 1)]


@pytest.fixture(params=NUMBERED, ids=lambda each: f"{each[0]}-{each[1] + 1}")
def numbered(request: pytest.FixtureRequest) -> tuple[str, Draft]:
    name, at = request.param
    return f"{name}-{at + 1}.eml", drafts(name)[at]


def body_of(draft: Draft) -> str:
    return draft.message.decode().partition("\n\n")[2]


@pytest.mark.parametrize("name", CASES)
def test_every_draft_has_a_golden_file(name: str) -> None:
    assert [n for n, _ in NUMBERED].count(name) == len(drafts(name))


def test_golden(numbered: tuple[str, Draft]) -> None:
    file, draft = numbered
    if os.environ.get("UPDATE_GOLDEN"):
        (MAILS / file).write_bytes(draft.message)
    assert draft.message == (MAILS / file).read_bytes()


def test_our_own_lines_are_short(numbered: tuple[str, Draft]) -> None:
    # A suggested diff is indented and as wide as it is.
    ours = [line for line in body_of(numbered[1]).split("\n") if line[:1] not in (">", " ")]
    assert [line for line in ours if len(line) > 72] == []


def test_nothing_is_quoted_after_the_last_comment(numbered: tuple[str, Draft]) -> None:
    above_signature = body_of(numbered[1]).partition("\n-- \n")[0].rstrip("\n")
    assert not above_signature.rpartition("\n")[2].startswith(">")


def test_no_line_number_in_the_prose(numbered: tuple[str, Draft]) -> None:
    ours = [line for line in body_of(numbered[1]).split("\n") if line[:1] not in (">", " ")]
    assert not re.search(r"\bline \d+|:\d+\b(?!\d)(?<!:00)", "\n".join(ours[1:]))


def test_a_mail_program_reads_back_what_was_meant(numbered: tuple[str, Draft]) -> None:
    _, draft = numbered
    message = email.message_from_bytes(draft.message)
    mail = as_mail(message)
    assert mail.message_id == draft.message_id
    assert mail.in_reply_to == mail.references[-1] == draft.in_reply_to
    assert mail.auto_submitted == "auto-replied"
    assert mail.subject.startswith("Re: [PATCH")
    assert (mail.to, mail.cc) == (draft.to, draft.cc)
    assert message["Content-Type"] == "text/plain; charset=utf-8"
    assert message["Content-Transfer-Encoding"] == "8bit"
    assert mail.body == body_of(draft)


def test_header_lines_fit(numbered: tuple[str, Draft]) -> None:
    head = numbered[1].message.decode().partition("\n\n")[0].split("\n")
    long = [line for line in head if len(line) > 78 and "<" not in line]
    assert long == []
