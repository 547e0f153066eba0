"""A topic and a revision to a Series: filed by b4, filled with our own reading of the mails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reviewbot.errors import NoSuchRevision, NotAPatch
from reviewbot.model import Patch, Series
from reviewbot.sources import b4gate, msgid
from reviewbot.sources.attempts import Attempt
from reviewbot.sources.interface import Letter
from reviewbot.sources.patchid import patch_id
from reviewbot.sources.topics import Topic

_HOST = "letter.reviewbot.invalid"


def newest(topic: Topic) -> int:
    """The highest revision that has patches; dates are not asked, a resent v1 may be later."""
    found = [attempt.revision for attempt in topic.attempts if attempt.patches]
    if not found:
        head = topic.attempts[0].head.mail if topic.attempts else topic.replies[0].mail
        raise NotAPatch(f"{head.subject!r}: a cover letter, but none of its patches is there")
    return max(found)


def assemble(topic: Topic, revision: int | None = None, archive: str = "") -> Series:
    """The series at this revision, the newest where None.

    `archive` is the archive's address for a series that came from there. Raises NotAPatch
    or NoSuchRevision.
    """
    revision = newest(topic) if revision is None else revision
    attempt = topic.of_revision(revision)
    if attempt is None:
        has = ", ".join(f"v{number}" for number in topic.revisions)
        title = topic.attempts[0].head.subject.title
        raise NoSuchRevision(f"{title!r} has no revision {revision} here, only {has}; ask for one")
    chosen = [one for one in map(topic.of_revision, topic.revisions) if one is not None]
    desk = _Desk(chosen, topic.replies)
    filed = b4gate.file_series(desk.slips, revision)
    if filed is None:
        raise NotAPatch(f"{attempt.head.mail.subject!r}: b4 finds no patch in it; check the mail")
    return _series(topic, attempt, desk.letters, filed, archive)


class _Desk:
    """The letters under keys of ours: real Message-IDs may hold what no parser takes."""

    def __init__(self, attempts: Sequence[Attempt], replies: Sequence[Letter]) -> None:
        plain = [one for one in replies if not one.subject.reply and not one.automatic]
        posted = [(letter, attempt) for attempt in attempts for letter in attempt.letters]
        both: list[tuple[Letter, Attempt | None]] = [*posted, *((one, None) for one in plain)]
        keys = {
            letter.mail.message_id: f"{number}@{_HOST}" for number, (letter, _) in enumerate(both)
        }
        self.letters = {keys[letter.mail.message_id]: letter for letter, _ in both}
        self.slips = [_slip(letter, attempt, keys) for letter, attempt in both]


def _slip(letter: Letter, attempt: Attempt | None, keys: Mapping[str, str]) -> b4gate.Slip:
    mail = letter.mail
    parents = dict.fromkeys([mail.in_reply_to, *reversed(mail.references)])
    own = keys[mail.message_id]
    return b4gate.Slip(
        key=own,
        subject=_subject(letter, attempt),
        poster=msgid.bare(mail.author.email) or "nobody@letter.reviewbot.invalid",
        sent=letter.sent,
        body=_body(letter, attempt),
        parents=tuple(key for one in parents if (key := keys.get(one)) not in (None, own)),
    )


def _subject(letter: Letter, attempt: Attempt | None) -> str:
    """The subject as it should have been written, so that b4 files it where we do."""
    if attempt is None:
        return letter.subject.title or "(none)"
    numbers = [number for number, one in attempt.patches.items() if one is letter]
    number = numbers[0] if numbers else 0
    count = "" if attempt.expected == 1 and number == 1 else f" {number}/{attempt.expected}"
    return f"[PATCH v{attempt.revision}{count}] {letter.subject.title}"


def _body(letter: Letter, attempt: Attempt | None) -> str:
    if attempt is None or letter is attempt.cover:
        lines = letter.mail.body.split("\n")
        return "\n".join(f" {line}" if _diff_like(line) else line for line in lines)
    return f"{letter.message}\n---\n{letter.diff}"


def _diff_like(line: str) -> bool:
    return line.startswith(("---", "diff --git", "GIT binary"))


def _series(
    topic: Topic,
    attempt: Attempt,
    letters: Mapping[str, Letter],
    filed: b4gate.Filed,
    archive: str,
) -> Series:
    cover = _cover(topic, attempt, letters.get(filed.cover or ""))
    patches = _patches(letters, filed)
    first = cover.mail if cover else patches[0].mail
    placed = {patch.mail.message_id for patch in patches} | {first.message_id}
    about = [*([cover] if cover else []), *attempt.letters]
    return Series(
        message_id=first.message_id,
        subject=first.subject,
        author=first.author,
        revision=attempt.revision,
        patches=patches,
        expected=len(filed.patches),
        missing=tuple(n for n, key in enumerate(filed.patches, 1) if key is None),
        cover=cover.mail if cover else None,
        replies=tuple(one.mail for one in topic.replies if one.mail.message_id not in placed),
        url=msgid.to_address(first.message_id, archive) if archive else "",
        base_commit=next((one.base_commit for one in about if one.base_commit), ""),
        change_id=next((one.change_id for one in about if one.change_id), ""),
        revisions=topic.revisions,
    )


def _cover(topic: Topic, attempt: Attempt, found: Letter | None) -> Letter | None:
    """b4 also takes the mail that the patches answer, and that may be another revision's cover."""
    others = [one.cover for one in topic.attempts if one is not attempt]
    return None if any(found is other for other in others) else found


def _patches(letters: Mapping[str, Letter], filed: b4gate.Filed) -> tuple[Patch, ...]:
    there = ((number, letters[key]) for number, key in enumerate(filed.patches, 1) if key)
    return tuple(
        Patch(letter.mail, number, letter.message, letter.diff, patch_id(letter.diff))
        for number, letter in there
    )
