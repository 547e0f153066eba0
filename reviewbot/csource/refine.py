"""What a path knows after it took one way out of a condition."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from reviewbot.csource.asked import Asked, Equation
from reviewbot.csource.events import LateTest
from reviewbot.csource.facts import Failure, Kind
from reviewbot.csource.freed import UNDER, known_equal, note_equal
from reviewbot.csource.hanging import not_set_going
from reviewbot.csource.scene import Scene
from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import (
    ANY,
    ERR,
    FAILED,
    KEYED,
    NEG,
    NOTHING,
    OUT,
    POS,
    UNSET,
    ZERO,
    State,
    Val,
)


def refine(scene: Scene, state: State, expr: Expr, outcome: bool, node: int) -> State | None:
    """The state on the edge `outcome` of a leaf condition; None where it cannot be taken.

    The state that is handed in is not changed.
    """
    asked = scene.asked(expr)
    if asked is None:
        return state
    test = asked.test
    state = _looked_at(state, test.expr, node)
    val = state.get(test.key)
    if val.origin and val.tested < 0 and val.origin in scene.sites:
        state = _looked_at(state, scene.sites[val.origin].call, node)
        val = state.get(test.key)
    mask = test.yes if outcome else test.no
    known = ANY if val.mask == UNSET else val.mask
    narrowed = known & mask
    if narrowed == 0 or (asked.errno and _is_another_errno(state, asked.errno, outcome)):
        return None
    _note_look(scene, state, asked, val)
    if mask == ZERO and (known_equal(state, asked.equal) or _was_followed(val)):
        return None
    after = state.copy()
    if narrowed == ZERO:
        after.vals.pop(test.key + UNDER, None)  # NULL: nothing that a section protects
        if val.origin:
            not_set_going(after, val.origin)
    if mask & ZERO == 0 and scene.freeable and asked.equal:
        note_equal(after, asked.equal, scene.freeable, node)
    if asked.equation and not _can_be_equal(after, test.key, asked.equation, mask):
        return None
    if asked.pair and mask & ZERO == 0 and _equals_what_is_new(scene, after, asked.pair):
        return None
    if test.key in scene.tracked or val != NOTHING:
        after.set(test.key, _told(val, narrowed, node))
        if val.origin:
            _tell_aliases(after, test.key, val, after.get(test.key))
    if _took_nothing(after, val, narrowed):
        after.note(scene.graph.nodes[node], None, "failed", after.held.pop(val.inst).site)
    if narrowed == ZERO and after.held and test.expr.kind in ("name", "member"):
        _hold_none(scene, after, test.key)
    if val.origin:
        _settle_doubts(scene, after, test.key, val.origin, narrowed)
        _settle_filled(scene, after, val.origin, narrowed, node)
    if val.inst and val.inst not in after.held:
        after.set(test.key, after.get(test.key)._replace(inst=""))
    return after


def _told(val: Val, mask: int, node: int) -> Val:
    """What a test at `node` makes of what was known: it is no older than the test."""
    stale = val.stale and val.mask != ANY
    return Val(mask, val.inst, val.origin, node, val.freed, 0, stale)


def _was_followed(val: Val) -> bool:
    """Whether the path has read or written through the pointer: it is not NULL afterwards.

    What the test itself may be worth is for those who ask for late tests.
    """
    return bool(val.used) and not val.stale


def _tell_aliases(state: State, key: str, was: Val, now: Val) -> None:
    """Other names of the same value (`p = foo->p = get()`) learn what the test says of it."""
    for text, val in list(state.vals.items()):
        if text[0] == OUT:
            continue
        if text != key and val.origin == was.origin and val.mask == was.mask:
            state.vals[text] = val._replace(mask=now.mask, tested=now.tested)


def _looked_at(state: State, expr: Expr, node: int) -> State:
    """A condition over several values, or over a call, may have looked at each of them.

    What it says is not known: `p == q`, `FW_CHECK(dev, !p, "...")`, `is_ready(p)`, or `ret` of
    an earlier `ret = map(dev, p)`.
    """
    if expr.kind not in ("call", "binary"):
        return state
    seen = [t for t in _inside(expr) if t in state.vals and state.vals[t].tested < 0]
    if not any(state.vals[text].origin for text in seen):
        return state
    state = state.copy()
    for text in seen:
        state.vals[text] = state.vals[text]._replace(tested=node)
    return state


@lru_cache(maxsize=4096)
def _inside(expr: Expr) -> tuple[str, ...]:
    """The texts of the values that a condition over several is made of."""
    return tuple(dict.fromkeys(e.text for part in expr.parts for e in _operands(part)))


def _operands(expr: Expr) -> Iterator[Expr]:
    """The values that a comparison or an argument is made of."""
    expr = expr.bare
    if expr.kind in ("binary", "unary") and expr.op != "*":
        for part in expr.parts:
            yield from _operands(part)
    else:
        yield expr


def _note_look(scene: Scene, state: State, asked: Asked, val: Val) -> None:
    """Keep what is compared, and whether it was used before."""
    if not asked.seen:
        return
    key, expr = asked.test.key, asked.expr
    if val.origin:
        scene.look(state, key, val, expr, asked.seen)
    if not asked.seen & ZERO:
        return
    if not val.used or val.stale:
        scene.early.add((key, expr.line))
        return
    late = (key, val.used, expr.line)
    if late not in scene.late:
        scene.late[late] = LateTest(key, expr, val.used, state.trail)


def _settle_filled(scene: Scene, state: State, site: int, mask: int, node: int) -> None:
    """A call that succeeded has filled what it was given to fill; one that failed has not."""
    names = [k for k, v in state.vals.items() if k[0] == OUT and v.origin == site]
    for name in names:
        if _failed(scene, site, mask):
            state.vals[name] = state.vals[name]._replace(tested=node)
        else:
            del state.vals[name]


def _failed(scene: Scene, site: int, mask: int) -> bool:
    """Whether the value says that the call failed, by its fact or by the name that takes it."""
    if is_failure(mask):
        return True
    known = scene.sites[site].fact
    failure = known.failure if known is not None and known.source != "pair" else None
    if failure in (Failure.NULL, Failure.ERR_PTR, Failure.NULL_OR_ERR_PTR, Failure.FALSE):
        return False  # whoever finds nothing may well say where it looked
    if failure is not None:
        return mask & ~FAILED[failure] == 0
    return mask & (ZERO | NEG) == NEG and scene.sites[site].target in VERDICTS


VERDICTS = frozenset(
    "ret rc err error errno retcode ret_val ret_code ret1 ret2 err1 err2 res result rv retval rval "
    "r e status stat".split()
)
"""What kernel code calls the variable that says whether a call succeeded."""


def _is_another_errno(state: State, errno: tuple[str, str, bool], outcome: bool) -> bool:
    """`ret == -EAGAIN` does not hold on a path that has set ret to -EINVAL, and vice versa."""
    name, code, equal = errno
    known = next((k for k in state.vals if k.startswith(f"{name}==-E")), None)
    return known is not None and (known == f"{name}=={code}") != (outcome == equal)


def _can_be_equal(state: State, key: str, equation: Equation, mask: int) -> bool:
    """Whether `x == 3` can be what it is found to be, by what is known of x and of `x == 4`."""
    return _numbers_agree(state, equation, mask) and not _equals_another(state, key, equation, mask)


def _numbers_agree(state: State, equation: Equation, mask: int) -> bool:
    """`x == 3` says that x is above zero, and is wrong where x is known not to be."""
    if not equation.number or mask & ZERO:
        return True
    val = state.get(equation.name)
    known = ANY if val.mask == UNSET else val.mask
    if known & POS == 0:
        return False
    if val.mask not in (ANY, UNSET):
        state.set(equation.name, val._replace(mask=POS))
    return True


def _equals_another(state: State, key: str, equation: Equation, mask: int) -> bool:
    """`x == A` cannot hold where `x == B` is known to: names in capitals are constants.

    A counter that has passed `i < n` is n, and one that has not is less.
    """
    less = state.vals.get(f"{equation.name}<{equation.right}")
    below = less.mask if less is not None else UNSET
    if below != UNSET and ((below | mask) & ZERO == 0 or below == ZERO == mask):
        return True
    if mask & ZERO or not equation.constant:
        return False
    start = equation.name + "=="
    return any(
        text.startswith(start) and text != key and val.mask & ZERO == 0 and val.mask != UNSET
        for text, val in state.vals.items()
    )


def _equals_what_is_new(scene: Scene, state: State, pair: tuple[str, str]) -> bool:
    """`p == q` cannot hold where p is fresh memory and q is no other name of it."""
    left, right = (state.get(text) for text in pair)
    fresh = any(val.mask == POS and _is_memory(scene, state, val) for val in (left, right))
    return fresh and left.inst != right.inst


def _hold_none(scene: Scene, state: State, text: str) -> None:
    """get(p) takes no reference where p is NULL."""
    for name, held in list(state.held.items()):
        resource = scene.resource(held.resource) if held.text == text else None
        if name.startswith(KEYED) and resource is not None and resource.kind is Kind.REFERENCE:
            del state.held[name]


def _is_memory(scene: Scene, state: State, val: Val) -> bool:
    held = state.held.get(val.inst)
    resource = scene.resource(held.resource) if held is not None else None
    return resource is not None and resource.kind is Kind.MEMORY


def _took_nothing(state: State, val: Val, mask: int) -> bool:
    """Whether a call turned out to have failed, and so holds nothing.

    `if (ret)` after a call that fails with a negative means the failure, whatever else
    the call's contract would allow above zero.
    """
    held = state.held.get(val.inst) if val.inst else None
    if held is None or held.ok == ANY:
        return False
    return mask & held.ok == 0 or (held.ok == ZERO | POS and mask & ZERO == 0 and mask & NEG != 0)


def _settle_doubts(scene: Scene, state: State, key: str, site: int, mask: int) -> None:
    """A call that failed has taken nothing over either; a lock it may have given back even so."""
    pointer = scene.is_pointer(key)
    failed = mask & (POS | NEG) == 0 if pointer else mask & ZERO == 0
    fact = scene.sites[site].fact if site in scene.sites else None
    if fact is not None and fact.consumes_on_success and fact.failure is not None:
        _take_over(state, site, mask & FAILED[fact.failure] == 0)
    if fact is not None and fact.failure is not None:
        failed = mask & ~(NEG | ERR) == 0 if not pointer else failed
    if not failed:
        return
    for name, held in list(state.held.items()):
        if site in held.doubts and not scene.is_lock(held):
            state.held[name] = held._replace(doubts=held.doubts - {site})


def _take_over(state: State, site: int, succeeded: bool) -> None:
    """A call that consumes what it is handed when it succeeds."""
    for name in [n for n, h in state.held.items() if succeeded and site in h.doubts]:
        del state.held[name]


def is_failure(mask: int) -> bool:
    """Whether a returned mask can only mean an error (an errno or an error pointer)."""
    return mask != 0 and mask & ~(NEG | ERR) == 0
