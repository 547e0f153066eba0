"""What an allocation returned is used or kept, and nobody asks whether it failed.

Source: Documentation/core-api/memory-allocation.rst; the kernel-doc of the allocators.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reviewbot.rule import (
    Claim,
    Confidence,
    Failure,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    Site,
    allocates,
    makes,
    syntax,
    tests_member,
    use_claim,
)

_TESTS = (
    "IS_ERR_OR_NULL",
    "ZERO_OR_NULL_PTR",
    "WARN_ON",
    "WARN_ON_ONCE",
    "BUG_ON",
    "PTR_ERR_OR_ZERO",
)


_ASKS_QUEUE = re.compile(r"peek|empty|_len(?:_|$)|_count|_first|_avail")
"""What a function is called that tells whether a queue holds anything."""


def check(sight: Sight) -> Iterable[Claim]:
    used: set[int] = set()
    for use in sight.paths.uses:
        site = sight.paths.sites.get(use.val.origin)
        if use.kind != "null" or site is None or use.val.tested >= 0:
            continue
        sure = _sure(sight, site)
        if sure is None:
            continue
        used.add(site.id)
        told = f"{site.name}() returns NULL when it fails, and {use.key} is used unchecked"
        yield use_claim(sight, use, told, sure)
    yield from _never_looked_at(sight, used)


def _sure(sight: Sight, site: Site) -> Confidence | None:
    """How sure it is that the call allocates and can fail; None for other calls."""
    if site.failure is not Failure.NULL:
        return None
    if any("__GFP_NOFAIL" in arg.text for arg in site.call.args) or _queue_asked(sight, site):
        return None
    fact = site.fact
    if fact is not None and fact.failure is not None and fact.source != "summary":
        return Confidence.HIGH if allocates(fact, sight.known) else None
    if not makes(site.name):
        return None
    return Confidence.MEDIUM if fact is not None and fact.source == "summary" else Confidence.HIGH


def _queue_asked(sight: Sight, site: Site) -> bool:
    """Whether the function has asked what it takes from if there is anything: by a peek, say."""
    call = site.call
    return not makes(call.name) and any(
        _ASKS_QUEUE.search(other.name) and other.args[0].text == call.args[0].text
        for other in sight.function.calls
        if other.args and call.args and other.line < call.line
    )


def _never_looked_at(sight: Sight, used: set[int]) -> Iterator[Claim]:
    """Allocations whose result is kept somewhere and tested on no path under no name."""
    if not sight.function.whole or not sight.paths.complete:
        return
    looked = {look.site for look in sight.paths.looks} | used
    for site in sight.paths.sites.values():
        sure = _sure(sight, site) if site.id not in looked and site.target else None
        if sure is None or site.target.startswith("*") or _is_asked(sight, _names(sight, site)):
            continue
        if _asked_elsewhere(sight, site.target):
            continue
        told = f"{site.name}() returns NULL when it fails, and {site.target} is never checked"
        yield Claim(
            line=site.call.line,
            end_line=site.call.end_line,
            message=told,
            shape=("never-checked", site.name, site.target),
            trace=(
                Note(site.call.line, f"{site.name}() can return NULL, kept in {site.target}"),
                Note(sight.function.end_line, f"no path compares {site.target} with NULL"),
            ),
            confidence=sure,
            words=(
                ("function", sight.function.name),
                ("pointer", site.target),
                ("giver", f"{site.name}()"),
                ("user", ""),
                ("tested", ""),
            ),
            group=f"{site.target} {site.name}",
        )


def _asked_elsewhere(sight: Sight, target: str) -> bool:
    """Whether the file asks of the member that keeps the result if it is there: `p->name ?: ""`."""
    if "->" not in target:
        return False
    asks = rb"\b%s\s*(?:\?|&&|\|\||[!=]= *NULL\b)|(?:!|\bif\s*\()\s*%s\s*\)"
    name = re.escape(target).encode()
    return re.search(asks % (name, name), sight.file.text) is not None


def _names(sight: Sight, site: Site) -> set[str]:
    """The names that tell of the result: the target, its copies, what else the call fills."""
    names = {site.target}
    for arg in site.call.args:
        if arg.kind == "unary" and arg.op == "&":
            names.add(arg.parts[0].bare.text)  # dma_alloc_coherent(dev, size, &dma, ...)
    for expr in sight.function.assignments:
        if expr.op == "=":
            left, right = expr.parts[0].text, expr.parts[1].bare
            if right.text in names or (right.kind == "assign" and right.parts[0].text in names):
                names.add(left)
    return names


def _is_asked(sight: Sight, names: set[str]) -> bool:
    """Whether the function compares, returns or hands on the result under one of the names."""
    handed_on = not _returns_errors(sight.function)
    for stmt in sight.function.statements:
        value = stmt.value if handed_on and isinstance(stmt, syntax.Return) else None
        if isinstance(stmt, (syntax.If, syntax.Loop)):
            value = stmt.cond
        if value is not None and value.bare.text in names:
            return True
    return any(_asks(sight, expr, names) for expr in sight.function.expressions)


def _returns_errors(function: syntax.Function) -> bool:
    """Whether the function says by an error pointer that it failed, so that NULL is no failure."""
    return any(
        isinstance(s, syntax.Return) and s.value is not None and s.value.bare.name == "ERR_PTR"
        for s in function.statements
    )


def _asks(sight: Sight, expr: syntax.Expr, names: set[str]) -> bool:
    if expr.kind == "unary":
        return expr.op == "!" and expr.parts[0].bare.text in names
    if expr.kind == "binary" and expr.op in ("==", "!=", "&&", "||"):
        return any(part.bare.text in names for part in expr.parts)
    if expr.kind == "conditional":
        return expr.parts[0].bare.text in names
    if expr.kind != "call":
        return False
    if _asks_inside(sight, expr, names):
        return True
    handed = [n for n, arg in enumerate(expr.args, 1) if arg.bare.text in names]
    if not handed:
        return False
    fact = sight.known(expr.name)
    if expr.name in _TESTS or (fact is not None and fact.source == "summary"):
        return fact is None or not set(handed) <= fact.uses
    return False


def _asks_inside(sight: Sight, call: syntax.Expr, names: set[str]) -> bool:
    """Whether the callee is handed what the result hangs on, and tests the member."""
    hung = [name.rpartition("->") for name in names if "->" in name]
    places = [
        (number, member)
        for number, arg in enumerate(call.args)
        for whole, _, member in hung
        if arg.bare.text == whole
    ]
    callee = sight.known.function(call.name) if places else None
    if callee is None:
        return False
    return any(
        number < len(callee.params)
        and tests_member(callee, f"{callee.params[number].name}->{member}")
        for number, member in places
    )


RULE = Rule(
    title="allocation used without a check for failure",
    category="null",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/core-api/memory-allocation.rst",
    check=check,
)
