"""Raw mails to letters: headers, bodies and patches, however they were packed."""

from __future__ import annotations

import base64
import quopri
from email.message import EmailMessage

import pytest

from reviewbot.errors import UnreadableMail
from reviewbot.model import Address
from reviewbot.sources import b4gate, letter
from reviewbot.sources.interface import Letter
from tests.series_builder import driver, new_file

DIFF = new_file("drivers/misc/wimble.c", driver("wimble", 1))
BODY = f"Say why.\n\nSigned-off-by: Ada\n---\n wimble.c | 1 +\n\n{DIFF}-- \n2.43.0\n"


def read(raw: bytes) -> Letter:
    (only,) = letter.read(raw, b4gate.subject)
    return only


def raw(body: bytes, **headers: str) -> bytes:
    head = {
        "From": "Ada <ada@wimble.example>",
        "Subject": "[PATCH] misc: add wimble",
        "Message-ID": "<1@wimble.example>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return "\n".join([*(f"{n}: {v}" for n, v in head.items()), "", ""]).encode() + body


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("transfer", ["8bit", "base64", "quoted-printable"])
def test_transfer_encodings_and_line_ends(transfer: str, end: bytes) -> None:
    body = BODY.encode().replace(b"\n", end)
    packed = {
        "8bit": body,
        "base64": base64.encodebytes(body),
        "quoted-printable": quopri.encodestring(body),
    }[transfer]
    found = read(
        raw(
            packed,
            Content_Type='text/plain; charset="utf-8"',
            Content_Transfer_Encoding=transfer,
        )
    )
    assert found.diff == DIFF
    assert found.message == "Say why.\n\nSigned-off-by: Ada"
    assert "\r" not in found.mail.body


def test_odd_charset_of_body_and_header() -> None:
    body = BODY.replace("Say why", "Скажи").encode("koi8-r", "replace")
    encoded = "=?koi8-r?B?" + base64.b64encode("Ада".encode("koi8-r")).decode() + "?="
    found = read(
        raw(
            body,
            From=f"{encoded} <ada@wimble.example>",
            Content_Type="text/plain; charset=koi8-r",
        )
    )
    assert found.mail.author == Address("Ада", "ada@wimble.example")
    assert found.message.startswith("Скажи.")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Nishanth (TI) <n@ti.example>", Address("Nishanth (TI)", "n@ti.example")),
        ('"Doe, John" <j@x.example>', Address("Doe, John", "j@x.example")),
        ("Doe, John <j@x.example>", Address("Doe, John", "j@x.example")),
        ("=?UTF-8?q?J=C3=B6rg_=C3=84=2C_B?= <j@x.example>", Address("Jörg Ä, B", "j@x.example")),
        ("j@x.example", Address("", "j@x.example")),
        ("nobody at all", Address("", "")),
    ],
)
def test_author(header: str, expected: Address) -> None:
    assert read(raw(BODY.encode(), From=header)).mail.author == expected


def test_subject_split_over_encoded_words() -> None:
    subject = "=?utf-8?q?=5BPATCH_2/3=5D_caf=C3=A9?=\n =?utf-8?q?_two?= plain"
    found = read(raw(BODY.encode(), Subject=subject))
    assert found.mail.subject == "[PATCH 2/3] café two plain"
    assert (found.subject.counter, found.subject.expected) == (2, 3)


def test_threading_headers() -> None:
    found = read(raw(b"x", In_Reply_To="<a@b> (from Bea)", References="<r@b>\n <a@b>"))
    assert found.mail.in_reply_to == "a@b"
    assert found.mail.references == ("r@b", "a@b")


def test_format_patch_file_without_message_id_is_stable() -> None:
    text = b"From 0123 Mon Sep 17 00:00:00 2001\n" + raw(BODY.encode())
    text = text.replace(b"Message-ID: <1@wimble.example>\n", b"")
    assert read(text).mail.message_id == read(text).mail.message_id
    assert read(text).mail.message_id != read(text.replace(b"why", b"how")).mail.message_id


