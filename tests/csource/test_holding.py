"""Which functions of a file a place in its text belongs to, and what they lead to."""

from __future__ import annotations

import pytest

from reviewbot.csource.holding import functions_at
from reviewbot.csource.words import places
from tests.csource.sights import sight

TEXT = """#include "brisk.h"
/* brisk_put */
static void brisk_put(struct brisk *p)
{
	kfree(p);
}

static int brisk_number = sizeof(brisk_put);

static void brisk_end(struct brisk *p)
{
	brisk_put(p);
	brisk_put(p->next);
}

static void brisk_stop(struct brisk *p)
{
	brisk_end(p);
}

static void f(struct brisk *p)
{
	brisk_stop(p);
}
"""


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("brisk_put", ["brisk_put", "brisk_end"]),
        ("brisk", ["brisk_put", "brisk_end", "brisk_stop", "f"]),
        ("brisk_number", []),
        ("nothing", []),
    ],
)
def test_the_functions_that_have_a_word(word: str, names: list[str]) -> None:
    file = sight(TEXT).file
    assert list(functions_at(file, places(file.text, word.encode()))) == names


@pytest.mark.parametrize(
    ("name", "depth", "leads"),
    [
        ("brisk_put", 1, True),
        ("brisk_end", 1, False),
        ("brisk_end", 2, True),
        ("brisk_stop", 2, False),
        ("brisk_stop", 3, True),
        ("brisk_stop", 0, False),
        ("elsewhere", 3, False),
    ],
)
def test_a_function_leads_to_a_word_so_many_functions_deep(
    name: str, depth: int, leads: bool
) -> None:
    assert sight(TEXT).leads_to(name, frozenset(["kfree"]), depth) is leads
