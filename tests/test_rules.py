"""Every rule folder is complete, and its examples give exactly the places that they name.

A bad example is also turned round: what it brings in must then be reported as fixed. Where
the files before the patch stand beside it, the diff alone must name no other place.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest

from reviewbot.around import Around, around_series
from reviewbot.csource.factfile import load_facts
from reviewbot.csource.facts import Facts
from reviewbot.diff import read_diff
from reviewbot.mail.comment import comment_words, render_comment
from reviewbot.model import Images, Patch, PatchImages, PatchReview, Series, Status
from reviewbot.registry import Example, LoadedRule, check_rule_folder, load_rules, rule_page
from reviewbot.resources import rules_dir
from reviewbot.review import review_series
from reviewbot.sources.interface import Subject
from reviewbot.sources.letter import read
from reviewbot.trees.directory import Directory
from reviewbot.trees.image import patch_images
from reviewbot.trees.index import TreeIndex
from reviewbot.trees.interface import Absent, Commit

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


class _Index:
    """The tree of an example as a whole: its folder, and the history that is told beside it;
    with `around` the tree as the example leaves it."""

    def __init__(self, example: Example, around: Around | None = None) -> None:
        self._around = around
        self._files = TreeIndex(Directory(example.tree)) if example.tree is not None else None
        self._commits = example.commits

    def configs(self, symbol: str) -> int | None:
        if self._around is not None:
            return self._around.configs(symbol)
        return self._files.configs(symbol) if self._files is not None else None

    def mentions(self, path: str, word: str) -> bool | None:
        return self._files.mentions(path, word) if self._files is not None else None

    def definition(self, path: str, name: str) -> bytes | None:
        return self._files.definition(path, name) if self._files is not None else None

    def commit(self, name: str) -> Commit | Absent:
        if self._commits is None:
            return "unknown"
        found = [Commit(*each) for each in self._commits if each[0].startswith(name)]
        return found[0] if len(found) == 1 else "ambiguous" if found else "missing"


def _series(example: Example) -> Series:
    letters = [read(mail.encode(), Subject)[0] for mail in example.mails]
    patches = tuple(
        Patch(letter.mail, part, letter.message, letter.diff)
        for part, letter in enumerate(letters, 1)
    )
    mail = letters[0].mail
    return Series(mail.message_id, mail.subject, mail.author, 1, patches, len(patches))


def _images(example: Example, *, tree: bool) -> list[PatchImages]:
    folder = Directory(example.tree) if tree and example.tree is not None else None
    images = list(patch_images(_series(example), folder))
    for each in images:
        assert not each.note, f"{example.name} does not fit its tree: {each.note}"
        damaged = [skipped for skipped in each.skipped if skipped.reason != "not C"]
        assert not damaged, f"{example.name} cannot be read: {damaged}"
    return images


def _turned(images: list[PatchImages]) -> list[PatchImages]:
    """The same patches backwards."""
    return [_turned_patch(each, part) for part, each in enumerate(reversed(images), 1)]


def _turned_patch(images: PatchImages, part: int) -> PatchImages:
    diff = _turned_text(images.patch.diff)
    turned = {each.path: each for each in read_diff(diff)[0]}
    files = tuple(Images(turned[was.diff.path], was.after, was.before) for was in images.files)
    return PatchImages(replace(images.patch, part=part, diff=diff), files, images.context)


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


def _review(
    rule: LoadedRule,
    example: Example,
    images: list[PatchImages],
    *,
    tree: bool,
    turned: bool = False,
) -> tuple[PatchReview, ...]:
    series = replace(_series(example), patches=tuple(each.patch for each in images))
    index = _Index(example) if tree else None
    if turned:
        after = around_series(_series(example), index, ())
        index = _Index(example, after[len(after)])
    review = review_series(series, images, (rule,), _facts(), "", index)
    for patch in review.patches:
        assert patch.failures == ()
    return review.patches


def _places(reviews: tuple[PatchReview, ...], status: Status) -> list[list[Place]]:
    return [
        sorted((each.file, each.line) for each in review.findings if each.status is status)
        for review in reviews
    ]


def _expected(example: Example) -> list[list[Place]]:
    return [sorted(places) for places in example.expects]


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in RULES])
def test_rule_folder_is_complete(rule: LoadedRule) -> None:
    check_rule_folder(rule.folder)
    page = rule_page(rule)
    assert page.startswith(f"# {rule.id}: ")
    for example in rule.examples:
        assert f"`{example.name}`" in page


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_example_gives_exactly_its_places(rule: LoadedRule, example: Example) -> None:
    reviews = _review(rule, example, _images(example, tree=True), tree=True)
    assert _places(reviews, Status.NEW) == _expected(example)


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_comment_can_be_filled_and_fits_a_mail(rule: LoadedRule, example: Example) -> None:
    reviews = _review(rule, example, _images(example, tree=True), tree=True)
    for finding in (each for review in reviews for each in review.findings):
        words = {**comment_words(finding), **dict(finding.words)}
        comment = render_comment(rule.comment, words)
        assert comment.strip()
        assert all(len(line) <= 72 for line in comment.splitlines())


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_diff_alone_gives_no_other_place(rule: LoadedRule, example: Example) -> None:
    reviews = _review(rule, example, _images(example, tree=False), tree=False)
    for found, expected in zip(_places(reviews, Status.NEW), _expected(example), strict=True):
        assert set(found) <= set(expected)


@pytest.mark.parametrize(("rule", "example"), BAD)
def test_bad_example_turned_round_is_fixed(rule: LoadedRule, example: Example) -> None:
    if rule.rule.check is None and rule.rule.check_file is None:
        return  # a commit message and the order of a series have no other side
    turned = _turned(_images(example, tree=True))
    reviews = _review(rule, example, turned, tree=True, turned=True)
    assert not any(_places(reviews, Status.NEW))
    fixed = [len(places) for places in _places(reviews, Status.FIXED)]
    assert fixed == [len(places) for places in reversed(example.expects)]
