"""Series, files and rules in, findings out: every touched function, both sides; pure, no I/O."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from reviewbot.compare import Claims, base_fingerprint, findings
from reviewbot.csource.facts import Facts
from reviewbot.csource.parse import parse_file
from reviewbot.csource.sight import CFile, Side, Sight
from reviewbot.csource.stitch import stitch
from reviewbot.csource.syntax import Function
from reviewbot.diff import changed_lines
from reviewbot.model import (
    Change,
    FileDiff,
    Finding,
    Images,
    PatchImages,
    PatchReview,
    Review,
    Series,
    Skipped,
    Status,
)
from reviewbot.registry import LoadedRule
from reviewbot.rule import Claim, Need

_C_SUFFIXES = (".c", ".h")


class Reader:
    """Reads the C files of a series, each image once: patch 2 starts from what patch 1 left.

    `left` are the files that the patches so far have touched, as they left them.
    """

    def __init__(self) -> None:
        self.left: dict[str, CFile] = {}
        self._read: dict[str, tuple[bytes, CFile]] = {}

    def side(self, images: Images, name: str) -> CFile | None:
        """The file on this side, None where it is not there."""
        diff, before = images.diff, name == "before"
        if diff.change is (Change.ADDED if before else Change.DELETED):
            return None
        path = diff.old_path if before else diff.new_path
        text = images.before if before else images.after
        return stitch(path, diff, name) if text is None else self._whole(path, text)

    def leave(self, images: PatchImages, after: Side) -> None:
        """The patch is done: what it left is what later patches see."""
        for each in images.files:
            self.left.pop(each.diff.old_path, None)
        self.left.update(after.files)
        self._read = {path: read for path, read in self._read.items() if path in self.left}

    def _whole(self, path: str, text: bytes) -> CFile:
        known = self._read.get(path)
        if known is not None and known[0] == text:
            return known[1]
        file = parse_file(path, text)
        self._read[path] = (text, file)
        return file


@dataclass(frozen=True, slots=True)
class _Touched:
    """One touched function; at least one of the sides is there."""

    diff: FileDiff
    name: str
    before: Sight | None
    after: Sight | None

    @property
    def sights(self) -> tuple[Sight, ...]:
        return tuple(side for side in (self.before, self.after) if side is not None)


def review_series(
    series: Series,
    patches: Iterable[PatchImages],
    rules: Sequence[LoadedRule],
    facts: Facts,
    rule_set: str,
) -> Review:
    """Reviews the patches in their order. What a later patch of the series mends is dropped.

    A fault that an earlier patch brought in and a later one shows again stays the earlier
    one's: in the later patch it is pre-existing, even where its diff alone could not tell.
    """
    reader = Reader()
    reviews = [review_patch(images, rules, facts, reader) for images in patches]
    return Review(series, rule_set, tuple(_without_mended(_attributed(reviews))))


def review_patch(
    images: PatchImages,
    rules: Sequence[LoadedRule],
    facts: Facts,
    earlier: Reader | None = None,
) -> PatchReview:
    """Reviews one patch. `earlier` has read the earlier patches of the series, and reads this.

    A rule that raises is named in `failures` and says nothing of that function; a function
    that the parser could not read is named in `skipped`.
    """
    reader = earlier or Reader()
    failures: list[str] = []
    skipped = list(images.skipped) + _unread_files(images)
    sides = tuple(_side(images, name, reader) for name in ("before", "after"))
    claims: list[Claims] = []
    for touched in _touched(images, sides, facts):
        if all(sight.function.readable for sight in touched.sights):
            claims += _claims(touched, rules, failures)
        else:
            reason = f"{touched.name}() was not looked at: the parser could not read it"
            skipped.append(Skipped(touched.diff.path, reason))
    reader.leave(images, sides[1])
    return PatchReview(
        images.patch,
        images.context,
        images.note,
        findings(claims),
        tuple(skipped),
        tuple(failures),
    )


def _unread_files(images: PatchImages) -> list[Skipped]:
    """Files that no rule looks at and that nobody has named yet."""
    named = {skipped.file for skipped in images.skipped}
    paths = [each.diff.path for each in images.files]
    return [Skipped(path, "not C") for path in paths if not _is_c(path) and path not in named]


def _is_c(path: str) -> bool:
    return path.endswith(_C_SUFFIXES)


def _side(images: PatchImages, name: str, reader: Reader) -> Side:
    files: dict[str, CFile] = {}
    for each in images.files:
        if _is_c(each.diff.path) and not each.diff.binary:
            file = reader.side(each, name)
            if file is not None:
                files[file.path] = file
    touched = {path for each in images.files for path in (each.diff.old_path, each.diff.new_path)}
    earlier = {path: file for path, file in reader.left.items() if path not in touched}
    return Side(name, files, earlier)


def _touched(images: PatchImages, sides: tuple[Side, ...], facts: Facts) -> Iterator[_Touched]:
    """The functions that the patch touches on either side, both sides of each linked."""
    before, after = sides
    for each in images.files:
        diff = each.diff
        removed, added = changed_lines(diff, "before"), changed_lines(diff, "after")
        old = None if diff.change is Change.ADDED else before.files.get(diff.old_path)
        new = None if diff.change is Change.DELETED else after.files.get(diff.new_path)
        names = dict.fromkeys([*_names(new, added), *_names(old, removed)])
        for name in names:
            yield _linked(
                diff,
                name,
                _sight(name, old, before, removed, facts),
                _sight(name, new, after, added, facts),
            )


def _names(file: CFile | None, lines: frozenset[int]) -> list[str]:
    if file is None or not lines:
        return []
    ordered = sorted(lines)
    return [name for name, first, last in file.spans() if _any_within(ordered, first, last)]


def _any_within(ordered: list[int], first: int, last: int) -> bool:
    at = bisect_left(ordered, first)
    return at < len(ordered) and ordered[at] <= last


def _sight(
    name: str, file: CFile | None, side: Side, changed: frozenset[int], facts: Facts
) -> Sight | None:
    function = file.function(name) if file is not None else None
    if file is None or function is None:
        return None
    return Sight(function, file, side, _within(changed, function), facts)


def _within(lines: frozenset[int], function: Function) -> frozenset[int]:
    return frozenset(line for line in lines if function.line <= line <= function.end_line)


def _linked(diff: FileDiff, name: str, before: Sight | None, after: Sight | None) -> _Touched:
    if before is not None and after is not None:
        # The two know each other: the one cycle in a world of frozen values, closed here.
        object.__setattr__(before, "other", after)
        object.__setattr__(after, "other", before)
    return _Touched(diff, name, before, after)


def _claims(
    touched: _Touched, rules: Iterable[LoadedRule], failures: list[str]
) -> Iterator[Claims]:
    for loaded in rules:
        if not all(_in_sight(loaded.rule.needs, sight) for sight in touched.sights):
            continue
        try:
            before = _checked(loaded, touched.before)
            after = _checked(loaded, touched.after)
        except Exception as problem:  # whatever a rule does, the others still speak
            where = f"{touched.name}() in {touched.diff.path}"
            failures.append(f"{loaded.id} failed on {where}: {problem!r}")
            continue
        yield Claims(loaded, touched.diff, touched.name, before, after)


def _in_sight(need: Need, sight: Sight) -> bool:
    match need:
        case Need.DIFF:
            return True
        case Need.FUNCTION:
            return sight.function.whole
        case Need.FILE:
            return sight.file.whole


def _checked(loaded: LoadedRule, sight: Sight | None) -> tuple[Claim, ...] | None:
    return None if sight is None else tuple(loaded.rule.check(sight))


def _attributed(reviews: list[PatchReview]) -> Iterator[PatchReview]:
    """A fault is new once: shown again by a later patch, it was there before."""
    brought: set[str] = set()
    for review in reviews:
        again = [_was_there(finding, brought) for finding in review.findings]
        brought |= {f.fingerprint for f in again if f.status is Status.NEW}
        brought -= {f.fingerprint for f in again if f.status is Status.FIXED}
        yield replace(review, findings=tuple(again))


def _was_there(finding: Finding, brought: set[str]) -> Finding:
    if finding.status is Status.NEW and finding.fingerprint in brought:
        return replace(finding, status=Status.PRE_EXISTING)
    return finding


def _without_mended(reviews: Iterable[PatchReview]) -> list[PatchReview]:
    """Drops what is new in one patch and fixed by a later one: the series as a whole is right."""
    mended: Counter[str] = Counter()
    kept: list[PatchReview] = []
    for review in reversed(list(reviews)):
        left = [finding for finding in review.findings if not _take(finding, mended)]
        mended.update(
            base_fingerprint(f.fingerprint) for f in review.findings if f.status is Status.FIXED
        )
        kept.append(replace(review, findings=tuple(left)))
    return kept[::-1]


def _take(finding: Finding, mended: Counter[str]) -> bool:
    """Whether a later patch mends this new fault; each mending counts once."""
    base = base_fingerprint(finding.fingerprint)
    if finding.status is not Status.NEW or not mended[base]:
        return False
    mended[base] -= 1
    return True