def multipart(kind: str, *attachments: tuple[str, str, str], text: str = "See below.\n") -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "ada@wimble.example", "[PATCH] misc: add wimble"
    message["Message-ID"] = "<1@wimble.example>"
    message.set_content(text)
    for subtype, name, content in attachments:
        message.add_attachment(content.encode(), "text", subtype, filename=name)
    raw_mail = bytes(message)
    return raw_mail.replace(b"multipart/mixed", b"multipart/" + kind.encode(), 1)


def test_signed_mail() -> None:
    found = read(multipart("signed", ("plain", "sig.asc", "-----BEGIN PGP\n"), text=BODY))
    assert found.diff == DIFF


def test_attached_patch_keeps_the_text_as_message() -> None:
    found = read(multipart("mixed", ("x-patch", "0001-wimble.patch", DIFF), text="Why.\n"))
    assert (found.message, found.diff) == ("Why.", DIFF)


def test_attached_series_is_a_letter_each() -> None:
    files = [
        ("x-patch", f"000{n}-wimble.patch", f"From: Ada\nSubject: [PATCH {n}/2] step {n}\n\n{BODY}")
        for n in (2, 1)
    ]
    raw_mail = multipart("mixed", *files).replace(b"[PATCH]", b"[PATCH v2 0/2]")
    outer, first, second = letter.read(raw_mail, b4gate.subject)
    assert (outer.diff, first.diff, second.diff) == ("", DIFF, DIFF)
    assert [first.subject.counter, second.subject.counter] == [1, 2]
    assert first.mail.in_reply_to == second.mail.in_reply_to == "1@wimble.example"
    assert first.message.startswith("Say why.")


def test_flowed_mail() -> None:
    stuffed = "\n".join(f" {ln}" if ln.startswith(" ") else ln for ln in BODY.split("\n"))
    found = read(raw(stuffed.encode(), Content_Type="text/plain; charset=utf-8; format=flowed"))
    assert found.diff == DIFF


@pytest.mark.parametrize(
    "header",
    [{"Auto_Submitted": "auto-replied"}, {"X_Reviewbot_Rules": "1"}],
)
def test_mail_of_programs_is_known(header: dict[str, str]) -> None:
    assert read(raw(BODY.encode(), **header)).automatic
    assert not read(raw(BODY.encode(), Auto_Submitted="no")).automatic


def test_trailers_below_the_diff() -> None:
    text = BODY.replace("-- \n", "\nbase-commit: 0123456789abcdef0123\nchange-id: 7-x\n-- \n")
    found = read(raw(text.encode()))
    assert (found.base_commit, found.change_id) == ("0123456789abcdef0123", "7-x")


def test_bare_diff_is_a_patch() -> None:
    found = read(f"misc: add wimble\n\n{DIFF}".encode())
    assert (found.diff, found.mail.subject) == (DIFF, "misc: add wimble")


@pytest.mark.parametrize("junk", [b"\x7fELF\0\0", b"hello world\n", b'{"a": 1}\n'])
def test_junk_is_refused_in_words(junk: bytes) -> None:
    with pytest.raises(UnreadableMail, match="give an mbox"):
        read(junk)


@pytest.mark.parametrize(
    "headers",
    [
        {"Date": "yesterday"},
        {"Date": "Mon, 99 Foo 99999 99:99:99 +9999"},
        {"Content_Type": "multipart/mixed"},
        {"Content_Type": "text/plain; charset==?x?="},
        {"Content_Type": ";;;", "Content_Transfer_Encoding": "x-uuencode"},
        {"Subject": "=?utf-8?b?????=", "From": "=?x?q?=FF?= <>, <<a>"},
        {"Message_ID": "<>", "In_Reply_To": "<", "References": "> <"},
    ],
)
def test_broken_headers_do_not_stop_us(headers: dict[str, str]) -> None:
    assert letter.read(raw(BODY.encode(), **headers), b4gate.subject)
