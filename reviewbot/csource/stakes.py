"""What is at stake in a function: what may be freed, borrowed or counted, or hang somewhere."""

from __future__ import annotations

from reviewbot.csource import syntax as c
from reviewbot.csource.callshape import pointed
from reviewbot.csource.names import counts_up
from reviewbot.csource.summaries import Known
from reviewbot.csource.values import roots


class Stakes:
    """By what is known of its callees.

    `borrowed` are the variables that are good only while a section lasts, `freeable` those in what
    is handed to a call that gives it back, `shared` the texts of what a call takes one more
    reference of, `unlinked` the variables in what is taken off a list. `hanging`: something is
    put on a list or taken off, or set going. `loops_matter`: what a loop goes over may be freed
    or taken off.
    """

    def __init__(self, function: c.Function, known: Known) -> None:
        self._function = function
        self._lookup = known
        self._known = [
            (call, fact) for call in function.calls if (fact := known(call.name)) is not None
        ]
        self.borrowed = self._borrowed()
        self.freeable = self._freeable() | self.borrowed
        self.shared = self._shared()
        self.unlinked = frozenset(
            name
            for call, fact in self._known
            if fact.unlinks == 1 and call.args
            for name in roots(call.args[0].bare.text)
        )
        self.hanging = self._hanging()
        self.loops_matter = bool(self.freeable or self.unlinked) and any(
            isinstance(stmt, c.Iterate) for stmt in function.statements
        )

    def _borrowed(self) -> frozenset[str]:
        """The variables that are good only while a section lasts, and entries of RCU lists."""
        found: set[str] = set()
        for stmt in self._function.statements:
            value = stmt.value.bare if isinstance(stmt, c.Declare) and stmt.value else None
            if isinstance(stmt, c.Declare) and value is not None and self._is_borrowed(value):
                found.add(stmt.name)
            elif isinstance(stmt, c.Iterate) and "_rcu" in stmt.macro:
                found |= {arg.name for arg in stmt.args[:1] if arg.kind == "name"}
        for expr in self._function.assignments:
            if self._is_borrowed(expr.parts[1].bare):
                found.add(expr.parts[0].text)
        return frozenset(found)

    def _is_borrowed(self, value: c.Expr) -> bool:
        fact = self._lookup(value.name) if value.kind == "call" else None
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

    def _shared(self) -> frozenset[str]:
        """What a call of this function takes one more reference of: get_device(dev)."""
        found: set[str] = set()
        for call in self._function.calls:
            if counts_up(call.name):  # atomic_inc_not_zero(&p->refcount)
                found |= {base.text for arg in call.args if (base := pointed(arg)) is not None}
        for call, fact in self._known:
            if not fact.acquires:
                continue
            places = {fact.returns} | {a.where for a in fact.acquires}
            found |= {a.bare.text for n, a in enumerate(call.args, 1) if n in places}
        return frozenset(found)
