"""What was said before of a series, so that nothing is said twice, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from reviewbot.compare import base_fingerprint
from reviewbot.model import Finding, Review, Status


class Fate(StrEnum):
    """What a revision has of a fault that some revision of the series had."""

    NEW = "new"
    STILL_THERE = "still there"
    GONE = "gone"
    NOT_YET = "not yet"
    UNKNOWN = "unknown"  # this revision was not reviewed


@dataclass(frozen=True, slots=True)
class Past:
    """What people were told, or answered, about earlier revisions and by earlier rules.

    `said` are fingerprints that went out in a mail, `refused` those that somebody called no
    bug, and `refused_rules` rules that the author of the series does not want to hear of.
    """

    said: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    refused_rules: frozenset[str] = frozenset()

    def knows(self, finding: Finding) -> bool:
        mark = base_fingerprint(finding.fingerprint)
        return mark in self.said or mark in self.refused or finding.rule in self.refused_rules


def worth_saying(review: Review, past: Past) -> Review:
    """The review without what was said before, or was answered with a no."""
    patches = (
        replace(patch, findings=tuple(one for one in patch.findings if not past.knows(one)))
        for patch in review.patches
    )
    return replace(review, patches=tuple(patches))


@dataclass(frozen=True, slots=True)
class Story:
    """One fault over the revisions; `fates` in their order.

    `mark` is the same for the fault in each of them: the base of its fingerprint.
    """

    mark: str
    finding: Finding
    fates: tuple[Fate, ...]


def stories(found: Sequence[Iterable[Finding] | None]) -> tuple[Story, ...]:
    """What became of each fault that a revision brought in, the oldest faults first.

    `found` are the findings of the revisions in their order, None for one that was not
    reviewed. The finding of a story is that of the newest revision that has the fault.
    """
    brought = [_brought(each) for each in found]
    marks = dict.fromkeys(mark for each in brought if each is not None for mark in each)
    return tuple(_story(mark, brought) for mark in marks)


def _brought(findings: Iterable[Finding] | None) -> dict[str, Finding] | None:
    if findings is None:
        return None
    return {
        base_fingerprint(finding.fingerprint): finding
        for finding in findings
        if finding.status is Status.NEW
    }


def _story(mark: str, found: Sequence[dict[str, Finding] | None]) -> Story:
    fates: list[Fate] = []
    last: Finding | None = None
    for each in found:
        now = each.get(mark) if each is not None else None
        fates.append(_fate(each is not None, now is not None, last is not None))
        last = now or last
    assert last is not None, "a mark comes from a finding"
    return Story(mark, last, tuple(fates))


def _fate(reviewed: bool, there: bool, before: bool) -> Fate:
    if not reviewed:
        return Fate.UNKNOWN
    if there:
        return Fate.STILL_THERE if before else Fate.NEW
    return Fate.GONE if before else Fate.NOT_YET
