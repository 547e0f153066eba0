"""Every rule folder is complete, and its examples give exactly the places that they name.

A bad example is also turned round: what it brings in must then be reported as fixed. Where
the files before the patch stand beside it, the diff alone must name no other place.
"""

from __future__ import annotations

import re
from functools import cache

import pytest

from reviewbot.csource.factfile import load_facts
from reviewbot.csource.facts import Facts
from reviewbot.diff import file_diffs
from reviewbot.mail.comment import comment_words, render_comment
from reviewbot.model import (
    Address,
    Change,
    Context,
    FileDiff,
    Images,
    Mail,
    Patch,
    PatchImages,
    Status,
)
from reviewbot.registry import Example, LoadedRule, check_rule_folder, load_rules, rule_page
from reviewbot.resources import rules_dir
from reviewbot.review import review_patch
from reviewbot.trees.apply import Applied, apply

RULES = load_rules(rules_dir())
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.id} {example.name}")
    for rule in RULES
    for example in rule.examples
]
BAD = [param for param in EXAMPLES if "bad-" in str(param.id)]

Place = tuple[str, int]


@cache
def _facts() -> Facts:
    return load_facts(rules_dir() / "facts")


def _images(example: Example, *, tree: bool) -> PatchImages:
    text = example.text
    diff = text[text.index("diff --git") :].removesuffix("-- \n")
    mail = Mail("example@example.org", "[PATCH] example", Address("", "a@example.org"), "", text)
    files = tuple(_file(example, file, tree) for file in file_diffs(diff))
    context = Context.TREE if tree else Context.DIFF
    return PatchImages(Patch(mail, 1, "", diff), files, context)


def _file(example: Example, diff: FileDiff, tree: bool) -> Images:
    if not tree or example.tree is None:
        return Images(diff)
    added = diff.change is Change.ADDED
    applied = apply(diff, b"" if added else (example.tree / diff.old_path).read_bytes())
    assert isinstance(applied, Applied), f"{example.name} does not fit its tree: {applied}"
    return Images(applied.diff, applied.before, applied.after)


def _turned(images: PatchImages) -> PatchImages:
    """The same patch backwards."""
    diff = _turned_text(images.patch.diff)
    files = tuple(
        Images(turned, was.after, was.before)
        for turned, was in zip(file_diffs(diff), images.files, strict=True)
    )
    return PatchImages(images.patch, files, images.context)


def _turned_text(diff: str) -> str:
    lines: list[str] = []
    added: list[str] = []
    for line in _turned_names(diff).split("\n"):
        if line.startswith("+") and not line.startswith("+++ "):
            lines.append("-" + line[1:])
        elif line.startswith("-") and not line.startswith("--- "):
            added.append("+" + line[1:])
        else:
            lines += added
            added = []
            lines.append(re.sub(r"^@@ -(\S+) \+(\S+) @@", r"@@ -\2 +\1 @@", line))
    return "\n".join(lines + added)


def _turned_names(diff: str) -> str:
    """A file that the patch adds is one that it deletes when it is turned round."""

    def turned(match: re.Match[str]) -> str:
        if match["new"] == "/dev/null":
            return f"new file{match['mode']}--- /dev/null\n+++ b/{match['old'][2:]}\n"
        return f"deleted file{match['mode']}--- a/{match['new'][2:]}\n+++ /dev/null\n"

    header = r"^(new|deleted) file(?P<mode> .*\n(index .*\n)?)--- (?P<old>.+)\n\+\+\+ (?P<new>.+)\n"
    return re.sub(header, turned, diff, flags=re.MULTILINE)


def _places(rule: LoadedRule, images: PatchImages, status: Status) -> list[Place]:
    review = review_patch(images, (rule,), _facts())
    assert review.failures == ()
    found = [f for f in review.findings if f.status is status]
    return sorted((finding.file, finding.line) for finding in found)


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in RULES])
def test_rule_folder_is_complete(rule: LoadedRule) -> None:
    check_rule_folder(rule.folder)
    page = rule_page(rule)
    assert page.startswith(f"# {rule.id}: ")
    for example in rule.examples:
        assert f"`{example.name}`" in page


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_example_gives_exactly_its_places(rule: LoadedRule, example: Example) -> None:
    images = _images(example, tree=example.tree is not None)
    assert _places(rule, images, Status.NEW) == sorted(example.expects)


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_comment_can_be_filled_and_fits_a_mail(rule: LoadedRule, example: Example) -> None:
    images = _images(example, tree=example.tree is not None)
    for finding in review_patch(images, (rule,), _facts()).findings:
        words = {**comment_words(finding), **dict(finding.words)}
        comment = render_comment(rule.comment, words)
        assert comment.strip()
        assert all(len(line) <= 72 for line in comment.splitlines())


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_diff_alone_gives_no_other_place(rule: LoadedRule, example: Example) -> None:
    found = _places(rule, _images(example, tree=False), Status.NEW)
    assert set(found) <= set(example.expects)


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_bad_example_turned_round_is_fixed(rule: LoadedRule, example: Example) -> None:
    images = _turned(_images(example, tree=example.tree is not None))
    assert _places(rule, images, Status.NEW) == []
    assert len(_places(rule, images, Status.FIXED)) == len(example.expects)
