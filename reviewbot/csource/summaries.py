"""What a function of the same file or patch does to its arguments, read from its own text.

A summary is a Fact like those of the tables, but it is read without walking paths: what is
said of an argument holds on every path or is not said at all. `source` is "summary". Of most
callees little is ever asked, so each part of a summary is read when somebody asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from reviewbot.csource import syntax as c
from reviewbot.csource.facts import Acquire, Fact, Facts, Failure, Kind, Resource
from reviewbot.csource.freed import CASTS
from reviewbot.csource.names import may_keep
from reviewbot.csource.twin import Twin
from reviewbot.csource.words import words_in

SOURCE = "summary"
_UNKNOWN = Fact("", source=SOURCE)
_DEPTH = 2
"""How many calls deep a summary looks."""
_PATH = re.compile(r"^([a-z_]\w*)((?:(?:->|\.)\w+)*)$")
"""`table`, `p->buf`, `p->ring.buf`."""
_PEEKS = frozenset("IS_ERR IS_ERR_OR_NULL PTR_ERR PTR_ERR_OR_ZERO WARN_ON sizeof".split())


class Known(Protocol):
    """What is known of a function by name, and of the things that facts speak of."""

    def __call__(self, name: str) -> Fact | None: ...

    def resource(self, id: str) -> Resource | None: ...

    def function(self, name: str) -> c.Function | None: ...

    @property
    def near(self) -> frozenset[str]:
        """Resources that a named counterpart in the same function gives back."""


@dataclass(frozen=True, slots=True)
class Summaries:
    """Knows callees: from the tables first, then from the files in sight. Call it by name.

    A summary looks `_DEPTH` calls deep; what lies deeper is unknown, whoever asked first.
    `twin` are those of the other side.
    """

    facts: Facts
    functions: FunctionSource
    cache: dict[tuple[str, int], Fact | None] = field(default_factory=dict)
    twin: Twin | None = None

    def __call__(self, name: str, depth: int = _DEPTH) -> Fact | None:
        fact = self.facts.functions.get(name)
        if fact is not None or not name or not depth:
            return fact
        key = (name, depth)
        if key not in self.cache:
            self.cache[key] = self._read(key)
        return self.cache[key]

    def giving(self, name: str, depth: int) -> Fact | None:
        """What is known of a function that may give something back; None for most others."""
        if depth == 1 and name not in self.facts.functions:
            words = self.functions.words(name)
            if words is not None and words.isdisjoint(self.facts.givers):
                return None  # nothing that it calls does, so it need not be read
        return self(name, depth)

    def _read(self, key: tuple[str, int]) -> Fact | None:
        there = self.twin.get(key) if self.twin is not None else None
        if there is not None:
            return there
        function = self.functions.get(key[0])
        if function is None or not function.readable:
            return None
        return _Read.of(_Summary(function, self, key[1]))

    def resource(self, id: str) -> Resource | None:
        return self.facts.resources.get(id)

    def function(self, name: str) -> c.Function | None:
        return self.functions.get(name)

    @property
    def near(self) -> frozenset[str]:
        return frozenset()


class FunctionSource:
    """Looks a function up in the files of a side, the nearest file first.

    `read` are functions that were read already, by their text: the two sides of a patch share
    them. Their lines are those of the side that was read first, so they are good for what a
    function does and not for where it stands.
    """

    def __init__(self, files: Iterable[Any], read: dict[bytes, c.Function]) -> None:
        self._files = tuple(files)
        self._read = read
        self._words: dict[str, frozenset[str] | None] = {}

    def get(self, name: str) -> c.Function | None:
        for file in self._files:
            text = file.source(name)
            found = self._read.get(text) if text else file.function(name)
            if found is None and text:
                found = self._read[text] = file.function(name)
            if isinstance(found, c.Function):
                return found
        return None

    def text(self, name: str) -> bytes | None:
        """Of a function's definition, b"" for none; None where it is not whole."""
        for file in self._files:
            text: bytes = file.source(name)
            if text or name in file.names:
                return text or None
        return b""

    def words(self, name: str) -> frozenset[str] | None:
        """Those of a function's definition; None where it is not whole."""
        if name not in self._words:
            text = self.text(name)
            self._words[name] = None if text is None else words_in(text)
        return self._words[name]

    @cached_property
    def names(self) -> frozenset[str]:
        """All functions that are defined here."""
        return frozenset[str]().union(*(file.names for file in self._files))


