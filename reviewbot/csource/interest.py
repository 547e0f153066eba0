"""What a path need not remember any longer, for nothing in the code below asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.below import Below
from reviewbot.csource.cfg import Node
from reviewbot.csource.freed import INSIDE, SAME
from reviewbot.csource.liveness import live_names
from reviewbot.csource.scene import Scene
from reviewbot.csource.slips import GONE
from reviewbot.csource.values import LENT, State, roots


class _Want(NamedTuple):
    """The nodes (bit 1 << id) from which on the code asks for a text, and where its variables are
    live at all; `called`: it is the text of a call that nobody asks about twice."""

    asked: int
    alive: int
    called: bool


class Interest:
    """For each text that paths know something of, the nodes from which on it is asked for."""

    def __init__(self, scene: Scene) -> None:
        graph = scene.graph
        self._scene = scene
        self._live = live_names(graph)
        self._below = Below(graph, scene.aliases)
        self._everywhere = (1 << len(graph.nodes)) - 1
        self._wanted: dict[str, _Want] = {}
        self._params = frozenset(p.name for p in graph.function.params)

    def prune(self, state: State, node: Node, following: Node) -> None:
        """Forget what nobody asks for any more: values of calls, names that are dead."""
        wanted = self._wanted
        here = 1 << following.id
        calls = isinstance(node.stmt, c.Return) or node.kind == "cleanup"
        gone = []
        for text, val in state.vals.items():
            want = wanted.get(text)
            if want is None:
                want = wanted[text] = self._want(text)
            if here & (want.asked if not (val.inst or val.freed) else want.alive):
                continue
            if calls and text[-1] == ")":
                continue  # its text may name types, which are never live
            if want.called or not (val.freed and self._outlives(text)):
                gone.append(text)
        for text in gone:
            del state.vals[text]

    def _want(self, text: str) -> _Want:
        """What the code from each node on has to do with `text`."""
        if text[-1] == ")" and text not in self._scene.tracked:
            return _Want(0, 0, True)
        what = text.partition("==-E")[0]
        names = roots(what.rpartition(":")[2])
        if SAME in text or INSIDE in text:
            names -= self._params  # the caller still has them
        alive = self._everywhere if text in self._scene.returned else self._live_at(names)
        if SAME in text:
            alive |= self._names_what_is_freed(text)
        return _Want(alive & self._below.still_named(text), alive, False)

    def _live_at(self, names: Iterable[str]) -> int:
        """The nodes where all of these variables are live."""
        found = self._everywhere
        for name in names:
            found &= self._live.get(name, 0)
        return found

    def _names_what_is_freed(self, same: str) -> int:
        """Where `p->clk = clk` still matters to a release of `clk`, p being dead by then."""
        sides = [side for side in same.split(SAME) if side in self._scene.freeable]
        return reduce(or_, (self._live.get(side, 0) for side in sides), 0)

    def _outlives(self, text: str) -> bool:
        """Whether what this names can still be reached when the function is left."""
        if text[0] in (GONE, LENT):
            return False
        return "->" in text or text not in self._scene.locals or text in self._params
