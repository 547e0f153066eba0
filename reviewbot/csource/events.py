"""What the engine saw on the paths of a function: the material that rules judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reviewbot.csource.cfg import Node
from reviewbot.csource.facts import Fact, Failure
from reviewbot.csource.syntax import Expr
from reviewbot.csource.values import Held, Trail, Val


@dataclass(frozen=True, slots=True)
class Site:
    """One call in the text. `id` counts from 1 in the order in which paths met the calls.

    `target` is the text that its value is assigned to, "" for none. `failure` is how the call
    says that it failed, where that is known at all: by its fact or by Facts.returned.
    """

    id: int
    call: Expr
    fact: Fact | None
    target: str
    failure: Failure | None = None

    @property
    def name(self) -> str:
        return self.call.name or self.call.parts[0].text


Wrong = Literal["null", "err", "unset", "scoped"]
Gone = Literal["freed", "again", "more", "counted", "lent", "linked", "armed"]


@dataclass(frozen=True, slots=True)
class Use:
    """A value used in a way that its path forbids.

    null: dereferenced though it may be NULL; err: though it may be an error pointer; freed:
    used after its release; again: released twice; more: a reference put after one that was not
    this function's own, so that there were two of them; counted: freed outright while a reference
    that this path took is still there; unset: read before anything was written; scoped: an error
    pointer that the end of its scope hands to a clean-up which does not take one; lent: a
    field of which a lookup puts the reference that nobody took here; linked:
    freed while it hangs on a list that `val.origin` put it on; armed: freed while work or a
    timer in it is queued, by `val.origin`.
    `key` is the value, `via` the call that uses it unchecked, or None for a plain use.
    """

    kind: Literal[
        "null",
        "err",
        "freed",
        "again",
        "more",
        "counted",
        "unset",
        "scoped",
        "lent",
        "linked",
        "armed",
    ]
    key: str
    expr: Expr
    val: Val
    trail: Trail | None
    via: Expr | None = None


@dataclass(frozen=True, slots=True)
class Bare:
    """A pointer of which nothing is known, used where its path has not looked at it before.

    `key` is the pointer with local aliases put in (`host->bus` for `bus = host->bus`), `via`
    the call that uses it unchecked, or None where it is dereferenced here.
    """

    key: str
    expr: Expr
    trail: Trail | None
    via: Expr | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call made while locks were held."""

    site: Site
    held: tuple[Held, ...]
    trail: Trail | None


@dataclass(frozen=True, slots=True)
class LateTest:
    """A value compared with NULL after the same path has dereferenced it at `used`."""

    key: str
    expr: Expr
    used: int
    trail: Trail | None


@dataclass(frozen=True, slots=True)
class Look:
    """What the call `site` gave is tested at `expr`, under the name `key`.

    `mask` is what the test tells from the rest: ZERO for `!p`, ERR for IS_ERR(p), both for
    IS_ERR_OR_NULL(p). `first`: the path had not looked at it before.
    """

    site: int
    key: str
    expr: Expr
    mask: int
    first: bool
    trail: Trail | None


@dataclass(frozen=True, slots=True)
class Errno:
    """PTR_ERR() or ERR_CAST() of the pointer `key`, and what the path knows of it there."""

    key: str
    expr: Expr
    val: Val
    trail: Trail | None


@dataclass(frozen=True, slots=True)
class Exit:
    """A path that leaves the function. `mask` is what it returns (ANY where nothing is known).

    `value` is None for a function without value, `line` where the return stands. `call` is the
    call whose verdict is handed on untested, `giver` the call that gave the value, tested or
    not. `given` are the sites whose result was given back
    at a place from which the control flow can come here; `lent` the calls that such a release
    proves to have kept nothing, each with the text of what it did not keep.
    """

    value: Expr | None
    mask: int
    line: int
    held: tuple[Held, ...]
    trail: Trail
    call: Site | None = None
    giver: Site | None = None
    given: frozenset[int] = frozenset()
    lent: frozenset[tuple[int, str]] = frozenset()
    freed: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Loose:
    """A goto leads to a call that gives back what the path does not hold: not taken, or gone.

    `key` is what Held is known by on the path, `takers` the call sites that take it. No
    condition stands between the goto and the call. In place of the goto, `jump` may be the
    condition that has told that the thing could not be taken.
    """

    site: Site
    resource: str
    key: str
    jump: Node
    trail: Trail
    takers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Jump:
    """A goto that a path takes while `name`, which the function returns somewhere, is `mask`.

    Paths that come to a label alike are walked on as one, so an exit tells of the first only.
    """

    name: str
    mask: int
    trail: Trail


@dataclass(frozen=True, slots=True)
class LockSlip:
    """What a path did wrong with a lock, at `site`; `held` is how it was taken before.

    twice: taken again; not-held: given back again; variant: given back by a call that does not
    fit; guarded: given back by hand though a guard does it as well (`site` is the unlock);
    flags: the interrupt flags went into a variable that still keeps those of another lock.
    irqs-on: interrupts are switched on though `held` was taken with interrupts off.
    """

    kind: Literal["twice", "not-held", "variant", "guarded", "flags", "irqs-on"]
    site: Site
    held: Held
    trail: Trail | None
