"""What a call does to what a path holds: takes, gives back, hands over, and may change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from reviewbot.csource.conditions import constant_mask
from reviewbot.csource.events import Site
from reviewbot.csource.facts import Acquire, Fact, Failure, Kind, Resource
from reviewbot.csource.freed import (
    SAME,
    UNDER,
    WRITES,
    bury,
    bury_whole,
    dies,
    forget_below,
    outlive_section,
    section_ends,
)
from reviewbot.csource.gone import (
    freed_inside,
    freed_while_counted,
    frees_the_same,
    hand_on,
    is_its_end,
    makes,
    one_of_several,
    puts_what_is_lent,
    split,
)
from reviewbot.csource.hanging import hang, hangs
from reviewbot.csource.names import (
    calls_back,
    is_predicate,
    may_end,
    may_keep,
    puts,
    tears_down,
)
from reviewbot.csource.refine import refine
from reviewbot.csource.scene import Scene
from reviewbot.csource.slips import GONE, note_flags, note_held, note_release, note_unheld
from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import (
    ANY,
    ERR,
    FAILED,
    KEYED,
    LENT,
    POS,
    POSSIBLE,
    UNSET,
    ZERO,
    Held,
    State,
    Val,
    keyed,
    mentions,
    roots,
)

ASSERTIONS = frozenset("BUG_ON VM_BUG_ON KUNIT_ASSERT_TRUE".split())
"""Calls after which their argument is known; BUG_ON: that it does not hold."""

PASSIVE = frozenset(
    "IS_ERR IS_ERR_OR_NULL IS_ERR_VALUE PTR_ERR PTR_ERR_OR_ZERO ERR_PTR ERR_CAST likely unlikely "
    "WARN_ON WARN_ON_ONCE WARN sizeof ARRAY_SIZE min max min_t max_t container_of READ_ONCE "
    "lockdep_assert_held might_sleep dev_err_probe printk memset memcpy snprintf strcmp".split()
)
"""Calls that neither keep nor change what they are handed."""

UNDO = "undo:"
"""Resources that are only known from the names of a pair of calls start with this."""

DOUBTS = 6
"""After so many calls that may have taken a thing over, it is not followed any longer."""


def assert_holds(scene: Scene, expr: Expr, states: list[State], node: int) -> list[State]:
    outcome = not expr.name.endswith("BUG_ON")
    after = (refine(scene, state, expr.args[-1], outcome, node) for state in states)
    return [state for state in after if state is not None]


def note_section(scene: Scene, name: str, value: Expr, state: State) -> None:
    """`p = rcu_dereference(x)`, `q = p`: good until the section ends that the path is in."""
    fact = scene.known(value.name) if value.kind == "call" else None
    read = fact is not None and fact.under and keyed(fact.under, "") in state.held
    if read or (value.kind == "name" and value.name + UNDER in state.vals):
        state.set(name + UNDER, Val(tested=0))


def _frees(scene: Scene, fact: Fact | None, number: int) -> bool:
    """Whether a call only looks at an argument, or gives it back and does nothing else."""
    releases = fact.releases if fact is not None and fact.source not in _READ_HERE else ()
    if any(release.where == number for release in releases):
        return True
    return _looks_only(scene, fact, number)


def _looks_only(scene: Scene, fact: Fact | None, number: int) -> bool:
    """Whether it is known that a call takes no reference to an argument."""
    if fact is None or not (fact.borrows_all or number in fact.borrows):
        return False
    taken = (scene.resource(a.resource) for a in fact.acquires if a.where == number)
    return not any(r is not None and r.kind is Kind.REFERENCE for r in taken)


def leave_section(scene: Scene, state: State, site: int) -> None:
    """What was read inside is gone with the section, unless a lock keeps it as well."""
    if any(scene.is_lock(held) for held in state.held.values()):
        state.vals = {key: val for key, val in state.vals.items() if key[-1] != UNDER}
    else:
        section_ends(state, site)


def apply(scene: Scene, site: Site, state: State, node: int) -> list[State]:
    """The states after the call; its value is kept under the call's own text."""
    fact = site.fact
    scene.call(site, state)
    if site.name in WRITES:
        _publish(scene, site, state)
    elif site.name not in PASSIVE:
        hand_on(scene, site, state)
    if scene.borrowed and site.name not in PASSIVE:
        outlive_section(state, site.call, partial(_looks_only, scene, fact))
    if scene.hanging and site.name not in PASSIVE:
        looks = partial(_frees, scene, fact)
        hang(state, site.call, fact, site.id, scene.own_structs, looks)
    _hand_to_callback(scene, site, state, node)
    if fact is None:
        _unknown(scene, site, state)
        _clobber(scene, site, state, None)
        _result(scene, site, state, None)
        return [state]
    for release in fact.releases:
        _release(scene, site, fact, release, state, node)
    freed = freed_inside(scene, site, fact, state)
    for name in [n for n, h in state.held.items() if h.resource in fact.drops and n[0] == "@"]:
        scene.given.add((state.held[name].resource, state.held[name].text))
        scene.unheld.add((state.held[name].resource, state.held[name].text))
        del state.held[name]
    _hand_over(scene, site, fact, state)
    if fact.source in _READ_HERE:
        _unlock_by_name(scene, site, state)
        _undo_inside(scene, site, fact, state, node)
    _clobber(scene, site, state, fact)
    for text in freed:
        bury(state, text, site.id)
    _result(scene, site, state, fact)
    for acquire in fact.acquires:
        _acquire(scene, site, fact, acquire, state, node)
    return split(site, state)


