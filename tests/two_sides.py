"""Two texts of one file, reviewed as a patch by some of the rules."""

from __future__ import annotations

import difflib
from functools import cache

from reviewbot.csource.factfile import load_facts
from reviewbot.csource.facts import Facts
from reviewbot.diff import file_diffs
from reviewbot.model import (
    Address,
    Context,
    Finding,
    Images,
    Mail,
    Patch,
    PatchImages,
    Status,
)
from reviewbot.registry import LoadedRule, load_rules
from reviewbot.resources import rules_dir
from reviewbot.review import review_patch

LEAKS = (
    *("enable-leak", "memory-leak", "ref-leak", "release-dropped"),
    *("child-loop-leak", "early-return", "pm-get-sync"),
)
_PATH = "drivers/misc/brisk.c"


@cache
def facts() -> Facts:
    return load_facts(rules_dir() / "facts")


@cache
def _rules(ids: tuple[str, ...]) -> tuple[LoadedRule, ...]:
    return tuple(rule for rule in load_rules(rules_dir()) if rule.id in ids)


def reviewed(before: str, after: str, *ids: str) -> tuple[Finding, ...]:
    """All findings of these rules (the leak rules, where none is named)."""
    body = difflib.unified_diff(
        before.splitlines(True), after.splitlines(True), f"a/{_PATH}", f"b/{_PATH}"
    )
    diff = f"diff --git a/{_PATH} b/{_PATH}\n{''.join(body)}"
    (file,) = file_diffs(diff)
    patch = Patch(
        Mail("1@example.org", "[PATCH]", Address("A", "a@example.org"), "", ""), 1, "", diff
    )
    images = PatchImages(patch, (Images(file, before.encode(), after.encode()),), Context.TREE)
    review = review_patch(images, _rules(ids or LEAKS), facts())
    assert not review.failures and not review.skipped
    return review.findings


def news(before: str, after: str, *ids: str) -> list[tuple[str, str]]:
    """(rule, confidence) of what is new."""
    found = reviewed(before, after, *ids)
    return [(f.rule, f.confidence.value) for f in found if f.status is Status.NEW]
