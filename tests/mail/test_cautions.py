"""A person hears of what lists would take amiss, and of nothing in a mail as we write it."""

from __future__ import annotations

import pytest

from reviewbot.mail.cautions import cautions
from reviewbot.mail.edit import read
from reviewbot.model import Draft, DraftKind
from tests.mail import invented

SIGNED = "\n-- \nWritten by a program.\n"
GOOD = "On Monday Ada wrote:\n> +\tfoo();\n\nIs that so?\n" + SIGNED
DRAFTS = [draft for name in invented.CASES for draft in invented.drafts(name)]


@pytest.mark.parametrize("draft", DRAFTS, ids=[draft.message_id[:18] for draft in DRAFTS])
def test_what_we_write_gives_no_caution(draft: Draft) -> None:
    assert cautions(read(draft.message).body, draft.kind is DraftKind.PATCH) == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('Fixes: 123456789abc ("misc: x")', "b4 takes 'Fixes: 123456789abc"),
        ("Reviewed-by: Ada <ada@lantern.example>", "b4 takes 'Reviewed-by"),
        ("diff --git a/a.c b/a.c", "a diff at the start of a line"),
        ("@@ -1,2 +1,2 @@", "a diff at the start of a line"),
        ("word " * 30, "longer than 76 columns"),
        ("it is \u202eeno siht", "characters that cannot be seen"),
        ("> and this", "quoted after the last comment"),
    ],
)
def test_each_slip_is_named(line: str, said: str) -> None:
    body = GOOD.replace("Is that so?\n", f"Is that so?\n{line}\n")
    [caution] = cautions(body)
    assert said in caution


@pytest.mark.parametrize(
    "line", ['| Fixes: 123 ("x")', "> Fixes: 123", "    @@ -1 +1 @@", "x" * 99]
)
def test_what_only_looks_like_a_slip(line: str) -> None:
    body = GOOD.replace("Is that so?\n", f"{line}\nIs that so?\n")
    assert cautions(body) == ()


def test_a_mail_without_quote_or_signature() -> None:
    assert len(cautions("Hello\n")) == 2
    assert len(cautions("Hello\n", quotes=False)) == 1