def _publish(scene: Scene, site: Site, state: State) -> None:
    """rcu_assign_pointer(p->x, q) and kin write their first argument, swap() both.

    What a longer-lived place holds by then is in other hands: whoever reads it may keep it.
    """
    places = site.call.args if site.name == "swap" else site.call.args[:1]
    outlives = any(roots(p.text) - scene.locals or "->" in p.text for p in places)
    for arg in site.call.args if outlives else ():
        _drop(state, arg)
    for place in places:
        state.forget(place.bare.text)


# -- giving back


def _undo_inside(scene: Scene, site: Site, fact: Fact, state: State, node: int) -> None:
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
            _give_back(scene, site, state, key, held, node)


def _hand_to_callback(scene: Scene, site: Site, state: State, node: int) -> None:
    """devm_add_action_or_reset(dev, foo_off, foo): foo_off() will be called, sooner or later."""
    if not state.held or not calls_back(site.name):
        return
    for arg in site.call.args:
        fact = scene.known(arg.bare.name) if arg.bare.kind == "name" else None
        if fact is None or arg.bare.name in scene.locals:
            continue
        _undo_inside(scene, site, fact, state, node)
        given = {release.resource for release in fact.releases} | fact.drops
        args = scene.argument_roots(site)
        for key, held in list(state.held.items()):
            if held.resource in given and scene.all_roots(held.text) & args:
                _give_back(scene, site, state, key, held, node)


def _last(text: str) -> str:
    """The last member that a path names: c for a->b.c[i]; "" for a variable."""
    return "".join(re.split(r"->|\.", text.partition("[")[0])[1:][-1:])


