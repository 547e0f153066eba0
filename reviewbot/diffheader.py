"""Which lines of a diff belong to which file, and what the lines above its hunks say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from reviewbot.model import Change

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")

_FIRST = ("diff --git ", "diff --cc ", "diff --combined ", "--- ", "Binary files ")
_EXTENDED = re.compile(
    r"(old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to"
    r"|similarity index|dissimilarity index|index|---|\+\+\+) (.*)"
)
_INDEX = re.compile(r"([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})\b")
_BINARY = re.compile(r"Binary files (.+) and (.+) differ$")
_TIME = re.compile(r"\s+(?:\d{4}-\d\d-\d\d|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d) .*$")
_EPOCH = re.compile(r"(?:1970-01-01|1969-12-31) |Thu Jan  1 |Wed Dec 31 ")
_PREFIX = re.compile(r"[abciow12]/")  # b/ and its kin under git's diff.mnemonicPrefix
_ESCAPE = re.compile(r'\\([0-7]{3}|["\\abtnvfr])')
_ESCAPED = dict(zip('"\\abtnvfr', b'"\\\a\b\t\n\v\f\r', strict=True))
_NOWHERE = "/dev/null"


@dataclass(frozen=True, slots=True)
class Section:
    """The lines of one file: `start` its first line, `stop` one past the last, from 0."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above the hunks. `body` is the first line that is not header, from 0.

    `promises` says that hunks must follow, so that their absence is damage.
    """

    old_path: str
    new_path: str
    change: Change
    body: int
    old_blob: str = ""
    new_blob: str = ""
    binary: bool = False
    promises: bool = False


def sections(lines: Sequence[str]) -> list[Section]:
    """The files of a diff in its order. What stands between them may be prose."""
    starts: list[int] = []
    for i, line in enumerate(lines):
        if line.startswith(_FIRST) and _starts_file(lines, i, starts[-1] if starts else None):
            starts.append(i)
    return [Section(a, b) for a, b in pairwise([*starts, len(lines)])]


def _starts_file(lines: Sequence[str], i: int, current: int | None) -> bool:
    line = lines[i]
    if line.startswith("diff --"):
        return " " in line.removeprefix("diff --git ").strip()
    if line.startswith("Binary"):
        return _BINARY.match(line) is not None and not _in_git_header(lines, i, current)
    if not (i + 2 < len(lines) and lines[i + 1].startswith("+++ ") and HUNK.match(lines[i + 2])):
        return False
    return not _in_git_header(lines, i, current) and not _in_hunk(lines, i, current)


def _in_git_header(lines: Sequence[str], i: int, current: int | None) -> bool:
    if current is None or not lines[current].startswith("diff --git "):
        return False
    return all(_EXTENDED.match(line) for line in lines[current + 1 : i])


def _in_hunk(lines: Sequence[str], i: int, current: int | None) -> bool:
    """Whether line i is text: a removed `-- x` before an added `++ y` looks like a new file."""
    for at in range(i - 1, -1 if current is None else current, -1):
        if match := HUNK.match(lines[at]):
            old, new = lengths(match)
            kinds = [line[:1] for line in lines[at + 1 : i]]
            same = kinds.count(" ") + kinds.count("")
            return old > same + kinds.count("-") and new > same + kinds.count("+")
    return False


def lengths(match: re.Match[str]) -> tuple[int, int]:
    """How many lines a hunk's header promises on the old and on the new side."""
    return int(match[2] or 1), int(match[4] or 1)


@dataclass(slots=True)
class _Said:
    """The header's lines by their keyword, as they are read."""

    words: dict[str, str] = field(default_factory=dict)
    binary: bool = False

    def path(self, side: str) -> str | None:
        for key in (f"rename {side}", f"copy {side}"):
            if key in self.words:
                return unquoted(self.words[key])
        return None


def read_header(lines: Sequence[str], section: Section) -> Header | None:
    """The header of a section; None for one that is not a file's diff (a merge's, or prose)."""
    first = lines[section.start]
    if match := _BINARY.match(first):
        old, new, change = _plain_paths(match[1], match[2], empty=(False, False))
        return Header(old, new, change, section.start + 1, binary=True)
    if first.startswith("--- "):
        return _plain_header(lines, section)
    return _git_header(lines, section) if first.startswith("diff --git ") else None


def _plain_header(lines: Sequence[str], section: Section) -> Header:
    start = section.start
    match = HUNK.match(lines[start + 2])
    empty = (False, False)
    if match is not None:
        old, new = lengths(match)
        empty = (old == 0 and match[1] == "0", new == 0 and match[3] == "0")
    paths = _plain_paths(lines[start][4:], lines[start + 1][4:], empty)
    return Header(*paths, start + 2, promises=True)


