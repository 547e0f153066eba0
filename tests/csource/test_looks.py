"""When a value that may be NULL counts as looked at, and which uses of it are seen."""

from __future__ import annotations

from functools import cache

import pytest

from reviewbot.csource.factfile import load_facts
from reviewbot.csource.facts import Facts
from reviewbot.csource.parse import parse_file
from reviewbot.csource.sight import Side, Sight
from reviewbot.resources import rules_dir


@cache
def facts() -> Facts:
    return load_facts(rules_dir() / "facts")


def sight(body: str) -> Sight:
    text = f"static int fen(struct fen *fen)\n{{\n{body}\n}}\n"
    file = parse_file("drivers/misc/fen.c", text.encode(), frozenset())
    function = file.function("fen")
    assert function is not None
    return Sight(function, file, Side("after", {file.path: file}), frozenset(), facts())


def unlooked(body: str) -> list[str]:
    """What is used though it may be NULL and no path looked at it."""
    return [use.key for use in sight(body).paths.uses if use.kind == "null" and use.val.tested < 0]


LOOKUP = "struct pci_dev *p = pci_get_slot(fen->bus, 0);\n"


@pytest.mark.parametrize(
    "use",
    [
        "return p->irq;",
        "return strlen(pci_name(p));",
        "return strlen(dev_name(&p->dev));",
        "return fen_two(&fen->x) ? p->irq : 0;",
    ],
)
def test_use_without_a_look(use: str) -> None:
    assert unlooked(LOOKUP + use) == ["p"]


@pytest.mark.parametrize(
    "look",
    [
        "if (!p)\n\treturn 0;",
        "fen->p = p;\nif (!fen->p)\n\treturn 0;",
        "if (p != fen->own)\n\treturn 0;",
        'if (FEN_CHECK(fen, !p, "no device"))\n\treturn 0;',
        "if (!fen_knows(p))\n\treturn 0;",
        "fen->err = fen_map(fen, p);\nif (fen->err)\n\treturn 0;",
        "if (WARN_ON(!p))\n\treturn 0;",
    ],
)
def test_look_before_the_use(look: str) -> None:
    assert unlooked(f"{LOOKUP}{look}\nreturn p->irq;") == []


def test_look_at_another_value_is_none() -> None:
    assert unlooked(LOOKUP + "if (!fen->ready)\n\treturn 0;\nreturn p->irq;") == ["p"]


def test_address_of_a_member_alone_follows_nothing() -> None:
    assert unlooked(LOOKUP + "fen->list = &p->list;\nreturn 0;") == []


def bare(body: str) -> list[tuple[str, str]]:
    """Pointers of which nothing is known when they are used, and who uses them."""
    return [(use.key, use.via.name if use.via else "") for use in sight(body).paths.bare]


def test_bare_member_is_kept_with_its_user() -> None:
    seen = bare("struct pci_dev *p = pci_get_slot(fen->host->bus, 0);\nreturn !p;")
    assert ("fen->host->bus", "pci_get_slot") in seen


def test_bare_local_is_known_by_what_it_stands_for() -> None:
    seen = bare("struct bus *bus = fen->host->bus;\nreturn bus->number;")
    assert ("fen->host->bus", "") in seen


def test_member_that_was_looked_at_is_not_bare() -> None:
    seen = bare("if (!fen->phy)\n\treturn 0;\nreturn fen->phy->speed;")
    assert {key for key, _ in seen} == {"fen"}
