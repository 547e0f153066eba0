from __future__ import annotations

from dataclasses import replace

import pytest

from reviewbot.mail.addresses import is_answerable, recipients
from reviewbot.mail.audience import author_of
from reviewbot.mail.settings import ReplySettings
from reviewbot.model import Address, Mail

ADA = Address("Ada Example", "ada@example.com")
LIST = Address("", "linux-demo@lists.example.org")
BOT = Address("reviewbot", "reviewbot@bots.example.org")
MAIL = Mail("m@example.com", "[PATCH] x", ADA, "", "", to=(LIST,))
SETTINGS = ReplySettings(
    sender=BOT, reply_to=Address("", "answers@bots.example.org"), own=("old@bots.example.org",)
)
RELAYED = replace(
    MAIL, author=Address("Ada Example via B4 Relay", "devnull+ada.example.com@kernel.org")
)


@pytest.mark.parametrize(
    ("mail", "answerable"),
    [
        (MAIL, True),
        (replace(MAIL, auto_submitted="no"), True),
        (replace(MAIL, auto_submitted="auto-generated"), False),
        (replace(MAIL, auto_submitted="auto-replied"), False),
        (replace(MAIL, author=Address("x", "Reviewbot@bots.example.org")), False),
        (replace(MAIL, author=Address("x", "answers@bots.example.org")), False),
        (replace(MAIL, author=Address("x", "old@bots.example.org")), False),
        (replace(MAIL, author=Address("kernel test robot", "lkp@intel.com")), False),
        (replace(MAIL, author=Address("", "syzbot+0123@syzkaller.example.com")), False),
        (replace(MAIL, author=Address("", "patchwork-bot+demo@kernel.org")), False),
        (replace(MAIL, author=Address("A. Talbot", "talbot@kernel.org")), True),
        (RELAYED, True),
    ],
)
def test_who_is_answered(mail: Mail, answerable: bool) -> None:
    assert is_answerable(mail, SETTINGS) is answerable


def test_everybody_once_and_never_ourselves() -> None:
    mail = replace(
        MAIL,
        to=(LIST, Address("Ada", "ADA@example.com"), BOT),
        cc=(Address("the list", "Linux-Demo@lists.example.org"), Address("Bo", "bo@example.com")),
    )
    assert recipients(mail, SETTINGS) == ((ADA,), (LIST, Address("Bo", "bo@example.com")))


def test_a_reply_to_is_followed() -> None:
    work = Address("Ada at work", "ada@work.example")
    assert recipients(replace(MAIL, reply_to=(work,)), SETTINGS)[0] == (work,)


def test_a_reply_to_that_a_list_put_there_is_not() -> None:
    assert recipients(replace(MAIL, reply_to=(LIST,)), SETTINGS) == ((ADA,), (LIST,))


def test_the_relay_is_answered_at_the_real_address() -> None:
    by_header = replace(RELAYED, reply_to=(Address("", "ada@example.com"),))
    by_body = replace(RELAYED, body='From: "Example, Ada (X)" <ada@example.com>\n\nText\n')
    assert author_of(by_header) == ADA
    assert author_of(by_body) == Address("Example, Ada (X)", "ada@example.com")
    assert recipients(by_header, SETTINGS) == ((ADA,), (LIST,))


def test_a_relay_without_a_way_back_leaves_the_list() -> None:
    assert recipients(RELAYED, SETTINGS) == ((LIST,), ())


@pytest.mark.parametrize(
    "email", ["", "nobody", "a b@example.com", "a@b>\nBcc: x@y", "ü@example.de"]
)
def test_what_cannot_be_mailed_to_is_left_out(email: str) -> None:
    assert recipients(replace(MAIL, cc=(Address("x", email),)), SETTINGS) == ((ADA,), (LIST,))
