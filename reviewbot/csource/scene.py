"""What holds for a whole function while its paths are walked, and where events are kept."""

from __future__ import annotations

from collections.abc import Callable

from reviewbot.csource import syntax as c
from reviewbot.csource.asked import Asked, read_asked
from reviewbot.csource.callshape import CallShape
from reviewbot.csource.cfg import Edge, Graph
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
from reviewbot.csource.reading import Read, reads, starts_unset
from reviewbot.csource.stakes import Stakes
from reviewbot.csource.summaries import Known
from reviewbot.csource.survey import Survey
from reviewbot.csource.values import ANY, Held, State, Trail, Val, roots


class Scene:
    """One function while it is walked: its names, its call sites, and what was seen.

    What a survey and the stakes tell of the function is here by the same names. `released` are
    the call sites whose result some path gave back, `given` the (resource, text) that some path
    gave back; `things` what was held as it was given back: its resource, its text, and whether
    it was stored; `unheld` the (resource, text) that some path gives back and does not hold;
    `lenders` the (site, text) of what calls are proven not to have kept, for it was released after
    them, with the nodes where it was. `early` are the (text, line) of tests that a path
    reached without a use before, `unwritten` the variables that are declared without a value,
    `labels` the names of labels that nothing else has.
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
        self.released: dict[int, set[int]] = {}
        self.given: set[tuple[str, str]] = set()
        self.unheld: set[tuple[str, str]] = set()
        self.lenders: dict[tuple[int, str], set[int]] = {}
        self.own: set[int] = set()
        self.things: set[tuple[str, str, bool]] = set()
        self.uses: dict[tuple[object, ...], Use] = {}
        self.bare: dict[tuple[str, int], Bare] = {}
        self.calls: dict[tuple[object, ...], Call] = {}
        self.late: dict[tuple[object, ...], LateTest] = {}
        self.early: set[tuple[str, int]] = set()
        self.looks: dict[tuple[object, ...], Look] = {}
        self.errnos: dict[tuple[object, ...], Errno] = {}
        self.jumps: dict[tuple[object, ...], Jump] = {}
        self.slips: dict[tuple[object, ...], LockSlip] = {}
        self.loose: dict[tuple[int, str, int], Loose] = {}
        self.takers: dict[str, set[int]] = {}
        self.exits: list[Exit] = []
        self.overflow = False
        self.calls_made = graph.function.calls
        self.labels = labels_alone(graph.function)
        self.movable = movable(graph.function, known)
        survey = Survey(graph, known)
        self.locals, self.pointers = survey.locals, survey.pointers
        self.tested, self.null_tested = survey.tested, survey.null_tested
        self.tracked, self.returned = survey.tracked, survey.returned
        self.errnos_asked, self.passing = survey.errnos_asked, survey.passing
        self.makers, self.stored_as = survey.makers, survey.stored_as
        self.aliases, self.unsteady = survey.aliases, survey.unsteady
        self.swept, self.own_structs = survey.swept, survey.own_structs
        stakes = Stakes(graph.function, known)
        self.borrowed, self.freeable = stakes.borrowed, stakes.freeable
        self.shared, self.unlinked = stakes.shared, stakes.unlinked
        self.hanging, self.loops_matter = stakes.hanging, stakes.loops_matter

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

    def _failure(self, name: str, fact: Fact | None) -> Failure | None:
        """How a call says that it failed; a guess from its name does not count."""
        if fact is not None and fact.failure is not None and fact.source != "pair":
            return fact.failure
        return self.facts.returned.get(name)

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


def contradicts_itself(trail: Trail | None, steady: Callable[[str], bool]) -> bool:
    """Whether a path took both ways out of a condition whose outcome cannot have changed."""
    taken: dict[str, Edge] = {}
    for at in trail.back() if trail is not None else ():
        if at.what == "branch" and at.node.expr is not None:
            text = at.node.expr.text
            if taken.setdefault(text, at.edge) != at.edge and steady(text):
                return True
    return False
