"""What an exit tells the caller: that the function failed, or how a later call went."""

from __future__ import annotations

from reviewbot.csource.events import Exit
from reviewbot.csource.facts import Failure
from reviewbot.csource.refine import VERDICTS
from reviewbot.csource.sight import Sight
from reviewbot.csource.story import last_branch
from reviewbot.csource.values import ERR, NEG, POS, ZERO, Held

_UNDER_WAY = ("-EIOCBQUEUED", "-EINPROGRESS")
"""Error numbers that say that the work goes on (include/linux/errno.h): no failures."""
_IS_UNDER_WAY = tuple(f"=={errno}" for errno in _UNDER_WAY)


def fails(sight: Sight, exit: Exit) -> bool:
    """Whether an exit tells its caller that the function failed.

    An int that can be an errno and cannot be 0 is a failure, by the kernel's convention.
    """
    if sight.function.returns.rstrip().endswith("*"):
        return exit.mask in (ZERO, ERR, ZERO | ERR)
    if exit.mask & ZERO or not exit.mask & (NEG | ERR):
        return False
    return not goes_on(exit) and (not exit.mask & POS or _is_verdict(exit))


def goes_on(exit: Exit) -> bool:
    """Whether what is returned only looks like an error: the work was queued, with all it needs."""
    if exit.value is not None and exit.value.text in _UNDER_WAY:
        return True
    branch = last_branch(exit.trail)
    cond = branch.node.expr if branch is not None and branch.edge is True else None
    return cond is not None and cond.text.endswith(_IS_UNDER_WAY)


def _is_verdict(exit: Exit) -> bool:
    """Whether what is returned says how it went; other numbers may as well be counts."""
    value = exit.value.bare if exit.value is not None else None
    return value is None or value.kind != "name" or value.name in VERDICTS


def may_fail(sight: Sight, exit: Exit, held: Held) -> bool:
    """Whether the exit hands the verdict of a later call on: `return register_it()`."""
    if exit.call is None or exit.call.id == held.site:
        return False
    if sight.function.returns.strip() not in ("int", "static int", ""):
        return False
    fact = exit.call.fact
    return exit.mask & NEG != 0 and (fact is None or fact.failure is not Failure.NEVER)
