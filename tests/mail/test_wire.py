from __future__ import annotations

import email
from email.header import decode_header, make_header

import pytest

from reviewbot.mail import wire
from reviewbot.model import Address


def test_a_subject_is_folded_between_words() -> None:
    value = "Re: [PATCH] " + "word " * 20 + "end"
    folded = wire.text("Subject", value)
    assert max(map(len, f"Subject: {folded}".split("\n"))) <= wire.HEADER_WIDTH
    assert folded.replace("\n", "") == value


@pytest.mark.parametrize(
    "value", ["Re: naïve", "ä " * 60, "plain 山田太郎 " * 9, "x" * 90 + "ü" * 90]
)
def test_encoded_words_are_short_and_whole(value: str) -> None:
    folded = wire.text("Subject", value)
    assert folded.isascii()
    assert max(map(len, folded.split())) <= max(wire.ENCODED_WORD, 90)
    assert str(make_header(decode_header(folded))).replace("\n", "") == value.strip()


def test_only_the_words_that_need_it_are_encoded() -> None:
    assert wire.text("Subject", "Re: 20 µA max").startswith("Re: 20 =?utf-8?")
    assert wire.text("Subject", "Re: 20 µA max").endswith("?= max")


@pytest.mark.parametrize("name", ["Tester (TI)", "Sample, Ruth", 'A "B" C', "a.b", "x@y", "\\"])
def test_odd_names_are_quoted(name: str) -> None:
    shown = wire.mailbox(Address(name, "x@example.org"))
    assert shown.startswith('"')
    assert email.utils.parseaddr(shown) == (name, "x@example.org")


def test_nothing_ends_a_header_early() -> None:
    evil = "x\nBcc: victim@example.org\r\n\nbody\udcff"
    assert "\n" not in wire.text("Subject", evil)
    assert "\n" not in wire.mailbox(Address(evil, "x@example.org"))


def test_message_ids_stand_one_on_a_line() -> None:
    assert wire.message_ids(["a@b", "c@d"]) == "<a@b>\n\t<c@d>"


def test_a_line_longer_than_smtp_carries_is_encoded() -> None:
    body = "> +" + "x" * 1200 + "ü\n"
    raw = wire.serialize([], body)
    assert max(map(len, raw.split(b"\n"))) <= 78
    payload = email.message_from_bytes(raw).get_payload(decode=True)
    assert payload == body.encode()


def test_what_is_no_text_does_not_stop_the_mail() -> None:
    assert wire.serialize([], "a\udcffb\n").endswith(b"\n\na?b\n")
