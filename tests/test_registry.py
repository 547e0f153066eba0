"""Rule folders: what loads, what is refused and how the refusal helps."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reviewbot.csource.facts import Facts
from reviewbot.errors import BadRule, UnknownRule
from reviewbot.registry import check_rule_folder, find_rule, load_rules, rule_page, rule_set

RULE_PY = """\
from __future__ import annotations
from dataclasses import dataclass
from reviewbot.rule import Confidence, Need, Rule, Severity

@dataclass(frozen=True)
class Word:
    text: str

RULE = Rule("A title", "leak", Severity.LOW, Confidence.LOW, Need.DIFF, "a book", lambda s: ())
"""
DOC = "\n\n".join(
    f"## {heading}\n\ntext"
    for heading in ("Looks for", "Why it is bad", "Bad", "Good", "When it is wrong", "Source")
)
PATCH = """\
drivers: foo

---
{expect}
diff --git a/drivers/foo.c b/drivers/foo.c
--- a/drivers/foo.c
+++ b/drivers/foo.c
@@ -1 +1 @@
-int a;
+int b;
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A complete rule folder."""
    folder = tmp_path / "rules" / "some_rule"
    (folder / "examples").mkdir(parents=True)
    (folder / "rule.py").write_text(RULE_PY)
    (folder / "doc.md").write_text(DOC)
    (folder / "comment.txt.j2").write_text("{{ message }}")
    for name in ("bad-1", "bad-2", "good-1", "good-2"):
        expect = "Expect: drivers/foo.c:1" if name.startswith("bad") else ""
        (folder / "examples" / f"{name}.patch").write_text(PATCH.format(expect=expect))
    return folder


def test_complete_folder_passes_and_loads(folder: Path) -> None:
    check_rule_folder(folder)
    (folder.parent / "facts").mkdir()
    (folder.parent / "gone_rule" / "__pycache__").mkdir(parents=True)
    (rule,) = load_rules(folder.parent)
    assert (rule.id, rule.rule.title, rule.comment) == ("some-rule", "A title", "{{ message }}")


def test_loading_leaves_the_import_path_alone(folder: Path) -> None:
    path = list(sys.path)
    load_rules(folder.parent)
    assert sys.path == path
    assert "rule" not in sys.modules
    assert "some_rule" not in sys.modules


def test_examples_are_read_with_their_places_and_trees(folder: Path) -> None:
    (folder / "examples" / "bad-1.before").mkdir()
    (rule,) = load_rules(folder.parent)
    assert [example.name for example in rule.examples] == ["bad-1", "bad-2", "good-1", "good-2"]
    assert rule.examples[0].expects == ((("drivers/foo.c", 1),),)
    assert rule.examples[0].tree == folder / "examples" / "bad-1.before"
    assert rule.examples[1].tree is None
    assert rule.examples[1].commits is None
    assert rule.examples[2].expects == ((),)


def test_an_example_may_be_a_series_with_the_history_of_its_tree(folder: Path) -> None:
    first = PATCH.format(expect="Expect: commit message:3")
    second = PATCH.format(expect="Expect: drivers/foo.c:1")
    start = f"From {'0' * 40} Mon Sep 17 00:00:00 2001\n"
    name = "0123456789abcdef0123456789abcdef01234567"
    (folder / "examples" / "bad-1.patch").write_text(f"{start}{first}{start}{second}")
    (folder / "examples" / "bad-1.commits").write_text(f"{name} foo: a title\n")
    (rule,) = load_rules(folder.parent)
    example = rule.examples[0]
    assert example.mails == (first, second)
    assert example.expects == ((("", 3),), (("drivers/foo.c", 1),))
    assert example.commits == ((name, "foo: a title"),)
    assert "reported at commit message:3, drivers/foo.c:1" in rule_page(rule)


def _drop(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def _write(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_drop("rule.py"), "has no rule.py; add one"),
        (_write("rule.py", "x = 1"), "no RULE = Rule"),
        (_write("rule.py", "import nothing_of_this_name"), "does not load"),
        (_write("rule.py", "def"), "does not load"),
        (_write("rule.py", RULE_PY.replace('"leak"', '"leek"')), "category 'leek' is unknown"),
        (lambda folder: folder.rename(folder.with_name("Some-Rule")), "rename it"),
    ],
)
def test_folder_that_cannot_load_is_refused(
    folder: Path, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(folder)
    with pytest.raises(BadRule, match=says):
        load_rules(folder.parent)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_drop("doc.md"), "has no doc.md"),
        (_write("doc.md", DOC.replace("## Good", "## God")), "headings"),
        (_drop("comment.txt.j2"), "has no comment.txt.j2"),
        (_write("comment.txt.j2", " \n"), "comment.txt.j2 is empty"),
        (_write("rule.py", RULE_PY.replace('"a book"', '""')), "cites no source"),
        (_drop("examples/bad-2.patch"), "1 bad examples"),
        (_drop("examples/good-1.patch"), "1 good examples"),
        (_write("examples/bad-2.patch", PATCH.format(expect="")), "bad-2.patch names no place"),
        (
            _write("examples/good-2.patch", PATCH.format(expect="Expect: drivers/foo.c:1")),
            "good-2.patch expects a finding",
        ),
        (_write("examples/ugly.patch", PATCH.format(expect="")), "neither bad- nor good-"),
    ],
)
def test_incomplete_folder_is_refused_by_the_strict_check(
    folder: Path, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(folder)
    if (folder / "rule.py").exists():
        load_rules(folder.parent)
    with pytest.raises(BadRule, match=says) as refused:
        check_rule_folder(folder)
    assert str(folder) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_rule_set_follows_code_comment_and_facts_and_nothing_else(folder: Path) -> None:
    def digest(facts: str = "") -> str:
        return rule_set(load_rules(folder.parent), Facts(digest=facts))

    first = digest()
    assert len(first) == 12
    (folder / "doc.md").write_text("other")
    assert digest() == first
    assert digest("facts") != first
    (folder / "comment.txt.j2").write_text("other")
    second = digest()
    assert second != first
    (folder / "rule.py").write_text(RULE_PY + "# changed\n")
    assert digest() not in (first, second)


def test_unknown_rule_names_those_that_are_there(folder: Path) -> None:
    rules = load_rules(folder.parent)
    assert find_rule(rules, "some-rule") is rules[0]
    with pytest.raises(UnknownRule, match="'any-rule': take one of some-rule"):
        find_rule(rules, "any-rule")


def test_page_is_made_from_head_doc_and_examples(folder: Path) -> None:
    page = rule_page(load_rules(folder.parent)[0])
    assert page.startswith("# some-rule: A title\n")
    assert "severity low" in page
    assert "## When it is wrong" in page
    assert "`bad-1` is reported at drivers/foo.c:1" in page
    assert "`good-2` is not reported" in page
    assert "+int b;" in page
    assert "Expect:" not in page
