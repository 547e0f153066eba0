"""What kernel functions take, give back, may return and may not: data, from rules/facts/*.toml.

The file format is documented in rules/facts/README.md. Arguments count from 1, as in the
tables; "return" stands for the value that the function returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple


class Kind(StrEnum):
    """What sort of thing is taken; rules choose by it."""

    MEMORY = "memory"
    REFERENCE = "reference"
    ENABLE = "enable"  # clocks, regulators, runtime PM, started devices
    LOCK = "lock"
    CONTEXT = "context"  # rcu, preemption off, interrupts off: a lock without an object
    STATE = "state"  # what a function set and its counterpart, known by name, undoes
    OBJECT = "object"  # anything else that is created and destroyed (workqueue, irq, region)


class Failure(StrEnum):
    """How a function says that it failed."""

    NEVER = "never"
    NULL = "null"
    ERR_PTR = "err-ptr"
    NULL_OR_ERR_PTR = "null-or-err-ptr"
    NEGATIVE = "negative"  # an int below 0; 0 and more is success
    NONZERO = "nonzero"  # any int but 0
    NOT_POSITIVE = "not-positive"  # 0 and below: pm_runtime_get_if_active
    FALSE = "false"  # 0 is failure: trylocks, bool functions
    POSITIVE = "positive"  # the number of what is left undone: copy_from_user


@dataclass(frozen=True, slots=True)
class Resource:
    """One sort of thing that is taken and given back.

    `noun` reads well after "the" in a sentence. `linear`: an unknown function that is handed
    it takes it over (skb, urb). `singleton`: there is one, no argument names it (rcu, rtnl).
    `atomic`: who holds it must not sleep. `nests`: taking it twice is fine.
    `value`: the reference lies in a struct that others hold by value (struct path), so that
    path_put(&p->path) is not the end of p.
    `inner`: a lock that is named by what holds it, which functions are handed for other ends.
    `optional`: many never give it back, and do no harm by that; a function that does must always.
    `via`: members whose address stands for the whole: put_device(&pdev->dev) gives `pdev` back.
    """

    id: str
    kind: Kind
    noun: str
    linear: bool = False
    singleton: bool = False
    atomic: bool = False
    nests: bool = False
    value: bool = False
    inner: bool = False
    optional: bool = False
    via: tuple[str, ...] = ()

    @property
    def counted(self) -> bool:
        """Whether it is off only when each who switched it on has switched it off again."""
        return self.kind is Kind.ENABLE and self.nests


@dataclass(frozen=True, slots=True)
class Acquire:
    """`where` is 0 for the returned value, else the argument that names what is taken.

    out: the argument is the address of the variable that then holds it (`request_firmware(&fw,`).
    member: what is held is this member of the argument (`args.np` after
    of_parse_phandle_with_args(..., &args)). always: taken even when the function says that it
    failed (pm_runtime_get_sync, device_register).
    """

    resource: str
    where: int = 0
    out: bool = False
    member: str = ""
    always: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one function.

    borrows: arguments that are only looked at, never kept. keeps: arguments that outlive the
    call, their ownership goes over. consumes: ownership goes over even when the call fails.
    consumes_on_success: only when it does not; consumes_on_failure: only when it does (skb_pad
    frees the skb). uses: arguments that are dereferenced without a check. fills: addresses to
    which something is written even when it fails. typeof: arguments of which only the type is
    asked (kmalloc_obj(*p)). takes: core locks taken inside. callbacks_under: locks held while
    it calls back into drivers. waits_for: the contexts whose handlers it waits for or calls,
    those that are known by the argument waits_at. asserts: the argument that is a lock which
    must be held; asserts_held: its resource, where that is known. drops: locks that it may give
    back, whoever took them. sleeps: may sleep, whatever its arguments. gfp: the argument whose
    GFP flags decide whether it may sleep. undo: the functions that undo its effect. accepts: what
    a release takes without harm ("null", "err-ptr", "untaken"). variant: for locks, what must
    match between lock and unlock ("irqsave", "bh", "read", ...). flags: the argument that holds
    irq flags.
    """

    name: str
    acquires: tuple[Acquire, ...] = ()
    releases: tuple[Acquire, ...] = ()
    failure: Failure | None = None
    borrows: frozenset[int] = frozenset()
    borrows_all: bool = False
    keeps: frozenset[int] = frozenset()
    consumes: frozenset[int] = frozenset()
    consumes_on_success: frozenset[int] = frozenset()
    consumes_on_failure: frozenset[int] = frozenset()
    uses: frozenset[int] = frozenset()
    typeof: frozenset[int] = frozenset()
    fills: frozenset[int] = frozenset()
    sleeps: bool = False
    gfp: int = 0
    takes: tuple[str, ...] = ()
    callbacks_under: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    waits_at: int = 1
    asserts: int = 0
    asserts_held: str = ""
    undo: tuple[str, ...] = ()
    accepts: frozenset[str] = frozenset()
    variant: str = ""
    flags: int = 0
    noreturn: bool = False
    inside: int = 0  # it returns a pointer into the memory of this argument (netdev_priv)
    returns: int = 0  # it returns this argument (of_node_get, get_device): another name for it
    managed: bool = False  # devm and kin: the driver core gives it back
    shared: bool = False  # what it takes is one more reference to what its caller holds besides
    lends: bool = False  # whatever its name says, what it returns is not the caller's to give back
    links: int = 0  # &p->member as this argument: p hangs on a list from now on (list_add)
    unlinks: int = 0  # p hangs there no more (list_del)
    arms: int = 0  # &p->work as this argument will run on its own (schedule_work, mod_timer)
    disarms: int = 0  # it will not any more (cancel_work_sync, timer_delete)
    moves: int = 0  # the data of this argument may lie elsewhere afterwards (pskb_may_pull)
    under: str = ""  # what it returns is good only while this is held (rcu_dereference)
    managed_by: tuple[str, ...] = ()  # managed too where the driver has called one of these
    frees: tuple[tuple[int, str], ...] = ()  # what it frees of its arguments, or of the file
    drops: frozenset[str] = frozenset()  # resources it gives back somewhere, whoever took them
    ends: frozenset[tuple[str, str]] = frozenset()  # (resource, member) that it gives back
    reaches: frozenset[str] = frozenset()  # functions that it calls, as far as they are in sight
    source: str = ""


