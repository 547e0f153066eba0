"""A commit message, its trailers, and the numbers of their lines."""

from __future__ import annotations

from reviewbot.message import Message, Trailer, message_of
from reviewbot.model import Address, Mail, Patch

BODY = """\
The lamp burns.

Fixes: 123 ("lamp: a title that is
broken")
fixes: 456
  not: a trailer
Fixes:
Link: https://example.org/fixes: 1

Signed-off-by: Ada <ada@example.org>"""


def _message(subject: str = "[PATCH v2 1/3] lamp: burn", body: str = BODY) -> Message:
    mail = Mail("1@example.org", subject, Address("", "a@example.org"), "", "")
    return message_of(Patch(mail, 1, body, ""))


def test_the_title_is_the_subject_without_its_tags() -> None:
    for subject in ("[PATCH v2 1/3] lamp: burn", "Re: [PATCH] [net] lamp: burn", "lamp: burn"):
        assert _message(subject).title == "lamp: burn"


def test_trailers_with_their_lines_and_what_hangs_below() -> None:
    assert list(_message().trailers("Fixes")) == [
        Trailer("Fixes", '123 ("lamp: a title that is', 5, ('broken")',)),
        Trailer("fixes", "456", 7, ("not: a trailer",)),
        Trailer("Fixes", "", 9),
    ]


def test_an_empty_message_has_no_trailers() -> None:
    assert list(_message(body="").trailers("Fixes")) == []