def _release(
    scene: Scene, site: Site, fact: Fact, release: Acquire, state: State, node: int
) -> None:
    resource = scene.resource(release.resource)
    if resource is None:
        return
    arg = _argument(site, release.where)
    if arg is not None and constant_mask(arg) == ZERO:
        return  # of_find_node_by_name(NULL, ...)
    text = "" if resource.singleton or arg is None else scene.canonical(arg)
    raw = arg.bare.text if arg is not None else ""
    scene.given.add((resource.id, text))
    if arg is not None and resource.kind is Kind.MEMORY:
        freed_while_counted(scene, site, state, arg)
    for name in (raw, *_wholes(raw, resource)):
        val = state.get(name)
        held = state.held.get(val.inst) if val.inst else None
        if held is not None and (held.resource == resource.id or _same_sort(scene, held, resource)):
            scene.given.add((resource.id, name))
            _give_back(scene, site, state, val.inst, held, node)
            if is_its_end(scene, site, held, resource, raw, state):
                scene.own.add(site.id)
                _mark_freed(scene, site, state, name, val, resource, release, node)
            return
    if resource.kind is Kind.REFERENCE and arg is not None:
        _let_go_of_whole(state, raw)
        _let_go_of_source(scene, state, arg)
    val = state.get(raw)
    if val.mask == ERR and not val.stale and fact.accepts & {"null", "err-ptr"} == {"null"}:
        scene.use("err", arg or site.call, val, state.trail, site.call)
    twice = val.freed not in (0, site.id) and not val.stale
    if twice and arg is not None:
        loop = "for_each" in scene.sites[val.freed].name  # no entry, so nothing was given back
        same = frees_the_same(scene, val.freed, resource, release, site.name)
        kind = "freed" if loop else "again" if same else "more"
        scene.use(kind, arg, val, state.trail, site.call)
    key = _key(resource, text)
    key = next((k for k in (key, *_by_other_names(resource, raw, state)) if k in state.held), key)
    held = state.held.get(key)
    if held is not None:
        note_release(scene, site, fact, held, state)
        _give_back(scene, site, state, key, held, node)
        _mark_gone(state, resource, key, site)
        if resource.kind is Kind.CONTEXT and scene.borrowed:
            leave_section(scene, state, site.id)
        if resource.kind is Kind.REFERENCE and arg is not None and makes(scene, held):
            scene.own.add(site.id)
            bury_whole(state, arg, site.id)
        return
    scene.unheld.add((resource.id, text))
    lent = resource.kind in _LENDABLE and "untaken" not in fact.accepts
    if lent and not state.get(GONE + key).freed:
        state.set(LENT + key, Val(freed=site.id))
    if resource.kind in (Kind.LOCK, Kind.CONTEXT):
        note_unheld(scene, site, resource, key, state)
        return
    if state.trail is not None and _matters_untaken(fact, resource):
        scene.not_held(site, resource, key, text, state.trail)
    if arg is not None and puts_what_is_lent(scene, fact, resource, arg, val):
        scene.use("lent", arg, Val(val.mask, freed=site.id), state.trail, site.call)
    if one_of_several(scene, site, resource, raw, state):
        return
    counted = resource.kind is Kind.REFERENCE and not resource.value
    if arg is not None and (counted or resource.id in _BLOCKS):
        bury_whole(state, arg, site.id)
    _mark_freed(scene, site, state, raw, val, resource, release, node)


def _by_other_names(resource: Resource, text: str, state: State) -> Iterator[str]:
    """How the thing is known where `p->clk = clk` gave it a second name: the two are one clock."""
    if resource.kind is Kind.ENABLE:
        for key in state.vals:
            left, found, right = key.partition(SAME)
            if found and text in (left, right):
                yield _key(resource, right if text == left else left)


_LENDABLE = (Kind.LOCK, Kind.CONTEXT, Kind.ENABLE, Kind.STATE)
"""What a caller may hold, so that a function gives it back for a while and takes it again."""


def _matters_untaken(fact: Fact, resource: Resource) -> bool:
    """Whether it is a fault to give back what was never taken."""
    return resource.kind in (Kind.ENABLE, Kind.OBJECT) and "untaken" not in fact.accepts


_BLOCKS = ("memory", "slab-object")
"""A function that frees what it gets as &p->m frees all of p."""


def _let_go_of_whole(state: State, text: str) -> None:
    """The last put_device(&p->dev) or kobject_put(&p->kobj) frees p through its release."""
    if text.startswith("&"):
        for name in roots(text):
            _forget_thing(state, name)
            _forget_below(state, name)


def _let_go_of_source(scene: Scene, state: State, arg: Expr) -> None:
    """The last put of what a call made of p (`dev = foo_dev(p)`) may free p with it, and what
    hangs on p."""
    bare = arg.bare
    while bare.kind in ("member", "unary"):
        bare = bare.parts[0].bare
    for maker in [bare] if bare.kind == "call" else scene.makers.get(bare.text, ()):
        for given in maker.args:
            _forget_thing(state, given.bare.text)
            if given.kind == "name":
                _forget_below(state, given.name)


def _forget_below(state: State, name: str) -> None:
    for key, held in list(state.held.items()):
        if held.text.removeprefix("&").startswith((f"{name}->", f"{name}.")):
            del state.held[key]


def _forget_thing(state: State, text: str) -> None:
    """Drop what a value stands for, also where the path has no more use for the value."""
    inst = state.get(text).inst
    for key, held in list(state.held.items()):
        if not key.startswith(KEYED) and (key == inst or held.text == text):
            del state.held[key]


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


def _give_back(scene: Scene, site: Site, state: State, name: str, held: Held, node: int) -> None:
    scene.give_back(held, node)
    del state.held[name]
    if held.again:
        state.set(LENT + name, Val(freed=site.id))
    state.note(scene.graph.nodes[node], None, "release", site.id)


