"""Which letters make one posting of a series.

b4 files patches by their number and revision alone, so that a resent series, a second
author's patch in the thread, or a revision that only the cover states would land in one
heap. The heap is sorted here first, by who answers whom; b4 then sees one clean series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reviewbot.sources import msgid, threads
from reviewbot.sources.interface import Letter


@dataclass(frozen=True, slots=True)
class Attempt:
    """One posting of one revision; `patches` by their number, which counts from 1."""

    revision: int
    expected: int
    cover: Letter | None
    patches: Mapping[int, Letter]

    @property
    def letters(self) -> list[Letter]:
        patches = [self.patches[number] for number in sorted(self.patches)]
        return [*([self.cover] if self.cover else []), *patches]

    @property
    def head(self) -> Letter:
        return self.letters[0]

    @property
    def missing(self) -> int:
        return self.expected - len(self.patches)


def is_cover(letter: Letter) -> bool:
    subject = letter.subject
    posted = not subject.reply and not letter.automatic
    return posted and subject.numbered and subject.counter == 0


def is_own_patch(letter: Letter, known: Mapping[str, Letter]) -> bool:
    """A diff in an answer that does not call itself a patch is a suggestion, not a patch."""
    if not letter.diff or letter.automatic or letter.subject.reply:
        return False
    named = letter.subject.patch or letter.subject.numbered
    return named or next(threads.ancestors(letter, known), None) is None


def gathered(
    posted: Sequence[Letter], known: Mapping[str, Letter], thread_of: Mapping[str, int]
) -> list[Attempt]:
    """The postings among the covers and patches `posted`, in the order of their first letters.

    `known` are all letters by Message-ID; `thread_of` numbers the thread of each.
    """
    ours = {letter.mail.message_id for letter in posted}
    heaps: dict[tuple[object, ...], list[Letter]] = {}
    for letter in posted:
        above = [one for one in threads.ancestors(letter, known) if one.mail.message_id in ours]
        key = _key(letter, above, thread_of[letter.mail.message_id])
        heaps.setdefault(key, []).append(letter)
    return _joined_loose([_attempt(heap) for heap in heaps.values()])


def _key(letter: Letter, above: Sequence[Letter], thread: int) -> tuple[object, ...]:
    """What the letters of one posting have in common: their cover, or else their counts."""
    subject = letter.subject
    of_one = above and is_cover(above[0]) and above[0].subject.expected == 1
    if is_cover(letter) or not (subject.numbered or of_one):
        return ("of", letter.mail.message_id)
    for one in above:
        same_count = one.subject.numbered and one.subject.expected == subject.expected
        other_revision = subject.versioned and one.subject.revision != subject.revision
        if not same_count or other_revision:
            continue
        if is_cover(one):
            return ("of", one.mail.message_id)
        if not subject.versioned:
            subject = replace(subject, revision=one.subject.revision)
    return ("loose", thread, subject.revision, subject.expected)


def _attempt(heap: Sequence[Letter]) -> Attempt:
    """Of two patches with one number the later stands: it was sent to replace the other."""
    cover = next((letter for letter in heap if is_cover(letter)), None)
    in_order = sorted((one for one in heap if one is not cover), key=lambda one: one.sent)
    patches = {max(one.subject.counter, 1): one for one in in_order}
    stated = [one.subject for one in heap if one.subject.versioned]
    head = cover.subject if cover else heap[0].subject
    revision = head.revision if head.versioned or not stated else stated[0].revision
    expected = max([head.expected, *patches])
    return Attempt(revision, expected, cover, patches)


def _joined_loose(attempts: list[Attempt]) -> list[Attempt]:
    """Join the patches of a series that was sent without threading, or kept in files."""
    joined: list[Attempt] = []
    open_at: dict[tuple[object, ...], int] = {}
    for attempt in attempts:
        if len(attempt.letters) != 1 or not attempt.head.subject.numbered:
            joined.append(attempt)
            continue
        mail = attempt.head.mail
        poster = "" if msgid.made_up(mail.message_id) else mail.author.email.lower()
        key = (attempt.revision, attempt.expected, poster)
        at = open_at.get(key)
        if at is None or not _fits(joined[at], attempt):
            open_at[key] = len(joined)
            joined.append(attempt)
        else:
            cover = joined[at].cover or attempt.cover
            patches = {**joined[at].patches, **attempt.patches}
            joined[at] = replace(joined[at], cover=cover, patches=patches)
    return joined


def _fits(attempt: Attempt, other: Attempt) -> bool:
    both_covers = attempt.cover is not None and other.cover is not None
    return not both_covers and not set(attempt.patches) & set(other.patches)
