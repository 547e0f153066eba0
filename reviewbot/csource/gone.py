"""Calls and things that are gone: handed on after their end, or given back once more."""

from __future__ import annotations

import re

from reviewbot.csource.events import Site
from reviewbot.csource.facts import Acquire, Fact, Failure, Kind, Resource
from reviewbot.csource.freed import bury, dies, holder
from reviewbot.csource.scene import Scene
from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import FAILED, Held, State, Val

_MAKES = re.compile(r"init|register|add|create|alloc")


def hand_on(scene: Scene, site: Site, state: State) -> None:
    """What is gone is handed to a function that is not the one to give it back."""
    if not any(val.freed for val in state.vals.values()):
        return
    given = {r.where for r in site.fact.releases} if site.fact is not None else set()
    for number, arg in enumerate(site.call.args, 1):
        val, inside = _gone(state, arg)
        if val.freed in (0, site.id) or (number in given and not inside):
            continue
        if not _shown_only(site.call, arg) and _points(scene, val.freed, arg):
            scene.use("freed", arg, val, state.trail, site.call)


def _gone(state: State, arg: Expr) -> tuple[Val, bool]:
    """What is known of an argument, or of what its address lies in."""
    bare = arg.bare
    if bare.kind == "unary" and bare.op == "&":
        base = holder(bare.parts[0])
        return (state.get(base) if base else Val()), True
    return state.get(bare.text), False


def _points(scene: Scene, site: int, arg: Expr) -> bool:
    """Whether what was given back is memory behind a pointer, and not a number (ida_free())."""
    fact = scene.sites[site].fact
    kinds = [r.kind for p in (fact.releases if fact else ()) if (r := scene.resource(p.resource))]
    return Kind.OBJECT not in kinds or arg.kind != "name" or scene.is_pointer(arg.text)


def _shown_only(call: Expr, arg: Expr) -> bool:
    """printk("%p", p) prints the pointer and looks at nothing behind it."""
    shows = any(a.kind == "string" and "%p" in a.text for a in call.args)
    return shows and arg.bare.kind in ("name", "member")


def split(site: Site, state: State) -> list[State]:
    """A call that frees its argument only when it fails: one state for each outcome."""
    fact = site.fact
    if fact is None or not fact.consumes_on_failure or fact.failure in (None, Failure.NEVER):
        return [state]
    assert fact.failure is not None
    text = site.call.text
    val = state.get(text)
    bad, good = val.mask & FAILED[fact.failure], val.mask & ~FAILED[fact.failure]
    if not bad or not good:
        return [state]
    failed = state.copy()
    failed.set(text, val._replace(mask=bad))
    state.set(text, val._replace(mask=good))
    for number, arg in enumerate(site.call.args, 1):
        if number in fact.consumes_on_failure and arg.bare.kind in ("name", "member"):
            bury(failed, arg.bare.text, site.id)
    return [state, failed]


def frees_the_same(
    scene: Scene, first: int, resource: Resource, release: Acquire, name: str
) -> bool:
    """Whether what was given back at `first` cannot be given back by this call as well."""
    if not dies(resource, release, name, scene.facts.by_value):
        return False
    fact = scene.sites[first].fact
    if fact is None or not fact.releases:
        return resource.kind is Kind.MEMORY
    before = [scene.resource(place.resource) for place in fact.releases]
    return any(_same(r, resource) and _certain(scene, r, first) for r in before if r is not None)


def _same(before: Resource, now: Resource) -> bool:
    return before.id == now.id or Kind.MEMORY in (before.kind, now.kind)


def freed_while_counted(scene: Scene, site: Site, state: State, arg: Expr) -> None:
    """kfree(p) while device_register(&p->dev) or kobject_init(&p->kobj) still counts on p."""
    if site.fact is None or site.fact.source == "summary":
        return
    prefix = f"&{arg.bare.text}->"
    for key, held in state.held.items():
        resource = scene.resource(held.resource)
        if (
            key[0] == "@"
            and held.text.startswith(prefix)
            and resource is not None
            and resource.id in ("device", "kobject")
        ):
            val = Val(origin=held.site, freed=site.id)
            scene.use("counted", arg, val, state.trail, site.call)


def _certain(scene: Scene, resource: Resource, first: int) -> bool:
    """Of references there may be two; a function that took one has one to give."""
    return resource.kind is not Kind.REFERENCE or first in scene.own


def makes(scene: Scene, held: Held) -> bool:
    """Whether the call began to count: device_initialize(), not kref_get()."""
    site = scene.sites.get(held.site)
    return site is not None and _MAKES.search(site.name) is not None


def lives_on(fact: Fact | None) -> bool:
    """Whether what the call took was one more reference, so that its end is not the thing's."""
    return fact is not None and fact.returns != 0
