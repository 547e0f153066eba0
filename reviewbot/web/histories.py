"""What became of each finding of a series, with the finding of every version to point at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reviewbot.compare import base_fingerprint
from reviewbot.history import Fate, Story, stories
from reviewbot.model import Status
from reviewbot.store.shown import RevisionHead, ShownFinding
from reviewbot.store.store import Store


@dataclass(frozen=True, slots=True)
class History:
    """A fault over the versions: for each its fate, and the finding there, if there is one."""

    story: Story
    versions: tuple[tuple[Fate, ShownFinding | None], ...]


def histories(store: Store, revisions: Sequence[RevisionHead]) -> tuple[History, ...]:
    """The oldest faults first; versions in the order of the revisions."""
    found = store.detail.findings(each.review.id for each in revisions if each.review)
    of_each = [found[each.review.id] if each.review else None for each in revisions]
    told = stories([None if each is None else [one.finding for one in each] for each in of_each])
    by_mark = [_by_mark(each or ()) for each in of_each]
    return tuple(_history(story, by_mark) for story in told)


def _history(story: Story, by_mark: Sequence[Mapping[str, ShownFinding]]) -> History:
    here = (marks.get(story.mark) for marks in by_mark)
    return History(story, tuple(zip(story.fates, here, strict=True)))


def _by_mark(found: Sequence[ShownFinding]) -> Mapping[str, ShownFinding]:
    new = [one for one in found if one.finding.status is Status.NEW]
    return {base_fingerprint(one.finding.fingerprint): one for one in reversed(new)}
