"""The review for a person at a terminal: what is new first, then what else there is to know."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from reviewbot.model import (
    Context,
    Finding,
    PatchReview,
    Review,
    Series,
    Severity,
    Skipped,
    Status,
    Step,
)
from reviewbot.report.paint import CONTROL, SHADES, Paint, plain

WIDTH = 80
TAGS = re.compile(r"^(?:\s*\[[^\]]*\])+\s*")


def render(reviews: Iterable[Review], colour: bool = False) -> str:
    """The reviews, one below the other, each line at most 80 columns where words allow it."""
    paint = Paint(colour)
    return "\n\n".join("\n".join(_series(review, paint)) for review in reviews)


def _series(review: Review, paint: Paint) -> Iterator[str]:
    series = review.series
    if _quiet(review):
        yield f"{paint('bold', plain(series.subject))}: {paint('green', _verdict(review))}"
        yield from _missing(series, 4, paint)
        skipped = [skip for patch in review.patches for skip in patch.skipped]
        yield from (paint("dim", line) for line in _skipped(skipped))
        return
    yield from (paint("bold", line) for line in _wrap(plain(series.subject), 0, 4))
    yield from (paint("dim", line) for line in _wrap(_about(review), 0, 4))
    yield from _missing(series, 0, paint)
    yield ""
    for patch in review.patches:
        yield from _patch(patch, series, paint)
    if not review.patches[-1].new:
        yield ""
    yield from _wrap(_summary(review), 0, 2)


def _quiet(review: Review) -> bool:
    """Nothing is new and nothing is doubtful: one line says all."""
    return not any(patch.note or patch.failures or patch.new for patch in review.patches)


def _missing(series: Series, indent: int, paint: Paint) -> Iterator[str]:
    """`2, 4-6 of 7 missing`: runs of parts are drawn together."""
    if not series.missing:
        return
    runs: list[list[int]] = []
    for part in series.missing:
        if runs and runs[-1][-1] == part - 1:
            runs[-1].append(part)
        else:
            runs.append([part])
    parts = ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    text = f"missing: {parts} of {_count(series.expected, 'patch')}; the others are reviewed"
    yield from (paint("yellow", line) for line in _wrap(text, indent, 2))


def _verdict(review: Review) -> str:
    others = _others(review)
    patches = "; ".join([_count(len(review.patches), "patch"), *others])
    return f"nothing {'new ' if others else ''}to say ({patches})"


def _about(review: Review) -> str:
    series = review.series
    who = plain(series.author.name) or plain(series.author.email)
    version = f"v{series.revision}, " if series.revision > 1 else ""
    contexts = {patch.context for patch in review.patches}
    context = {
        frozenset({Context.TREE}): "read with the files of the tree",
        frozenset({Context.DIFF}): "read from the diff alone",
    }.get(frozenset(contexts), "read with the tree where it fits")
    return f"{who}, {version}{_count(series.expected, 'patch')}, {context}"


def _patch(review: PatchReview, series: Series, paint: Paint) -> Iterator[str]:
    subject = TAGS.sub("", plain(review.patch.mail.subject))
    mark = paint("red" if review.new else "green", f"{review.patch.part}/{series.expected}")
    first, *rest = _wrap(subject, len(f"{review.patch.part}/{series.expected} "), 0)
    yield f"{mark} {paint('bold', first.lstrip())}" if review.new else f"{mark} {first.lstrip()}"
    yield from rest
    if review.note:
        label = "diff alone" if review.context is Context.DIFF else "note"
        yield from (paint("dim", line) for line in _wrap(f"{label}: {plain(review.note)}", 4, 2))
    for (where, line, function), findings in groupby(review.new, key=_place):
        inside = f" ({plain(function)})" if function else ""
        yield ""
        yield f"    {paint('cyan', f'{plain(where)}:{line}')}{inside}"
        for finding in findings:
            yield from _finding(finding, paint)
    if review.new and (review.skipped or review.failures):
        yield ""
    yield from (paint("dim", line) for line in _skipped(review.skipped))
    for failure in review.failures:
        yield from (paint("red", line) for line in _wrap(f"failed: {plain(failure)}", 4, 4))
    if review.new:
        yield ""


def _place(finding: Finding) -> tuple[str, int, str]:
    return finding.where, finding.line, finding.function


def _finding(finding: Finding, paint: Paint) -> Iterator[str]:
    grade = f"[{finding.severity.value}/{finding.confidence.value}]"
    head = f"{finding.rule} {grade}"
    first, *rest = _wrap(f"{head} {plain(finding.message)}", 4, 0)
    shade = SHADES[finding.severity]
    yield first.replace(head, paint(shade, head), 1)
    yield from rest
    yield from _trace(finding, paint)
    if finding.suggestion:
        yield from (paint("dim", f"      | {line}") for line in _diff(finding.suggestion))


def _diff(suggestion: str) -> list[str]:
    return [CONTROL.sub("", line.expandtabs()) for line in suggestion.rstrip("\n").split("\n")]


def _trace(finding: Finding, paint: Paint) -> Iterator[str]:
    places = [_step_place(step, finding) for step in finding.trace]
    column = max((len(place) for place in places), default=0)
    for step, place in zip(finding.trace, places, strict=True):
        first, *rest = _wrap(plain(step.note), 8 + column, 0)
        yield f"      {paint('dim', place.rjust(column))}  {first.lstrip()}"
        yield from rest


def _step_place(step: Step, finding: Finding) -> str:
    """The line alone says enough in the finding's own file."""
    return str(step.line) if step.file == finding.file else f"{plain(step.file)}:{step.line}"


def _skipped(skipped: Sequence[Skipped]) -> Iterator[str]:
    """Files that share a reason share a line."""
    for reason in dict.fromkeys(skip.reason for skip in skipped):
        files = dict.fromkeys(plain(skip.file) for skip in skipped if skip.reason == reason)
        yield from _wrap(f"not looked at ({plain(reason)}): {', '.join(files)}", 4, 2)


def _summary(review: Review) -> str:
    """`2 new findings (1 high, 1 medium) in 1 of 3 patches; 1 was there before; 1 fixed`."""
    return "; ".join([_new(review), *_others(review)])


def _new(review: Review) -> str:
    hit = [patch for patch in review.patches if patch.new]
    grades = Counter(finding.severity for patch in hit for finding in patch.new)
    if not hit:
        return "nothing new to say"
    each = ", ".join(f"{grades[grade]} {grade}" for grade in Severity if grades[grade])
    of = f"{len(hit)} of {_count(len(review.patches), 'patch')}"
    return f"{_count(grades.total(), 'new finding')} ({each}) in {of}"


def _others(review: Review) -> list[str]:
    counts = Counter(finding.status for patch in review.patches for finding in patch.findings)
    before, fixed = counts[Status.PRE_EXISTING], counts[Status.FIXED]
    was = "was" if before == 1 else "were"
    return [f"{before} {was} there before"] * bool(before) + [f"{fixed} fixed"] * bool(fixed)


def _count(number: int, noun: str) -> str:
    plural = f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def _wrap(text: str, indent: int, hanging: int) -> list[str]:
    """At least one line; paths and names are never broken."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [" " * indent]
