"""Series, files and rules in, findings out: every touched function, both sides; pure, no I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from reviewbot.around import Around, around_series
from reviewbot.asking import Asking
from reviewbot.compare import Claims, base_fingerprint, findings, in_order
from reviewbot.csource.facts import Facts
from reviewbot.model import (
    Finding,
    PatchImages,
    PatchReview,
    Review,
    Series,
    Skipped,
    Status,
)
from reviewbot.patchsight import Mended, PatchSight, SeriesSight
from reviewbot.reader import Reader, is_c
from reviewbot.registry import LoadedRule
from reviewbot.touched import part, touched_files, touched_functions
from reviewbot.trees.interface import Index


def review_series(
    series: Series,
    patches: Iterable[PatchImages],
    rules: Sequence[LoadedRule],
    facts: Facts,
    rule_set: str,
    index: Index | None = None,
) -> Review:
    """Reviews the patches in their order. What a later patch of the series mends is dropped.

    A fault that an earlier patch brought in and a later one shows again stays the earlier
    one's: in the later patch it is pre-existing, even where its diff alone could not tell.
    `index` answers for the tree as a whole.
    """
    reader = Reader()
    around = around_series(series, index, facts.releases)
    sights = [reader.patch(images, facts, around[images.patch.part]) for images in patches]
    reviews = [_reviewed(sight, rules) for sight in sights]
    reviews, mended = _without_mended(_attributed(reviews))
    if series.complete and len(sights) > 1:
        reviews = list(_with_series(reviews, SeriesSight(sights, facts, mended), rules))
    return Review(series, rule_set, tuple(reviews))


def review_patch(
    images: PatchImages, rules: Sequence[LoadedRule], facts: Facts, around: Around | None = None
) -> PatchReview:
    """Reviews one patch by itself."""
    return _reviewed(Reader().patch(images, facts, around or Around()), rules)


def _reviewed(sight: PatchSight, rules: Sequence[LoadedRule]) -> PatchReview:
    """A rule that raises is named in `failures` and says nothing of what it looked at; a
    function that the parser could not read is named in `skipped`."""
    images = sight.images
    asking = Asking(rules)
    skipped = list(images.skipped) + _unread_files(images)
    claims: list[Claims] = []
    for touched in touched_functions(sight):
        if all(side.function.readable for side in touched.sights):
            claims += asking.about_function(touched)
        else:
            reason = f"{touched.name}() was not looked at: the parser could not read it"
            skipped.append(Skipped(touched.diff.path, reason))
        part(touched)
    for file in touched_files(sight):
        claims += asking.about_file(file)
        part(file)
    claims += asking.about_message(sight)
    for side in (sight.before, sight.after):
        side.forget_callees()
    return PatchReview(
        images.patch,
        images.context,
        images.note,
        findings(claims),
        tuple(skipped),
        tuple(asking.failures),
    )


def _with_series(
    reviews: Iterable[PatchReview], series: SeriesSight, rules: Sequence[LoadedRule]
) -> Iterator[PatchReview]:
    """The reviews with what is claimed of the series as a whole, each claim at its patch."""
    asking = Asking(rules)
    claims = asking.about_series(series)
    for number, review in enumerate(reviews):
        found = (*review.findings, *findings(claims.get(review.patch.part, ())))
        failures = review.failures if number else (*review.failures, *asking.failures)
        yield replace(review, findings=in_order(found), failures=failures)


def _unread_files(images: PatchImages) -> list[Skipped]:
    """Files that no rule looks at and that nobody has named yet."""
    named = {skipped.file for skipped in images.skipped}
    left = [each.diff for each in images.files if each.diff.path not in named]
    return [
        Skipped(diff.path, "binary" if diff.binary else "not C")
        for diff in left
        if diff.binary or not is_c(diff.path)
    ]


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


def _without_mended(reviews: Iterable[PatchReview]) -> tuple[list[PatchReview], list[Mended]]:
    """Drops what is new in one patch and fixed by a later one: the series as a whole is right."""
    menders: dict[str, list[int]] = defaultdict(list)
    kept: list[PatchReview] = []
    mended: list[Mended] = []
    for review in reversed(list(reviews)):
        left = []
        for finding in review.findings:
            by = menders[base_fingerprint(finding.fingerprint)]
            if finding.status is Status.NEW and by:
                mended.append(Mended(review.patch.part, finding, by.pop()))
            else:
                left.append(finding)
        for finding in review.findings:
            if finding.status is Status.FIXED:
                menders[base_fingerprint(finding.fingerprint)].append(review.patch.part)
        kept.append(replace(review, findings=tuple(left)))
    return kept[::-1], mended[::-1]
