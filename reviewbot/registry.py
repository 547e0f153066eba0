"""Finds, loads and checks rule folders; what they must hold is told in rules/README.md."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from reviewbot.csource.facts import Facts
from reviewbot.errors import BadRule, UnknownRule
from reviewbot.rule import Rule

CATEGORIES = frozenset(
    [
        "guard",
        "lock",
        "deadlock",
        "context",
        "leak",
        "cleanup",
        "null",
        "err-ptr",
        "uninit",
        "error-code",
        "free",
        "api",
        "format",
        "series",
        "mail",
    ]
)
HEADINGS = ("Looks for", "Why it is bad", "Bad", "Good", "When it is wrong", "Source")
EXAMPLES_OF_A_KIND = 2

_FOLDER = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_EXPECT = re.compile(r"^Expect: (?P<file>commit message|\S+):(?P<line>\d+)$", re.MULTILINE)
_MAIL = re.compile(r"^From [0-9a-f]{40} .*\n", re.MULTILINE)
_COMMIT = re.compile(r"^(?P<name>[0-9a-f]{40}) (?P<title>.+)$", re.MULTILINE)
_NOT_RULES = frozenset({"facts", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Example:
    """One example of a rule: a patch, or a series as git format-patch --stdout writes it.

    `expects` are the places (file, line after the patch) that the rule must name in each of
    `mails`, in the order written; file "" is the commit message. `tree` is the folder with the
    files before the patch (`bad-1.before` beside `bad-1.patch`), or None where the diff alone
    is enough; `commits` are the history that the tree has, (whole name, title), as
    `git log --format='%H %s'` writes it (`bad-1.commits`), or None for a tree without one.
    """

    name: str
    mails: tuple[str, ...]
    expects: tuple[tuple[tuple[str, int], ...], ...]
    tree: Path | None
    commits: tuple[tuple[str, str], ...] | None

    @property
    def bad(self) -> bool:
        return self.name.startswith("bad-")


@dataclass(frozen=True, eq=False)
class LoadedRule:
    """A rule with its folder. The texts are read when asked for."""

    id: str
    rule: Rule
    folder: Path

    @cached_property
    def doc(self) -> str:
        return _read(self.folder, "doc.md")

    @cached_property
    def comment(self) -> str:
        """The template of the paragraph that the author of a patch reads."""
        return _read(self.folder, "comment.txt.j2")

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """The bad ones first, then the good ones, each by name."""
        return tuple(_example(path) for path in sorted(self.folder.glob("examples/*.patch")))


def load_rules(folder: Path) -> tuple[LoadedRule, ...]:
    """All rules of a rules folder, by id. Only `rule.py` is read. Raises BadRule."""
    return tuple(load_rule(path) for path in sorted(folder.iterdir()) if _is_rule(path))


def load_rule(folder: Path) -> LoadedRule:
    """The rule in this folder. Raises BadRule where it cannot be loaded."""
    if not _FOLDER.fullmatch(folder.name):
        raise _bad(folder, "its name is not lower-case words joined by _", "rename it")
    source = folder / "rule.py"
    if not source.is_file():
        raise _bad(folder, "it has no rule.py", "add one, or remove the folder")
    rule = getattr(_module(source), "RULE", None)
    if not isinstance(rule, Rule):
        raise _bad(folder, "rule.py has no RULE = Rule(...)", "define it")
    if not rule.checks:
        raise _bad(folder, "its RULE checks nothing", "give it a check function")
    if rule.category not in CATEGORIES:
        raise _bad(folder, f"category '{rule.category}' is unknown", f"take one of {_known()}")
    return LoadedRule(folder.name.replace("_", "-"), rule, folder)


def find_rule(rules: Iterable[LoadedRule], rule_id: str) -> LoadedRule:
    """Raises UnknownRule, which names the rules that there are."""
    rules = tuple(rules)
    for rule in rules:
        if rule.id == rule_id:
            return rule
    known = ", ".join(rule.id for rule in rules)
    raise UnknownRule(f"there is no rule '{rule_id}': take one of {known}")


def rule_set(rules: Iterable[LoadedRule], facts: Facts) -> str:
    """The digest of everything that decides what is found and said: 12 hex digits of SHA-256.

    It covers each rule's code and comment, and the facts; not the pages and the examples.
    """
    digest = hashlib.sha256()
    for rule in sorted(rules, key=lambda rule: rule.id):
        parts = (rule.id.encode(), (rule.folder / "rule.py").read_bytes(), rule.comment.encode())
        for part in parts:
            digest.update(len(part).to_bytes(8, "big") + part)
    digest.update(facts.digest.encode())
    return digest.hexdigest()[:12]


def check_rule_folder(folder: Path) -> None:
    """Raises BadRule for the first thing that a complete rule folder lacks.

    Stricter than loading: the page, the comment and the examples are read too. What the
    examples must give is checked by tests/test_rules.py.
    """
    rule = load_rule(folder)
    for problem, fix in _problems(rule):
        raise _bad(folder, problem, fix)


def rule_page(loaded: LoadedRule) -> str:
    """The rule's page in Markdown, made from its head, its doc.md and its examples."""
    rule = loaded.rule
    head = (
        f"# {loaded.id}: {rule.title}\n\n"
        f"Category {rule.category}, severity {rule.severity}, confidence {rule.confidence}; "
        f"needs the {rule.needs}.\n"
    )
    shown = "\n".join(_shown(example) for example in loaded.examples)
    return f"{head}\n{loaded.doc.strip()}\n\nCited as: {rule.source}\n\n## Examples\n\n{shown}"


