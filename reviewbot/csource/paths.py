"""Walk all paths of a function and keep what happened on them; the one engine of all rules.

States are merged where nothing that follows can tell them apart. A function that needs more
than `CAP` states at one node is given up: its result says `complete=False` and holds no more
than the paths walked so far have shown.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from reviewbot.csource import syntax as c
from reviewbot.csource.borrowing import leave_section
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
from reviewbot.csource.facts import Facts, Kind
from reviewbot.csource.following import may_be_error
from reviewbot.csource.freed import LOOPING, UNDER
from reviewbot.csource.hanging import UNLINKED
from reviewbot.csource.interest import Interest
from reviewbot.csource.known_value import value
from reviewbot.csource.reading import starts_unset
from reviewbot.csource.refine import refine
from reviewbot.csource.scene import Scene
from reviewbot.csource.slips import note_guard_end, note_held
from reviewbot.csource.summaries import Known
from reviewbot.csource.values import UNSET, ZERO, Held, State, Val, keyed, roots

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
        self.made: dict[int, c.Expr] = {}
        self.guards: dict[int, Site] = {}

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
                    self.out_of_loops(end, following)
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
                return self.guard(node, state)
            case "cleanup":
                self.cleanup(node, state)
            case "iterate":
                return self.iterate(node, state)
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
        left = self.name(node, stmt)
        states = assign(self.scene, left, stmt.value, [state], node.id)
        for after in states if stmt.cleanup else ():
            held = after.held.get(after.get(stmt.name).inst)
            if held is not None:
                after.held[after.get(stmt.name).inst] = held._replace(scoped=True)
        return states

    def name(self, node: Node, stmt: c.Declare) -> c.Expr:
        """The declared name as an expression, made once."""
        if node.id not in self.made:
            self.made[node.id] = c.Expr("name", stmt.name, stmt.line, stmt.line, name=stmt.name)
        return self.made[node.id]

    def guard(self, node: Node, state: State) -> list[State]:
        stmt = node.stmt
        assert isinstance(stmt, (c.Guard, c.Guarded))
        states = [state]
        for arg in stmt.args:
            states = run(self.scene, arg, states, node.id)
        guard = self.scene.facts.guards.get(stmt.type)
        if guard is None or guard.where == 0:
            return states
        call = self.call(node, stmt.macro, stmt.args, stmt.type)
        site = self.guards[id(stmt)] = self.scene.site(call, "")
        text = self.guard_text(stmt)
        key = keyed(guard.resource, text)
        for after in states:
            self.scene.call(site, after)
            note_held(self.scene, site, not guard.conditional, after, key)
            after.held[key] = Held(guard.resource, site.id, text, scoped=True)
            after.note(node, None, "acquire", site.id)
        return states

    def guard_text(self, stmt: c.Guard | c.Guarded) -> str:
        guard = self.scene.facts.guards[stmt.type]
        resource = self.scene.resource(guard.resource)
        if resource is None or resource.singleton or len(stmt.args) < guard.where:
            return ""
        return self.scene.canonical(stmt.args[guard.where - 1])

    def call(self, node: Node, macro: str, args: tuple[c.Expr, ...], op: str = "") -> c.Expr:
        """A guard or loop macro as the call that it is, made once; `op` is a guard's class."""
        if node.id not in self.made:
            callee = c.Expr("name", macro, node.line, node.line, name=macro)
            text = f"{macro}({','.join(arg.text for arg in args)})"
            self.made[node.id] = c.Expr(
                "call", text, node.line, node.line, op, macro, (callee, *args)
            )
        return self.made[node.id]

    def cleanup(self, node: Node, state: State) -> None:
        stmt = node.stmt
        if isinstance(stmt, (c.Guard, c.Guarded)):
            guard = self.scene.facts.guards.get(stmt.type)
            if guard is not None:
                key = keyed(guard.resource, self.guard_text(stmt))
                held = state.held.pop(key, None)
                if held is None and id(stmt) in self.guards:
                    note_guard_end(self.scene, self.guards[id(stmt)], guard.resource, key, state)
                elif held is not None and self.scene.borrowed:
                    resource = self.scene.resource(held.resource)
                    if resource is not None and resource.kind is Kind.CONTEXT:
                        leave_section(self.scene, state, held.site)
        elif isinstance(stmt, c.Declare):
            val = state.get(stmt.name)
            if val.freed or val.mask == UNSET:
                name = c.Expr("name", stmt.name, stmt.line, stmt.line, name=stmt.name)
                kind: Literal["again", "unset"] = "again" if val.freed else "unset"
                self.scene.use(kind, name, val, state.trail)
            elif may_be_error(self.scene, val) and not self.takes_errors(stmt.cleanup):
                self.scene.use("scoped", self.name(node, stmt), val, state.trail)
            state.held.pop(val.inst, None)

    def takes_errors(self, cleanup: str) -> bool:
        """Whether a class of __free() tests for error pointers, or is not known."""
        known = self.scene.facts.frees.get(cleanup)
        return known is None or "err-ptr" in known.accepts

    def unread(self, node: Node, state: State) -> None:
        """Inline assembly may write what it names; a macro what it is handed."""
        args = node.stmt.args if isinstance(node.stmt, c.MacroBlock) else None
        named = None if args is None else {e.name for arg in args for e in arg.walk()}
        for name in [k for k, v in state.vals.items() if v.mask == UNSET]:
            if named is None or name in named:
                del state.vals[name]

    def iterate(self, node: Node, state: State) -> list[State]:
        stmt = node.stmt
        assert isinstance(stmt, c.Iterate)
        name = f"loop{node.id}"
        state.held.pop(name, None)  # the macro gives the last one back as it steps on
        known = self.scene.facts.iterators.get(stmt.macro)
        self.step_on(node, stmt, state)
        for number, arg in enumerate(stmt.args, 1):
            whole = known is not None and number < known.var and state.get(arg.text).inst != ""
            if arg.kind == "name" and number < 3 and not whole:
                state.forget(arg.text)  # the variable; an unknown macro may begin with it or not
            elif arg.kind == "name" and known is not None and number == known.var:
                state.forget(arg.text)
            for name in [e.name for e in arg.walk() if e.kind == "name"]:
                if state.get(name).mask == UNSET:
                    state.forget(name)
        return [state]

    def step_on(self, node: Node, stmt: c.Iterate, state: State) -> None:
        """The macro reads the loop variable to find the next one, unless it is made for that."""
        known = self.scene.facts.iterators.get(stmt.macro)
        number = known.var if known is not None else 1
        if "_safe" in stmt.macro or len(stmt.args) < number or (known and known.removable):
            return
        name = stmt.args[number - 1].text
        inside = state.get(name + LOOPING).tested == node.id
        gone = next((v for n in (name, name + UNLINKED) if (v := state.get(n)).freed), None)
        if gone is not None and inside and not (known and known.resource):
            call = self.call(node, stmt.macro, stmt.args)
            self.scene.use("freed", stmt.args[number - 1], gone, state.trail, call)

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
            return self.enter_loop(node, state)
        if node.kind == "iterate":
            return self.leave_loop(node, state)
        return state

    def case(self, node: Node, state: State, edge: c.Case | None) -> State | None:
        if node.expr is None:
            return state
        if edge is None or edge.value is None:
            return None if self.matched(node, state) else state
        if id(edge) not in self.made:
            left, right = node.expr, edge.value
            text = f"{left.text}=={right.text}"
            self.made[id(edge)] = c.Expr(
                "binary", text, edge.line, edge.line, op="==", parts=(left, right)
            )
        return refine(self.scene, state, self.made[id(edge)], True, node.id)

    def matched(self, node: Node, state: State) -> bool:
        """Whether the switch is known to find one of its cases."""
        assert node.expr is not None
        for _, edge in node.next:
            if isinstance(edge, c.Case) and edge.value is not None:
                val = state.vals.get(f"{node.expr.text}=={edge.value.text}")
                if val is not None and val.mask & ZERO == 0:
                    return True
        return False

    def enter_loop(self, node: Node, state: State) -> State:
        stmt = node.stmt
        assert isinstance(stmt, c.Iterate)
        known = self.scene.facts.iterators.get(stmt.macro)
        number = known.var if known is not None else 1
        name = stmt.args[number - 1].text if len(stmt.args) >= number else ""
        if name in self.scene.freeable or name in self.scene.unlinked:
            state = state.copy()
            state.set(name + LOOPING, Val(tested=node.id))
            if name in self.scene.borrowed and "_rcu" in stmt.macro and _RCU in state.held:
                state.set(name + UNDER, Val(tested=0))
        if known is None or not known.resource or known.scoped or len(stmt.args) < known.var:
            return state
        after = state.copy()
        variable = stmt.args[known.var - 1]
        site = self.scene.site(self.call(node, stmt.macro, stmt.args), variable.text)
        name = f"loop{node.id}"
        after.held[name] = Held(known.resource, site.id, variable.text)
        after.set(variable.text, Val(4, inst=name, origin=site.id))
        after.note(node, True, "acquire", site.id)
        return after

    def out_of_loops(self, state: State, following: Node) -> None:
        """A break or a goto leaves a loop: when it is entered again, it starts anew."""
        for name, val in list(state.vals.items()) if self.scene.loops_matter else ():
            loop = self.graph.nodes[val.tested].stmt if name[-1] == LOOPING else None
            if loop is not None and not loop.line <= following.line <= loop.end_line:
                del state.vals[name]

    def leave_loop(self, node: Node, state: State) -> State:
        """The loop ran to its end: its variable is no entry of the list now."""
        stmt = node.stmt
        assert isinstance(stmt, c.Iterate)
        if not stmt.macro.startswith("list_for_each_entry") or stmt.args[0].kind != "name":
            return state
        after = state.copy()
        site = self.scene.site(self.call(node, stmt.macro, stmt.args), stmt.args[0].text)
        after.set(stmt.args[0].text, Val(freed=site.id))
        after.note(node, False, "done", site.id)
        return after

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
