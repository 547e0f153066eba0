"""What a call may have written: `&x`, and what hangs on its arguments."""

from __future__ import annotations

from reviewbot.csource.borrowing import PASSIVE
from reviewbot.csource.callshape import CallShape
from reviewbot.csource.events import Site
from reviewbot.csource.freed import forget_below
from reviewbot.csource.values import ANY, UNSET, State, Val, mentions


def spoil(site: Site, shape: CallShape, state: State) -> None:
    """What the callee may have written: `&x`, and what hangs on the arguments."""
    if not state.vals or site.name in PASSIVE:
        return
    if not (site.fact and site.fact.releases):
        for text in shape.addressed:
            state.vals.pop(text, None)
    if not shape.kernel and state.lost():
        for arg in site.call.args:
            forget_below(state, arg)
    for key, val in [(key, val) for key, val in state.vals.items() if _may_go_stale(key, val)]:
        gone = val.freed == site.id or (shape.kernel and (val.freed or key in shape.handed))
        if not gone and any(mentions(key, name) for name in shape.written):
            state.vals[key] = val._replace(stale=True)


def _may_go_stale(key: str, val: Val) -> bool:
    """Whether this is a field of which something is known."""
    if val.stale or key[-1] == ")" or not ("->" in key or "." in key):
        return False
    return val.origin != 0 or val.mask not in (ANY, UNSET)
