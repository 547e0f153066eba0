"""What a call gives back, as the facts have it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reviewbot.csource.borrowing import leave_section
from reviewbot.csource.conditions import constant_mask
from reviewbot.csource.dying import let_go_of_source, let_go_of_whole, mark_freed, mark_gone
from reviewbot.csource.events import Site
from reviewbot.csource.facts import Acquire, Fact, Kind, Resource
from reviewbot.csource.freed import SAME, bury_whole
from reviewbot.csource.gone import (
    freed_while_counted,
    frees_the_same,
    is_its_end,
    makes,
    one_of_several,
    puts_what_is_lent,
)
from reviewbot.csource.scene import Scene
from reviewbot.csource.slips import GONE, note_release, note_unheld
from reviewbot.csource.syntax import Expr
from reviewbot.csource.things import UNDO, argument_at, key_of
from reviewbot.csource.values import ERR, LENT, ZERO, Held, State, Val


class _Giving(NamedTuple):
    """One release of a call, on one path. `raw` is the text of the argument, `text` the same with
    local aliases put in; both are "" where nothing is handed over."""

    scene: Scene
    site: Site
    fact: Fact
    release: Acquire
    resource: Resource
    arg: Expr | None
    text: str
    raw: str
    state: State
    node: int


def give(scene: Scene, site: Site, fact: Fact, release: Acquire, state: State, node: int) -> None:
    """What one release of a fact gives back is held no more; or it was not held on this path."""
    resource = scene.resource(release.resource)
    arg = argument_at(site, release.where)
    if resource is None or (arg is not None and constant_mask(arg) == ZERO):
        return  # of_find_node_by_name(NULL, ...)
    text = "" if resource.singleton or arg is None else scene.canonical(arg)
    raw = arg.bare.text if arg is not None else ""
    one = _Giving(scene, site, fact, release, resource, arg, text, raw, state, node)
    scene.given.add((resource.id, text))
    if arg is not None and resource.kind is Kind.MEMORY:
        freed_while_counted(scene, site, state, arg)
    if _gave_value(one):
        return
    if resource.kind is Kind.REFERENCE and arg is not None:
        let_go_of_whole(scene, state, arg)
        let_go_of_source(scene, state, arg)
    _judge(one)
    if not _gave_named(one):
        _was_not_held(one)


def _gave_value(one: _Giving) -> bool:
    """Whether a value stands for the thing: `kfree(p)` of a p that this path allocated."""
    scene, site, state, resource = one.scene, one.site, one.state, one.resource
    for name in (one.raw, *_wholes(one.raw, resource)):
        val = state.get(name)
        held = state.held.get(val.inst) if val.inst else None
        if held is not None and (held.resource == resource.id or _same_sort(scene, held, resource)):
            scene.given.add((resource.id, name))
            give_back(scene, site, state, val.inst, held, one.node)
            if is_its_end(scene, site, held, resource, one.raw, state):
                scene.own.add(site.id)
                mark_freed(scene, site, state, name, val, resource, one.release, one.node)
            return True
    return False


def _judge(one: _Giving) -> None:
    """Keep that an error pointer is given back, or what was given back before."""
    scene, site, state = one.scene, one.site, one.state
    val = state.get(one.raw)
    if val.mask == ERR and not val.stale and one.fact.accepts & {"null", "err-ptr"} == {"null"}:
        scene.use("err", one.arg or site.call, val, state.trail, site.call)
    if val.freed not in (0, site.id) and not val.stale and one.arg is not None:
        loop = "for_each" in scene.sites[val.freed].name  # no entry, so nothing was given back
        same = frees_the_same(scene, val.freed, one.resource, one.release, site.name)
        kind = "freed" if loop else "again" if same else "more"
        scene.use(kind, one.arg, val, state.trail, site.call)


def _key(one: _Giving) -> str:
    """How the thing is known, by the name that the path holds it under, if it does."""
    key = key_of(one.resource, one.text)
    names = (key, *_by_other_names(one.resource, one.raw, one.state))
    return next((name for name in names if name in one.state.held), key)


def _gave_named(one: _Giving) -> bool:
    """Whether the path holds the thing by its name: a lock, a state, a reference that it took."""
    scene, state, resource, key = one.scene, one.state, one.resource, _key(one)
    held = state.held.get(key)
    if held is None:
        return False
    note_release(scene, one.site, one.fact, held, state)
    give_back(scene, one.site, state, key, held, one.node)
    mark_gone(state, resource, key, one.site)
    if resource.kind is Kind.CONTEXT and scene.borrowed:
        leave_section(scene, state, one.site.id)
    if resource.kind is Kind.REFERENCE and one.arg is not None and makes(scene, held):
        scene.own.add(one.site.id)
        bury_whole(state, one.arg, one.site.id)
    return True


def _was_not_held(one: _Giving) -> None:
    """The path has not taken what it gives back: the caller has, or nobody."""
    scene, site, state, resource, key = one.scene, one.site, one.state, one.resource, _key(one)
    scene.unheld.add((resource.id, one.text))
    lent = resource.kind in _LENDABLE and "untaken" not in one.fact.accepts
    if lent and not state.get(GONE + key).freed:
        state.set(LENT + key, Val(freed=site.id))
    if resource.kind in (Kind.LOCK, Kind.CONTEXT):
        note_unheld(scene, site, resource, key, state)
        return
    if state.trail is not None and _matters_untaken(one.fact, resource):
        scene.not_held(site, resource, key, one.text, state.trail)
    val = state.get(one.raw)
    if one.arg is not None and puts_what_is_lent(scene, one.fact, resource, one.arg, val):
        scene.use("lent", one.arg, Val(val.mask, freed=site.id), state.trail, site.call)
    if one_of_several(scene, site, resource, one.raw, state):
        return
    counted = resource.kind is Kind.REFERENCE and not resource.value
    if one.arg is not None and (counted or resource.id in _BLOCKS):
        bury_whole(state, one.arg, site.id)
    mark_freed(scene, site, state, one.raw, val, resource, one.release, one.node)


def _by_other_names(resource: Resource, text: str, state: State) -> Iterator[str]:
    """How the thing is known where `p->clk = clk` gave it a second name: the two are one clock."""
    if resource.kind is Kind.ENABLE:
        for key in state.vals:
            left, found, right = key.partition(SAME)
            if found and text in (left, right):
                yield key_of(resource, right if text == left else left)


_LENDABLE = (Kind.LOCK, Kind.CONTEXT, Kind.ENABLE, Kind.STATE)
"""What a caller may hold, so that a function gives it back for a while and takes it again."""


def _matters_untaken(fact: Fact, resource: Resource) -> bool:
    """Whether it is a fault to give back what was never taken."""
    return resource.kind in (Kind.ENABLE, Kind.OBJECT) and "untaken" not in fact.accepts


_BLOCKS = ("memory", "slab-object")
"""A function that frees what it gets as &p->m frees all of p."""


def _wholes(text: str, resource: Resource) -> list[str]:
    """put_device(&pdev->dev) gives pdev back: the wholes that a member's address stands for."""
    return [
        text[1 : -len(end)]
        for member in resource.via
        for end in (f"->{member}", f".{member}")
        if text.startswith("&") and text.endswith(end)
    ]


def _same_sort(scene: Scene, held: Held, resource: Resource) -> bool:
    """Memory is given back by more than one function, and a mix is another rule's matter."""
    taken = scene.resource(held.resource)
    if held.resource.startswith(UNDO) or resource.id.startswith(UNDO):
        return False
    return taken is not None and taken.kind is resource.kind is Kind.MEMORY


def give_back(scene: Scene, site: Site, state: State, name: str, held: Held, node: int) -> None:
    """What was held as `name` goes back; the caller's own, taken again, is away once more."""
    scene.give_back(held, node)
    del state.held[name]
    if held.again:
        state.set(LENT + name, Val(freed=site.id))
    state.note(scene.graph.nodes[node], None, "release", site.id)