def _mark_freed(
    scene: Scene,
    site: Site,
    state: State,
    text: str,
    val: Val,
    resource: Resource,
    release: Acquire,
    node: int,
) -> None:
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
    if site.fact is not None and site.fact.source in _READ_HERE:
        _end_state(state, text)


def _end_state(state: State, text: str) -> None:
    """A function that frees an object (and is more than kfree()) undoes what was set up in it."""
    begin = (f"{text}->", f"&{text}->")
    for key, held in list(state.held.items()):
        if key.startswith(KEYED + UNDO) and (held.text == text or held.text.startswith(begin)):
            del state.held[key]


def _owned(scene: Scene, site: Site, release: Acquire) -> str:
    """free_netdev(priv->netdev) frees priv as well, which lies in it."""
    arg = _argument(site, release.where)
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


def _mark_gone(state: State, resource: Resource, key: str, site: Site) -> None:
    if resource.kind is Kind.LOCK and not resource.singleton:
        state.set(GONE + key, Val(freed=site.id))


# -- taking


def _acquire(
    scene: Scene, site: Site, fact: Fact, acquire: Acquire, state: State, node: int
) -> None:
    resource = scene.resource(acquire.resource)
    if resource is None or any(call.name in fact.managed_by for call in scene.calls_made):
        return
    failure = fact.failure or Failure.NEVER
    ok = ANY if acquire.always else POSSIBLE[failure] & ~FAILED[failure]
    arg = _argument(site, acquire.where)
    name, text = _held_name(scene, site, acquire, resource, arg)
    if name.startswith(KEYED):
        note_held(scene, site, fact.failure in (None, Failure.NEVER), state, name)
        note_flags(scene, site, state)
    stored = bool(text) and not name.startswith(KEYED) and text not in scene.locals
    stored = stored and not acquire.member and bool(acquire.where or site.target)
    again = state.vals.pop(LENT + name, None) is not None
    state.held[name] = Held(resource.id, site.id, text, ok, frozenset(), False, stored, again)
    scene.takers.setdefault(name, set()).add(site.id)
    state.vals.pop(GONE + name, None)
    val = state.get(site.call.text)
    state.vals[site.call.text] = val._replace(inst=name)
    if acquire.out and text:
        state.set(text, Val(POS, inst=name, origin=site.id))
    state.note(scene.graph.nodes[node], None, "acquire", site.id)


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
    return _key(resource, text), text


def _key(resource: Resource, text: str) -> str:
    """How a thing is known that an argument names; init(&p->cache) is undone by exit(p->cache)."""
    named = text.removeprefix("&") if resource.id.startswith(UNDO) else text
    return keyed(resource.id, named)


def _result(scene: Scene, site: Site, state: State, fact: Fact | None) -> None:
    """What is known of the call's value before anybody looked at it."""
    same = _argument(site, fact.returns) if fact is not None else None
    if same is not None:
        state.vals[site.call.text] = state.get(same.bare.text)._replace(used=0)
        return
    if state.get(site.call.text).tested >= 0 and is_predicate(site.name):
        return  # asked before, and nothing that it depends on was written since
    if fact is not None and fact.failure not in (None, Failure.NEVER):
        assert fact.failure is not None
        state.vals[site.call.text] = Val(POSSIBLE[fact.failure], origin=site.id)
    else:
        state.vals[site.call.text] = Val(ANY, origin=site.id)


# -- handing over


def _hand_over(scene: Scene, site: Site, fact: Fact, state: State) -> None:
    """A function that is known: what it keeps is gone, what it borrows is not."""
    given = {r.where for r in fact.releases}
    for number, arg in enumerate(site.call.args, 1):
        if number in given or not state.held:
            continue
        if number in fact.consumes | fact.keeps | fact.consumes_on_failure:
            _drop(state, arg)
        elif number in fact.consumes_on_success or (
            not _borrowed(scene, fact, number, arg, state) and _takes(scene, site, arg, state)
        ):
            _doubt(scene, site, state, arg)


def _borrowed(scene: Scene, fact: Fact, number: int, arg: Expr, state: State) -> bool:
    """Whether a known function only looks at an argument.

    A function that was read here may well give a lock back by the cookie that it is handed.
    """
    if fact.source in _READ_HERE and _is_cookie(scene, arg, state):
        return False
    return fact.borrows_all or number in fact.borrows


