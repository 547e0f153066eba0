"""The shape of a rule, and of what it claims about one side of what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from reviewbot.csource.blame import Blame
from reviewbot.csource.filesight import FileSight
from reviewbot.csource.sight import Sight
from reviewbot.model import Confidence, Severity
from reviewbot.patchsight import PatchSight, SeriesSight


class Need(StrEnum):
    """What a rule cannot do without; it is skipped, not failed, where that is missing."""

    DIFF = "diff"  # the hunks are enough
    FUNCTION = "function"  # the whole function
    FILE = "file"  # the whole file
    SERIES = "series"  # a series of several patches, with none missing


@dataclass(frozen=True, slots=True)
class Note:
    """One step of a claim's path: a line on the side that was looked at, and what happens."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a rule says of one side of one function or file, or of a commit message.

    `line`..`end_line` is the place, in that side's numbering; in a commit message line 1 is
    the title and line 3 the first below it. `message` is one sentence in the names of the code.
    `shape` is what stays the same when lines move and unrelated names change: callees,
    resources, conditions, never line numbers; with rule, file and function it makes the
    fingerprint. `confidence` and `severity` override the rule's own. `words` are handed to
    comment.txt.j2 beside `message`. Claims of one `group` have one cause (a
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


class Placed(NamedTuple):
    """A claim about a line of a file as one patch of a series (`part`, from 1) leaves it."""

    part: int
    path: str
    claim: Claim


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its head, and pure functions from what is in sight to claims; one at least.

    `check` is called for each touched function on each side, `check_file` for each touched
    file on each side; what they claim after the patch and not before is new. `check_patch` is
    called once a patch and claims places in its commit message, `check_series` once a series
    of several patches; a series that is not there whole is not asked about. What these two
    claim is new. `source` cites the document that justifies the rule.
    """

    title: str
    category: str
    severity: Severity
    confidence: Confidence
    needs: Need
    source: str
    check: Callable[[Sight], Iterable[Claim]] | None = None
    check_file: Callable[[FileSight], Iterable[Claim]] | None = None
    check_patch: Callable[[PatchSight], Iterable[Claim]] | None = None
    check_series: Callable[[SeriesSight], Iterable[Placed]] | None = None

    @property
    def checks(self) -> bool:
        """Whether it looks at anything."""
        return any((self.check, self.check_file, self.check_patch, self.check_series))
