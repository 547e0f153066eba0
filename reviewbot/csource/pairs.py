"""Calls that undo each other, known by their names: foo_start() and foo_stop().

Nothing in the tables says what foo_start() does, but a function that calls foo_stop() on one
way out tells that it must be called on the others. A pair counts only where both names are
in sight: in the function on either side of the patch, or in the file or the patch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
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
    ("ungate", ("gate",)),
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
    ("run", ("stop",)),
    ("ref", ("unref",)),
    ("freeze", ("thaw", "unfreeze")),
    ("new", ("free", "delete", "put", "destroy")),
    ("lock", ("unlock",)),
)
_BY_VERB = dict(_VERBS)
_GIVES = re.compile(
    r"(?:^|_)(?:get|lookup|find|alloc|create|new|open|parse|dup|clone|convert|build|grab|acquire"
    r"|prepare|register|request|ref|hold|take|first|next|search)(?:_|$)"
)
"""What a function is called that may hand over something owned."""
_LOOKS = re.compile(r"(?:^|_)(?:find|lookup|search|first|next|last|entry|peek|get)(?:_|$)")
"""What a function is called that only finds what a list or table keeps: so no memory."""
_ONLY_SHOWS = re.compile(r"^devm_|^drmm_|^pcim_|drvdata|platdata|pdata|_data$|priv$|property")
"""What a function is called that only shows what somebody else owns, or that is managed."""
_MANAGED = ("devm_", "drmm_", "pcim_", "devres_")
_ASKED_ELSEWHERE = ("dma_map_",)
"""Whether these failed another function tells: dma_mapping_error()."""
_NOTHING_TO_UNDO = frozenset(
    "xa_init xa_init_flags ida_init idr_init mutex_init spin_lock_init init_completion "
    "init_waitqueue_head INIT_LIST_HEAD INIT_WORK INIT_DELAYED_WORK timer_setup sg_init_table "
    "xas_lock kref_init refcount_set kobject_init device_initialize".split()
)
"""Set-up whose counterpart only helps debugging, or that another rule knows."""
_TAKEN_BACK = frozenset("abort cancel rollback undo revert".split())
"""So ends what takes back that something was begun: foo_new_abort()."""
_TAKES_BACK = re.compile(
    r"(?:^|_)(?:put|unref|free|destroy|release|drop|close|delete)$"
    r"|^(?:put|free|destroy|release|delete)_"
)
"""What a function is called that gives such a thing back."""
_SORTS = (
    (re.compile(r"(?:^|_)unlock(?:_|$)"), Kind.LOCK, "lock"),
    (re.compile(r"(?:^|_)(?:put|unref|drop)(?:_|$)"), Kind.REFERENCE, "reference"),
    (re.compile(r"(?:^|_)(?:free|destroy|delete|dealloc)(?:_|$)"), Kind.MEMORY, "memory"),
)
"""What sort of thing an undoer of this name gives back, and how it is called."""


@lru_cache(maxsize=8192)
def undoers(name: str) -> frozenset[str]:
    """The names that a function which undoes `name` would have."""
    if name.startswith((*_MANAGED, *_ASKED_ELSEWHERE)) or name in _NOTHING_TO_UNDO:
        return frozenset()
    found: set[str] = set()
    words = name.split("_")
    if words[-1] in _TAKEN_BACK:
        return frozenset()
    for at, word in enumerate(words):
        for other in _BY_VERB.get(word, ()):
            found.add("_".join([*words[:at], other, *words[at + 1 :]]))
    if "power_up" in name:
        found.add(name.replace("power_up", "power_down"))
    return frozenset(found)


def undoer(resource: Resource) -> str:
    """The function that undoes a state which pairs laid over the facts; "" for other things."""
    return resource.id.removeprefix(PREFIX) if resource.id.startswith(PREFIX) else ""


class Pair(NamedTuple):
    """`doer` is undone by `undoer`. `where` is the doer's argument that names what it did
    (0: the value it returns), `at` the undoer's. `near`: both are called in the function.
    `out`: the doer is handed the address of the variable that the undoer is given."""

    doer: str
    undoer: str
    where: int
    at: int
    near: bool
    out: bool = False


def pairs_in(
    function: Function, other: Function | None, called: Callable[[str], bool], known: Known
) -> Iterator[Pair]:
    """The pairs whose doer the function calls, each doer once.

    `other` is the function on the other side of the patch; `called` tells whether an undoer is
    called elsewhere in sight. An undoer that is handed to somebody, as to
    devm_add_action_or_reset(), is called by him.
    """
    undo = _after_doers(function)
    for name, calls in (_after_doers(other) if other is not None else {}).items():
        here = undo.setdefault(name, [])
        counts = {len(call.args) for call in here}  # with other arguments it takes other things
        here += [call for call in calls if not counts or len(call.args) in counts]
    seen: set[str] = set()
    handed = {arg.bare.name for call in function.calls for arg in call.args}
    for call in function.calls:
        names = undoers(call.name) - handed if call.name not in seen else frozenset()
        seen.add(call.name)
        near = [
            p for name in sorted(names & undo.keys()) if (p := _near(function, call, undo[name]))
        ]
        pairs = near[:1] or _owned(function, call, undo, known) or _far(call, names, called)
        yield from (pair for pair in pairs if pair.where or _hands_over(pair, known))


def _after_doers(function: Function) -> dict[str, list[Expr]]:
    """The calls by name, but for those that only switch off what is switched on later."""
    last = {call.name: call.line for call in function.calls}
    first = {call.name: call.line for call in reversed(function.calls)}
    undo: dict[str, list[Expr]] = {}
    for call in function.calls:
        undo.setdefault(call.name, []).append(call)
    early = {
        name
        for doer, line in first.items()
        for name in undoers(doer)
        if name in last and last[name] < line
    }
    return {name: calls for name, calls in undo.items() if name not in early}


def _near(function: Function, doer: Expr, undo: list[Expr]) -> Pair | None:
    """The pair if an undoing call of this function names the same thing as the doer.

    The thing is what the doer returned, or else the one argument that the undoer is given:
    free_request(ep, req) undoes alloc_request(ep) for `req`, not for `ep`.
    """
    target = _target(function, doer)
    for call in undo:
        for at, arg in enumerate(call.args[:3], 1):
            if target and arg.bare.text == target:
                return Pair(doer.name, call.name, 0, at, True)
    texts = {_named(arg): where for where, arg in enumerate(doer.args[:3], 1)}
    for call in undo:
        given = [_named(arg) for arg in call.args]
        if given and given[0] in texts and all(text in texts for text in given):
            at = _thing_at(call)
            where = texts[given[at - 1]]
            out = call.args[at - 1].bare.kind == "name" and doer.args[where - 1].bare.op == "&"
            return Pair(doer.name, call.name, where, at, True, out)
    return None


def _thing_at(undo: Expr) -> int:
    """The argument that names what is given back: put(pool, p) and free(pool, p) mean p."""
    kind = _sort(undo.name)[0]
    last = undo.args[-1].bare
    names = last.kind in ("name", "member", "unary") and not last.text.isupper()
    return len(undo.args) if names and kind in (Kind.REFERENCE, Kind.MEMORY) else 1


def _hands_over(pair: Pair, known: Known) -> bool:
    """Whether the doer can give its caller something to give back: looking at a list does not."""
    memory = _gives_memory(pair.undoer, known)
    if memory and _LOOKS.search(pair.doer):
        return False
    function = known.function(pair.doer)
    return function is None or any(_takes(call.name, known) for call in function.calls)


def _gives_memory(undoer: str, known: Known) -> bool:
    fact = known(undoer)
    resources = [known.resource(place.resource) for place in fact.releases] if fact else []
    if any(resources):
        return any(r is not None and r.kind is Kind.MEMORY for r in resources)
    return _sort(undoer)[0] is Kind.MEMORY


def _takes(name: str, known: Known) -> bool:
    if name.startswith(("list_", "hlist_")):
        return False  # list_prepare_entry() only says where a walk begins
    if _GIVES.search(name) is not None or "inc" in name:
        return True
    fact = known(name)
    return fact is not None and bool(fact.acquires)


def _named(arg: Expr) -> str:
    """What an argument names: init(&p->cache) is undone by uninit(p->cache)."""
    return arg.bare.text.removeprefix("&")


def _owned(function: Function, doer: Expr, undo: dict[str, list[Expr]], known: Known) -> list[Pair]:
    """`p = foo_find(); ... bar_put(p)`: whoever gives it back here has to do so everywhere."""
    if not _GIVES.search(doer.name) or _ONLY_SHOWS.search(doer.name):
        return []
    target = _target(function, doer)
    return [
        Pair(doer.name, name, 0, 1, True)
        for name, calls in sorted(undo.items())
        if target
        and any(len(call.args) == 1 and call.args[0].bare.text == target for call in calls)
        and (_TAKES_BACK.search(name) or _releases_first(known, name))
    ][:1]


def _releases_first(known: Known, name: str) -> bool:
    """Whether a function gives back the thing that is its first argument, and not a state of it."""
    fact = known(name)
    places = [place.resource for place in fact.releases if place.where == 1] if fact else []
    kinds = [resource.kind for id in places if (resource := known.resource(id))]
    return any(kind in (Kind.MEMORY, Kind.REFERENCE, Kind.OBJECT) for kind in kinds)


def _far(doer: Expr, names: Iterable[str], called: Callable[[str], bool]) -> list[Pair]:
    there = next(filter(called, sorted(names)), None) if len(doer.args) == 1 else None
    return [Pair(doer.name, there, 1, 1, False)] if there is not None else []


def _target(function: Function, call: Expr) -> str:
    """What the call's value is assigned to, "" for nothing."""
    for expr in function.assignments:
        if expr.parts[1].bare is call:
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
        self._asked: dict[str, Fact | None] = {}
        self._resources: dict[str, Resource] = {}
        self.near: frozenset[str] = frozenset()
        for pair in pairs:
            self._lay(pair)

    def __call__(self, name: str) -> Fact | None:
        if name not in self._asked:
            self._asked[name] = self._find(name)
        return self._asked[name]

    def _find(self, name: str) -> Fact | None:
        return self._facts.get(name) or self._known(name)

    def resource(self, id: str) -> Resource | None:
        return self._resources.get(id) or self._known.resource(id)

    def function(self, name: str) -> Function | None:
        return self._known.function(name)

    def _lay(self, pair: Pair) -> None:
        doer = self._find(pair.doer)
        if (doer and (doer.acquires or doer.releases)) or pair.doer in self._facts:
            return  # the tables know better
        undoer = self._find(pair.undoer)
        if doer and doer.lends:
            return  # and that this one takes nothing
        if undoer is not None and undoer.releases:
            given = self.resource(undoer.releases[0].resource)
            if given is not None and given.kind in (Kind.LOCK, Kind.CONTEXT):
                return  # to be given a thing is not to have locked it
            if pair.where == 0 and undoer.source != SOURCE:
                self._take(pair, doer, undoer.releases[0].resource)
            return
        if pair.undoer.endswith("unlock") and not pair.near:
            return  # a function that only locks is meant to
        id = PREFIX + pair.undoer
        self._take(pair, doer, id)
        self._facts[pair.undoer] = replace(
            undoer or Fact(pair.undoer), releases=(Acquire(id, pair.at),)
        )
        self._resources[id] = _resource(id, pair)
        if pair.near:
            self.near |= {id}

    def _take(self, pair: Pair, doer: Fact | None, resource: str) -> None:
        failure = Failure.NULL_OR_ERR_PTR if pair.where == 0 else Failure.NONZERO
        self._facts[pair.doer] = replace(
            doer or Fact(pair.doer),
            acquires=(Acquire(resource, pair.where, pair.out),),
            failure=doer.failure if doer and doer.failure else failure,
            source=doer.source if doer and doer.failure else SOURCE,
        )


def _resource(id: str, pair: Pair) -> Resource:
    kind, noun = _sort(pair.undoer)
    if kind is Kind.STATE:
        return Resource(id, kind, f"state that {pair.doer}() set")
    if kind is Kind.MEMORY and pair.where and not pair.out:
        return Resource(id, kind, f"{noun} of")  # alloc_buffers(dev) takes what hangs on dev
    return Resource(id, kind, noun if pair.where else f"{noun} that {pair.doer}() gave")


def _sort(undoer: str) -> tuple[Kind, str]:
    found = ((kind, noun) for name, kind, noun in _SORTS if name.search(undoer))
    return next(found, (Kind.STATE, "state"))
