"""Covers and first patches tell of a series; nothing else does."""

from __future__ import annotations

import pytest

from reviewbot.sources.arrival import begins_a_series, told_by
from tests.series_builder import Message, posting, reply

POSTED = posting("wimble", 2)


@pytest.mark.parametrize(
    ("subject", "begins"),
    [
        ("[PATCH 0/3] misc: wimble: bring up", True),
        ("[PATCH v7 1/3] misc: wimble: bring up", True),
        ("[PATCH net-next] wimble: mend a leak", True),
        ("[RFC PATCH v2 00/12] wimble", True),
        ("[PATCH 2/3] misc: wimble: bring up", False),
        ("Re: [PATCH 0/3] misc: wimble: bring up", False),
        ("[GIT PULL] wimble fixes", False),
        ("wimble broke my build", False),
    ],
)
def test_the_head_of_a_series_is_known_by_its_subject(subject: str, begins: bool) -> None:
    assert begins_a_series(subject) is begins


def test_a_mail_tells_by_its_message_id() -> None:
    assert POSTED.cover is not None
    assert told_by(bytes(POSTED.cover)) == POSTED.ids[0]
    assert told_by(bytes(POSTED.patches[1])) == ""
    assert told_by(bytes(reply(POSTED.cover, minute=9))) == ""


def test_mail_of_programs_and_mail_without_a_message_id_tell_of_nothing() -> None:
    subject, body = "[PATCH] wimble: mend", "x\n"
    automatic = (("Auto-Submitted", "auto-generated"),)
    assert told_by(bytes(Message("a@wimble.example", subject, body, headers=automatic))) == ""
    assert told_by(b"Subject: [PATCH] wimble: mend\n\nx\n") == ""
    assert told_by(b"\xff\x00 no mail at all") == ""
