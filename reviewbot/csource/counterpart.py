"""What a release that a way out has lost undoes by its name, where that is still done before."""

from __future__ import annotations

from reviewbot.csource import syntax as c
from reviewbot.csource.pairs import undoers
from reviewbot.csource.sight import Sight
from reviewbot.csource.tails import Dropped


def counterpart(sight: Sight, lost: Dropped) -> c.Expr | None:
    """`foo_start(p)` before a way out that fails and no longer calls `foo_stop(p)`.

    None where it is not sure that nobody else undoes it: a function that is called here, the
    driver core, or what has failed.
    """
    name = lost.call.name
    calls = sight.function.calls
    made = [one for one in calls if one.line < lost.line and name in undoers(one.name)]
    managed = any(one.name.startswith("devm_add_action") for one in calls)
    if not made or managed or lost.doubtful or not lost.failing:
        return None
    names = {one.name for one in made}
    others = (one for one in sight.callees() if one.name not in names)
    return None if any(one.name == name for other in others for one in other.calls) else made[-1]
