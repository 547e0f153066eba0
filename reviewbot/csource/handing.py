"""What a call may take over of what it is handed."""

from __future__ import annotations

from reviewbot.csource.borrowing import PASSIVE
from reviewbot.csource.callshape import READ_HERE
from reviewbot.csource.dying import let_go_of_source, let_go_of_whole
from reviewbot.csource.events import Site
from reviewbot.csource.facts import Fact, Kind
from reviewbot.csource.names import may_keep, puts
from reviewbot.csource.scene import Scene
from reviewbot.csource.syntax import Expr
from reviewbot.csource.things import instances_of
from reviewbot.csource.undoing import undo_by_name
from reviewbot.csource.values import KEYED, State

DOUBTS = 6
"""After so many calls that may have taken a thing over, it is not followed any longer."""


def hand_over(scene: Scene, site: Site, fact: Fact, state: State) -> None:
    """A function that is known: what it keeps is gone, what it borrows is not."""
    given = {r.where for r in fact.releases}
    for number, arg in enumerate(site.call.args, 1):
        if number in given or not stands_for_held(state, arg):
            continue  # and there is no need to read what the callee keeps
        if number in fact.consumes | fact.keeps | fact.consumes_on_failure:
            let_go(state, arg)
        elif number in fact.consumes_on_success or (
            not _borrowed(scene, fact, number, arg, state) and _takes(scene, site, arg, state)
        ):
            _doubt(scene, site, state, arg)


def _borrowed(scene: Scene, fact: Fact, number: int, arg: Expr, state: State) -> bool:
    """Whether a known function only looks at an argument.

    A function that was read here may well give a lock back by the cookie that it is handed.
    """
    if fact.source in READ_HERE and _is_cookie(scene, arg, state):
        return False
    return fact.borrows_all or number in fact.borrows


def _is_cookie(scene: Scene, arg: Expr, state: State) -> bool:
    """Whether an argument is what a locking call returned."""
    held = state.held.get(state.get(arg.bare.text).inst)
    resource = scene.resource(held.resource) if held is not None else None
    return resource is not None and resource.kind is Kind.LOCK


def hand_to_unknown(scene: Scene, site: Site, state: State) -> None:
    """A function nobody told us of: its name decides what it may have done."""
    if not state.held or site.name in PASSIVE:
        return
    for arg in site.call.args if any(key[0] != KEYED for key in state.held) else ():
        if _takes(scene, site, arg, state):
            _doubt(scene, site, state, arg)
        if puts(site.name):
            let_go_of_whole(scene, state, arg)
            let_go_of_source(scene, state, arg)
    undo_by_name(scene, site, state)


def _takes(scene: Scene, site: Site, arg: Expr, state: State) -> bool:
    held = state.held.get(state.get(arg.bare.text).inst)
    resource = scene.resource(held.resource) if held is not None else None
    if (resource is not None and resource.linear) or _is_cookie(scene, arg, state):
        return True
    return may_keep(site.call.name)


def stands_for_held(state: State, arg: Expr) -> bool:
    """Whether anything is held that an argument stands for."""
    held = state.held
    return bool(held) and any(inst in held for inst in instances_of(state, arg))


def let_go(state: State, arg: Expr) -> None:
    """What an argument stands for is in other hands from here on."""
    for inst in instances_of(state, arg):
        state.held.pop(inst, None)


def _doubt(scene: Scene, site: Site, state: State, arg: Expr) -> None:
    for inst in instances_of(state, arg):
        held = state.held.get(inst)
        if held is None or inst.startswith("@"):
            continue
        doubts = held.doubts | {site.id}
        if len(doubts) > DOUBTS:
            del state.held[inst]
        else:
            state.held[inst] = held._replace(doubts=doubts)
