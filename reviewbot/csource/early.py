"""Ways out that undo too much: what was not done yet, has just failed, or was undone before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reviewbot.csource.events import Loose, Site
from reviewbot.csource.sight import Sight
from reviewbot.csource.syntax import Goto, If, expressions, statements
from reviewbot.csource.values import ZERO


class Early(NamedTuple):
    """`goto` leads to `undo`, which gives back what `taker` takes. `failed`: the taker has just
    said that it failed, and with `goto` None the call stands right below the condition; `before`:
    this call has given it back already; else the taker stands further down."""

    goto: Goto | None
    undo: Site
    taker: Site
    failed: bool = False
    before: Site | None = None
    counted: bool = False
    """Whether only a count goes wrong, that of the users of a clock or the like."""


def too_early(sight: Sight) -> Iterator[Early]:
    """Each release below a label that a goto reaches without what is released, once a goto.

    Only what the tables tell of both calls counts: many a foo_stop() works without foo_start().
    """
    for loose in sight.paths.loose if sight.function.whole else ():
        jump = loose.jump.stmt if isinstance(loose.jump.stmt, Goto) else None
        takers = [sight.paths.sites[number] for number in sorted(loose.takers)]
        if not _from_tables(loose.site, *takers):
            continue
        if any(taker.call.line >= loose.site.call.line for taker in takers):
            continue
        taker = min(takers, key=lambda site: site.call.line)
        if sum(call.name == taker.name for call in sight.function.calls) > 1:
            continue  # of several things, told apart by more than one argument
        resource = sight.known.resource(loose.resource)
        early = Early(jump, loose.site, taker, counted=resource is not None and resource.counted)
        if jump is None:
            if early.counted and _failed(loose) and _stands_below(sight, loose):
                yield early._replace(failed=True)
            continue
        before = _given_back(sight, loose)
        if _failed(loose):
            yield early._replace(failed=True)
        elif jump.line < taker.call.line and not _taken(loose):
            if not _goes_well(sight, loose):
                yield early
        elif before is not None:
            yield early._replace(before=before)


def _goes_well(sight: Sight, loose: Loose) -> bool:
    """Whether the goto is taken on the way to a success: `if (!on) goto off;` ends what an earlier
    call has begun."""
    return any(at.trail.node is loose.jump and at.mask == ZERO for at in sight.paths.jumps)


def _taken(loose: Loose) -> bool:
    """Whether the path has met one of the calls that take the thing."""
    return any(at.what == "acquire" and at.site in loose.takers for at in loose.trail.back())


def _given_back(sight: Sight, loose: Loose) -> Site | None:
    """The call by which the path has given the thing back since it took it, in the same words."""
    thing = [arg.text for arg in loose.site.call.args]
    for at in loose.trail.back():
        if at.what == "acquire" and at.site in loose.takers:
            return None
        site = sight.paths.sites.get(at.site) if at.what == "release" else None
        if site is not None and [arg.text for arg in site.call.args] == thing:
            return site if _from_tables(site) and site.id != loose.site.id else None
    return None


def _failed(loose: Loose) -> bool:
    """Whether the goto stands right where it turned out that the thing could not be taken.

    What goes on after a failure takes it for no failure: the thing is one that may be missing.
    """
    steps = (at for at in loose.trail.back() if at.what != "goto")
    last = next(steps, None)
    failed = next(steps, None) if last is not None and last.what == "branch" else None
    return failed is not None and failed.what == "failed" and failed.site in loose.takers


def _stands_below(sight: Sight, loose: Loose) -> bool:
    """Whether the call stands under the `if` that has told of the failure."""
    for stmt in sight.function.statements:
        if isinstance(stmt, If) and any(expr is loose.jump.expr for expr in stmt.cond.walk()):
            tops = (top for inner in statements(stmt.then) for top in expressions(inner))
            return any(expr is loose.site.call for top in tops for expr in top.walk())
    return False


def _from_tables(*sites: Site) -> bool:
    return all(s.fact is not None and s.fact.source not in ("summary", "pair") for s in sites)