def _plain_paths(old: str, new: str, empty: tuple[bool, bool]) -> tuple[str, str, Change]:
    """Names and change where only `---` and `+++` tell; such diffs know no renames."""
    nowhere = [_is_nowhere(old) or empty[0], _is_nowhere(new) or empty[1]]
    before, after = _stripped(_plain_name(old), _plain_name(new))
    if nowhere[0] and not nowhere[1]:
        return after, after, Change.ADDED
    if nowhere[1] and not nowhere[0]:
        return before, before, Change.DELETED
    path = before if after.startswith(before) else after
    return path, path, Change.MODIFIED


def _is_nowhere(name: str) -> bool:
    return name.startswith(_NOWHERE) or _EPOCH.search(name) is not None


def _plain_name(text: str) -> str:
    return unquoted(_TIME.sub("", text.split("\t")[0]).rstrip())


def _git_header(lines: Sequence[str], section: Section) -> Header | None:
    said = _Said()
    at = section.start + 1
    while at < section.stop:
        line = lines[at]
        if match := _EXTENDED.fullmatch(line):
            said.words[match[1]] = match[2]
        elif line == "GIT binary patch" or _BINARY.match(line):
            said.binary = True
        else:
            break
        at += 1
    names = _git_names(lines[section.start].removeprefix("diff --git "), said)
    if names is None:
        return None
    index = _INDEX.match(said.words.get("index", ""))
    old_blob, new_blob = (index[1], index[2]) if index else ("", "")
    change = _git_change(said)
    hunks_due = "+++" in said.words or (change is Change.MODIFIED and old_blob != new_blob)
    return Header(
        *names, change, at, old_blob, new_blob, said.binary, promises=hunks_due and not said.binary
    )


def _git_change(said: _Said) -> Change:
    if "new file mode" in said.words or said.words.get("---", "").startswith(_NOWHERE):
        return Change.ADDED
    if "deleted file mode" in said.words or said.words.get("+++", "").startswith(_NOWHERE):
        return Change.DELETED
    if "rename to" in said.words:
        return Change.RENAMED
    return Change.COPIED if "copy to" in said.words else Change.MODIFIED


def _git_names(rest: str, said: _Said) -> tuple[str, str] | None:
    """Both names, from the line that is surest: rename or copy, `---` and `+++`, `diff --git`."""
    old, new = said.path("from"), said.path("to")
    if old is not None and new is not None:
        return old, new
    if "---" in said.words and "+++" in said.words:
        pair = [unquoted(said.words[key].split("\t")[0].rstrip()) for key in ("---", "+++")]
        old, new = _stripped(*pair)
        return (new if old == _NOWHERE else old), (old if new == _NOWHERE else new)
    return _header_names(rest)


def _header_names(rest: str) -> tuple[str, str] | None:
    """The names of a `diff --git` line. They are the same but for the prefix, so halve it."""
    rest = rest.rstrip()
    if rest.startswith('"') or rest.endswith('"'):
        names = re.findall(r'"(?:[^"\\]|\\.)*"|\S+', rest)
        return _stripped(unquoted(names[0]), unquoted(names[1])) if len(names) == 2 else None
    middle = len(rest) // 2
    old, new = _stripped(rest[:middle], rest[middle + 1 :])
    if rest[middle : middle + 1] == " " and old == new:
        return old, new
    names = rest.split(" ")
    return _stripped(names[0], names[1]) if len(names) == 2 else None


def _stripped(old: str, new: str) -> tuple[str, str]:
    """Both names without `a/` and `b/`, or the folders of two trees, where they have them."""
    if old == _NOWHERE or new == _NOWHERE:
        old, new = (_PREFIX.sub("", name, count=1) for name in (old, new))
    elif old != new and old.partition("/")[2] and old.partition("/")[2] == new.partition("/")[2]:
        old, new = old.partition("/")[2], new.partition("/")[2]
    elif _PREFIX.match(old) and _PREFIX.match(new) and old[0] != new[0]:
        old, new = old[2:], new[2:]
    return old.removeprefix("./"), new.removeprefix("./")


def unquoted(name: str) -> str:
    """A name as git writes it: in quotes with octal bytes, where it is not plain ASCII."""
    if len(name) < 2 or not (name.startswith('"') and name.endswith('"')):
        return name
    out, at = bytearray(), 0
    inner = name[1:-1]
    for match in _ESCAPE.finditer(inner):
        out += inner[at : match.start()].encode()
        code = match[1]
        out.append(int(code, 8) & 0xFF if code.isdigit() else _ESCAPED[code])
        at = match.end()
    out += inner[at:].encode()
    try:
        return out.decode()
    except UnicodeDecodeError:
        return out.decode("latin-1")
