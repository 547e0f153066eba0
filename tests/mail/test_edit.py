"""An edited mail is what it was but for what was edited, byte for byte."""

from __future__ import annotations

import email
from email import policy

import pytest

from reviewbot.errors import BadUsage
from reviewbot.mail.edit import addresses, as_text, read, rewrite
from reviewbot.model import Address, Draft
from tests.mail import invented

DRAFTS = [draft for name in invented.CASES for draft in invented.drafts(name)]


@pytest.mark.parametrize("draft", DRAFTS, ids=[draft.message_id[:18] for draft in DRAFTS])
def test_nothing_edited_is_nothing_changed(draft: Draft) -> None:
    mail = read(draft.message)
    body = mail.body.replace("\n", "\r\n")  # as browsers send it
    assert rewrite(draft.message, as_text(mail.to), as_text(mail.cc), body) == draft.message
    assert (mail.to, mail.cc) == (draft.to, draft.cc)


@pytest.fixture
def message() -> bytes:
    return invented.drafts("single")[0].message


def test_other_words_and_people(message: bytes) -> None:
    to = 'Ben Brook <ben@moss.example>, "Dov (TI), Elm" <dov@elm.example>, Zoë <zoe@lists.example>'
    parsed = email.message_from_bytes(
        rewrite(message, to, "", "Grüße\n\n> quoted\nno\n\n\n"), policy=policy.default
    )
    before = email.message_from_bytes(message, policy=policy.default)
    assert [(one.display_name, one.addr_spec) for one in parsed["To"].addresses] == [
        ("Ben Brook", "ben@moss.example"),
        ("Dov (TI), Elm", "dov@elm.example"),
        ("Zoë", "zoe@lists.example"),
    ]
    assert parsed["Cc"] is None
    assert parsed.get_content() == "Grüße\n\n> quoted\nno\n"
    same = ("From", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted")
    assert [parsed[name] for name in same] == [before[name] for name in same]


def test_a_copy_that_there_was_not(message: bytes) -> None:
    without = rewrite(message, "ada@lantern.example", "", "words\n")
    assert b"\nCc:" not in without
    again = rewrite(without, "ada@lantern.example", "linux-wimble@lists.example", "words\n")
    assert b"\nTo: ada@lantern.example\nCc: linux-wimble@lists.example\n" in again


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\0", "\u2028"])
def test_no_header_can_be_smuggled_in(message: bytes, end: str) -> None:
    with pytest.raises(BadUsage, match="on one line"):
        rewrite(message, f"ada@lantern.example{end}Bcc: all@lists.example", "", "x")


def test_a_line_too_long_for_smtp_is_encoded(message: bytes) -> None:
    written = rewrite(message, "ada@lantern.example", "", "x" * 2000)
    assert max(map(len, written.split(b"\n"))) < 998
    assert read(written).body == "x" * 2000 + "\n"


@pytest.mark.parametrize(
    "text",
    ["ada", "ada@", "@lantern.example", "ada lantern.example", "a@b, nobody", "<>", "é@b.example"],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadUsage, match="is no mail address"):
        addresses("To", text)


def test_a_mail_goes_to_somebody(message: bytes) -> None:
    with pytest.raises(BadUsage, match="nobody is named"):
        rewrite(message, "  ", "ada@lantern.example", "x")


def test_names_come_back_as_they_were() -> None:
    people = (Address('Zoë "Z" Brook, TI', "zoe@moss.example"), Address("", "ben@moss.example"))
    assert addresses("To", as_text(people)) == people
