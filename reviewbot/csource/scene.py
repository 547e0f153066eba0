"""What holds for a whole function while its paths are walked, and where events are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from reviewbot.csource import syntax as c
from reviewbot.csource.asked import Asked, read_asked
from reviewbot.csource.callshape import CallShape, pointed
from reviewbot.csource.cfg import Edge, Graph, Node
from reviewbot.csource.conditions import constant_mask, errno_compared, read_test
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
from reviewbot.csource.facts import Fact, Facts, Failure, Kind, Resource
from reviewbot.csource.macros import labels_alone
from reviewbot.csource.moved import movable
from reviewbot.csource.names import counts_up
from reviewbot.csource.reading import Read, reads, starts_unset
from reviewbot.csource.summaries import Known
from reviewbot.csource.values import ANY, Held, State, Trail, Val, roots


class Scene:
    """One function while it is walked: its names, its call sites, and what was seen.

    `locals` are the names declared in sight, `pointers` those of them that are pointers.
    `tracked` are the texts whose masks are worth keeping. `released` are the call sites whose
    result some path gave back, `given` the (resource, text) that some path gave back;
    `things` what was held as it was given back: its resource, its text, and whether it was stored;
    `unheld` the (resource, text) that some path gives back and does not hold;
    `lenders` the (site, text) of what calls are proven not to have kept, for it was released after
    them, with the nodes where it was. `early` are the (text, line) of tests that a path
    reached without a use before, `passing` the array elements that are named only once,
    `errnos_asked` what is compared with an errno by its name, `swept` the variables that a macro
    declares and cleans up, `makers` the calls that are assigned to a place, `stored_as` the members
    that a variable is written to, with the lines, `returned` the variables that are returned
    somewhere.
    """

    def __init__(
        self, graph: Graph, facts: Facts, known: Known, owners: frozenset[str] = frozenset()
    ) -> None:
        self.owners = owners
        self.graph = graph
        self.facts = facts
        self.known = known
        self.sites: dict[int, Site] = {}
        self._site_ids: dict[int, int] = {}
        self._resources: dict[str, Resource | None] = {}
        self._locks = _Locks(known)
        self._asked: dict[c.Expr, Asked | None] = {}
        self._reads: dict[c.Expr, tuple[Read, ...] | None] = {}
        self._shapes: dict[c.Expr, CallShape] = {}
        self.unwritten = frozenset(
            stmt.name
            for stmt in graph.function.statements
            if isinstance(stmt, c.Declare) and starts_unset(stmt)
        )
        self._roots: dict[int, frozenset[str]] = {}
        self.locals: set[str] = set()
        self.pointers: set[str] = set()
        self.aliases: dict[str, str] = {}
        self.tracked: set[str] = set()
        self.tested: frozenset[str] = frozenset()
        self.null_tested: set[str] = set()
        self.errnos_asked: set[str] = set()
        self.released: dict[int, set[int]] = {}
        self.given: set[tuple[str, str]] = set()
        self.unheld: set[tuple[str, str]] = set()
        self.lenders: dict[tuple[int, str], set[int]] = {}
        self.own: set[int] = set()
        self.things: set[tuple[str, str, bool]] = set()
        self.swept: set[str] = set()
        self.makers: dict[str, list[c.Expr]] = {}
        self.stored_as: dict[str, dict[str, int]] = {}
        self.uses: dict[tuple[object, ...], Use] = {}
        self.bare: dict[tuple[str, int], Bare] = {}
        self.calls: dict[tuple[object, ...], Call] = {}
        self.late: dict[tuple[object, ...], LateTest] = {}
        self.early: set[tuple[str, int]] = set()
        self.looks: dict[tuple[object, ...], Look] = {}
        self.errnos: dict[tuple[object, ...], Errno] = {}
        self.jumps: dict[tuple[object, ...], Jump] = {}
        self.returned: frozenset[str] = frozenset()
        self.passing: set[str] = set()
        self.slips: dict[tuple[object, ...], LockSlip] = {}
        self.loose: dict[tuple[int, str, int], Loose] = {}
        self.takers: dict[str, set[int]] = {}
        self.exits: list[Exit] = []
        self.overflow = False
        self._known = [
            (call, fact)
            for call in graph.function.calls
            if (fact := self.known(call.name)) is not None
        ]
        self.movable = movable(graph.function, known)
        self.borrowed = self._borrowed()
        self.freeable = self._freeable() | self.borrowed
        self.shared = self._shared()
        self.hanging = self._hanging()
        self.unlinked = frozenset(
            name
            for call, fact in self._known
            if fact.unlinks == 1 and call.args
            for name in roots(call.args[0].bare.text)
        )
        self.loops_matter = bool(self.freeable or self.unlinked) and any(
            isinstance(stmt, c.Iterate) for stmt in graph.function.statements
        )
        self.own_structs: frozenset[str] = frozenset()
        self.calls_made = graph.function.calls
        self.labels = labels_alone(graph.function)
        self.unsteady: set[str] = set()
        _Survey(self).run()

    def site(self, call: c.Expr, target: str) -> Site:
        """The call as a site, numbered when it is first met."""
        number = self._site_ids.get(id(call))
        if number is None:
            number = self._site_ids[id(call)] = len(self.sites) + 1
            fact = self.known(call.name)
            self.sites[number] = Site(number, call, fact, target, self._failure(call.name, fact))
        return self.sites[number]

    def asked(self, expr: c.Expr) -> Asked | None:
        """What a condition asks; None where it says nothing of one value."""
        if expr not in self._asked:
            self._asked[expr] = read_asked(expr)
        return self._asked[expr]

    def reads(self, expr: c.Expr) -> tuple[Read, ...] | None:
        """What evaluating it reads; None where that does more than read."""
        if expr not in self._reads:
            self._reads[expr] = reads(expr, self.unwritten)
        return self._reads[expr]

    def shape(self, call: c.Expr) -> CallShape:
        """What is the same each time a path comes to a call."""
        shape = self._shapes.get(call)
        if shape is None:
            shape = self._shapes[call] = CallShape(call, self.known(call.name), self.unwritten)
        return shape

    def _borrowed(self) -> frozenset[str]:
        """The variables that are good only while a section lasts, and entries of RCU lists."""
        found: set[str] = set()
        for stmt in self.graph.function.statements:
            value = stmt.value.bare if isinstance(stmt, c.Declare) and stmt.value else None
            if isinstance(stmt, c.Declare) and value is not None and self._is_borrowed(value):
                found.add(stmt.name)
            elif isinstance(stmt, c.Iterate) and "_rcu" in stmt.macro:
                found |= {arg.name for arg in stmt.args[:1] if arg.kind == "name"}
        for expr in self.graph.function.assignments:
            if self._is_borrowed(expr.parts[1].bare):
                found.add(expr.parts[0].text)
        return frozenset(found)

    def _is_borrowed(self, value: c.Expr) -> bool:
        fact = self.known(value.name) if value.kind == "call" else None
        return fact is not None and bool(fact.under)

    def _freeable(self) -> frozenset[str]:
        """The variables in what the function hands to calls that give it back."""
        found: set[str] = set()
        for call, fact in self._known:
            places = {release.where for release in fact.releases} | fact.consumes_on_failure
            for number, arg in enumerate(call.args, 1):
                if number in places:
                    found |= roots(arg.bare.text)
        return frozenset(found)

    def _hanging(self) -> bool:
        """Whether any call puts something on a list or takes it off, or sets work going."""
        return any(fact.links or fact.arms or fact.unlinks for _, fact in self._known)

    def _failure(self, name: str, fact: Fact | None) -> Failure | None:
        """How a call says that it failed; a guess from its name does not count."""
        if fact is not None and fact.failure is not None and fact.source != "pair":
            return fact.failure
        return self.facts.returned.get(name)

    def _shared(self) -> frozenset[str]:
        """What a call of this function takes one more reference of: get_device(dev)."""
        found: set[str] = set()
        for call in self.graph.function.calls:
            if counts_up(call.name):  # atomic_inc_not_zero(&p->refcount)
                found |= {base.text for arg in call.args if (base := pointed(arg)) is not None}
        for call, fact in self._known:
            if not fact.acquires:
                continue
            places = {fact.returns} | {a.where for a in fact.acquires}
            found |= {a.bare.text for n, a in enumerate(call.args, 1) if n in places}
        return frozenset(found)

    def resource(self, id: str) -> Resource | None:
        if id not in self._resources:
            self._resources[id] = self.known.resource(id)
        return self._resources[id]

    def argument_roots(self, site: Site) -> frozenset[str]:
        """The variables that a call's arguments start from."""
        names = self._roots.get(site.id)
        if names is None:
            texts = (self.canonical(arg) for arg in site.call.args)
            plain = (arg.bare.text for arg in site.call.args)
            names = frozenset(n for text in (*texts, *plain) for n in roots(text))
            self._roots[site.id] = names
        return names

    def all_roots(self, text: str) -> frozenset[str]:
        """The variables that a path starts from, also where its first one is a local alias."""
        names = roots(text)
        return names.union(*(roots(self.aliases[n]) for n in names if n in self.aliases))

    def ties(self, text: str, line: int) -> frozenset[str]:
        """The variables that a path starts from, and those to whose members it was written above
        a line."""
        stored = [place for place, at in self.stored_as.get(text, {}).items() if at < line]
        return self.all_roots(text).union(*(self.all_roots(place) for place in stored))

    def canonical(self, expr: c.Expr) -> str:
        """The text that names an object, with local aliases (`lock = &p->lock`) put in."""
        text = expr.bare.text
        return self.aliases.get(text, text)

    def use(
        self,
        kind: str,
        expr: c.Expr,
        val: Val,
        trail: Trail | None,
        via: c.Expr | None = None,
    ) -> None:
        if kind == "unset" and contradicts_itself(trail, self.steady):
            return
        key = (kind, expr.text, expr.line, val.origin, val.freed)
        if key not in self.uses:
            self.uses[key] = Use(kind, expr.text, expr, val, trail, via)  # type: ignore[arg-type]

    def unlooked(self, expr: c.Expr, trail: Trail | None, via: c.Expr | None) -> None:
        """Keep a pointer that is used and of which nothing is known, once a line."""
        key = (expr.text, expr.line)
        if key not in self.bare:
            self.bare[key] = Bare(self.canonical(expr), expr, trail, via)

    def call(self, site: Site, state: State) -> None:
        """Keep a call that is made under locks, once for each set of them."""
        held = tuple([h for h in state.held.values() if self._locks[h.resource]])
        if held and (site.id, held) not in self.calls:
            self.calls[site.id, held] = Call(site, held, state.trail)

    def give_back(self, held: Held, node: int) -> None:
        """A thing is given back at a node: so the calls that saw it before kept nothing."""
        self.released.setdefault(held.site, set()).add(node)
        self.things.add((held.resource, held.text, held.stored))
        for site in held.doubts:
            self.lenders.setdefault((site, held.text), set()).add(node)

    def not_held(self, site: Site, resource: Resource, key: str, text: str, trail: Trail) -> None:
        """Keep that a goto leads to a release of what its path does not hold, or the condition that
        has told that it could not be taken; once each."""
        jump = next((at for at in trail.back() if at.what in ("goto", "branch", "elided")), None)
        if jump is None or not text or not self.steady(text):
            return
        told = jump.what == "branch" and jump.before is not None and jump.before.what == "failed"
        if told or jump.what == "goto":
            at = (site.id, key, jump.node.id)
            self.loose.setdefault(at, Loose(site, resource.id, key, jump.node, trail))

    def look(self, state: State, key: str, val: Val, expr: c.Expr, mask: int) -> None:
        """Keep that a path tests what a call gave, once for each place and sort of test."""
        first = val.tested < 0
        seen = (val.origin, expr.line, mask, first)
        if val.origin and not val.stale and seen not in self.looks:
            self.looks[seen] = Look(val.origin, key, expr, mask, first, state.trail)

    def jump(self, state: State) -> None:
        """Keep what a path is about to return as it leaves by goto, once for each way there."""
        trail = state.trail
        assert trail is not None
        asked = trail.before.node.id if trail.before is not None else 0
        for name in self.returned:
            mask = state.get(name).mask
            key = (name, trail.node.id, asked, mask)
            if mask != ANY and key not in self.jumps:
                self.jumps[key] = Jump(name, mask, trail)

    def is_lock(self, held: Held) -> bool:
        return self._locks[held.resource]

    def steady(self, text: str) -> bool:
        """Whether an expression means the same wherever the function evaluates it."""
        return not roots(text) & self.unsteady

    def is_pointer(self, text: str) -> bool:
        return text in self.pointers


