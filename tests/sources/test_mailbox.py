"""Mail in files: mboxes of all manners, maildirs, and what cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewbot.errors import BadUsage, UnreadableMail
from reviewbot.sources import mailbox

ENVELOPE = b"From ada@wimble.example Mon Jan  5 10:00:00 2026\n"
GIT = b"From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n"


def mail(text: bytes) -> bytes:
    return b"From: ada@wimble.example\nSubject: x\n\n" + text


def test_mboxrd_is_split_and_unquoted() -> None:
    box = ENVELOPE + mail(b">From here\n>>From there\n\n") + ENVELOPE + mail(b"two\n")
    first, second = mailbox.split(box)
    assert first.endswith(b"\n\nFrom here\n>From there\n")
    assert second.endswith(b"\n\ntwo\n")


def test_git_files_are_not_unquoted() -> None:
    (only,) = mailbox.split(GIT + mail(b">From here\n"))
    assert only.endswith(b"\n>From here\n")


def test_sentence_that_begins_with_from_is_no_envelope() -> None:
    (only,) = mailbox.split(ENVELOPE + mail(b"From now on\nFrom 10:00 to 2026 it is so\nx\n"))
    assert b"it is so" in only


@pytest.mark.parametrize("content", [mail(b"x\n"), b"\xef\xbb\xbf\n" + mail(b"x\n")])
def test_one_mail_without_envelope(content: bytes) -> None:
    assert mailbox.split(content) == [mail(b"x\n")]


def test_mbox_with_dos_line_ends() -> None:
    box = (ENVELOPE + mail(b"one\n\n") + ENVELOPE + mail(b"two\n")).replace(b"\n", b"\r\n")
    assert len(mailbox.split(box)) == 2


def test_maildir_by_the_time_in_the_names(tmp_path: Path) -> None:
    for box, name in (("new", "20.b"), ("cur", "10.a:2,S"), ("cur", ".hidden"), ("tmp", "5.c")):
        (tmp_path / box).mkdir(exist_ok=True)
        (tmp_path / box / name).write_bytes(name.encode())
    assert mailbox.at(tmp_path).mails() == [b"10.a:2,S", b"20.b"]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadUsage, match="no maildir"):
        mailbox.at(tmp_path)
    with pytest.raises(UnreadableMail, match="is empty"):
        mailbox.Bytes(b" \n").mails()
    with pytest.raises(UnreadableMail, match="No such file"):
        mailbox.at(tmp_path / "missing").mails()
    (tmp_path / "new").mkdir()
    with pytest.raises(UnreadableMail, match="no mail in this maildir"):
        mailbox.at(tmp_path).mails()


def test_file_over_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "LARGEST", 10)
    (tmp_path / "big").write_bytes(b"x" * 11)
    with pytest.raises(UnreadableMail, match="larger than"):
        mailbox.at(tmp_path / "big").mails()
