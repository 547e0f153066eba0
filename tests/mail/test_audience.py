"""Who is who on a mail; a person taken for a list is harmless, the opposite is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviewbot.config.lists import Audience
from reviewbot.mail.audience import audience_of
from reviewbot.model import Address, Mail

ADA = Address("Ada Example", "ada@example.com")
MAIL = Mail("m@example.com", "[PATCH] x", ADA, "", "", list_id="Demo <demo-talk.example.org>")


def kind(email: str, mail: Mail = MAIL, lists: tuple[str, ...] = ()) -> Audience:
    return audience_of(Address("", email), mail, lists)


@pytest.mark.parametrize(
    "email",
    [
        "linux-kernel@vger.kernel.org",
        "netdev@VGER.kernel.org",
        "linux-arm-kernel@lists.infradead.org",
        "patches@lists.linux.dev",
        "linux-mm@kvack.org",
        "kasan-dev@googlegroups.com",
        "linux-stm32@st-md-mailman.stormreply.com",
        "virtualization@lists.linux-foundation.example",
        "demo-devel@example.org",
        "patches@opensource.example.com",
        "demo-talk@example.org",
    ],
)
def test_lists_are_known_by_their_form_or_their_list_id(email: str) -> None:
    assert kind(email) is Audience.LIST


@pytest.mark.parametrize(
    "email",
    [
        "bo@kernel.org",
        "linux@roe.example",
        "bo@listening.example.org",
        "devel@example.org",
        "demo-talk@example.com",
        "kernel@example.org",
    ],
)
def test_people_are_not_lists(email: str) -> None:
    assert kind(email) is Audience.MAINTAINERS


def test_a_list_is_what_the_settings_say() -> None:
    assert kind("Reviews@example.org", lists=("reviews@EXAMPLE.org",)) is Audience.LIST


def test_the_author_is_one_also_under_another_address_that_he_asks_to_be_answered_at() -> None:
    assert kind("ADA@example.com") is Audience.AUTHOR
    home = Address("Ada", "ada@home.example")
    assert kind("ada@home.example", replace(MAIL, reply_to=(home,))) is Audience.AUTHOR
    assert kind("ada@home.example", replace(MAIL, reply_to=(home,), cc=(home,))) is not (
        Audience.AUTHOR
    )


def test_the_author_behind_the_relay_is_the_author() -> None:
    relay = Address("Ada via B4 Relay", "devnull+ada.example.com@kernel.org")
    assert kind("ada@example.com", replace(MAIL, author=relay, reply_to=(ADA,))) is Audience.AUTHOR


def test_a_list_that_puts_itself_into_from_stays_a_list() -> None:
    for email in ("demo@lists.example.org", "demo-talk@example.org"):
        munged = replace(MAIL, author=Address("Ada via demo", email))
        assert kind(email, munged) is Audience.LIST


def test_an_author_may_have_an_address_that_looks_like_a_list() -> None:
    author = Address("Lin", "linux-lin@example.org")
    assert kind("linux-lin@example.org", replace(MAIL, author=author)) is Audience.AUTHOR
