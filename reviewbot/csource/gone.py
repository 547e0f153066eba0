"""Calls and things that are gone: handed on after their end, or given back once more."""

from __future__ import annotations

import re

from reviewbot.csource.events import Site
from reviewbot.csource.facts import Acquire, Fact, Failure, Kind, Resource
from reviewbot.csource.freed import EQUAL, bury, dies, holder
from reviewbot.csource.moved import move, points_in
from reviewbot.csource.names import puts
from reviewbot.csource.scene import Scene
from reviewbot.csource.summaries import SOURCE as SUMMARY
from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import ANY, FAILED, ZERO, Held, State, Val, roots

_MAKES = re.compile(r"init|register|add|create|alloc")


def hand_on(scene: Scene, site: Site, state: State) -> None:
    """What is gone is handed to a function that is not the one to give it back."""
    if not state.lost():
        return
    given = {r.where for r in site.fact.releases} if site.fact is not None else set()
    for number, arg in enumerate(site.call.args, 1):
        val, inside = _gone(state, arg)
        if val.freed in (0, site.id) or (number in given and not inside):
            continue
        if not _shown_only(site.call, arg) and _points(scene, val.freed, arg):
            put = number in given or _PUTS.search(site.name) is not None
            more = put and val.freed not in scene.own and _only_counted(scene, val.freed)
            scene.use("more" if more else "freed", arg, val, state.trail, site.call)


def _only_counted(scene: Scene, site: int) -> bool:
    """Whether what went was a reference, not memory."""
    kinds = _kinds(scene, scene.sites[site])
    return Kind.REFERENCE in kinds and Kind.MEMORY not in kinds


def _gone(state: State, arg: Expr) -> tuple[Val, bool]:
    """What is known of an argument, or of what its address lies in."""
    bare = arg.bare
    if bare.kind == "unary" and bare.op == "&":
        base = holder(bare.parts[0])
        return (state.get(base) if base else Val()), True
    return state.get(bare.text), False


def _points(scene: Scene, site: int, arg: Expr) -> bool:
    """Whether what was given back is memory behind a pointer, and not a number (ida_free())."""
    kinds = _kinds(scene, scene.sites[site])
    return Kind.OBJECT not in kinds or arg.kind != "name" or scene.is_pointer(arg.text)


def _shown_only(call: Expr, arg: Expr) -> bool:
    """printk("%p", p) prints the pointer and looks at nothing behind it."""
    shows = any(a.kind == "string" and "%p" in a.text for a in call.args)
    return shows and arg.bare.kind in ("name", "member")


def split(site: Site, state: State) -> list[State]:
    """A call that frees its argument only when it fails, or moves its data only when it works:
    one state for each outcome."""
    fact = site.fact
    moving = points_in(state, site.call, fact) if fact is not None and fact.moves else []
    if fact is None or not (fact.consumes_on_failure or moving):
        return [state]
    failed = _failed_copy(site, fact, state)
    move(state, moving, site.id)
    if failed is None:
        return [state]
    for number, arg in enumerate(site.call.args, 1):
        if number in fact.consumes_on_failure and arg.bare.kind in ("name", "member"):
            bury(failed, arg.bare.text, site.id)
    return [state, failed]


def _failed_copy(site: Site, fact: Fact, state: State) -> State | None:
    """The state where the call has failed, which `state` is no longer; None for only one way."""
    if fact.failure in (None, Failure.NEVER):
        return None
    assert fact.failure is not None
    text = site.call.text
    val = state.get(text)
    bad, good = val.mask & FAILED[fact.failure], val.mask & ~FAILED[fact.failure]
    if not bad or not good:
        return None
    failed = state.copy()
    failed.set(text, val._replace(mask=bad))
    state.set(text, val._replace(mask=good))
    return failed


def frees_the_same(
    scene: Scene, first: int, resource: Resource, release: Acquire, name: str
) -> bool:
    """Whether what was given back at `first` cannot be given back by this call as well."""
    if not dies(resource, release, name, scene.facts.by_value):
        return False
    fact = scene.sites[first].fact
    if _kinds(scene, scene.sites[first]) & {Kind.CONTEXT, Kind.LOCK} or (fact and fact.moves):
        return False  # the end of a section, or a move, which gave nothing back
    if fact is None or not fact.releases:
        return resource.kind is Kind.MEMORY
    before = [scene.resource(place.resource) for place in fact.releases]
    return any(_same(r, resource) and _certain(scene, r, first) for r in before if r is not None)


