"""What a call does to what a path knows, step by step in the order in which it takes effect."""

from __future__ import annotations

from functools import partial

from reviewbot.csource.borrowing import PASSIVE, gives_back_only, looks_only
from reviewbot.csource.callshape import READ_HERE, CallShape
from reviewbot.csource.clobber import spoil
from reviewbot.csource.events import Site
from reviewbot.csource.facts import Fact
from reviewbot.csource.freed import WRITES, bury, outlive_section
from reviewbot.csource.giving import give
from reviewbot.csource.gone import freed_inside, hand_on, split
from reviewbot.csource.handing import hand_over, hand_to_unknown, let_go
from reviewbot.csource.hanging import hang
from reviewbot.csource.refine import refine
from reviewbot.csource.scene import Scene
from reviewbot.csource.syntax import Expr
from reviewbot.csource.taking import note_result, take
from reviewbot.csource.undoing import hand_to_callback, undo_inside, unlock_by_name
from reviewbot.csource.values import State, roots

ASSERTIONS = frozenset("BUG_ON VM_BUG_ON KUNIT_ASSERT_TRUE".split())
"""Calls after which their argument is known; BUG_ON: that it does not hold."""


def assert_holds(scene: Scene, expr: Expr, states: list[State], node: int) -> list[State]:
    """The states after an assertion: nobody comes past one that does not hold."""
    outcome = not expr.name.endswith("BUG_ON")
    after = (refine(scene, state, expr.args[-1], outcome, node) for state in states)
    return [state for state in after if state is not None]


def apply(scene: Scene, site: Site, shape: CallShape, state: State, node: int) -> list[State]:
    """The states after the call; its value is kept under the call's own text."""
    fact, name = site.fact, site.name
    if state.held:
        scene.call(site, state)
    if name in WRITES:
        _publish(scene, site, state)
    elif name not in PASSIVE:
        _hand(scene, site, state)
    if state.held:
        hand_to_callback(scene, site, state, node)
    if fact is None:
        hand_to_unknown(scene, site, state)
        spoil(site, shape, state)
        note_result(site, shape, state)
        return [state]
    for release in fact.releases:
        give(scene, site, fact, release, state, node)
    freed = freed_inside(scene, site, fact, state) if fact.frees else ()
    if state.held:
        _hand_over(scene, site, fact, state, node)
    spoil(site, shape, state)
    for text in freed:
        bury(state, text, site.id)
    note_result(site, shape, state)
    for acquire in fact.acquires:
        take(scene, site, fact, acquire, state, node)
    return split(site, state)


def _hand(scene: Scene, site: Site, state: State) -> None:
    """What is gone, borrowed or hangs on something is handed to a function."""
    hand_on(scene, site, state)
    if scene.borrowed:
        outlive_section(state, site.call, partial(looks_only, scene, site.fact))
    if scene.hanging:
        looks = partial(gives_back_only, scene, site.fact)
        hang(state, site.call, site.fact, site.id, scene.own_structs, looks)


def _hand_over(scene: Scene, site: Site, fact: Fact, state: State, node: int) -> None:
    """What is held is dropped, kept or given back by a function that is known."""
    for name in [n for n, h in state.held.items() if h.resource in fact.drops and n[0] == "@"]:
        scene.given.add((state.held[name].resource, state.held[name].text))
        scene.unheld.add((state.held[name].resource, state.held[name].text))
        del state.held[name]
    hand_over(scene, site, fact, state)
    if fact.source in READ_HERE:
        unlock_by_name(scene, site, state)
        undo_inside(scene, site, fact, state, node)


def _publish(scene: Scene, site: Site, state: State) -> None:
    """rcu_assign_pointer(p->x, q) and kin write their first argument, swap() both.

    What a longer-lived place holds by then is in other hands: whoever reads it may keep it.
    """
    places = site.call.args if site.name == "swap" else site.call.args[:1]
    outlives = any(roots(p.text) - scene.locals or "->" in p.text for p in places)
    for arg in site.call.args if outlives else ():
        let_go(state, arg)
    for place in places:
        state.forget(place.bare.text)
