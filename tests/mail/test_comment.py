from __future__ import annotations

from dataclasses import replace

import pytest

from reviewbot.errors import BadRule
from reviewbot.mail.comment import (
    comment_words,
    plain_comment,
    render_comment,
    repeated_comment,
    suggestion,
)
from reviewbot.model import Finding
from tests.mail.invented import as_patch, finding, read_thread, step


@pytest.fixture
def null() -> Finding:
    patch = as_patch(read_thread("single")[0])
    steps = (
        step(patch, "pdev = pci_get_slot", "`pci_get_slot()` returns NULL."),
        step(patch, "pci_name(pdev)", "pci_name() follows it"),
    )
    return finding(
        patch, "null-lookup", "f", "pci_name(pdev)", "the slot may be empty.", trace=steps
    )


def test_a_template_is_filled_and_wrapped(null: Finding) -> None:
    words = {**comment_words(null), "callee": "pci_name()"}
    text = render_comment("{{ message }}, and\n{{ callee }} {{ path }}" + " word" * 20, words)
    assert text.startswith(
        "The slot may be empty, and pci_name() pci_get_slot() returns NULL, then"
    )
    assert max(map(len, text.split("\n"))) <= 72


def test_words_of_the_code_are_not_templates(null: Finding) -> None:
    assert render_comment("{{ message }}", {"message": "{{ 1 + 1 }} &lt; <b>"}) == (
        "{{ 1 + 1 }} &lt; <b>"
    )


@pytest.mark.parametrize("template", ["{{ nobody_set_this }}", "{% if %}"])
def test_a_template_that_cannot_be_filled_is_a_bad_rule(template: str) -> None:
    with pytest.raises(BadRule, match=r"comment\.txt\.j2"):
        render_comment(template, {})


def test_the_plain_comment_claims_tells_the_path_and_asks(null: Finding) -> None:
    assert " ".join(plain_comment(null).split()) == (
        "The slot may be empty: pci_get_slot() returns NULL, then pci_name() follows it. "
        "Can that happen, or is there something that rules it out?"
    )
    assert plain_comment(replace(null, trace=())) == "The slot may be empty. Is that intended?"


def test_the_second_time_is_short(null: Finding) -> None:
    assert repeated_comment(replace(null, trace=())) == "The same here: the slot may be empty."


def test_a_suggestion_is_indented_and_names_nobody(null: Finding) -> None:
    diff = "--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n Reported-by: Ada <ada@example.com>\n-a\n+b\n"
    text = suggestion(replace(null, suggestion=diff))
    first, *lines = text.split("\n")
    assert first.endswith(":")
    assert "    @@ -1 +1 @@" in lines
    assert "| Reported-by: Ada <ada@example.com>" in lines
    assert all(line[:1] in ("", " ", "|") for line in lines)
    assert suggestion(null) == ""
