"""What a function still holds when it leaves, and how sure that is to be a mistake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache

from reviewbot.csource import syntax as c
from reviewbot.csource.cfg import build
from reviewbot.csource.conditions import read_test
from reviewbot.csource.events import Exit, Site
from reviewbot.csource.excuses import excused
from reviewbot.csource.facts import Fact, Kind, Resource
from reviewbot.csource.names import makes
from reviewbot.csource.pairs import PREFIX
from reviewbot.csource.paths import Paths
from reviewbot.csource.sight import Sight
from reviewbot.csource.story import exit_shape, last_branch
from reviewbot.csource.summaries import SOURCE as SUMMARY
from reviewbot.csource.summaries import Known
from reviewbot.csource.superseded import calls_after
from reviewbot.csource.tails import gives_back, goes_along, judged
from reviewbot.csource.values import ANY, NEG, ZERO, Held, roots
from reviewbot.csource.verdicts import fails, goes_on, may_fail
from reviewbot.csource.words import has_word


class Sure(IntEnum):
    """How well a leak is proven, weakest first."""

    GUESSED = 1  # a call whose name says nothing of keeping may have kept it
    BORROWED = 2  # everyone who was handed it is known to have kept nothing
    CONTRASTED = 3  # another path of the function gives the same thing back


@dataclass(frozen=True, slots=True)
class Leak:
    """One thing held at one exit. `error` says that the exit reports a failure."""

    resource: Resource
    held: Held
    site: Site
    exit: Exit
    sure: Sure
    error: bool

    @property
    def succeeds(self) -> bool:
        """Whether the exit reports a success: no label of the ways that fail is its remedy."""
        return not self.error and self.exit.value is not None and self.exit.mask == ZERO

    @property
    def kept(self) -> bool:
        """Whether a success keeps the thing, and only what comes after it does not undo it."""
        return self.sure is Sure.GUESSED and self.succeeds


def leaks(sight: Sight, *kinds: Kind) -> Iterator[Leak]:
    """The things of these kinds that exits leave behind, each exit by itself."""
    for left in _left_behind(sight):
        if left.resource.kind in kinds and left.leak is not None:
            yield left.leak


@lru_cache(maxsize=16)
def _left_behind(sight: Sight) -> tuple[_Left, ...]:
    """What is held at exits. Kept for a moment: several rules ask, each for other kinds."""
    return tuple(
        _Left(sight, exit, held, resource)
        for exit in sight.paths.exits
        for held in (exit.held if exit.held and not goes_on(exit) else ())
        if not held.scoped and not held.again and held.site in sight.paths.sites
        if (resource := sight.known.resource(held.resource)) is not None
    )


@dataclass(frozen=True, eq=False)
class _Left:
    """A thing held at an exit, and whether that is a leak; judged once, for the first who asks."""

    sight: Sight
    exit: Exit
    held: Held
    resource: Resource

    @cached_property
    def leak(self) -> Leak | None:
        sight, exit, held, resource = self.sight, self.exit, self.held, self.resource
        if roots(held.text) & sight.function.shadowed:
            return None
        error = fails(sight, exit)
        sure = _sure(sight, exit, held, resource, error)
        if (
            not sure
            or _was_meant(sight, exit, held, resource)
            or _asked_whether(sight, exit, held, resource)
            or excused(sight, exit, held)
            or _was_there(sight, exit, held, resource)
        ):
            return None
        return Leak(resource, held, sight.paths.sites[held.site], exit, sure, error)


def allocates(fact: Fact, known: Known) -> bool:
    """Whether the function gives something new, managed or not: no lookup does."""
    if fact.source == SUMMARY:
        return makes(fact.name)
    taken = [known.resource(acquire.resource) for acquire in fact.acquires]
    new = any(each is not None and each.kind in (Kind.MEMORY, Kind.OBJECT) for each in taken)
    return new or fact.gfp > 0 or (fact.managed and not taken)


def _sure(sight: Sight, exit: Exit, held: Held, resource: Resource, error: bool) -> Sure | None:
    """How sure it is that this exit should have given it back; None for not at all."""
    contrasted = _contrasted(sight, held) or (error and _was_managed(sight, held))
    if resource.optional and not contrasted:
        return None
    if resource.kind in (Kind.LOCK, Kind.CONTEXT):
        if held.doubts or not contrasted:
            return None
        return Sure.CONTRASTED if _odd_one(sight, exit, held, error) else None
    if resource.kind in (Kind.ENABLE, Kind.STATE) and _restores(sight, held):
        return None
    if error:
        return _on_error(sight, exit, held, resource, contrasted)
    if _own_failure(sight, exit, held):
        return Sure.CONTRASTED
    if resource.kind is Kind.ENABLE and _hands_failure_on(sight, exit, held):
        return Sure.GUESSED
    if resource.counted and contrasted and _never_left_there(sight, held):
        return Sure.BORROWED
    if exit.mask == ZERO and not held.doubts and _nobody_undoes(sight, held):
        return Sure.GUESSED
    if held.stored or _in_doubt(sight, held, on_success=True):
        return None
    if resource.kind in (Kind.ENABLE, Kind.STATE, Kind.OBJECT) or _is_set_up(sight, held):
        return Sure.GUESSED if may_fail(sight, exit, held) and not held.doubts else None
    if contrasted and _given_on_success(sight, held):
        return Sure.CONTRASTED
    return Sure.BORROWED if _is_local(sight, held) else None


def _was_meant(sight: Sight, exit: Exit, held: Held, resource: Resource) -> bool:
    """Whether the other side leaves the thing behind at the same exit, and nothing speaks against
    it there: then it takes more than this patch to tell that it is wrong."""
    other = sight.other
    if other is None or resource.kind not in _FLAGGED:
        return False
    twins = ((e, h) for e in _twins(sight, exit) for h in e.held if _is_same(h, held))
    return any(not _sure(other, e, h, resource, fails(other, e)) for e, h in twins)


def _was_there(sight: Sight, exit: Exit, held: Held, resource: Resource) -> bool:
    """Whether the other side leaves the same state set at the same exit, under the name that the
    functions had there."""
    other, name = sight.other, sight.paths.sites[held.site].name
    if other is None or resource.kind is not Kind.STATE:
        return False
    here = {call.name for call in sight.function.calls}
    there = {call.name for call in other.function.calls}
    return name not in there and any(
        each.text == held.text and each.resource != held.resource and doer not in here
        for twin in _twins(sight, exit)
        for each in twin.held
        if (doer := other.paths.sites[each.site].name)
    )


def left_there(sight: Sight, leak: Leak) -> bool:
    """Whether the other side leaves the same thing behind at the same exit."""
    return any(_holds(exit, leak.held) for exit in _twins(sight, leak.exit))


def _twins(sight: Sight, exit: Exit) -> Iterator[Exit]:
    """The exits of the other side that are taken in the same way."""
    other = sight.other
    if other is not None:
        way, failed = _way(sight, exit), fails(sight, exit)
        for there in other.paths.exits:
            if fails(other, there) == failed and _way(other, there) == way:
                yield there


def _way(sight: Sight, exit: Exit) -> tuple[str, ...]:
    """What tells an exit from the others; where the patch did not write it, without the
    conditions that the patch wrote above it."""
    written = sight.touched if exit.line not in sight.touched else frozenset()
    return exit_shape(exit, written)


_FLAGGED = (Kind.LOCK, Kind.CONTEXT, Kind.STATE)
"""What is often kept on purpose, and what functions keep a flag for to undo it later."""


def _asked_whether(sight: Sight, exit: Exit, held: Held, resource: Resource) -> bool:
    """Whether the path came by `if (started) stop();`, and was told that there is nothing to stop.

    The two conditions belong together in a way that the path cannot see.
    """
    asked = {
        id(part)
        for stmt, calls in _asides(sight.function)
        if any(_undoes(sight, call, held, resource) for call in calls)
        for part in stmt.cond.walk()
    }
    for at in exit.trail.back() if asked else ():
        if at.what == "acquire" and at.site == held.site:
            return False
        if at.what == "branch" and id(at.node.expr) in asked:
            return True
    return False


@lru_cache(maxsize=8)
def _asides(function: c.Function) -> tuple[tuple[c.If, tuple[c.Expr, ...]], ...]:
    """Each `if` of the function that goes on below, whichever way it took, with its calls."""
    found: list[tuple[c.If, tuple[c.Expr, ...]]] = []
    for stmt in function.statements:
        body = c.statements(stmt.then) if isinstance(stmt, c.If) else []
        if isinstance(stmt, c.If) and not any(isinstance(inner, _LEAVES) for inner in body):
            all = (e for inner in body for top in c.expressions(inner) for e in top.walk())
            found.append((stmt, tuple(e for e in all if e.kind == "call")))
    return tuple(found)


_LEAVES = (c.Return, c.Goto, c.Break, c.Continue)


def _undoes(sight: Sight, call: c.Expr, held: Held, resource: Resource) -> bool:
    """Whether a call gives the thing back.

    Locks and states are told by their sort, all else by the text that names it.
    """
    fact = sight.known(call.name)
    return fact is not None and any(
        place.resource == held.resource
        and (resource.kind in _FLAGGED or _is_given(call, place.where, held))
        for place in fact.releases
    )


def _is_given(call: c.Expr, where: int, held: Held) -> bool:
    return 0 < where <= len(call.args) and call.args[where - 1].bare.text == held.text


def _is_set_up(sight: Sight, held: Held) -> bool:
    """Whether the thing is known by the names of a pair only, and named by an argument."""
    fact = sight.paths.sites[held.site].fact
    places = fact.acquires if fact is not None and held.resource.startswith(PREFIX) else ()
    return any(place.where and place.resource == held.resource for place in places)


def _own_failure(sight: Sight, exit: Exit, held: Held) -> bool:
    """Whether the function leaves because the taking call failed, and that call holds even so."""
    site = sight.paths.sites[held.site]
    branch = last_branch(exit.trail)
    if held.ok != ANY or site.fact is None or not any(a.always for a in site.fact.acquires):
        return False
    test = read_test(branch.node.expr) if branch is not None and branch.node.expr else None
    if branch is None or test is None or branch.node.expr is None:
        return False
    if judged(sight.function, branch.node.expr) != site.call.text:
        return False
    mask = test.yes if branch.edge is True else test.no
    return mask & ZERO == 0 and mask & NEG != 0


def _hands_failure_on(sight: Sight, exit: Exit, held: Held) -> bool:
    """Whether the verdict of a call that holds even when it fails is returned as it is, and only
    the other side gives the thing back at all."""
    site, there = sight.paths.sites[held.site], sight.other.paths if sight.other else None
    if held.ok != ANY or there is None or held.site in sight.paths.released or exit.value is None:
        return False
    always = site.fact is not None and any(a.always for a in site.fact.acquires)
    asked = bool(site.target) and site.target in roots(exit.value.text)
    given = (held.resource, held.text) in {tuple(thing) for *thing, _ in there.things}
    return always and given and (asked or exit.call is site)


def _on_error(
    sight: Sight, exit: Exit, held: Held, resource: Resource, contrasted: bool
) -> Sure | None:
    if _in_doubt(sight, held):
        return None
    if held.stored and _is_local(sight, held) and _kept_by_now(sight, held):
        return Sure.GUESSED
    if _goes_over(sight, exit, held) or _goes_with_its_owner(sight, exit, held):
        return Sure.GUESSED
    if _taker_changed(sight, held):
        return Sure.GUESSED
    if contrasted and not (held.stored and _mostly_kept(sight, held)):
        return Sure.CONTRASTED
    if resource.kind in (Kind.ENABLE, Kind.STATE, Kind.OBJECT):
        return Sure.BORROWED if not held.stored else None
    return Sure.BORROWED if _is_local(sight, held) and not held.stored else None


def _goes_over(sight: Sight, exit: Exit, held: Held) -> bool:
    """Whether a call has made another thing of it, which has it after a success, and only what the
    patch took out says that this is not so: `mr = get_mr(sg)`."""
    doubts = held.doubts - _lenders_of(sight, held, (sight.paths,))
    branch = last_branch(exit.trail)
    asked = judged(sight.function, branch.node.expr) if branch and branch.node.expr else ""
    makers = [site for n in doubts if (site := sight.paths.sites[n]).call.text != asked]
    if held.stored or not any(site.target in sight.paths.pointers for site in makers):
        return False
    done = [e for e in sight.paths.exits if not fails(sight, e) and _took(e, held)]
    return bool(done) and all(any(_is_same(h, held) and not h.stored for h in e.held) for e in done)


def _taker_changed(sight: Sight, held: Held) -> bool:
    """Whether only the names of a pair tell of the thing, and the patch changes what the taking
    call does, which may have made the driver core give it back."""
    name = sight.paths.sites[held.site].name
    return held.resource.startswith(PREFIX) and sight.changes(name)


def _goes_with_its_owner(sight: Sight, exit: Exit, held: Held) -> bool:
    """Whether only the other side says that the thing was not taken over together with what this
    way out gives back."""
    branch = last_branch(exit.trail)
    doubts = held.doubts - _lenders_of(sight, held, (sight.paths,))
    if branch is None or not doubts or sight.other is None:
        return False
    graph = build(sight.function)
    after = calls_after(graph, graph.nodes[branch.node.id], branch.edge is True)
    undo = [call for call in after if gives_back(sight.known, call)]
    return goes_along(sight, {held.text}, undo, branch.node.line)


def _kept_by_now(sight: Sight, held: Held) -> bool:
    """Whether the patch took out all that gives a thing back which hangs somewhere by another
    name: it may be meant to stay."""
    if held.site in sight.paths.released or (held.resource, held.text) in sight.paths.given:
        return False
    other = sight.other.paths if sight.other is not None else None
    return other is not None and (held.resource, held.text) in other.given


def _mostly_kept(sight: Sight, held: Held) -> bool:
    """Whether more failures leave a stored thing where it is than take it back."""
    kept: set[tuple[str, ...]] = set()
    taken: set[tuple[str, ...]] = set()
    for exit in sight.paths.exits:
        if fails(sight, exit) and _took(exit, held):
            if _holds(exit, held):
                kept.add(exit_shape(exit))
            elif held.site in exit.given:
                taken.add(exit_shape(exit))
    return len(kept) > max(len(taken), 1)


def _is_local(sight: Sight, held: Held) -> bool:
    """Whether only this function knows the thing: a local holds it, or nothing does."""
    text = held.text
    if not text:
        return True
    return "->" not in text and "*" not in text and text.partition(".")[0] in sight.paths.locals


def _was_managed(sight: Sight, held: Held) -> bool:
    """Whether the other side takes the same by a call that gives it back by itself."""
    if sight.other is None:
        return False
    name = sight.paths.sites[held.site].name
    names = {f"devm_{name}", f"drmm_{name}", f"pcim_{name}", f"devm_{name.removeprefix('of_')}"}
    here = {call.name for call in sight.function.calls}
    return any(call.name in names - here for call in sight.other.function.calls)


def _nobody_undoes(sight: Sight, held: Held) -> bool:
    """Whether the other side leaves it to the driver core to give the thing back, and nothing in
    the file does so by now but this function, on its way out."""
    if not sight.file.whole or not _was_managed(sight, held):
        return False
    first, last = sight.function.line, sight.function.end_line
    lines = sight.file.text.split(b"\n")
    rest = b"\n".join((*lines[: first - 1], *lines[last:]))
    names = sight.facts.undoers.get(held.resource, ())
    calls = {call.name for call in sight.function.calls}
    return not any(name.startswith("devm_add_action") for name in calls) and not any(
        has_word(rest, name.encode()) for name in names
    )


def _contrasted(sight: Sight, held: Held) -> bool:
    """Whether some path gives the same thing back, on either side.

    What is stored somewhere must be taken back from there: before it was stored, it was
    another's to give back.
    """
    if held.site in sight.paths.released and not held.stored:
        return True
    thing = (held.resource, held.text)
    for side in (sight, sight.other) if sight.other is not None else (sight,):
        taken_back = {stored for *what, stored in side.paths.things if tuple(what) == thing}
        if True in taken_back or (taken_back and not held.stored):
            return True
        if held.stored and taken_back:
            continue  # by ways that had not stored it
        if thing in side.paths.unheld and not _only_before(side, sight.paths.sites[held.site].name):
            return True
    return False


def _only_before(side: Sight, taker: str) -> bool:
    """Whether all that undoes a call stands above it: assert(reset), deassert(reset) is a pulse."""
    lines = [call.line for call in side.function.calls if call.name == taker]
    fact = side.known(taker)
    ids = {place.resource for place in fact.acquires} if fact is not None else set()
    undone = [
        call.line
        for call in side.function.calls
        if (undo := side.known(call.name)) is not None and ids & {r.resource for r in undo.releases}
    ]
    return bool(lines) and bool(undone) and max(undone) < min(lines)


def _given_on_success(sight: Sight, held: Held) -> bool:
    """Whether a path that succeeds gives it back, on either side: then all should."""
    if any(
        held.site in exit.given and _gave_on_success(sight, exit, held, held.site)
        for exit in sight.paths.exits
    ):
        return True
    other = sight.other
    return other is not None and any(
        _names(other.paths, site, held) and _gave_on_success(other, exit, held, site)
        for exit in other.paths.exits
        for site in exit.given
    )


def _gave_on_success(sight: Sight, exit: Exit, held: Held, site: int) -> bool:
    """Whether a path that succeeds took the thing there and has not got it any more.

    Paths that are told apart by nothing are one: of a return that no failure comes to, all count.
    """
    if fails(sight, exit) or _holds(exit, held):
        return False
    here = exit.trail.node
    mixed = any(e.trail.node is here and fails(sight, e) for e in sight.paths.exits)
    return not mixed or _took_at(exit, site)


def _in_doubt(sight: Sight, held: Held, on_success: bool = False) -> bool:
    """Whether a call may have kept the thing, and it is not proven that it did not: on this side,
    or by the same call on the other.

    A release on the way to a failure proves nothing of what happens on success.
    """
    sides = (sight.paths,) if sight.other is None else (sight.paths, sight.other.paths)
    return bool(held.doubts) and not held.doubts <= _lenders_of(sight, held, sides, on_success)


def _lenders_of(
    sight: Sight, held: Held, sides: tuple[Paths, ...], on_success: bool = False
) -> frozenset[int]:
    texts = {
        paths.sites[number].call.text
        for paths in sides
        for exit in paths.exits
        if not on_success or not fails(sight, exit)
        for number, text in exit.lent
        if text == held.text
    }
    return frozenset(n for n, site in sight.paths.sites.items() if site.call.text in texts)


def _odd_one(sight: Sight, exit: Exit, held: Held, error: bool) -> bool:
    """Whether leaving with the lock can only be a mistake: others leave the same way without."""
    without = [e for e in sight.paths.exits if not _holds(e, held)]
    here = exit.trail.node
    gave = [
        e for e in without if held.site in e.given and (e.trail.node is not here or _took(e, held))
    ]
    if any(fails(sight, e) == error for e in gave):
        return True
    if error and without:
        return True
    there = sight.other.paths if sight.other is not None else None
    return there is not None and _always_given(there, held)


def _took(exit: Exit, held: Held) -> bool:
    """Whether this very path took the thing: another path to the same `return` may not have."""
    return _took_at(exit, held.site)


def _took_at(exit: Exit, site: int) -> bool:
    return any(at.what == "acquire" and at.site == site for at in exit.trail.back())


def _restores(sight: Sight, held: Held) -> bool:
    """Whether the thing is only taken on ways that fail: so it undoes what was undone before."""
    exits = [e for e in sight.paths.exits if e.value is not None]
    if any(not fails(sight, e) and _took(e, held) for e in exits):
        return False
    return any(_took(e, held) for e in exits)


def _always_given(paths: Paths, held: Held) -> bool:
    """Whether the function takes the thing on this side and never leaves with it."""
    taken = any(_names(paths, site, held) for site in paths.released)
    return taken and not any(_holds(exit, held) for exit in paths.exits)


def _never_left_there(sight: Sight, held: Held) -> bool:
    """Whether the other side never leaves with it, and on this side a success still gives it back:
    then no way out is meant to keep it."""
    there = sight.other.paths if sight.other is not None else None
    if there is None or not there.complete or not _always_given(there, held):
        return False
    return any(
        not fails(sight, exit) and held.site in exit.given and not _holds(exit, held)
        for exit in sight.paths.exits
    )


def _names(paths: Paths, site: int, held: Held) -> bool:
    fact, target = paths.sites[site].fact, paths.sites[site].target
    if fact is None or (target and target != held.text):
        return False
    return any(a.resource == held.resource for a in fact.acquires)


def _holds(exit: Exit, held: Held) -> bool:
    return any(_is_same(h, held) for h in exit.held)


def _is_same(one: Held, other: Held) -> bool:
    return one.resource == other.resource and one.text == other.text