class _Read(Fact):
    """A fact whose fields are read one by one, each when it is first asked for."""

    __slots__ = ("_summary",)
    _summary: _Summary

    @classmethod
    def of(cls, summary: _Summary) -> _Read:
        fact = cls.__new__(cls)
        object.__setattr__(fact, "_summary", summary)
        return fact

    def __getattr__(self, name: str) -> Any:
        """Of a field that has no value yet; Python asks here for nothing else."""
        value = self._summary.read(name)
        object.__setattr__(self, name, value)
        return value


class _Summary:
    """Reads one function, `depth` calls deep."""

    def __init__(self, function: c.Function, known: Summaries, depth: int) -> None:
        self.function = function
        self.known = known
        self.depth = depth - 1
        self.params = {p.name: number for number, p in enumerate(function.params, 1)}
        self.calls = function.calls

    def read(self, field: str) -> object:
        """The value of a field of the fact."""
        match field:
            case "name":
                return self.function.name
            case "releases":
                return tuple(self.releases())
            case "frees":
                return tuple(dict.fromkeys(self.frees()))
            case "failure":
                return self.failure()
            case "borrows":
                return frozenset(self.borrows() if self.function.whole else ())
            case "keeps":
                return self.keeps
            case "uses":
                return frozenset(self.uses() if self.function.whole else ())
            case "sleeps":
                return self.sleeps()
            case "drops":
                return frozenset(self.drops())
            case "ends":
                return frozenset(self.ends())
            case "reaches":
                return frozenset(self.reaches())
        return getattr(_UNKNOWN, field)

    # -- arguments

    @cached_property
    def keeps(self) -> frozenset[int]:
        kept = (number for number, verdict in self.handed.items() if verdict == "keeps")
        return frozenset((*kept, *self.stored()))

    def borrows(self) -> Iterator[int]:
        for number in self.params.values():
            if number not in self.keeps and self.handed.get(number) != "unknown":
                yield number

    @cached_property
    def handed(self) -> dict[int, str]:
        """For each parameter that goes into a call: whether the callee keeps it, if known."""
        verdicts: dict[int, str] = {}
        for call in self.calls:
            if call.name in _PEEKS:
                continue
            for number, arg in enumerate(call.args, 1):
                root = _root(arg)
                param = self.params.get(root) or self.holders.get(root)
                if param is None or arg.bare.kind == "member":
                    continue
                verdict = self.verdict(call, number)
                if verdict and verdicts.get(param) != "keeps":
                    verdicts[param] = verdict
        return verdicts

    @cached_property
    def holders(self) -> dict[str, int]:
        """The locals that are what a parameter lies in: `vec = container_of(p, ...)`."""
        made = ((name, value.bare) for name, value in self.writes)
        return {
            name: self.params[value.args[0].bare.text]
            for name, value in made
            if value.kind == "call" and value.args and CASTS.match(value.name)
            if value.args[0].bare.text in self.params
        }

    def verdict(self, call: c.Expr, number: int) -> str:
        fact = self.known(call.name, self.depth)
        if fact is None:
            return "unknown" if may_keep(call.name) else ""
        if number in fact.keeps or number in fact.consumes or self.frees_it(fact, number):
            return "keeps"
        if fact.borrows_all or number in fact.borrows:
            return ""
        if any(r.where == number for r in fact.releases):
            return "keeps"
        return "unknown" if may_keep(call.name) else ""

    def frees_it(self, fact: Fact, number: int) -> bool:
        """Whether a call frees this argument; a count that it gives back is another matter."""
        ids = [release.resource for release in fact.releases if release.where == number]
        kinds = [r.kind for id in ids if (r := self.known.resource(id)) is not None]
        return Kind.MEMORY in kinds

    def stored(self) -> Iterator[int]:
        """Parameters that are written somewhere, or returned."""
        for stmt in self.function.statements:
            if isinstance(stmt, c.Return) and stmt.value is not None:
                yield from self.numbers(stmt.value)
            if isinstance(stmt, c.Declare) and stmt.value is not None:
                yield from self.numbers(stmt.value)
        for expr in self.function.assignments:
            yield from self.numbers(expr.parts[1])

    def numbers(self, value: c.Expr) -> Iterator[int]:
        bare = value.bare
        if bare.kind == "name" and bare.name in self.params:
            yield self.params[bare.name]
        elif bare.kind in ("braces", "conditional"):
            for part in bare.parts:
                yield from self.numbers(part)
        elif bare.kind == "unary" and bare.op == "&" and _root(bare) in self.params:
            yield self.params[_root(bare)]

    def releases(self) -> Iterator[Acquire]:
        """The parameters that are released on every path."""
        for call, asked in self.sure_calls():
            for text, resource in self.given(call):
                number = self.params.get(text)
                if number is None or asked not in ("", text):
                    continue
                if not self.took(call, text, resource):
                    yield Acquire(resource.id, number)

    def took(self, release: c.Expr, text: str, resource: Resource) -> bool:
        """Whether the function itself has taken what it gives back there, as far as its text says:
        a lock around a few lines is nothing that the caller held."""
        for call in self.calls:
            if call is release:
                return False
            fact = self.known.facts.functions.get(call.name)  # no summary tells what is taken
            for taken in fact.acquires if fact is not None else ():
                at = taken.where if taken.resource == resource.id else 0
                if 0 < at <= len(call.args) and call.args[at - 1].bare.text == text:
                    return True
        return False

    def frees(self) -> Iterator[tuple[int, str]]:
        """What else is freed on every path and left as it is: `(1, "->buf")`, `(0, "table")`."""
        own = {s.name for s in self.function.statements if isinstance(s, c.Declare)}
        for call, asked in self.sure_calls():
            for text, resource in self.given(call):
                path = _PATH.match(text)
                if path is None or resource.kind is not Kind.MEMORY or asked not in ("", text):
                    continue
                root, rest = path.groups()
                named = (root in self.params) if rest else root not in own | set(self.params)
                if named and not any(
                    e.kind == "assign" and e.line > call.line and e.parts[0].text == text
                    for e in self.function.expressions
                ):
                    yield (self.params[root], rest) if rest else (0, root)

    def sure_calls(self) -> Iterator[tuple[c.Expr, str]]:
        """The calls at the top of the body, and those under `if (x)` with the text of x."""
        for stmt in self.function.body.body:
            asked = ""
            if isinstance(stmt, c.If) and stmt.other is None:
                asked, stmt = stmt.cond.bare.text, stmt.then
            inner = stmt.body if isinstance(stmt, c.Block) else (stmt,)
            for one in inner:
                if isinstance(one, c.ExprStmt) and one.expr.kind == "call":
                    yield one.expr, asked
            if any(isinstance(s, (c.Return, c.Goto)) for s in c.statements(stmt)):
                return

    def given(self, call: c.Expr) -> Iterator[tuple[str, Resource]]:
        """What a call gives back, by name."""
        fact = self.known.giving(call.name, self.depth)
        for release in fact.releases if fact is not None else ():
            resource = self.known.resource(release.resource)
            if resource is not None and 0 < release.where <= len(call.args):
                yield call.args[release.where - 1].bare.text, resource

    def uses(self) -> Iterator[int]:
        """Pointer parameters that are dereferenced and that nobody compares with anything."""
        read: set[str] = set()
        tested: set[str] = set()
        for stmt in self.function.statements:
            if isinstance(stmt, (c.If, c.Loop)):
                tested.update(top.bare.text for top in c.expressions(stmt))
        for expr in self.function.expressions:
            _tests(expr, tested)
            if expr.kind == "member" and expr.op == "->":
                read.add(expr.parts[0].bare.text)
        written = self.written()
        asked = {each for name, of in self.derived() if name in tested for each in of}
        for name, number in self.params.items():
            if name in read and name not in tested | asked | written:
                yield number

    def derived(self) -> Iterator[tuple[str, frozenset[str]]]:
        """Locals that are made of parameters alone: `lumo = to_lumo(dev)` is NULL as dev is."""
        for stmt in self.function.statements:
            if isinstance(stmt, c.Declare) and stmt.value is not None:
                yield stmt.name, _made_of(stmt.value)
        for expr in self.function.assignments:
            if expr.op == "=":
                yield expr.parts[0].text, _made_of(expr.parts[1])

    def written(self) -> set[str]:
        return {
            e.parts[0].text
            for e in self.function.expressions
            if e.kind == "assign" or (e.kind == "unary" and e.op == "&")
        }

    # -- the function as a whole

    def drops(self) -> Iterator[str]:
        """Locks, enables and contexts that the function gives back somewhere."""
        for call in self.calls:
            fact = self.known.giving(call.name, self.depth)
            if fact is None:
                continue
            yield from fact.drops
            for release in fact.releases:
                resource = self.known.facts.resources.get(release.resource)
                if resource is not None and resource.kind is not Kind.MEMORY:
                    yield release.resource

    def ends(self) -> Iterator[tuple[str, str]]:
        """The members that the function gives back somewhere, by the resource and the last name."""
        for call in self.calls:
            fact = self.known.giving(call.name, self.depth)
            if fact is None:
                continue
            yield from fact.ends
            for release in fact.releases:
                if 0 < release.where <= len(call.args):
                    member = self.member(call.args[release.where - 1])
                    if member:
                        yield release.resource, member

    def member(self, arg: c.Expr) -> str:
        """The member that an argument is, or that the local variable was read from."""
        place = _place(arg)
        if place.kind == "name":
            place = next((_place(v) for n, v in self.writes if n == place.name), place)
        return place.name if place.kind == "member" else ""

    @cached_property
    def writes(self) -> tuple[tuple[str, c.Expr], ...]:
        """What is written to variables: the name, and the value."""
        found = [(e.parts[0].text, e.parts[1]) for e in self.function.expressions if e.op == "="]
        for stmt in self.function.statements:
            if isinstance(stmt, c.Declare) and stmt.value is not None:
                found.append((stmt.name, stmt.value))
        return tuple(found)

    def reaches(self) -> Iterator[str]:
        for call in self.calls:
            yield call.name
            fact = self.known(call.name, self.depth)
            yield from fact.reaches if fact is not None else ()

    def sleeps(self) -> bool:
        return any(
            (fact := self.known.facts.functions.get(call.name)) is not None and fact.sleeps
            for call in self.calls
        )

    def failure(self) -> Failure | None:
        """How a function that returns a pointer says that it failed, if its text tells."""
        if not self.function.returns.rstrip().endswith("*") or not self.function.whole:
            return None
        null = error = False
        for stmt in self.function.statements:
            if isinstance(stmt, c.Return) and stmt.value is not None:
                null |= stmt.value.bare.text == "NULL"
                error |= stmt.value.bare.kind == "call" and stmt.value.bare.name == "ERR_PTR"
        if null and error:
            return Failure.NULL_OR_ERR_PTR
        return Failure.NULL if null else Failure.ERR_PTR if error else None