class _Locks(dict[str, bool]):
    """Whether a resource is a lock or a context like one; asked at each call on each path."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def __missing__(self, id: str) -> bool:
        resource = self._known.resource(id)
        self[id] = resource is not None and resource.kind in (Kind.LOCK, Kind.CONTEXT)
        return self[id]


class _Survey:
    """One pass over the function's text, before any path is walked."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.tests: Counter[str] = Counter()
        self.constants: set[str] = set()
        self.writes: Counter[str] = Counter()
        self.paths: dict[str, str] = {}
        self.dereferenced: set[str] = set()
        self.returned: set[str] = set()
        self.written: set[str] = set()
        self.elements: Counter[str] = Counter()

    def run(self) -> None:
        scene = self.scene
        function = scene.graph.function
        for parameter in function.params:
            self.writes[parameter.name] += 1
            scene.locals.add(parameter.name)
            if parameter.pointer:
                scene.pointers.add(parameter.name)
        for stmt in function.statements:
            self.statement(stmt)
        for expr in function.expressions:
            if expr.parts:
                self.expression(expr)
        for node in scene.graph.nodes:
            if node.kind == "cond" and node.expr is not None:
                self.test(node.expr)
            if node.kind == "switch" and node.expr is not None:
                self.cases(node.expr.text, node)
        scene.tracked |= {k for k, n in self.tests.items() if n > 1 or k in self.constants}
        scene.tracked |= {k for k in self.tests if k in self.dereferenced}
        scene.tracked |= {less for k in self.tests if (less := k.replace("==", "<")) in self.tests}
        scene.tracked |= self.returned
        if not function.whole:
            self.returned |= set(self.verdicts())
        scene.returned = frozenset(name for name in self.returned if name.isidentifier())
        scene.passing = {text for text, count in self.elements.items() if count == 1}
        scene.tested = frozenset(self.tests)
        scene.unsteady = {name for name, n in self.writes.items() if n > 1}
        scene.swept = self.declared_by_macros()
        made = {a.text for call in function.calls if call.name.isupper() for a in call.args[:1]}
        scene.own_structs = frozenset(scene.locals - scene.pointers | made)  # LIST_HEAD(done);
        scene.aliases = {
            name: text
            for name, text in self.paths.items()
            if self.writes[name] == 1 and name in scene.locals
        }

    def declared_by_macros(self) -> set[str]:
        """Variables that only a macro can have declared (`FOO_AUTO_FREE(p);`), to clean them up."""
        named = {
            arg.name
            for expr in self.scene.graph.function.expressions
            if expr.kind == "call" and expr.name.isupper() and len(expr.args) == 1
            for arg in expr.args
            if arg.kind == "name"
        }
        return named - self.scene.locals if self.scene.graph.function.whole else set()

    def verdicts(self) -> Iterator[str]:
        """What is likely to be returned where that is not shown: `if (ret) goto out;`.

        It is what a call has said, and no pointer.
        """
        for stmt in self.scene.graph.function.statements:
            if not isinstance(stmt, c.If) or not _jumps(stmt):
                continue
            test = read_test(stmt.cond)
            plain = test is not None and test.expr.kind == "name" and test.key == test.expr.name
            if test is not None and plain and test.key in self.written - self.scene.pointers:
                yield test.key

    def test(self, expr: c.Expr) -> None:
        compared = errno_compared(expr)
        if compared is not None:
            self.scene.errnos_asked.add(compared[0])
        test = read_test(expr)
        if test is None:
            return
        self.tests[test.key] += 1
        if test.key in self.scene.pointers or test.expr.kind == "member":
            self.scene.null_tested.add(test.key)

    def cases(self, text: str, node: Node) -> None:
        for _, edge in node.next:
            if isinstance(edge, c.Case) and edge.value is not None:
                self.tests[f"{text}=={edge.value.text}"] += 1

    def statement(self, stmt: c.Stmt) -> None:
        if isinstance(stmt, c.Declare):
            self.scene.locals.add(stmt.name)
            if stmt.pointer:
                self.scene.pointers.add(stmt.name)
            if stmt.value is not None:
                self.write(stmt.name, stmt.value)
        if isinstance(stmt, c.Return) and stmt.value is not None:
            self.returned.add(stmt.value.bare.text)
            if stmt.value.bare.name in ("dev_err_probe", "ERR_PTR"):
                self.returned |= {arg.text for arg in stmt.value.bare.args if arg.kind == "name"}
        if isinstance(stmt, c.Iterate):
            for arg in stmt.args:
                self.writes[arg.text] += 2

    def expression(self, expr: c.Expr) -> None:
        if expr.kind == "assign":
            if expr.op == "=":
                self.write(expr.parts[0].text, expr.parts[1])
            else:
                self.writes[expr.parts[0].text] += 2
        elif expr.kind == "postfix" or (expr.kind == "unary" and expr.op in ("++", "--", "&")):
            self.writes[expr.parts[0].text] += 2
        elif expr.kind == "conditional":
            for leaf in _leaves(expr.parts[0]):
                self.test(leaf)
        elif expr.kind == "member" and expr.op == "->":
            self.dereferenced.add(expr.parts[0].bare.text)
            self.pointer(expr.parts[0].bare)
        elif expr.kind == "unary" and expr.op == "*":
            self.pointer(expr.parts[0].bare)
        elif expr.kind == "index":
            self.elements[expr.text] += 1
        elif expr.kind == "call" and (fact := self.scene.known(expr.name)) is not None:
            used = (expr.args[n - 1] for n in fact.uses if n <= len(expr.args))
            self.dereferenced |= {base.text for arg in used if (base := pointed(arg)) is not None}

    def pointer(self, expr: c.Expr) -> None:
        """What is followed is a pointer, also where its declaration is not in sight."""
        if expr.kind == "name" and expr.name not in self.scene.locals:
            self.scene.pointers.add(expr.name)

    def write(self, text: str, value: c.Expr) -> None:
        self.writes[text] += 1
        if value.bare.kind == "call":
            self.written.add(text)
        if constant_mask(value) != ANY:
            self.constants.add(text)
        bare = value.bare
        if bare.kind == "call":
            self.scene.makers.setdefault(text, []).append(bare)
        if bare.kind == "member" or (bare.kind == "unary" and bare.op == "&"):
            if not any(e.kind in ("call", "index") for e in bare.walk()):
                self.paths[text] = bare.text
        elif bare.kind == "name" and bare.text in self.paths:
            self.paths[text] = self.paths[bare.text]
        if bare.kind == "name" and not text.isidentifier():
            self.scene.stored_as.setdefault(bare.text, {}).setdefault(text, bare.line)


def _leaves(cond: c.Expr) -> Iterator[c.Expr]:
    """What a condition asks one after the other: p and p->m of `p && !p->m`."""
    bare = cond.bare
    if bare.kind == "binary" and bare.op in ("&&", "||"):
        for part in bare.parts:
            yield from _leaves(part)
    else:
        yield cond


def _jumps(stmt: c.Stmt) -> bool:
    return any(isinstance(inner, c.Goto) for inner in c.statements(stmt))


def contradicts_itself(trail: Trail | None, steady: Callable[[str], bool]) -> bool:
    """Whether a path took both ways out of a condition whose outcome cannot have changed."""
    taken: dict[str, Edge] = {}
    for at in trail.back() if trail is not None else ():
        if at.what == "branch" and at.node.expr is not None:
            text = at.node.expr.text
            if taken.setdefault(text, at.edge) != at.edge and steady(text):
                return True
    return False
