"""Walk all paths of a function and keep what happened on them; the one engine of all rules.

States are merged where nothing that follows can tell them apart. A function that needs more
than `CAP` states at one node is given up: its result says `complete=False` and holds no more
than the paths walked so far have shown.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from reviewbot.csource import syntax as c
from reviewbot.csource.cfg import Edge, Graph, Node, build
from reviewbot.csource.effects import assign, run
from reviewbot.csource.events import (
    Bare,
    Call,
    Errno,
    Exit,
    Jump,
    LateTest,
    LockSlip,
    Look,
    Loose,
    Site,
    Use,
)
from reviewbot.csource.facts import Facts
from reviewbot.csource.interest import Interest
from reviewbot.csource.known_value import value
from reviewbot.csource.loops import Loops
from reviewbot.csource.made import Made
from reviewbot.csource.reading import starts_unset
from reviewbot.csource.refine import refine
from reviewbot.csource.scene import Scene
from reviewbot.csource.scopes import Scopes
from reviewbot.csource.summaries import Known
from reviewbot.csource.values import UNSET, ZERO, State, Val, keyed, roots

What = TypeVar("What")
_RCU = keyed("rcu", "")
CAP = 192
STEPS = 2600
"""All states of a function together: above it, it is given up as well. Of the functions of 740
real fixes none was walked to its end in more than 2400."""


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """All that the paths of one function showed.

    `released` are the sites whose result some path gives back; `given` the (resource, text)
    that some path gives back, `unheld` those of them that no path holds by then; `things` the
    (resource, text, stored) of what was held.
    """

    function: c.Function
    complete: bool
    sites: dict[int, Site]
    exits: tuple[Exit, ...] = ()
    uses: tuple[Use, ...] = ()
    calls: tuple[Call, ...] = ()
    late: tuple[LateTest, ...] = ()
    slips: tuple[LockSlip, ...] = ()
    released: frozenset[int] = frozenset()
    given: frozenset[tuple[str, str]] = frozenset()
    unheld: frozenset[tuple[str, str]] = frozenset()
    own: frozenset[int] = frozenset()
    things: frozenset[tuple[str, str, bool]] = frozenset()
    locals: frozenset[str] = frozenset()
    pointers: frozenset[str] = frozenset()
    tested: frozenset[str] = frozenset()
    bare: tuple[Bare, ...] = ()
    looks: tuple[Look, ...] = ()
    errnos: tuple[Errno, ...] = ()
    loose: tuple[Loose, ...] = ()
    jumps: tuple[Jump, ...] = ()

    def given_up(self) -> Paths:
        """As if there were too many: what one path proves stays, for that is seen anyway."""
        return Paths(
            self.function,
            False,
            self.sites,
            uses=tuple(use for use in self.uses if use.kind in _SEEN),
            looks=self.looks,
            errnos=self.errnos,
        )


def walk(
    function: c.Function,
    facts: Facts,
    known: Known,
    fresh: frozenset[str] = frozenset(),
    owners: frozenset[str] = frozenset(),
) -> Paths:
    """Walk `function`; `known` tells what is known of a callee, or None.

    `fresh` are variables that no code out of sight can name, for only this side declares them;
    `owners` the members that lead to what their own struct lies in.
    """
    return _Walk(build(function), facts, known, fresh, owners).run()


_SEEN = ("null", "err", "unset")
"""Uses that one path proves, whatever the paths do that were not walked."""


class _Walk:
    def __init__(
        self,
        graph: Graph,
        facts: Facts,
        known: Known,
        fresh: frozenset[str],
        owners: frozenset[str],
    ) -> None:
        self.graph = graph
        self.fresh = fresh if not graph.lost else frozenset()
        self.scene = Scene(graph, facts, known, owners)
        self.interest = Interest(self.scene)
        self.made = Made()
        self.scopes = Scopes(self.scene, self.made)
        self.loops = Loops(self.scene, self.made)

    def run(self) -> Paths:
        """Breadth first, so that the first path to an event is a short one."""
        start = State()
        todo: deque[tuple[Node, State]] = deque([(self.graph.entry, start)])
        seen: defaultdict[int, set[object]] = defaultdict(set)
        steps = 0
        while todo and not self.scene.overflow:
            node, state = todo.popleft()
            steps += 1
            self.scene.overflow = steps > STEPS
            for after, end in self.step(node, state):
                key = end.key()
                if key in seen[after.id]:
                    continue
                if len(seen[after.id]) >= CAP:
                    self.scene.overflow = True
                    continue
                seen[after.id].add(key)
                todo.append((after, end))
        return self.result()

    def result(self) -> Paths:
        return self.told().given_up() if self.scene.overflow else self.told()

    def told(self) -> Paths:
        scene = self.scene
        return Paths(
            self.graph.function,
            True,
            scene.sites,
            tuple(self.with_given()),
            tuple(scene.uses.values()),
            tuple(scene.calls.values()),
            tuple(t for t in scene.late.values() if (t.key, t.expr.line) not in scene.early),
            tuple(scene.slips.values()),
            frozenset(scene.released),
            frozenset(scene.given),
            frozenset(scene.unheld),
            frozenset(scene.own),
            frozenset(scene.things),
            frozenset(scene.locals),
            frozenset(scene.pointers),
            frozenset(scene.null_tested),
            tuple(scene.bare.values()),
            tuple(scene.looks.values()),
            tuple(scene.errnos.values()),
            tuple(
                replace(each, takers=frozenset(scene.takers[each.key]))
                for each in scene.loose.values()
                if each.key in scene.takers
            ),
            tuple(scene.jumps.values()),
        )

    def with_given(self) -> Iterator[Exit]:
        """The exits, each with the sites that are given back on some way to it."""
        given = self.by_exit(self.scene.released)
        lent = self.by_exit(self.scene.lenders)
        for exit in self.scene.exits:
            end = exit.trail.node.id
            here = frozenset(given.get(end, ()))
            yield replace(exit, given=here, lent=frozenset(lent.get(end, ())))

    def by_exit(self, places: Mapping[What, set[int]]) -> dict[int, set[What]]:
        """For each node that something happens before, what it is that happens."""
        found: dict[int, set[What]] = {}
        for what, nodes in places.items():
            for end in self.reached(nodes):
                found.setdefault(end, set()).add(what)
        return found

    def reached(self, nodes: Iterable[int]) -> set[int]:
        """The nodes that control can come to from these."""
        seen = set(nodes)
        todo = list(seen)
        while todo:
            for after, _ in self.graph.nodes[todo.pop()].next:
                if after.id not in seen:
                    seen.add(after.id)
                    todo.append(after.id)
        return seen

    def step(self, node: Node, state: State) -> list[tuple[Node, State]]:
        """The states after a node, each with the node that follows; `state` may be changed."""
        if node.kind in ("return", "end"):
            self.leave(node, state)
            return []
        out: list[tuple[Node, State]] = []
        for after in self.transfer(node, state):
            last = len(node.next) - 1
            for number, (following, edge) in enumerate(node.next):
                end = self.edge(node, after, edge)
                if end is not None:
                    if end is after and number != last:
                        end = after.copy()
                    self.loops.left_behind(end, following)
                    self.interest.prune(end, node, following)
                    out.append((following, end))
        return out

    # -- nodes

    def transfer(self, node: Node, state: State) -> list[State]:
        match node.kind:
            case "expr" | "cond" | "switch" | "halt":
                assert node.expr is not None
                return run(self.scene, node.expr, [state], node.id)
            case "declare":
                return self.declare(node, state)
            case "guard":
                return self.scopes.guard(node, state)
            case "cleanup":
                self.scopes.cleanup(node, state)
            case "iterate":
                return self.loops.go_on(node, state)
            case "elided":
                state.vals = {k: v for k, v in state.vals.items() if k in self.fresh}
                state.held = {}
                state.note(node, None, "elided")
            case "unread":
                self.unread(node, state)
            case "goto":
                state.note(node, None, "goto")
                self.scene.jump(state)
        return [state]

    def declare(self, node: Node, state: State) -> list[State]:
        stmt = node.stmt
        assert isinstance(stmt, c.Declare)
        if stmt.static:
            return [state]
        if stmt.value is None:
            state.forget(stmt.name)
            if starts_unset(stmt):
                state.set(stmt.name, Val(UNSET))
            return [state]
        left = self.made.name(node, stmt)
        states = assign(self.scene, left, stmt.value, [state], node.id)
        for after in states if stmt.cleanup else ():
            held = after.held.get(after.get(stmt.name).inst)
            if held is not None:
                after.held[after.get(stmt.name).inst] = held._replace(scoped=True)
        return states

    def unread(self, node: Node, state: State) -> None:
        """Inline assembly may write what it names; a macro what it is handed."""
        args = node.stmt.args if isinstance(node.stmt, c.MacroBlock) else None
        named = None if args is None else {e.name for arg in args for e in arg.walk()}
        for name in [k for k, v in state.vals.items() if v.mask == UNSET]:
            if named is None or name in named:
                del state.vals[name]

    # -- edges

    def edge(self, node: Node, state: State, edge: Edge) -> State | None:
        """The state on one way out of a node; None where it cannot be taken."""
        if node.kind == "cond" and node.expr is not None and isinstance(edge, bool):
            after = refine(self.scene, state, node.expr, edge, node.id)
            if after is state:
                after = state.copy()
            if after is not None:
                after.note(node, edge, "branch")
            return after
        if node.kind == "switch" and not isinstance(edge, bool):
            return self.case(node, state, edge)
        if node.kind == "iterate" and edge is True:
            return self.loops.enter(node, state)
        if node.kind == "iterate":
            return self.loops.leave(node, state)
        return state

    def case(self, node: Node, state: State, edge: c.Case | None) -> State | None:
        if node.expr is None:
            return state
        if edge is None or edge.value is None:
            return None if self.matched(node, state) else state
        return refine(self.scene, state, self.made.case(node.expr, edge), True, node.id)

    def matched(self, node: Node, state: State) -> bool:
        """Whether the switch is known to find one of its cases."""
        assert node.expr is not None
        for _, edge in node.next:
            if isinstance(edge, c.Case) and edge.value is not None:
                val = state.vals.get(f"{node.expr.text}=={edge.value.text}")
                if val is not None and val.mask & ZERO == 0:
                    return True
        return False

    # -- exits

    def leave(self, node: Node, state: State) -> None:
        expr = node.expr
        val = value(self.scene, expr, state) if expr is not None else Val()
        held = tuple(h for name, h in state.held.items() if not self.returned(expr, name, state))
        state.note(node, None, "exit")
        assert state.trail is not None
        if val.freed and expr is not None and expr.bare.kind == "name":
            self.scene.use("freed", expr.bare, val, state.trail)
        site = self.scene.sites.get(val.origin)
        direct = expr is not None and site is not None and val.tested < 0
        self.scene.exits.append(
            Exit(
                expr,
                val.mask,
                node.line,
                held,
                state.trail,
                site if direct else None,
                site,
                freed=tuple((text, v.freed) for text, v in state.vals.items() if v.freed),
            )
        )

    def returned(self, expr: c.Expr | None, name: str, state: State) -> bool:
        """Whether the caller gets this thing with the returned value."""
        if expr is None or name.startswith("@"):
            return False
        bare = expr.bare
        if bare.kind == "call" and bare.name in ("PTR_ERR", "PTR_ERR_OR_ZERO", "ERR_PTR"):
            return False
        names = roots(bare.text)
        return any(v.inst == name and t in names for t, v in state.vals.items()) or (
            state.get(bare.text).inst == name
        )
