"""What a call only looks at, and the sections in which a borrowed pointer is good."""

from __future__ import annotations

from reviewbot.csource.callshape import READ_HERE
from reviewbot.csource.facts import Fact, Kind
from reviewbot.csource.freed import UNDER, section_ends
from reviewbot.csource.scene import Scene
from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import State, Val, keyed

PASSIVE = frozenset(
    "IS_ERR IS_ERR_OR_NULL IS_ERR_VALUE PTR_ERR PTR_ERR_OR_ZERO ERR_PTR ERR_CAST likely unlikely "
    "WARN_ON WARN_ON_ONCE WARN sizeof ARRAY_SIZE min max min_t max_t container_of READ_ONCE "
    "lockdep_assert_held might_sleep dev_err_probe printk memset memcpy snprintf strcmp".split()
)
"""Calls that neither keep nor change what they are handed."""


def note_section(scene: Scene, name: str, value: Expr, state: State) -> None:
    """`p = rcu_dereference(x)`, `q = p`: good until the section ends that the path is in."""
    fact = scene.known(value.name) if value.kind == "call" else None
    read = fact is not None and fact.under and keyed(fact.under, "") in state.held
    if read or (value.kind == "name" and value.name + UNDER in state.vals):
        state.set(name + UNDER, Val(tested=0))


def gives_back_only(scene: Scene, fact: Fact | None, number: int) -> bool:
    """Whether a call only looks at an argument, or gives it back and does nothing else."""
    releases = fact.releases if fact is not None and fact.source not in READ_HERE else ()
    if any(release.where == number for release in releases):
        return True
    return looks_only(scene, fact, number)


def looks_only(scene: Scene, fact: Fact | None, number: int) -> bool:
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