@dataclass(frozen=True, slots=True)
class GuardClass:
    """A class of guard(), scoped_guard() or CLASS(): what it holds until the scope ends.

    `conditional`: it can fail (mutex_intr, mutex_try). `where` is the argument that names
    the resource, 0 for the variable that CLASS declares.
    """

    name: str
    resource: str
    where: int = 1
    conditional: bool = False
    variant: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class FreeClass:
    """A class of __free(): what it gives back; `accepts` as in Fact."""

    name: str
    resources: tuple[str, ...]
    accepts: frozenset[str] = frozenset()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Iterator:
    """A loop macro. Its variable holds a reference inside the body if `resource` is set.

    `var` is the argument that is the loop variable; `scoped` releases by itself; `removable`:
    the entry may be removed inside the body.
    """

    name: str
    var: int = 1
    resource: str = ""
    scoped: bool = False
    removable: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class NullableField:
    """A member access that may be NULL, as a text suffix: `zbus->bus` fits `z->zbus->bus`."""

    path: str
    why: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class PrintHelper:
    """A printk helper that adds no newline by itself; `format` is the format's argument."""

    name: str
    format: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """A function that is gone since a release, and what to use instead. Where `header` has its
    name, it is still there, whatever the release."""

    name: str
    use: str
    since: tuple[int, int]
    header: str
    source: str = ""


class Registers(NamedTuple):
    """What hands a function of the driver over to be called, and the context that it runs in.

    `name` is a function or macro, whose argument `where` is the handler and `on` (0 for none)
    what it is known by; or `type.member`, an operation; or `.member`, which is assigned.
    """

    name: str
    where: int
    on: int
    context: str

    @property
    def first(self) -> str:
        """The word without which a text hands nothing over so: the function, type or member."""
        return self.name.removeprefix(".").partition(".")[0]