def _is_cookie(scene: Scene, arg: Expr, state: State) -> bool:
    """Whether an argument is what a locking call returned."""
    held = state.held.get(state.get(arg.bare.text).inst)
    resource = scene.resource(held.resource) if held is not None else None
    return resource is not None and resource.kind is Kind.LOCK


def _unknown(scene: Scene, site: Site, state: State) -> None:
    """A function nobody told us of: its name decides what it may have done."""
    if not state.held or site.name in PASSIVE:
        return
    for arg in site.call.args if any(key[0] != KEYED for key in state.held) else ():
        if _takes(scene, site, arg, state):
            _doubt(scene, site, state, arg)
        if puts(site.name):
            _let_go_of_whole(state, arg.bare.text)
            _let_go_of_source(scene, state, arg)
    _undo_by_name(scene, site, state)


def _takes(scene: Scene, site: Site, arg: Expr, state: State) -> bool:
    held = state.held.get(state.get(arg.bare.text).inst)
    resource = scene.resource(held.resource) if held is not None else None
    if (resource is not None and resource.linear) or _is_cookie(scene, arg, state):
        return True
    return may_keep(site.call.name)


def _undo_by_name(scene: Scene, site: Site, state: State) -> None:
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


def _unlock_by_name(scene: Scene, site: Site, state: State) -> None:
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


def _drop(state: State, arg: Expr) -> None:
    for inst in _instances(state, arg):
        state.held.pop(inst, None)


def _doubt(scene: Scene, site: Site, state: State, arg: Expr) -> None:
    for inst in _instances(state, arg):
        held = state.held.get(inst)
        if held is None or inst.startswith("@"):
            continue
        doubts = held.doubts | {site.id}
        if len(doubts) > DOUBTS:
            del state.held[inst]
        else:
            state.held[inst] = held._replace(doubts=doubts)


def _instances(state: State, arg: Expr) -> list[str]:
    """What the argument stands for: the thing itself, or the thing it points into."""
    bare = arg.bare
    val = state.get(bare.text)
    if val.inst:
        return [val.inst]
    if (bare.kind == "unary" and bare.op == "&") or bare.kind in ("binary", "braces", "index"):
        names = roots(bare.text)
        return [v.inst for t, v in state.vals.items() if v.inst and t in names]
    return []


# -- changing


_READ_HERE = ("summary", "pair")
"""Sources of facts that are no tables."""


def _clobber(scene: Scene, site: Site, state: State, fact: Fact | None) -> None:
    """What the callee may have written: `&x`, and what hangs on the arguments."""
    if not state.vals or site.name in PASSIVE:
        return
    kernel = fact is not None and fact.source not in _READ_HERE  # knows no driver's own fields
    if not (fact and fact.releases):
        for arg in site.call.args:
            if arg.bare.kind == "unary" and arg.bare.op == "&":
                state.vals.pop(arg.bare.parts[0].bare.text, None)
    if not kernel and any(val.freed for val in state.vals.values()):
        for arg in site.call.args:
            forget_below(state, arg)
    fields = [(key, val) for key, val in state.vals.items() if _may_go_stale(key, val)]
    if not fields:
        return
    handed = {arg.bare.text for arg in site.call.args}  # the callee has copies of these
    names = _written_by(site, kernel)
    for key, val in fields:
        gone = val.freed == site.id or (kernel and (val.freed or key in handed))
        if not gone and any(mentions(key, name) for name in names):
            state.vals[key] = val._replace(stale=True)


def _may_go_stale(key: str, val: Val) -> bool:
    """Whether this is a field of which something is known."""
    known = (val.mask not in (ANY, UNSET) or val.origin) and not val.stale
    return bool(known) and ("->" in key or "." in key) and key[-1] != ")"


def _written_by(site: Site, kernel: bool) -> set[str]:
    """What changes where a call writes: a function of the kernel's own writes what it is handed."""
    names: set[str] = set()
    for arg in site.call.args:
        bare = arg.bare
        names |= {bare.text} if kernel and bare.kind == "member" else roots(bare.text)
    return names


def _argument(site: Site, where: int) -> Expr | None:
    args = site.call.args
    return args[where - 1] if 0 < where <= len(args) else None
