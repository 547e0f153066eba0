"""The shape of a rule, and of what it claims about one side of one function."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from reviewbot.csource.blame import Blame
from reviewbot.csource.sight import Sight
from reviewbot.model import Confidence, Severity


class Need(StrEnum):
    """What a rule cannot do without; it is skipped, not failed, where that is missing."""

    DIFF = "diff"  # the hunks are enough
    FUNCTION = "function"  # the whole function
    FILE = "file"  # the whole file


@dataclass(frozen=True, slots=True)
class Note:
    """One step of a claim's path: a line on the side that was looked at, and what happens."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a rule says of one side of one function.

    `line`..`end_line` is the place, in that side's numbering. `message` is one sentence in
    the names of the code. `shape` is what stays the same when lines move and unrelated names
    change: callees, resources, conditions, never line numbers; with rule, file and function
    it makes the fingerprint. `confidence` and `severity` override the rule's own. `words`
    are handed to comment.txt.j2 beside `message`. Claims of one `group` have one cause (a
    thing taken once and lost at five exits): of those that are new, one is reported, and one
    that was there in another shape is not new. `blame` is how much of it the patch wrote.
    """

    line: int
    end_line: int
    message: str
    shape: tuple[str, ...]
    trace: tuple[Note, ...] = ()
    confidence: Confidence | None = None
    severity: Severity | None = None
    suggestion: str | None = None
    words: tuple[tuple[str, str], ...] = ()
    group: str = ""
    blame: Blame = Blame.FAULT


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its head, and a pure function from a sight to claims.

    `check` is called for each touched function on each side; what it claims after the patch
    and not before is new. `source` cites the document that justifies the rule.
    """

    title: str
    category: str
    severity: Severity
    confidence: Confidence
    needs: Need
    source: str
    check: Callable[[Sight], Iterable[Claim]]
