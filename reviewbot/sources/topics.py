"""Which postings are one series in several revisions, and which mails answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reviewbot.sources import threads
from reviewbot.sources.attempts import Attempt, gathered, is_cover, is_own_patch
from reviewbot.sources.interface import Letter

_Judge = Callable[[Letter, Mapping[str, Letter]], bool]


@dataclass(frozen=True, slots=True)
class Topic:
    """One series in all its revisions; `replies` are what is in its threads besides."""

    attempts: tuple[Attempt, ...]
    replies: tuple[Letter, ...] = ()

    @property
    def revisions(self) -> tuple[int, ...]:
        return tuple(sorted({attempt.revision for attempt in self.attempts}))

    @property
    def has_patches(self) -> bool:
        return any(attempt.patches for attempt in self.attempts)

    def holds(self, message_id: str) -> bool:
        letters = [letter for attempt in self.attempts for letter in attempt.letters]
        return any(one.mail.message_id == message_id for one in [*letters, *self.replies])

    def of_revision(self, revision: int) -> Attempt | None:
        """The last posting of this revision, but a whole one before one with gaps."""
        found = [a for a in self.attempts if a.revision == revision and a.patches]
        return max(found, key=lambda a: (-a.missing, a.head.sent), default=None)


def found_in(letters: Iterable[Letter]) -> list[Topic]:
    """The series among these letters, in the order in which they begin.

    Where no letter is a patch of its own, a reply that carries a diff is taken for one.
    """
    unique = list({letter.mail.message_id: letter for letter in letters}.values())
    found = _topics(unique, is_own_patch)
    if any(topic.has_patches for topic in found):
        return found
    promoted = [_promoted(letter) for letter in unique]
    return _topics(promoted, lambda one, _: bool(one.diff) and not one.automatic) or found


def _topics(letters: list[Letter], is_patch: _Judge) -> list[Topic]:
    known = {letter.mail.message_id: letter for letter in letters}
    thread_of: dict[str, int] = {}
    for number, thread in enumerate(threads.grouped(letters)):
        thread_of |= {letter.mail.message_id: number for letter in thread}
    posted = [one for one in letters if is_cover(one) or is_patch(one, known)]
    groups = _same_topics(gathered(posted, known, thread_of), thread_of)
    ours = {letter.mail.message_id for letter in posted}
    answers = [letter for letter in letters if letter.mail.message_id not in ours]
    return _with_replies(groups, answers, known, thread_of)


def _promoted(letter: Letter) -> Letter:
    if not letter.diff or not letter.subject.reply:
        return letter
    subject = replace(letter.subject, reply=False, numbered=False, counter=1, expected=1)
    return replace(letter, subject=subject)


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
