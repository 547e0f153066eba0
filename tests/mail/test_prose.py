from __future__ import annotations

import pytest

from reviewbot.mail.prose import harmless, plain, sentence, wrap


def test_paragraphs_are_refilled_and_code_is_kept() -> None:
    text = "one two\nthree\n\n    kept   as\n    it is\n\n\n" + "word " * 30
    wrapped = wrap(text).split("\n\n")
    assert wrapped[0] == "one two three"
    assert wrapped[1] == "    kept   as\n    it is"
    assert max(map(len, wrapped[2].split("\n"))) <= 72
    assert wrapped[2].split() == ["word"] * 30


def test_list_items_hang() -> None:
    item = "- " + "word " * 20
    first, second = wrap(item + "\n- next").split("\n")[:2]
    assert first.startswith("- word")
    assert second.startswith("  word")
    assert wrap(item + "\n- next").endswith("\n- next")


def test_a_long_name_is_never_broken() -> None:
    name = "drivers/" + "very-long-" * 10 + "name.c"
    assert name in wrap(f"see {name} for more").split("\n")


@pytest.mark.parametrize(
    "line",
    [
        "diff --git a/x b/x",
        "--- a/x",
        "+++ b/x",
        "@@ -1 +1 @@",
        "-- ",
        "---",
        "-- >8 --",
        "From the start",
        "> than",
        "<ada@example.com>",
        "Index: foo",
        "2 files changed, 3 insertions(+)",
    ],
)
def test_what_tools_act_upon_leaves_column_0(line: str) -> None:
    assert harmless(line) == " " + line
    assert harmless(harmless(line)) == harmless(line)


@pytest.mark.parametrize(
    "line",
    [
        "Reviewed-by: Ada Example <ada@example.com>",
        "reviewed-by: nobody",
        "    Acked-by: Ada Example <ada@example.com>",
        'Fixes: 0123456789ab ("a title")',
        "Link: https://example.org/",
        "Closes: https://example.org/",
        "Cc: stable@example.org",
        "Whatever: somebody@example.org",
    ],
)
def test_trailers_are_barred(line: str) -> None:
    assert harmless(line) == "| " + line.strip()
    assert harmless(harmless(line)) == harmless(line)


@pytest.mark.parametrize("line", ["note: this is prose", "err: ret stays 0", "a - b", "From: x"])
def test_prose_is_left_alone(line: str) -> None:
    assert harmless(line) == line


def test_wrapping_cannot_bring_a_trailer_to_column_0() -> None:
    assert "\n| Fixes: 0123456789ab" in wrap("x " * 35 + "Fixes: 0123456789ab is what it names")


def test_a_sentence_begins_with_a_capital_unless_it_is_code() -> None:
    assert sentence("the clock stays on") == "The clock stays on"
    assert sentence("thermal_zone is freed") == "thermal_zone is freed"
    assert plain(" `np` is\n not put. ") == "np is not put"