def _same(before: Resource, now: Resource) -> bool:
    return before.id == now.id or Kind.MEMORY in (before.kind, now.kind)


def freed_inside(scene: Scene, site: Site, fact: Fact, state: State) -> list[str]:
    """What a callee frees besides its arguments: `p->buf` for foo_cleanup(p), or a global.

    Where the path has freed it before, it is freed twice.
    """
    found: list[str] = []
    for number, rest in fact.frees:
        text = _named(site.call, number, rest)
        if not text or (not number and text in scene.locals):
            continue
        found.append(text)
        val = state.get(text)
        if val.freed not in (0, site.id) and not val.stale and _is_memory(scene, val.freed):
            line = site.call.line
            expr = Expr("member", text, line, site.call.end_line, name=rest)
            scene.use("again", expr, val, state.trail, site.call)
    return found


def _named(call: Expr, number: int, rest: str) -> str:
    """What `->buf` of an argument is called here; "" where it has no name."""
    if not number:
        return rest
    bare = call.args[number - 1].bare if number <= len(call.args) else None
    if bare is None:
        return ""
    if bare.kind in ("name", "member"):
        return bare.text + rest
    if bare.kind == "unary" and bare.op == "&" and rest.startswith("->"):
        inner = bare.parts[0].bare
        return f"{inner.text}.{rest[2:]}" if inner.kind in ("name", "member") else ""
    return ""


def _is_memory(scene: Scene, site: int) -> bool:
    """Whether a call frees memory; a put may leave others: put_page()."""
    fact = scene.sites[site].fact
    if puts(scene.sites[site].name):
        return False
    return Kind.MEMORY in _kinds(scene, scene.sites[site]) or bool(fact and fact.frees)


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


def is_its_end(
    scene: Scene, site: Site, held: Held, resource: Resource, text: str, state: State
) -> bool:
    """Whether with what a call gives back the thing itself is gone for this function.

    Not where it took one more reference only, nor where a callee that is no plain put gives
    back a reference: it may be that of a list. What hangs somewhere may have more of them.
    """
    taken = scene.sites[held.site].fact if held.site in scene.sites else None
    if (taken is not None and (taken.returns or taken.shared)) or _counts(scene, site, text, state):
        return False
    return resource.kind is not Kind.REFERENCE or (
        _plain_put(site) and not _may_be_counted(scene, site, text)
    )


def _may_be_counted(scene: Scene, site: Site, text: str) -> bool:
    """Whether the thing hangs on what was handed to a call: `sock->file = file; submit(sock);`."""
    places = {place: at for place, at in scene.stored_as.get(text, {}).items() if "->" in place}
    return any(
        at < call.line < site.call.line and any(roots(a.text) & roots(place) for a in call.args)
        for place, at in places.items()
        for call in scene.calls_made
    )


def one_of_several(scene: Scene, site: Site, resource: Resource, text: str, state: State) -> bool:
    """Whether a reference that goes leaves others: refcount_dec_and_test() asks for the last."""
    if resource.kind is Kind.REFERENCE and ("_dec" in site.name or not _plain_put(site)):
        return True
    return _counts(scene, site, text, state)


def puts_what_is_lent(scene: Scene, fact: Fact, resource: Resource, arg: Expr, val: Val) -> bool:
    """Whether a lookup puts the field that it goes on from, though nobody took a reference."""
    field = arg.bare.kind == "member" and arg.bare.text not in scene.shared
    fresh = val.mask & ZERO == 0 or val.mask == ANY
    return resource.kind is Kind.REFERENCE and bool(fact.acquires) and field and fresh


def _counts(scene: Scene, site: Site, text: str, state: State) -> bool:
    """Whether the call puts a reference of which this function has seen another one."""
    if Kind.REFERENCE not in _kinds(scene, site):
        return False
    return text in scene.shared or text + EQUAL in state.vals


def _kinds(scene: Scene, site: Site) -> set[Kind]:
    """The kinds of what a call gives back."""
    places = site.fact.releases if site.fact is not None else ()
    return {r.kind for p in places if (r := scene.resource(p.resource)) is not None}


_PUTS = re.compile(r"(?:^|_)(?:put|unref|drop|release|free|deref)(?:_|$)|^[a-z]*put$")


def _plain_put(site: Site) -> bool:
    """Whether a call is there to put a reference: not a callee that does so among other things."""
    return site.fact is None or site.fact.source != SUMMARY or _PUTS.search(site.name) is not None
