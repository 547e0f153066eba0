"""What it means that a path follows a pointer: it is no NULL, no error pointer, and not gone."""

from __future__ import annotations

from reviewbot.csource.facts import Failure
from reviewbot.csource.scene import Scene
from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import ANY, ERR, FAILED, NOTHING, POS, UNSET, ZERO, State, Val


def dereference(
    scene: Scene, state: State, pointer: Expr, via: Expr | None = None, late: bool = True
) -> None:
    """The path reads or writes through `pointer`."""
    pointer = pointer.bare
    val = state.get(pointer.text)
    if val == NOTHING and pointer.kind in ("name", "member"):
        scene.unlooked(pointer, state.trail, via)
    if val == NOTHING and pointer.text not in scene.null_tested:
        return
    if val.mask == UNSET:
        return
    _judge(scene, state, pointer, val, via)
    sure = val.mask & POS or POS
    used = val.used
    if late and via is None and pointer.text in scene.null_tested and val.mask & ZERO:
        used = used or pointer.line
    state.set(pointer.text, val._replace(mask=sure if val.mask != ANY else ANY, used=used))


def _judge(scene: Scene, state: State, pointer: Expr, val: Val, via: Expr | None) -> None:
    if val.freed:
        scene.use("freed", pointer, val, state.trail, via)
        return
    if val.stale:
        return
    failure = _failure(scene, val)
    if val.mask & ZERO and (val.mask == ZERO or failure & ZERO):
        scene.use("null", pointer, val, state.trail, via)
    if may_be_error(scene, val):
        scene.use("err", pointer, val, state.trail, via)


def may_be_error(scene: Scene, val: Val) -> bool:
    """Whether a value is an error pointer, or was never asked whether it is the one it may be."""
    return bool(val.mask & ERR and (val.mask == ERR or _failure(scene, val) & ERR))


def _failure(scene: Scene, val: Val) -> int:
    """What a failure of the call that gave the value looks like, where that is known."""
    if not val.origin:
        return 0
    site = scene.sites[val.origin]
    if site.failure in (None, Failure.FALSE):
        return 0
    assert site.failure is not None
    distrusted = site.fact is not None and site.fact.failure is site.failure
    return FAILED[site.failure] if distrusted else FAILED[site.failure] & ERR
