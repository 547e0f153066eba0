"""What is the same each time a path comes to a call, worked out once."""

from __future__ import annotations

from collections.abc import Set
from functools import cached_property

from reviewbot.csource.facts import Fact
from reviewbot.csource.reading import VALUES
from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import ANY, POSSIBLE, roots

READ_HERE = ("summary", "pair")
"""Sources of facts that are no tables."""


class CallShape:
    """One call, with what is known of its callee. Arguments are numbered from 1.

    `evaluated` are those that are worth evaluating, `followed` the pointers that the callee
    follows, `filled` the variables without a value whose address it gets. `kernel`: it is a
    function of the kernel's own, and so knows no driver's own fields. `possible` is the mask
    of its value.
    """

    def __init__(self, call: Expr, fact: Fact | None, unwritten: Set[str]) -> None:
        """`unwritten` are the variables that are declared without a value."""
        self._args = args = call.args
        typeof = fact.typeof if fact is not None else frozenset()
        self.evaluated = tuple(
            number
            for number, arg in enumerate(args, 1)
            if not (arg.kind in VALUES or (arg.kind == "name" and arg.text not in unwritten))
            and number not in typeof
        )
        uses = fact.uses if fact is not None else ()
        followed = (pointed(args[number - 1]) for number in uses if number <= len(args))
        self.followed = tuple(pointer for pointer in followed if pointer is not None)
        self.filled = tuple(
            (number, arg.bare.parts[0].text)
            for number, arg in enumerate(args if unwritten else (), 1)
            if _is_address(arg) and arg.bare.parts[0].text in unwritten
        )
        self.kernel = fact is not None and fact.source not in READ_HERE
        failure = fact.failure if fact is not None else None
        self.possible = ANY if failure is None else POSSIBLE[failure]

    @cached_property
    def addressed(self) -> tuple[str, ...]:
        """The x of each argument `&x`."""
        return tuple(arg.bare.parts[0].bare.text for arg in self._args if _is_address(arg))

    @cached_property
    def handed(self) -> frozenset[str]:
        """The texts of the arguments: the callee has copies of these."""
        return frozenset(arg.bare.text for arg in self._args)

    @cached_property
    def written(self) -> frozenset[str]:
        """What changes where the call writes: the kernel's own write what they are handed."""
        return frozenset(name for arg in self._args for name in self._written(arg.bare))

    def _written(self, bare: Expr) -> frozenset[str]:
        whole = self.kernel and bare.kind == "member"
        return frozenset((bare.text,)) if whole else roots(bare.text)


def _is_address(arg: Expr) -> bool:
    return arg.bare.kind == "unary" and arg.bare.op == "&"


def pointed(arg: Expr) -> Expr | None:
    """The pointer that a callee follows when it is handed `arg`: p for `p` and for `&p->m`."""
    arg = arg.bare
    if arg.kind != "unary" or arg.op != "&":
        return arg if arg.kind in ("name", "member", "index", "call") else None
    inner = arg.parts[0].bare
    while inner.kind == "member" and inner.op == ".":
        inner = inner.parts[0].bare
    return inner.parts[0].bare if inner.kind == "member" else None
