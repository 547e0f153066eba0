"""What goes with a thing that a call gives back: what it lies in, and what hangs on it."""

from __future__ import annotations

from reviewbot.csource.callshape import READ_HERE
from reviewbot.csource.events import Site
from reviewbot.csource.facts import Acquire, Kind, Resource
from reviewbot.csource.freed import bury, dies
from reviewbot.csource.hanging import hangs
from reviewbot.csource.scene import Scene
from reviewbot.csource.slips import GONE
from reviewbot.csource.syntax import Expr
from reviewbot.csource.things import UNDO, argument_at, forget_thing
from reviewbot.csource.values import KEYED, UNSET, State, Val


def let_go_of_whole(scene: Scene, state: State, arg: Expr) -> None:
    """The last put_device(&p->dev) or kobject_put(&p->kobj) frees p through its release, with
    what hangs on p by then; also where `dev` is a local name of `&p->dev`."""
    text = scene.canonical(arg)
    if text.startswith("&"):
        for name in scene.all_roots(text):
            forget_thing(state, name)
            _forget_below(state, name)
            _forget_stored(scene, state, name, arg.line)


def _forget_stored(scene: Scene, state: State, name: str, line: int) -> None:
    """`p->id = id` above: what was written to a member of p."""
    for key, held in list(state.held.items()):
        handed = held.stored or held.doubts
        if handed and not key.startswith(KEYED) and name in scene.ties(held.text, line):
            del state.held[key]


def let_go_of_source(scene: Scene, state: State, arg: Expr) -> None:
    """The last put of what a call made of p (`dev = foo_dev(p)`) may free p with it, and what
    hangs on p."""
    bare = arg.bare
    while bare.kind in ("member", "unary"):
        bare = bare.parts[0].bare
    for maker in [bare] if bare.kind == "call" else scene.makers.get(bare.text, ()):
        for given in maker.args:
            forget_thing(state, given.bare.text)
            if given.kind == "name":
                _forget_below(state, given.name)


def _forget_below(state: State, name: str) -> None:
    for key, held in list(state.held.items()):
        if held.text.removeprefix("&").startswith((f"{name}->", f"{name}.")):
            del state.held[key]


def mark_freed(
    scene: Scene,
    site: Site,
    state: State,
    text: str,
    val: Val,
    resource: Resource,
    release: Acquire,
    node: int,
) -> None:
    """What `text` names is gone for this path, with its other names and what lies in it."""
    if not text or resource.kind not in (Kind.MEMORY, Kind.REFERENCE, Kind.OBJECT):
        return
    if resource.id.startswith(UNDO) and text in scene.locals and not scene.is_pointer(text):
        return  # put_unaligned_be32(number, p) gives nothing back
    if val.mask & ~2 == 0 and val.mask != UNSET:
        return  # NULL: nothing was freed
    hanging = hangs(state, text) if resource.kind is Kind.MEMORY else None
    if hanging is not None:
        arg = site.call.args[release.where - 1] if release.where else site.call
        scene.use(hanging[0], arg, Val(origin=hanging[1]), state.trail, site.call)
    if dies(resource, release, site.name, scene.facts.by_value):
        bury(state, text, site.id, "rcu" in site.name)
        owner = _owned(scene, site, release)
        if owner:
            bury(state, owner, site.id)
        state.note(scene.graph.nodes[node], None, "freed", site.id)
    _orphan(state, text, resource.kind is Kind.MEMORY)
    if site.fact is not None and site.fact.source in READ_HERE:
        _end_state(state, text)


def _end_state(state: State, text: str) -> None:
    """A function that frees an object (and is more than kfree()) undoes what was set up in it."""
    begin = (f"{text}->", f"&{text}->")
    for key, held in list(state.held.items()):
        if key.startswith(KEYED + UNDO) and (held.text == text or held.text.startswith(begin)):
            del state.held[key]


def _owned(scene: Scene, site: Site, release: Acquire) -> str:
    """free_netdev(priv->netdev) frees priv as well, which lies in it."""
    arg = argument_at(site, release.where)
    bare = arg.bare if arg is not None else None
    if bare is None or bare.kind != "member" or bare.op != "->" or bare.name not in scene.owners:
        return ""
    return bare.parts[0].bare.text


def _orphan(state: State, text: str, memory: bool) -> None:
    """What hangs on freed memory alone can be given back by nobody any more; an object or the
    last reference has a function of its own that ends what hangs on it."""
    for key, val in list(state.vals.items()):
        if val.inst and key.startswith((text + "->", text + ".")):
            held = state.held.get(val.inst)
            if held is not None and memory:
                state.held[val.inst] = held._replace(stored=False)
            elif held is not None:
                del state.held[val.inst]


def mark_gone(state: State, resource: Resource, key: str, site: Site) -> None:
    """Keep that a lock was given back, until it is taken again."""
    if resource.kind is Kind.LOCK and not resource.singleton:
        state.set(GONE + key, Val(freed=site.id))
