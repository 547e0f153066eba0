"""What the installed b4 makes of a thread with our replies in it: the series, and no more."""

from __future__ import annotations

import email
import mailbox
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage

import pytest

from reviewbot.model import Draft
from tests.mail.invented import CASES, drafts, thread_file

b4 = pytest.importorskip("b4")


@pytest.fixture(autouse=True)
def shut(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """b4 without the user's git configuration and without the network."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    monkeypatch.setattr(b4, "MAIN_CONFIG", {**b4.DEFAULT_CONFIG, "attestation-policy": "off"})
    monkeypatch.setattr(b4, "can_network", False)
    yield


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=b4.emlpolicy)
    assert isinstance(message, EmailMessage)
    return message


def box_of(name: str, replies: tuple[Draft, ...]) -> object:
    box = b4.LoreMailbox()
    with closing(mailbox.mbox(thread_file(name), create=False)) as thread:
        for message in thread:
            box.add_message(parsed(message.as_bytes()))
    for draft in replies:
        box.add_message(parsed(draft.message))
    return box


@pytest.mark.parametrize("name", CASES)
def test_b4_applies_the_same_series(name: str) -> None:
    applied = []
    for replies in ((), drafts(name)):
        box = box_of(name, replies)
        revision = max(box.series)  # type: ignore[attr-defined]
        series = box.get_series(revision, codereview_trailers=False)  # type: ignore[attr-defined]
        messages = series.get_am_ready(noaddtrailers=False)
        assert len(box.series) == 1  # type: ignore[attr-defined]
        applied.append([message.as_bytes() for message in messages])
    assert applied[0]
    assert applied[0] == applied[1]


@pytest.mark.parametrize("name", CASES)
def test_b4_sees_replies_without_patch_or_trailer(name: str) -> None:
    for draft in drafts(name):
        message = b4.LoreMessage(parsed(draft.message))
        assert message.reply
        assert not message.has_diff
        assert not message.has_diffstat
        trailers, _ = b4.LoreMessage.find_trailers(message.body, followup=True)
        assert trailers == []
        assert message.trailers == []


def test_b4_would_take_what_we_bar() -> None:
    """The control: these tests see what they are there to see."""
    (draft,) = drafts("single")
    careless = draft.message.replace(
        b"\n\npci_get_slot()", b"\n\nAcked-by: A <a@example.com>\n\nx", 1
    )
    message = b4.LoreMessage(parsed(careless.replace(b"\n> ", b"\n")))
    assert message.has_diff
    assert [trailer.name for trailer in message.trailers] == ["Acked-by"]
