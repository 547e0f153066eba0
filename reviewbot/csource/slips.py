"""What a path does wrong with a lock: taken twice, given back twice or by the wrong call."""

from __future__ import annotations

from typing import Literal

from reviewbot.csource.events import LockSlip, Site
from reviewbot.csource.facts import Fact, Kind, Resource
from reviewbot.csource.scene import Scene
from reviewbot.csource.values import Held, State

GONE = "~"
"""`~key` is the call that gave the lock `key` back, until it is taken again."""

SlipKind = Literal["twice", "not-held", "variant", "guarded", "flags", "irqs-on"]


def note_flags(scene: Scene, site: Site, state: State) -> None:
    """A call is about to keep the interrupt flags, perhaps over those of another lock."""
    flags = _flags(site)
    for held in state.held.values() if flags else ():
        if scene.is_lock(held) and _flags(scene.sites.get(held.site)) == flags:
            _note(scene, "flags", site, held, state)


def note_held(scene: Scene, site: Site, waits: bool, state: State, key: str) -> None:
    """A lock is about to be taken that the path may hold already."""
    held = state.held.get(key)
    resource = scene.resource(held.resource) if held is not None else None
    if held is None or resource is None or resource.nests or resource.kind is not Kind.LOCK:
        return
    if waits and held.site != site.id:
        _note(scene, "twice", site, held, state)


def note_release(scene: Scene, site: Site, fact: Fact, held: Held, state: State) -> None:
    """A lock that is held is given back, by the call that fits or by another one."""
    taken = scene.sites[held.site].fact if held.site in scene.sites else None
    resource = scene.resource(held.resource)
    if taken is None or held.scoped or resource is None or resource.kind is not Kind.LOCK:
        return
    if taken.variant != fact.variant:
        _note(scene, "variant", site, held, state)
    if fact.variant.rpartition("-")[2] == "irq":
        for other in state.held.values():
            if other is not held and "irq" in _variant(scene, other):
                _note(scene, "irqs-on", site, other, state)


def note_unheld(scene: Scene, site: Site, resource: Resource, key: str, state: State) -> None:
    """A lock is given back that the path does not hold: has it given it back before?"""
    gone = state.get(GONE + key)
    if gone.freed and not resource.nests:
        taken = Held(resource.id, gone.freed, key.partition(":")[2])
        _note(scene, "not-held", site, taken, state)


def note_guard_end(scene: Scene, guard: Site, resource: str, key: str, state: State) -> None:
    """The scope of a guard ends, and the lock was given back by hand on the way."""
    gone = state.get(GONE + key)
    if gone.freed:
        taken = Held(resource, guard.id, key.partition(":")[2], scoped=True)
        _note(scene, "guarded", scene.sites[gone.freed], taken, state)


def _note(scene: Scene, kind: SlipKind, site: Site, held: Held, state: State) -> None:
    scene.slips.setdefault((kind, site.id), LockSlip(kind, site, held, state.trail))


def _variant(scene: Scene, held: Held) -> str:
    site = scene.sites.get(held.site)
    return site.fact.variant if site is not None and site.fact is not None else ""


def _flags(site: Site | None) -> str:
    """The variable that a call keeps the interrupt flags in, "" for none."""
    if site is None or site.fact is None or not 0 < site.fact.flags <= len(site.call.args):
        return ""
    return site.call.args[site.fact.flags - 1].bare.text
