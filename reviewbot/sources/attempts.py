"""Which letters make one posting of a series, and which postings make one series.

    Attempt   one posting: a cover and its numbered patches, or a single patch
    Topic     the attempts at one change, over all revisions, with what was answered

b4 files patches by their number and revision alone, so that a resent series, a second
author's patch in the thread, or a revision that only the cover states would land in one
heap. The heap is sorted here first, by who answers whom; b4 then sees one clean series.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reviewbot.sources import msgid, threads
from reviewbot.sources.interface import Letter

_Judge = Callable[[Letter, Mapping[str, Letter]], bool]


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


@dataclass(frozen=True, slots=True)
class Topic:
    """One series in all its revisions; `replies` are what is in its threads besides."""

    attempts: tuple[Attempt, ...]
    replies: tuple[Letter, ...] = ()

    @property
    def revisions(self) -> tuple[int, ...]:
        return tuple(sorted({attempt.revision for attempt in self.attempts}))

    def holds(self, message_id: str) -> bool:
        letters = [letter for attempt in self.attempts for letter in attempt.letters]
        return any(one.mail.message_id == message_id for one in [*letters, *self.replies])

    def of_revision(self, revision: int) -> Attempt | None:
        """The last posting of this revision, but a whole one before one with gaps."""
        found = [a for a in self.attempts if a.revision == revision and a.patches]
        return max(found, key=lambda a: (-a.missing, a.head.sent), default=None)


def topics(letters: Iterable[Letter]) -> list[Topic]:
    """The series among these letters, in the order in which they begin.

    Where no letter is a patch of its own, a reply that carries a diff is taken for one.
    """
    unique = list({letter.mail.message_id: letter for letter in letters}.values())
    found = _topics(unique, _is_own_patch)
    if any(attempt.patches for topic in found for attempt in topic.attempts):
        return found
    promoted = [_promoted(letter) for letter in unique]
    return _topics(promoted, lambda one, _: bool(one.diff) and not one.automatic) or found


def _topics(letters: list[Letter], is_patch: _Judge) -> list[Topic]:
    known = {letter.mail.message_id: letter for letter in letters}
    thread_of: dict[str, int] = {}
    for number, thread in enumerate(threads.grouped(letters)):
        thread_of |= {letter.mail.message_id: number for letter in thread}
    posted = [one for one in letters if _is_cover(one) or is_patch(one, known)]
    attempts = _attempts(posted, known, thread_of)
    groups = _same_topics(_joined_loose(attempts, thread_of), thread_of)
    ours = {letter.mail.message_id for letter in posted}
    answers = [letter for letter in letters if letter.mail.message_id not in ours]
    return _with_replies(groups, answers, known, thread_of)


def _is_cover(letter: Letter) -> bool:
    subject = letter.subject
    posted = not subject.reply and not letter.automatic
    return posted and subject.numbered and subject.counter == 0


def _is_own_patch(letter: Letter, known: Mapping[str, Letter]) -> bool:
    """A diff in an answer that does not call itself a patch is a suggestion, not a patch."""
    if not letter.diff or letter.automatic or letter.subject.reply:
        return False
    named = letter.subject.patch or letter.subject.numbered
    return named or next(threads.ancestors(letter, known), None) is None


def _promoted(letter: Letter) -> Letter:
    if not letter.diff or not letter.subject.reply:
        return letter
    subject = replace(letter.subject, reply=False, numbered=False, counter=1, expected=1)
    return replace(letter, subject=subject)


def _attempts(
    posted: Sequence[Letter], known: Mapping[str, Letter], thread_of: Mapping[str, int]
) -> list[Attempt]:
    ours = {letter.mail.message_id for letter in posted}
    heaps: dict[tuple[object, ...], list[Letter]] = {}
    for letter in posted:
        above = [one for one in threads.ancestors(letter, known) if one.mail.message_id in ours]
        key = _key(letter, above, thread_of[letter.mail.message_id])
        heaps.setdefault(key, []).append(letter)
    return [_attempt(heap) for heap in heaps.values()]


def _key(letter: Letter, above: Sequence[Letter], thread: int) -> tuple[object, ...]:
    """What the letters of one posting have in common: their cover, or else their counts."""
    subject = letter.subject
    of_one = above and _is_cover(above[0]) and above[0].subject.expected == 1
    if _is_cover(letter) or not (subject.numbered or of_one):
        return ("of", letter.mail.message_id)
    for one in above:
        same_count = one.subject.numbered and one.subject.expected == subject.expected
        other_revision = subject.versioned and one.subject.revision != subject.revision
        if not same_count or other_revision:
            continue
        if _is_cover(one):
            return ("of", one.mail.message_id)
        if not subject.versioned:
            subject = replace(subject, revision=one.subject.revision)
    return ("loose", thread, subject.revision, subject.expected)


def _attempt(heap: Sequence[Letter]) -> Attempt:
    """Of two patches with one number the later stands: it was sent to replace the other."""
    cover = next((letter for letter in heap if _is_cover(letter)), None)
    in_order = sorted((one for one in heap if one is not cover), key=lambda one: one.sent)
    patches = {max(one.subject.counter, 1): one for one in in_order}
    stated = [one.subject for one in heap if one.subject.versioned]
    head = cover.subject if cover else heap[0].subject
    revision = head.revision if head.versioned or not stated else stated[0].revision
    expected = max([head.expected, *patches])
    return Attempt(revision, expected, cover, patches)


def _joined_loose(attempts: list[Attempt], thread_of: Mapping[str, int]) -> list[Attempt]:
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


def _same_topics(attempts: Sequence[Attempt], thread_of: Mapping[str, int]) -> list[list[Attempt]]:
    """The attempts by series, both in the order of the letters."""
    leader = list(range(len(attempts)))
    seen: dict[object, list[int]] = {}
    for at, attempt in enumerate(attempts):
        hints = _hints(attempt, thread_of)
        near = {number for hint in hints for number in seen.setdefault(hint, [])}
        same = {leader[n] for n in near if _same(attempts[n], attempt, thread_of)} | {at}
        if len(same) > 1:
            leader = [min(same) if one in same else one for one in leader]
        for hint in hints:
            seen[hint].append(at)
    groups: dict[int, list[Attempt]] = {}
    for number, attempt in zip(leader, attempts, strict=True):
        groups.setdefault(number, []).append(attempt)
    return list(groups.values())


def _hints(attempt: Attempt, thread_of: Mapping[str, int]) -> set[object]:
    """What two attempts at one change have in common, one of these at least."""
    changes = {letter.change_id for letter in attempt.letters} - {""}
    title = (_poster(attempt), attempt.head.subject.title.lower())
    return {*changes, title, _thread(attempt, thread_of)}


def _same(one: Attempt, other: Attempt, thread_of: Mapping[str, int]) -> bool:
    changes = {letter.change_id for letter in one.letters} - {""}
    if changes & {letter.change_id for letter in other.letters}:
        return True
    near = _thread(one, thread_of) == _thread(other, thread_of)
    same_poster = _poster(one) == _poster(other)
    if near and one.revision == other.revision:
        return same_poster and one.expected == other.expected > 1 and _share_title(one, other)
    if near:
        return same_poster or _share_title(one, other)
    heads = one.head.subject.title.lower() == other.head.subject.title.lower()
    return same_poster and heads and one.revision != other.revision


def _share_title(one: Attempt, other: Attempt) -> bool:
    titles = {letter.subject.title.lower() for letter in one.letters}
    return bool(titles & {letter.subject.title.lower() for letter in other.letters})


def _poster(attempt: Attempt) -> str:
    return attempt.head.mail.author.email.lower()


def _thread(attempt: Attempt, thread_of: Mapping[str, int]) -> int:
    return thread_of[attempt.head.mail.message_id]


def _with_replies(
    groups: Sequence[Sequence[Attempt]],
    letters: Sequence[Letter],
    known: Mapping[str, Letter],
    thread_of: Mapping[str, int],
) -> list[Topic]:
    """Each letter that is no patch goes to the series that it answers."""
    owner: dict[str, int] = {}
    of_thread: dict[int, int] = {}
    for number, group in enumerate(groups):
        for letter in (letter for attempt in group for letter in attempt.letters):
            owner[letter.mail.message_id] = number
            of_thread.setdefault(thread_of[letter.mail.message_id], number)
    replies: dict[int, list[Letter]] = {}
    for letter in sorted(letters, key=lambda one: one.sent):
        if letter.mail.message_id in owner:
            continue
        above = (owner.get(one.mail.message_id) for one in threads.ancestors(letter, known))
        nearest = next((number for number in above if number is not None), None)
        thread = of_thread.get(thread_of[letter.mail.message_id], -1)
        replies.setdefault(thread if nearest is None else nearest, []).append(letter)
    return [
        Topic(tuple(group), tuple(replies.get(number, ()))) for number, group in enumerate(groups)
    ]
