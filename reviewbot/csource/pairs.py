"""Calls that undo each other, known by their names: foo_start() and foo_stop().

Nothing in the tables says what foo_start() does, but a function that calls foo_stop() on one
way out tells that it must be called on the others. A pair counts only where both names are
in sight: in the function on either side of the patch, or in the file or the patch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from reviewbot.csource.facts import Acquire, Fact, Failure, Kind, Resource
from reviewbot.csource.summaries import Known
from reviewbot.csource.syntax import Declare, Expr, Function

PREFIX = "undo:"
SOURCE = "pair"
"""The source of a fact that is only guessed from a name."""

_VERBS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("start", ("stop",)),
    ("enable", ("disable",)),
    ("open", ("close", "release")),
    ("begin", ("end", "abort", "cancel")),
    ("activate", ("deactivate",)),
    ("attach", ("detach",)),
    ("add", ("del", "remove", "delete")),
    ("register", ("unregister", "deregister")),
    ("init", ("exit", "fini", "deinit", "uninit", "cleanup", "destroy", "free", "term", "done")),
    ("initialize", ("uninitialize", "cleanup", "deinitialize")),
    ("setup", ("teardown", "cleanup", "unsetup", "free", "remove", "destroy")),
    ("create", ("destroy", "remove", "delete", "free")),
    ("alloc", ("free", "dealloc", "release")),
    ("allocate", ("free", "deallocate")),
    ("get", ("put", "release")),
    ("request", ("release", "free")),
    ("prepare", ("unprepare", "cleanup", "finish")),
    ("on", ("off",)),
    ("connect", ("disconnect",)),
    ("map", ("unmap",)),
    ("pin", ("unpin",)),
    ("claim", ("release", "unclaim")),
    ("reserve", ("release", "unreserve")),
    ("acquire", ("release",)),
    ("bind", ("unbind",)),
    ("load", ("unload",)),
    ("insert", ("remove",)),
    ("install", ("uninstall", "remove")),
    ("join", ("leave",)),
    ("link", ("unlink",)),
    ("mount", ("unmount", "umount")),
    ("probe", ("remove",)),
    ("grab", ("drop", "put", "release")),
    ("hold", ("put", "release")),
    ("up", ("down",)),
    ("assert", ("deassert",)),
    ("deassert", ("assert",)),
    ("run", ("stop",)),
    ("ref", ("unref",)),
    ("freeze", ("thaw", "unfreeze")),
    ("new", ("free", "delete", "put", "destroy")),
    ("lock", ("unlock",)),
)
_BY_VERB = dict(_VERBS)


@lru_cache(maxsize=8192)
def undoers(name: str) -> frozenset[str]:
    """The names that a function which undoes `name` would have."""
    found: set[str] = set()
    words = name.split("_")
    for at, word in enumerate(words):
        for other in _BY_VERB.get(word, ()):
            found.add("_".join([*words[:at], other, *words[at + 1 :]]))
    if "power_up" in name:
        found.add(name.replace("power_up", "power_down"))
    return frozenset(found)


class Pair(NamedTuple):
    """`doer` is undone by `undoer`. `where` is the doer's argument that names what it did
    (0: the value it returns), `at` the undoer's. `near`: both are called in the function."""

    doer: str
    undoer: str
    where: int
    at: int
    near: bool


def pairs_in(function: Function, other: Function | None, text: bytes) -> Iterator[Pair]:
    """The pairs whose doer the function calls, each doer once.

    `other` is the function on the other side of the patch; `text` the file, in which an
    undoer that is called elsewhere must stand.
    """
    undo: dict[str, list[Expr]] = {}
    for call in (*function.calls, *(other.calls if other is not None else ())):
        undo.setdefault(call.name, []).append(call)
    seen: set[str] = set()
    for call in function.calls:
        names = undoers(call.name) if call.name not in seen else frozenset()
        seen.add(call.name)
        near = [
            p for name in sorted(names & undo.keys()) if (p := _near(function, call, undo[name]))
        ]
        yield from near[:1] or _far(call, names, text)


def _near(function: Function, doer: Expr, undo: list[Expr]) -> Pair | None:
    """The pair if an undoing call of this function names the same thing as the doer."""
    target = _target(function, doer)
    for call in undo:
        for at, arg in enumerate(call.args[:2], 1):
            if target and arg.bare.text == target:
                return Pair(doer.name, call.name, 0, at, True)
            for where, given in enumerate(doer.args[:3], 1):
                if given.bare.text == arg.bare.text and given.kind not in ("number", "string"):
                    return Pair(doer.name, call.name, where, at, True)
    return None


def _far(doer: Expr, names: Iterable[str], text: bytes) -> list[Pair]:
    if len(doer.args) != 1:
        return []
    called = [n for n in sorted(names) if re.search(rb"\b%s\s*\(" % n.encode(), text)]
    return [Pair(doer.name, name, 1, 1, False) for name in called[:1]]


def _target(function: Function, call: Expr) -> str:
    """What the call's value is assigned to, "" for nothing."""
    for expr in function.expressions:
        if expr.kind == "assign" and expr.parts[1].bare is call:
            return expr.parts[0].text
    for stmt in function.statements:
        if isinstance(stmt, Declare) and stmt.value is not None and stmt.value.bare is call:
            return stmt.name
    return ""


class Paired:
    """Knowledge of callees with the pairs of one function laid over it."""

    def __init__(self, known: Known, pairs: Iterable[Pair]) -> None:
        self._known = known
        self._facts: dict[str, Fact] = {}
        self._resources: dict[str, Resource] = {}
        self.near: frozenset[str] = frozenset()
        for pair in pairs:
            self._lay(pair)

    def __call__(self, name: str) -> Fact | None:
        return self._facts.get(name) or self._known(name)

    def resource(self, id: str) -> Resource | None:
        return self._resources.get(id) or self._known.resource(id)

    def _lay(self, pair: Pair) -> None:
        doer, undoer = self(pair.doer), self(pair.undoer)
        if (doer and doer.acquires) or (undoer and undoer.releases) or pair.doer in self._facts:
            return  # the tables know better
        id = PREFIX + pair.undoer
        failure = Failure.NULL_OR_ERR_PTR if pair.where == 0 else Failure.NONZERO
        if pair.undoer.endswith("unlock") and not pair.near:
            return  # a function that only locks is meant to
        self._facts[pair.doer] = replace(
            doer or Fact(pair.doer),
            acquires=(Acquire(id, pair.where),),
            failure=doer.failure if doer and doer.failure else failure,
            source=doer.source if doer and doer.failure else SOURCE,
        )
        self._facts[pair.undoer] = replace(
            undoer or Fact(pair.undoer), releases=(Acquire(id, pair.at),)
        )
        lock = pair.undoer.endswith("unlock") or "_unlock_" in pair.undoer
        self._resources[id] = (
            Resource(id, Kind.LOCK, "lock")
            if lock
            else Resource(id, Kind.STATE, f"state that {pair.doer}() set")
        )
        if pair.near:
            self.near |= {id}