def _tests(expr: c.Expr, tested: set[str]) -> None:
    """The texts that are compared: operands of !, &&, ||, ?:, == and kin."""
    if expr.kind == "binary":
        tested.update(part.bare.text for part in expr.parts)
    elif (expr.kind == "unary" and expr.op == "!") or expr.kind == "conditional":
        tested.add(expr.parts[0].bare.text)
    elif expr.kind == "call" and expr.name.startswith(("IS_ERR", "WARN_ON", "BUG_ON")):
        tested.update(arg.bare.text for arg in expr.args)


def _made_of(value: c.Expr) -> frozenset[str]:
    """p for `p` and for `to_foo(p)`."""
    value = value.bare
    if value.kind == "call" and value.args:
        value = value.args[0].bare
    return frozenset([value.name] if value.kind == "name" else [])


def _place(expr: c.Expr) -> c.Expr:
    """What `&p->m[i]` names: p->m."""
    expr = expr.bare
    while expr.kind == "index" or (expr.kind == "unary" and expr.op == "&"):
        expr = expr.parts[0].bare
    return expr


def _root(expr: c.Expr) -> str:
    """The variable that `p`, `&p->m` or `p[i]` starts from; "" for anything else."""
    expr = expr.bare
    while expr.kind in ("member", "index") or (expr.kind == "unary" and expr.op == "&"):
        expr = expr.parts[0].bare
    return expr.name if expr.kind == "name" else ""