def _shown(example: Example) -> str:
    found = [place for places in example.expects for place in places]
    places = ", ".join(f"{file or 'commit message'}:{line}" for file, line in found)
    verdict = f"is reported at {places}" if example.bad else "is not reported"
    one_diff = len(example.mails) == 1 and all(file for file, _ in found)
    shown = [mail[mail.find("diff --git") if one_diff else 0 :].rstrip() for mail in example.mails]
    text = "\n\n".join(shown)
    return f"`{example.name}` {verdict}:\n\n```diff\n{text}\n```\n"


def _problems(loaded: LoadedRule) -> Iterator[tuple[str, str]]:
    """What is wrong and how to mend it, the most basic first."""
    headings = tuple(re.findall(r"^## (.+)$", loaded.doc, re.MULTILINE))
    if headings != HEADINGS:
        yield "doc.md does not have the headings of a rule's page", f"use '## {HEADINGS}' in order"
    if not loaded.comment.strip():
        yield "comment.txt.j2 is empty", "write the paragraph that the author reads"
    if not loaded.rule.source:
        yield "the rule cites no source", "set Rule.source to the document that justifies it"
    for kind in ("bad", "good"):
        found = sum(example.name.startswith(f"{kind}-") for example in loaded.examples)
        if found < EXAMPLES_OF_A_KIND:
            yield f"it has {found} {kind} examples", f"write examples/{kind}-*.patch, two or more"
    yield from _example_problems(loaded.examples)


def _example_problems(examples: Iterable[Example]) -> Iterator[tuple[str, str]]:
    for example in examples:
        if not example.name.startswith(("bad-", "good-")):
            yield f"examples/{example.name}.patch is neither bad- nor good-", "rename it"
        if example.bad != any(example.expects):
            wants = "names no place" if example.bad else "expects a finding"
            yield f"examples/{example.name}.patch {wants}", "mend its 'Expect: FILE:LINE' lines"


def _example(path: Path) -> Example:
    text = path.read_text(encoding="utf-8")
    mails = tuple(filter(None, _MAIL.split(text)))
    tree, log = path.with_suffix(".before"), path.with_suffix(".commits")
    return Example(
        path.stem,
        mails,
        tuple(_places(mail) for mail in mails),
        tree if tree.is_dir() else None,
        tuple(_COMMIT.findall(log.read_text("utf-8"))) if log.is_file() else None,
    )


def _places(mail: str) -> tuple[tuple[str, int], ...]:
    prose = mail.partition("\ndiff --git")[0].partition("\n---\n")[2]
    found = [(m["file"], int(m["line"])) for m in _EXPECT.finditer(prose)]
    return tuple(("" if file == "commit message" else file, line) for file, line in found)


def _is_rule(path: Path) -> bool:
    """Everything but the facts, hidden folders, and what a removed rule leaves behind."""
    if path.name in _NOT_RULES or path.name.startswith(".") or not path.is_dir():
        return False
    if (path / "rule.py").is_file():
        return True
    return any(entry.name not in _NOT_RULES for entry in path.iterdir())


def _module(source: Path) -> object:
    """The module, under a name that no import statement reaches."""
    place = zlib.crc32(str(source).encode())
    name = f"_reviewbot_rule_{source.parent.name}_{place:08x}"
    spec = importlib.util.spec_from_file_location(name, source)
    if spec is None or spec.loader is None:
        raise _bad(source.parent, "rule.py cannot be read as Python", "mend it")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up here
    try:
        spec.loader.exec_module(module)
    except Exception as problem:
        del sys.modules[name]
        raise _bad(source.parent, f"rule.py does not load ({problem!r})", "mend it") from problem
    return module


def _read(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise _bad(folder, f"it has no {name}", "add one") from None


def _bad(folder: Path, problem: str, fix: str) -> BadRule:
    return BadRule(f"rule folder {folder}: {problem}; {fix}")


def _known() -> str:
    return ", ".join(sorted(CATEGORIES))
