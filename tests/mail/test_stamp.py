"""What is written anew when a mail goes out, and what is left as a person made it."""

from __future__ import annotations

import email
from datetime import UTC, datetime

from reviewbot.mail.stamp import stamped
from reviewbot.model import Address
from tests.mail import invented
from tests.mail.invented import as_mail

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
ADA = Address("Ada (TI)", "ada@example.com")
BO = Address("Bo Öl", "bo@example.com")


def sent(message: bytes, **changes: object) -> bytes:
    given: dict[str, object] = {"message_id": "new@example.org", "to": (ADA,), "cc": (BO,)}
    return stamped(message, now=NOW, **{**given, **changes})  # type: ignore[arg-type]


def test_the_same_mail_for_the_same_people_differs_in_its_date_alone() -> None:
    for case in invented.CASES:
        for draft in invented.drafts(case):
            now = stamped(
                draft.message, message_id=draft.message_id, to=draft.to, cc=draft.cc, now=NOW
            )
            before, after = draft.message.split(b"\n"), now.split(b"\n")
            changed = [new for old, new in zip(before, after, strict=True) if old != new]
            assert changed == [b"Date: Mon, 02 Nov 2026 09:30:00 +0000"]


def test_folded_headers_are_replaced_whole_and_the_others_stay() -> None:
    message = (
        b"From: x@example.org\nTo: one@example.com,\n two@example.com\nSubject: a\n b\n"
        b"cc: three@example.com\nDate: never\nMESSAGE-ID: <old@example.org>\n"
        b"References: <r1@x>\n\t<r2@x>\n\nTo: body\n\nmore\n"
    )
    assert sent(message) == (
        b'From: x@example.org\nTo: "Ada (TI)" <ada@example.com>\nSubject: a\n b\n'
        b"Cc: =?utf-8?q?Bo_=C3=96l?= <bo@example.com>\n"
        b"Date: Mon, 02 Nov 2026 09:30:00 +0000\nMessage-ID: <new@example.org>\n"
        b"References: <r1@x>\n\t<r2@x>\nAuto-Submitted: auto-replied\n\nTo: body\n\nmore\n"
    )


def test_a_header_that_is_missing_or_twice_there_is_there_once() -> None:
    read = email.message_from_bytes(sent(b"Date: a\nDate: b\nAuto-Submitted: no\n\nbody\n"))
    assert read.get_all("Date") == ["Mon, 02 Nov 2026 09:30:00 +0000"]
    assert read.get_all("Auto-Submitted") == ["auto-replied"]
    assert read.get_all("Message-ID") == ["<new@example.org>"]


def test_without_others_there_is_no_cc() -> None:
    mail = as_mail(email.message_from_bytes(sent(invented.drafts("names")[0].message, cc=())))
    assert (mail.to, mail.cc) == ((ADA,), ())


def test_what_a_web_form_makes_of_line_ends_is_undone() -> None:
    assert b"\r" not in sent(b"From: x@example.org\r\nTo: a@b\r\n\r\nbody\r\n")
