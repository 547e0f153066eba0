"""The claims of the two sides of a patch, held against each other: new, pre-existing, fixed.

The same fault is known on both sides by rule, file, function and the claim's shape, never by
its line. A function that is on one side only was added, removed, renamed or moved: what is
claimed of it is held against what the same rule lost or gained elsewhere in the patch, so
that moving code makes no fault new.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from reviewbot.diff import after_line, diff_line
from reviewbot.model import Confidence, FileDiff, Finding, Severity, Status, Step
from reviewbot.registry import LoadedRule
from reviewbot.rule import Blame, Claim
from reviewbot.spacing import spaced

_CONFIDENCES = tuple(Confidence)
_SEVERITIES = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Claims:
    """What one rule claims of one touched function, or with `function` "" of a file; None for a
    side that lacks it."""

    rule: LoadedRule
    diff: FileDiff
    function: str
    before: tuple[Claim, ...] | None
    after: tuple[Claim, ...] | None

    @property
    def one_sided(self) -> bool:
        return self.before is None or self.after is None


@dataclass(frozen=True, slots=True)
class _Judged:
    """One claim with its status; `of` says whose it is, and so where its lines count."""

    of: Claims
    claim: Claim
    status: Status


def findings(claims: Iterable[Claims]) -> tuple[Finding, ...]:
    """What one patch does to each fault, one finding a place, by file, line and rule.

    Lines of faults that are gone are mapped into the file after the patch. The fingerprint
    is the same whatever lines moved; where one report has it twice, `-2`, `-3` follow.
    """
    by_rule: dict[str, list[_Judged]] = defaultdict(list)
    for each in claims:
        by_rule[each.rule.id] += _judged(each)
    found = [_finding(one) for judged in by_rule.values() for one in _one_a_cause(_moves(judged))]
    return _numbered(_one_a_place(found))


def base_fingerprint(fingerprint: str) -> str:
    """The fingerprint without the number that tells equal faults of one patch apart."""
    return fingerprint.partition("-")[0]


def _judged(claims: Claims) -> Iterator[_Judged]:
    """Claims of equal shape are paired, those at the same place first; the rest is left over."""
    before = list(_sorted(claims.before or ()))
    after = list(_sorted(claims.after or ()))
    kept: list[Claim] = []
    for way in (_same_place, _same_shape, _same_cause):
        for claim in tuple(after):
            twin = next((old for old in before if way(claims, old, claim)), None)
            if twin is not None:
                before.remove(twin)
                after.remove(claim)
                kept.append(claim)
    causes = {claim.group for claim in kept if claim.group}
    yield from (_Judged(claims, claim, Status.PRE_EXISTING) for claim in kept)
    for claim in after:
        yield _Judged(claims, claim, _new_or_not(claim, causes))
    yield from (_Judged(claims, claim, Status.FIXED) for claim in before)


def _new_or_not(claim: Claim, causes: set[str]) -> Status:
    """One more way out that does as its neighbours do has lost nothing new."""
    joins = claim.blame is Blame.WAY and claim.group in causes
    return Status.PRE_EXISTING if joins or claim.blame is Blame.NOTHING else Status.NEW


def _same_place(claims: Claims, old: Claim, new: Claim) -> bool:
    return old.shape == new.shape and after_line(claims.diff, old.line) == new.line


def _same_shape(claims: Claims, old: Claim, new: Claim) -> bool:
    return old.shape == new.shape


def _same_cause(claims: Claims, old: Claim, new: Claim) -> bool:
    """The same thing is lost at another exit, or at one that reads differently now."""
    return bool(new.group) and old.group == new.group


def _moves(judged: list[_Judged]) -> Iterator[_Judged]:
    """A fault that one function gains and another loses has moved, if one of them is one-sided."""
    lost = [one for one in judged if one.status is Status.FIXED]
    for one in judged:
        if one.status is not Status.NEW:
            continue
        twin = next((old for old in lost if _moved(old, one)), None)
        if twin is not None:
            lost.remove(twin)
            yield replace(one, status=Status.PRE_EXISTING)
        else:
            yield one
    yield from lost
    yield from (one for one in judged if one.status is Status.PRE_EXISTING)


def _one_a_cause(judged: Iterable[_Judged]) -> Iterator[_Judged]:
    """Of claims with one cause and one status, the surest, and of those the first in the text."""
    seen: set[tuple[str, str, str, Status]] = set()
    for one in sorted(judged, key=_sureness):
        key = (one.of.diff.path, one.of.function, one.claim.group, one.status)
        if not one.claim.group or key not in seen:
            seen.add(key)
            yield one


def _sureness(one: _Judged) -> tuple[int, int]:
    confidence = one.claim.confidence or one.of.rule.rule.confidence
    return _CONFIDENCES.index(confidence), one.claim.line


def _moved(old: _Judged, new: _Judged) -> bool:
    return old.claim.shape == new.claim.shape and (old.of.one_sided or new.of.one_sided)


def _finding(one: _Judged) -> Finding:
    claim, diff, loaded = one.claim, one.of.diff, one.of.rule
    fixed = one.status is Status.FIXED

    def place(line: int) -> int:
        return after_line(diff, line) if fixed else line

    return Finding(
        rule=loaded.id,
        category=loaded.rule.category,
        severity=claim.severity or loaded.rule.severity,
        confidence=claim.confidence or loaded.rule.confidence,
        status=one.status,
        file=diff.path,
        function=one.of.function,
        line=place(claim.line),
        end_line=max(place(claim.line), place(claim.end_line)),
        diff_line=diff_line(diff, claim.line, "before" if fixed else "after"),
        message=spaced(claim.message),
        trace=tuple(Step(diff.path, place(note.line), spaced(note.text)) for note in claim.trace),
        fingerprint=_fingerprint(loaded.id, diff.path, one.of.function, *claim.shape),
        suggestion=claim.suggestion,
        words=tuple((name, spaced(word)) for name, word in claim.words),
    )


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _one_a_place(found: Iterable[Finding]) -> list[Finding]:
    """Of several findings of a rule at one place, the one that is surest and weighs most."""
    best: dict[tuple[str, int, str, Status], Finding] = {}
    for finding in sorted(found, key=_weight):
        best.setdefault((finding.file, finding.line, finding.rule, finding.status), finding)
    return list(best.values())


def _weight(finding: Finding) -> tuple[int, int, str, str]:
    sure = _CONFIDENCES.index(finding.confidence)
    return sure, _SEVERITIES.index(finding.severity), finding.message, finding.fingerprint


def _numbered(found: list[Finding]) -> tuple[Finding, ...]:
    seen: dict[str, int] = defaultdict(int)
    numbered = []
    for finding in sorted(found, key=_order):
        seen[finding.fingerprint] += 1
        number = seen[finding.fingerprint]
        suffix = f"-{number}" if number > 1 else ""
        numbered.append(replace(finding, fingerprint=finding.fingerprint + suffix))
    return tuple(numbered)


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """By file, line and rule, as `findings` gives them."""
    return tuple(sorted(found, key=_order))


def _order(finding: Finding) -> tuple[str, int, str, str, str]:
    return finding.file, finding.line, finding.rule, finding.status, finding.fingerprint


def _sorted(claims: Iterable[Claim]) -> list[Claim]:
    """In the order of the text. What two paths show of one fault at one place is one claim: else
    one path more would be one fault more."""
    once: dict[tuple[int, tuple[str, ...], str, str], Claim] = {}
    for claim in sorted(claims, key=lambda claim: (claim.line, claim.end_line, claim.shape)):
        once.setdefault((claim.line, claim.shape, claim.group, claim.message), claim)
    return list(once.values())