@dataclass(frozen=True, eq=False)
class Facts:
    """All tables, by name. Each set of them is equal to itself alone."""

    functions: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))
    resources: Mapping[str, Resource] = field(default_factory=lambda: MappingProxyType({}))
    guards: Mapping[str, GuardClass] = field(default_factory=lambda: MappingProxyType({}))
    frees: Mapping[str, FreeClass] = field(default_factory=lambda: MappingProxyType({}))
    iterators: Mapping[str, Iterator] = field(default_factory=lambda: MappingProxyType({}))
    fields: tuple[NullableField, ...] = ()
    printers: Mapping[str, PrintHelper] = field(default_factory=lambda: MappingProxyType({}))
    removed: Mapping[str, Removed] = field(default_factory=lambda: MappingProxyType({}))
    releases: tuple[tuple[str, tuple[int, int]], ...] = ()
    """(day as 2025-05-25, version), oldest first."""
    terminated: frozenset[str] = frozenset()
    """Structs whose tables are read up to an entry of zeroes."""
    options: frozenset[str] = frozenset()
    """Kconfig options that many know by name, without CONFIG_."""
    insiders: frozenset[str] = frozenset()  # functions with `inside`
    handlers: tuple[Registers, ...] = ()
    sleepers: frozenset[str] = frozenset()
    """Functions without an entry of their own that may sleep."""
    slow: frozenset[str] = frozenset()
    """Resources whose taking may sleep: mutexes and kin."""
    waiters: tuple[tuple[str, str], ...] = ()
    """(function, context) of all that waits for handlers."""
    by_value: frozenset[str] = frozenset()  # resources that some function returns
    returned: Mapping[str, Failure] = field(default_factory=lambda: MappingProxyType({}))
    """How functions without a failure of their own above say that they failed: only what a
    check should look like, not that every caller must check."""
    source_of: Callable[[str], str] = field(default=lambda name: "")
    """Where it was read how a function fails: the file first, "" for a function that none knows."""
    digest: str = ""

    @cached_property
    def takers(self) -> Mapping[str, tuple[str, ...]]:
        """By resource, the functions that take it and leave it to their caller to give back."""
        known = self.functions.items()
        return _by_resource((name, fact.acquires) for name, fact in known if not fact.managed)

    @cached_property
    def lockers(self) -> frozenset[str]:
        """The functions that take locks, or hold them inside, and the classes of guards."""
        locks = {each.id for each in self.resources.values() if each.kind is Kind.LOCK}
        known = self.functions.items()
        takes = (
            name
            for name, fact in known
            if fact.takes or any(a.resource in locks for a in fact.acquires)
        )
        return frozenset((*takes, *self.guards))

    @cached_property
    def waiting(self) -> frozenset[str]:
        """The functions that wait for handlers."""
        return frozenset(name for name, _ in self.waiters)

    @cached_property
    def givers(self) -> frozenset[str]:
        """The functions that give anything back."""
        known = self.functions.items()
        return frozenset(name for name, fact in known if fact.releases or fact.drops or fact.ends)

    @cached_property
    def releasers(self) -> Mapping[str, tuple[str, ...]]:
        """By resource, all functions that give it back."""
        return _by_resource((name, fact.releases) for name, fact in self.functions.items())

    @cached_property
    def undoers(self) -> Mapping[str, tuple[str, ...]]:
        """By resource, the functions that give it back and take nothing."""
        named = (
            (name, fact.releases) for name, fact in self.functions.items() if not fact.acquires
        )
        return _by_resource(named)


def _by_resource(
    named: Iterable[tuple[str, tuple[Acquire, ...]]],
) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for name, places in named:
        for place in places:
            found.setdefault(place.resource, {})[name] = None
    return {resource: tuple(names) for resource, names in found.items()}
