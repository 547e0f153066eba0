"""What a call takes, and what is known of its value before anybody looked at it."""

from __future__ import annotations

from reviewbot.csource.callshape import CallShape
from reviewbot.csource.events import Site
from reviewbot.csource.facts import Acquire, Fact, Failure, Kind, Resource
from reviewbot.csource.names import is_predicate
from reviewbot.csource.scene import Scene
from reviewbot.csource.slips import GONE, note_flags, note_held
from reviewbot.csource.syntax import Expr
from reviewbot.csource.things import argument_at, key_of
from reviewbot.csource.values import (
    ANY,
    FAILED,
    KEYED,
    LENT,
    POS,
    POSSIBLE,
    Held,
    State,
    Val,
    keyed,
)


def take(scene: Scene, site: Site, fact: Fact, acquire: Acquire, state: State, node: int) -> None:
    """From here on the path holds what one acquire of a fact takes, unless the call failed."""
    resource = scene.resource(acquire.resource)
    if resource is None or any(call.name in fact.managed_by for call in scene.calls_made):
        return
    failure = fact.failure or Failure.NEVER
    ok = ANY if acquire.always else POSSIBLE[failure] & ~FAILED[failure]
    arg = argument_at(site, acquire.where)
    name, text = _held_name(scene, site, acquire, resource, arg)
    if name.startswith(KEYED):
        note_held(scene, site, fact.failure in (None, Failure.NEVER), state, name)
        note_flags(scene, site, state)
    stored = bool(text) and not name.startswith(KEYED) and text not in scene.locals
    stored = stored and not acquire.member and bool(acquire.where or site.target)
    stored = stored or _for_a_place(scene, resource, name, text, state, site.call.line)
    again = state.vals.pop(LENT + name, None) is not None
    state.held[name] = Held(resource.id, site.id, text, ok, frozenset(), False, stored, again)
    scene.takers.setdefault(name, set()).add(site.id)
    state.vals.pop(GONE + name, None)
    val = state.get(site.call.text)
    state.vals[site.call.text] = val._replace(inst=name)
    if acquire.out and text:
        state.set(text, Val(POS, inst=name, origin=site.id))
    state.note(scene.graph.nodes[node], None, "acquire", site.id)


_NEXT = 2
"""How many lines below an assignment a call stands next to it."""


def _for_a_place(
    scene: Scene, resource: Resource, name: str, text: str, state: State, line: int
) -> bool:
    """Whether it is one more reference to what the path has stored: `p->dev = dev; get(dev);`."""
    if not name.startswith(KEYED) or resource.kind is not Kind.REFERENCE:
        return False
    held = state.held.get(state.get(text).inst)
    places = scene.stored_as.get(text, {}).items()
    return text in scene.locals and (
        (held is not None and held.stored)
        or any("->" in place and 0 < line - at <= _NEXT for place, at in places)
    )


def _held_name(
    scene: Scene, site: Site, acquire: Acquire, resource: Resource, arg: Expr | None
) -> tuple[str, str]:
    """How a thing that was taken is known on the path, and the text that names it."""
    if resource.singleton or (acquire.where and arg is None):
        return keyed(resource.id, ""), ""
    if arg is None:
        return f"{site.id}", site.target or site.call.text
    bare = arg.bare
    if acquire.out and bare.kind == "unary" and bare.op == "&":
        text = bare.parts[0].bare.text
        return f"{site.id}", f"{text}.{acquire.member}" if acquire.member else text
    text = scene.canonical(arg)
    return key_of(resource, text), text


def note_result(site: Site, shape: CallShape, state: State) -> None:
    """What is known of the call's value before anybody looked at it."""
    fact, text = site.fact, site.call.text
    same = argument_at(site, fact.returns) if fact is not None and fact.returns else None
    if same is not None:
        state.vals[text] = state.get(same.bare.text)._replace(used=0)
    elif state.get(text).tested < 0 or not is_predicate(site.name):
        # Where it was asked before, nothing that its answer depends on was written since.
        state.vals[text] = Val(shape.possible, origin=site.id)
