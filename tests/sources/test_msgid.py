"""Message-IDs: only what is one goes into an address, and addresses stay on our archive."""

from __future__ import annotations

import pytest

from reviewbot.errors import BadUsage
from reviewbot.sources import msgid

LORE = "https://lore.example/all"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a-1@b.example>", "a-1@b.example"),
        ("  a-1@b.example ", "a-1@b.example"),
        ("odd(id)'x/y@b", "odd(id)'x/y@b"),
        ("no-at-sign", ""),
        ("two words@b", ""),
        ("a@b\r\nHost: evil", ""),
        ("a@b>c@d", ""),
        ("ä@b", ""),
        ("a" * 1000 + "@b", ""),
    ],
)
def test_bare(text: str, expected: str) -> None:
    assert msgid.bare(text) == expected


def test_header_keeps_odd_ids_and_folding() -> None:
    value = "<x$(id)@x> (comment) <y@\n z> <x$(id)@x>"
    assert msgid.of_header(value) == ("x$(id)@x", "y@z")
    assert msgid.of_header("bare@id.example") == ("bare@id.example",)
    assert msgid.of_header("") == ()


@pytest.mark.parametrize(
    "address",
    [
        f"{LORE}/a%2Fb@c.example/",
        f"{LORE}/a%2Fb@c.example/T/#u",
        "https://LORE.example/linux-foo/a%2Fb@c.example/raw",
        "https://lore.example/r/a%2Fb@c.example",
        f"{LORE}/a%2Fb@c.example/t.mbox.gz",
    ],
)
def test_address_on_the_archive(address: str) -> None:
    assert msgid.of_address(address, LORE) == "a/b@c.example"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/all/a@b.example/",
        "http://lore.example/all/a@b.example/",
        "https://lore.example:8443/all/a@b.example/",
        "https://lore.example@evil.example/all/a@b.example/",
        "https://[broken/all/a@b.example/",
        f"{LORE}/",
        f"{LORE}/a%0d%0a@b/",
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(BadUsage):
        msgid.of_address(address, LORE)


def test_address_of_an_id_escapes_what_would_split_it() -> None:
    assert msgid.to_address("a/b?c#d@e", LORE + "/") == f"{LORE}/a%2Fb%3Fc%23d@e/"


def test_content_id_is_stable_and_told_apart() -> None:
    assert msgid.of_content("a", "b") == msgid.of_content("a", "b")
    assert msgid.of_content("a", "b") != msgid.of_content("ab", "")
    assert msgid.bare(msgid.of_content("a"))
    assert msgid.made_up(msgid.of_content("a"))
    assert not msgid.made_up("a@b.example")
