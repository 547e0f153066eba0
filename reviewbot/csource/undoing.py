"""What a call gives back in the callees that it reaches, or by what its name tells."""

from __future__ import annotations

import re

from reviewbot.csource.events import Site
from reviewbot.csource.facts import Fact, Kind
from reviewbot.csource.giving import give_back
from reviewbot.csource.names import calls_back, may_end, tears_down
from reviewbot.csource.scene import Scene
from reviewbot.csource.things import UNDO
from reviewbot.csource.values import KEYED, Held, State, roots


def undo_inside(scene: Scene, site: Site, fact: Fact, state: State, node: int) -> None:
    """What a function of the patch or file gives back of what hangs on its arguments."""
    args = scene.argument_roots(site)
    for key, held in list(state.held.items()):
        undo = held.resource.removeprefix(UNDO)
        if undo != held.resource:
            undone = undo in fact.reaches
        else:
            names = {held.text} | {text for text, val in state.vals.items() if val.inst == key}
            undone = any((held.resource, _last(name)) in fact.ends for name in names)
        if undone and (not held.text or scene.ties(held.text, site.call.line) & args):
            scene.given.add((held.resource, held.text))
            give_back(scene, site, state, key, held, node)


def hand_to_callback(scene: Scene, site: Site, state: State, node: int) -> None:
    """devm_add_action_or_reset(dev, foo_off, foo): foo_off() will be called, sooner or later."""
    if not state.held or not calls_back(site.name):
        return
    for arg in site.call.args:
        fact = scene.known(arg.bare.name) if arg.bare.kind == "name" else None
        if fact is None or arg.bare.name in scene.locals:
            continue
        undo_inside(scene, site, fact, state, node)
        given = {release.resource for release in fact.releases} | fact.drops
        args = scene.argument_roots(site)
        for key, held in list(state.held.items()):
            if held.resource in given and scene.all_roots(held.text) & args:
                give_back(scene, site, state, key, held, node)


def _last(text: str) -> str:
    """The last member that a path names: c for a->b.c[i]; "" for a variable."""
    return "".join(re.split(r"->|\.", text.partition("[")[0])[1:][-1:])


def undo_by_name(scene: Scene, site: Site, state: State) -> None:
    """foo_power_off(foo) may well give back what foo had switched on."""
    args = scene.argument_roots(site)
    for key, held in [(k, h) for k, h in state.held.items() if k[0] == KEYED]:
        resource = scene.resource(held.resource)
        if resource is None:
            continue
        lock = resource.kind in (Kind.LOCK, Kind.CONTEXT)
        if resource.kind is Kind.STATE and resource.id in scene.known.near:
            continue  # its undoer is known by name and called here
        named = "unlock" in site.name if lock else tears_down(site.name)
        undone = named and (not held.text or not args or roots(held.text) & args)
        given = lock and resource.id not in scene.known.near and _is_given(scene, site, held)
        given = given and (not resource.inner or may_end(site.name))
        if undone or given:
            del state.held[key]


def unlock_by_name(scene: Scene, site: Site, state: State) -> None:
    """foo_unlock_fast(foo) gives back what foo_lock(foo) took, though another name fits better."""
    if "unlock" not in site.name:
        return
    args = scene.argument_roots(site)
    for key, held in list(state.held.items()):
        resource = scene.resource(held.resource)
        if resource is None or resource.kind is not Kind.LOCK or not resource.id.startswith(UNDO):
            continue
        if roots(held.text) & args:
            del state.held[key]


def _is_given(scene: Scene, site: Site, held: Held) -> bool:
    """Whether the lock itself is handed to a function that may do anything with it."""
    if site.name.startswith(("lockdep", "assert", "might", "INIT", "init")):
        return False
    return any(scene.canonical(arg) == held.text for arg in site.call.args)
