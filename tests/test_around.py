"""What is known around a patch: the kernel that it is for, and what its series defines."""

from __future__ import annotations

import pytest

from reviewbot.around import Around, around_series, kernel_of
from reviewbot.model import Address, Mail, Patch, Series
from reviewbot.trees.interface import Absent, Commit

RELEASES = (("2025-05-25", (6, 15)), ("2024-11-17", (6, 12)))


class _Index:
    def configs(self, symbol: str) -> int | None:
        return {"OIL": 1, "GAS": 2}.get(symbol, 0)

    def mentions(self, path: str, word: str) -> bool | None:
        return True

    def definition(self, path: str, name: str) -> bytes | None:
        return None

    def commit(self, name: str) -> Commit | Absent:
        return "missing"


def _mail(subject: str, date: str = "") -> Mail:
    return Mail("1@example.org", subject, Address("", "a@example.org"), date, "")


@pytest.mark.parametrize(
    ("subject", "date", "kernel"),
    [
        ("[PATCH] a: b", "Sat, 24 May 2025 23:00:00 +0000", (6, 12)),
        ("[PATCH] a: b", "Sat, 24 May 2025 23:00:00 -0700", (6, 15)),
        ("[PATCH] a: b", "Fri, 1 Jan 2016 10:00:00 +0000", None),
        ("[PATCH] a: b", "yesterday", None),
        ("[PATCH] a: b", "", None),
        ("[PATCH 6.1.y 1/2] a: b", "Tue, 1 Jul 2025 10:00:00 +0000", (6, 1)),
        ("[PATCH v2 5.15 01/20] a: b", "Tue, 1 Jul 2025 10:00:00 +0000", (5, 15)),
        ("[PATCH v2 1/2] a: 5.15 is old", "Tue, 1 Jul 2025 10:00:00 +0000", (6, 15)),
    ],
)
def test_the_newest_kernel_that_a_patch_can_know(
    subject: str, date: str, kernel: tuple[int, int] | None
) -> None:
    assert kernel_of(_mail(subject, date), RELEASES) == kernel


def _around(*diffs: str) -> Around:
    patches = tuple(Patch(_mail("[PATCH]"), n, "", diff) for n, diff in enumerate(diffs, 1))
    series = Series("1@example.org", "s", Address("", "a@example.org"), 1, patches, len(patches))
    return around_series(series, _Index(), RELEASES)[1]


def test_the_series_adds_to_what_the_tree_defines_and_takes_from_it() -> None:
    around = _around("+config WAX\n-config OIL\n-\tmenuconfig GAS\n+\t  config of nothing\n")
    counts = {symbol: around.configs(symbol) for symbol in ("WAX", "OIL", "GAS", "TAR")}
    assert counts == {"WAX": 1, "OIL": 0, "GAS": 1, "TAR": 0}


def test_each_patch_knows_what_is_there_before_it() -> None:
    patches = (
        "-config OIL\n+config WAX\n",
        "+config TAR\n-config GAS\n-config GAS\n",
        "-config WAX\n",
    )
    series = Series(
        "1@example.org",
        "s",
        Address("", "a@example.org"),
        1,
        tuple(Patch(_mail("[PATCH]"), n, "", diff) for n, diff in enumerate(patches, 1)),
        3,
    )
    around = around_series(series, _Index(), RELEASES)
    symbols = ("OIL", "WAX", "TAR", "GAS")
    assert {
        part: tuple(each.configs(symbol) for symbol in symbols) for part, each in around.items()
    } == {1: (0, 1, 1, 2), 2: (0, 1, 1, 0), 3: (0, 0, 1, 0)}
    assert {
        part: tuple(each.configs(symbol, True) for symbol in symbols)
        for part, each in around.items()
    } == {1: (1, 0, 0, 2), 2: (0, 1, 0, 2), 3: (0, 1, 1, 0)}
    assert [sorted(each.gone()) for each in around.values()] == [
        ["OIL"],
        ["GAS", "OIL"],
        ["GAS", "OIL"],
    ]
    assert [sorted(each.gone(True)) for each in around.values()] == [[], ["OIL"], ["GAS", "OIL"]]


def test_without_a_tree_nothing_is_known() -> None:
    around = Around()
    assert around.configs("OIL") is None
    assert around.mentions("include/oil.h", "oil") is None
    assert around.commit("0123456789ab") == "unknown"
