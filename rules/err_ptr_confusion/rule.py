"""A failed call's pointer is tested for the wrong sort of failure, or not tested at all.

Source: include/linux/err.h; the kernel-doc of each function, as named in facts/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from reviewbot.rule import (
    ERR,
    ZERO,
    Claim,
    Confidence,
    Errno,
    Failure,
    Look,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    Site,
    is_result,
    last_branch,
    pointer_words,
    use_claim,
)

_ASKS = ("IS_ERR", "IS_ERR_OR_NULL", "PTR_ERR_OR_ZERO", "IS_ERR_VALUE")
_WRONG = {
    # (how it fails, what is looked for): what is said
    (Failure.NULL, ERR): "returns NULL when it fails, never an error pointer",
    (Failure.ERR_PTR, ZERO): "returns an error pointer when it fails, never NULL",
    (Failure.NULL_OR_ERR_PTR, ZERO): "can return an error pointer as well as NULL",
}


def check(sight: Sight) -> Iterable[Claim]:
    yield from _wrong_test(sight)
    yield from _needless(sight)
    yield from _unchecked(sight)


# -- the wrong sort of test


def _wrong_test(sight: Sight) -> Iterator[Claim]:
    """All looks at what a call gave are of a sort that its failures do not have."""
    looks: dict[int, list[Look]] = {}
    for look in sight.paths.looks:
        looks.setdefault(look.site, []).append(look)
    for number, found in looks.items():
        site = sight.paths.sites[number]
        mask = 0
        for look in found:
            mask |= look.mask
        said = _WRONG.get((site.failure, mask)) if site.failure is not None else None
        if said is None or _tested_elsewhere(sight, site, found[0].key, mask):
            continue
        if _belied(sight, site, mask):
            continue
        sure = _sure_of(sight, site, mask)
        if sure is not None:
            yield _wrong_claim(sight, site, found[0], said, mask, sure)


def _sure_of(sight: Sight, site: Site, looked_for: int) -> Confidence | None:
    """How sure it is that the call never fails in the way that is looked for."""
    if site.fact is None or site.fact.source != "summary":
        return Confidence.HIGH
    mask = sight.may_return(site.name)
    if site.failure is Failure.NULL_OR_ERR_PTR:
        unheard = mask is None or mask & ERR
        return Confidence.HIGH if unheard else None
    return None if mask is None or mask & looked_for else Confidence.HIGH


_RETURNS = {ERR: re.compile(rb"\bERR_(?:PTR|CAST)\("), ZERO: re.compile(rb"\breturn\s+NULL\s*;")}


def _belied(sight: Sight, site: Site, mask: int) -> bool:
    """Whether the function fails in the way that is looked for, in the tree at hand: its contract
    has changed since the tables were read."""
    returns = _RETURNS.get(mask)
    return returns is not None and returns.search(sight.in_tree(site.name)) is not None


def _tested_elsewhere(sight: Sight, site: Site, key: str, mask: int) -> bool:
    """Whether the value is tested rightly under some name after all, path or no path."""
    names = {key, site.target} - {""}
    for expr in sight.function.expressions:
        asked = expr.kind == "call" and expr.name in _ASKS and expr.args[:1]
        denied = expr.kind == "unary" and expr.op == "!"
        if asked and mask == ZERO and expr.args[0].bare.text in names:
            return True
        if denied and mask == ERR and expr.parts[0].bare.text in names:
            return True
    return False


def _wrong_claim(
    sight: Sight, site: Site, look: Look, said: str, mask: int, sure: Confidence
) -> Claim:
    test = "tested with IS_ERR()" if mask == ERR else "compared with NULL"
    only = "only " if site.failure is Failure.NULL_OR_ERR_PTR else ""
    return Claim(
        line=look.expr.line,
        end_line=look.expr.end_line,
        message=f"{site.name}() {said}, but {look.key} is {only}{test}",
        shape=("wrong-test", site.name, str(mask)),
        trace=(
            Note(site.call.line, f"{site.name}() {said}"),
            Note(look.expr.line, f"{look.key} is {only}{test}"),
        ),
        confidence=sure,
        words=pointer_words(
            sight, look.key, f"{site.name}()", "IS_ERR()" if mask == ZERO else "!", "test"
        ),
        group=look.key,
    )


def _needless(sight: Sight) -> Iterator[Claim]:
    """IS_ERR_OR_NULL(p), then PTR_ERR(p) as the result, of a call that never returns NULL."""
    for look in sight.paths.looks:
        site = sight.paths.sites[look.site]
        errno = _read_after(sight, look)
        if look.mask != ZERO | ERR or site.failure is not Failure.ERR_PTR or errno is None:
            continue
        if _belied(sight, site, ZERO):
            continue
        if not is_result(sight.function, errno.expr):
            continue
        told = (
            f"{site.name}() never returns NULL, so IS_ERR({look.key}) is the check; of NULL"
            f" {errno.expr.text} would be 0, which is success"
        )
        yield Claim(
            line=look.expr.line,
            end_line=look.expr.end_line,
            message=told,
            shape=("needless", site.name, look.key),
            trace=(
                Note(site.call.line, f"{site.name}() returns an error pointer when it fails"),
                Note(look.expr.line, f"{look.key} is tested with IS_ERR_OR_NULL()"),
                Note(errno.expr.line, f"{errno.expr.text} is the result"),
            ),
            severity=Severity.LOW,
            words=pointer_words(sight, look.key, f"{site.name}()", "IS_ERR()", "needless"),
            group=look.key,
        )


def _read_after(sight: Sight, look: Look) -> Errno | None:
    """Where the path reads the error that this very test has found."""
    for errno in sight.paths.errnos:
        branch = last_branch(errno.trail) if errno.key == look.key else None
        if errno.val.mask == ERR and branch is not None and branch.node.expr is look.expr:
            return errno
    return None


# -- an error pointer used


def _unchecked(sight: Sight) -> Iterator[Claim]:
    for use in sight.paths.uses:
        site = sight.paths.sites.get(use.val.origin)
        if use.kind != "err" or site is None or use.expr.kind == "index":
            continue
        summary = site.fact is not None and site.fact.source == "summary"
        mask = sight.may_return(site.name) if summary else None
        if summary and (mask is None or not mask & ERR):
            continue
        known = use.val.mask == ERR
        told = (
            f"{use.key} is an error pointer here, and is used"
            if known
            else f"{site.name}() can return an error pointer, and {use.key} is used unchecked"
        )
        sure = Confidence.HIGH if known or site.fact is not None else Confidence.MEDIUM
        claim = use_claim(sight, use, told, sure)
        words = pointer_words(sight, use.key, f"{site.name}()", "IS_ERR()", "use")
        yield replace(claim, words=words)


RULE = Rule(
    title="error pointers and NULL confused",
    category="err-ptr",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/err.h",
    check=check,
)
