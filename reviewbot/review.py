"""Series, files and rules in, findings out: every touched function, both sides; pure, no I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from reviewbot.compare import Claims, base_fingerprint, findings
from reviewbot.csource.facts import Facts
from reviewbot.csource.sight import Sight
from reviewbot.model import (
    Finding,
    PatchImages,
    PatchReview,
    Review,
    Series,
    Skipped,
    Status,
)
from reviewbot.registry import LoadedRule
from reviewbot.rule import Claim, Need
from reviewbot.touched import Reader, Touched, is_c, touched_functions


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
    before, after = reader.side(images, "before"), reader.side(images, "after")
    failures: list[str] = []
    skipped = list(images.skipped) + _unread_files(images)
    claims: list[Claims] = []
    for touched in touched_functions(images, before, after, facts):
        if all(sight.function.readable for sight in touched.sights):
            claims += _claims(touched, rules, failures)
        else:
            reason = f"{touched.name}() was not looked at: the parser could not read it"
            skipped.append(Skipped(touched.diff.path, reason))
    reader.leave(after)
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
    left = [each.diff for each in images.files if each.diff.path not in named]
    return [
        Skipped(diff.path, "binary" if diff.binary else "not C")
        for diff in left
        if diff.binary or not is_c(diff.path)
    ]


def _claims(touched: Touched, rules: Iterable[LoadedRule], failures: list[str]) -> Iterator[Claims]:
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
