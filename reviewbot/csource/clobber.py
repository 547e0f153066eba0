"""What a call may have written: `&x`, and what hangs on its arguments."""

from __future__ import annotations

from reviewbot.csource.borrowing import PASSIVE, READ_HERE
from reviewbot.csource.events import Site
from reviewbot.csource.facts import Fact
from reviewbot.csource.freed import forget_below
from reviewbot.csource.scene import Scene
from reviewbot.csource.values import ANY, UNSET, State, Val, mentions, roots


def spoil(scene: Scene, site: Site, state: State, fact: Fact | None) -> None:
    """What the callee may have written: `&x`, and what hangs on the arguments."""
    if not state.vals or site.name in PASSIVE:
        return
    kernel = fact is not None and fact.source not in READ_HERE  # knows no driver's own fields
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
