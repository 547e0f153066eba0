"""Asks each rule about what it looks at; one that cannot see enough is not asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from reviewbot.claim import Claim, Need
from reviewbot.compare import Claims
from reviewbot.csource.filesight import FileSight
from reviewbot.csource.sight import Sight
from reviewbot.model import Change, FileDiff
from reviewbot.patchsight import PatchSight, SeriesSight
from reviewbot.registry import LoadedRule
from reviewbot.touched import Touched, TouchedFile

_MESSAGE = FileDiff("", "", Change.MODIFIED, (), 0)
"""Stands for a commit message, which has places but no file."""

S = TypeVar("S")
T = TypeVar("T")
Told = tuple[Claim, ...] | None


class Asking:
    """The rules, and in `failures` those of them that raised: each is named, and says nothing
    of what it was asked about; the others still speak."""

    def __init__(self, rules: Sequence[LoadedRule]) -> None:
        self._rules = rules
        self.failures: list[str] = []

    def about_function(self, touched: Touched) -> Iterator[Claims]:
        """What rules claim of it; those that claim nothing are left out."""
        where = f"{touched.name}() in {touched.diff.path}"
        needs = _met(touched.sights, all(sight.function.whole for sight in touched.sights))
        for loaded in self._rules:
            check = loaded.rule.check
            if check is None or loaded.rule.needs not in needs:
                continue
            told = self._ask(loaded, where, partial(_both, check, touched.before, touched.after))
            if told is not None and any(told):
                yield Claims(loaded, touched.diff, touched.name, *_in_sight(told, touched))

    def about_file(self, touched: TouchedFile) -> Iterator[Claims]:
        """The same of a file."""
        needs, path = _met(touched.sights), touched.diff.path
        for loaded in self._rules:
            check = loaded.rule.check_file
            if check is None or loaded.rule.needs not in needs:
                continue
            told = self._ask(loaded, path, partial(_both, check, touched.before, touched.after))
            if told is not None and any(told):
                yield Claims(loaded, touched.diff, "", *told)

    def about_message(self, patch: PatchSight) -> Iterator[Claims]:
        """The same fault in two messages of a series is two: the title tells them apart."""
        for loaded in self._rules:
            check = loaded.rule.check_patch
            if check is not None:
                ask = partial(_one, check, patch)
                found = self._ask(loaded, "the commit message", ask) or ()
                named = [replace(one, shape=(patch.message.title, *one.shape)) for one in found]
                if named:
                    yield Claims(loaded, _MESSAGE, "", (), tuple(named))

    def about_series(self, series: SeriesSight) -> Mapping[int, Sequence[Claims]]:
        """By the part of the series that each is about."""
        found: dict[int, list[Claims]] = defaultdict(list)
        diffs = {
            (patch.part, each.diff.path): each.diff
            for patch in series.patches
            for each in patch.images.files
        }
        for loaded in self._rules:
            check = loaded.rule.check_series
            if check is not None:
                placed = self._ask(loaded, "the series", partial(_one, check, series)) or ()
                for part, path, claim in placed:
                    found[part].append(Claims(loaded, diffs[part, path], "", (), (claim,)))
        return found

    def _ask(self, loaded: LoadedRule, where: str, ask: Callable[[], T]) -> T | None:
        try:
            return ask()
        except Exception as problem:  # whatever a rule does
            self.failures.append(f"{loaded.id} failed on {where}: {problem!r}")
            return None


def _both(
    check: Callable[[S], Iterable[Claim]], before: S | None, after: S | None
) -> tuple[Told, Told]:
    """What is claimed of each side; None for a side that is not there."""
    return (
        None if before is None else tuple(check(before)),
        None if after is None else tuple(check(after)),
    )


def _in_sight(told: tuple[Told, Told], touched: Touched) -> tuple[Told, Told]:
    """All claims, or of a function that could not be followed those that this patch wrote."""
    if not any(sight.given_up for sight in touched.sights):
        return told
    return _written_here(told[0], touched.before), _written_here(told[1], touched.after)


def _written_here(told: Told, sight: Sight | None) -> Told:
    """The claims about lines that this side alone has.

    Where one side was given up, the rest of what the other shows may be on both.
    """
    if told is None or sight is None:
        return told
    return tuple(
        claim
        for claim in told
        if not sight.touched.isdisjoint(range(claim.line, claim.end_line + 1))
    )


def _one(check: Callable[[S], Iterable[T]], sight: S) -> tuple[T, ...]:
    return tuple(check(sight))


def _met(sights: Sequence[Sight | FileSight], whole: bool = True) -> frozenset[Need]:
    """What rules may need and what is in sight on each side; `whole`: so are the functions."""
    met = {Need.DIFF}
    if whole:
        met.add(Need.FUNCTION)
    if all(sight.file.whole for sight in sights):
        met.add(Need.FILE)
    return frozenset(met)
