"""Which letters belong to one thread, and what each of them answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from reviewbot.sources.interface import Letter


def parents(letter: Letter) -> Iterator[str]:
    """The ids that this letter answers, the nearest first."""
    if letter.mail.in_reply_to:
        yield letter.mail.in_reply_to
    yield from reversed(letter.mail.references)


def ancestors(letter: Letter, known: Mapping[str, Letter]) -> Iterator[Letter]:
    """The letters above this one, the nearest first; a loop of references is left."""
    seen = {letter.mail.message_id}
    waiting = list(parents(letter))
    while waiting:
        parent = known.get(waiting.pop(0))
        if parent is not None and parent.mail.message_id not in seen:
            seen.add(parent.mail.message_id)
            yield parent
            waiting += parents(parent)


def grouped(letters: Sequence[Letter]) -> list[list[Letter]]:
    """The letters by thread, in their order; siblings meet by the parent that both name."""
    root: dict[str, str] = {}
    for letter in letters:
        _join(root, [letter.mail.message_id, *parents(letter)])
    threads: dict[str, list[Letter]] = {}
    for letter in letters:
        threads.setdefault(_find(root, letter.mail.message_id), []).append(letter)
    return list(threads.values())


def _join(root: dict[str, str], ids: Iterable[str]) -> None:
    first, *others = [_find(root, one) for one in ids]
    for other in others:
        root[_find(root, other)] = _find(root, first)


def _find(root: dict[str, str], one: str) -> str:
    root.setdefault(one, one)
    while root[one] != one:
        root[one] = root[root[one]]
        one = root[one]
    return one
