"""C as rules see it: plain expressions, statements and functions, free of the parser.

Line numbers are those of the file on the side that was read (before or after the patch),
from 1, also where only hunks were in sight.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(eq_default=False, frozen_default=True)
def node(cls: type[T]) -> type[T]:
    """A class of immutable things, each equal to itself alone.

    The type checker holds the promise: what Python freezes itself takes half as long again to
    make, and a patch makes ten thousands of expressions.
    """
    return dataclass(slots=True, eq=False)(cls)


ExprKind = Literal[
    "name",  # foo                  name
    "number",  # 0x10UL
    "string",  # "a" "b" FMT          parts: the pieces, where there are several
    "char",  # 'c'
    "call",  # f(a, b)              parts: (callee, a, b)
    "member",  # a->b, a.b            parts: (a,); name b; op "->" or "."
    "index",  # a[i]                 parts: (a, i)
    "unary",  # !a -a ~a *a &a ++a   parts: (a,); op
    "postfix",  # a++ a--              parts: (a,); op
    "binary",  # a + b, a && b        parts: (a, b); op
    "assign",  # a = b, a += b        parts: (a, b); op
    "conditional",  # a ? b : c, a ?: c    parts: (a, b, c); for ?: b is a
    "cast",  # (type)a              parts: (a,); op is the type's text
    "sizeof",  # sizeof(a)            parts: (a,) or (); op is the operator's name
    "comma",  # a, b                 parts: (a, b)
    "braces",  # { a, .b = c }        parts: the values
    "block",  # ({ ... })            parts: every expression inside, in order
    "type",  # a type as an argument
    "other",  # anything else        parts: the expressions inside
]


@node
class Expr:
    """One expression. Parentheses are gone; casts are kept.

    `text` is canonical: no comments, no white space but one blank between two words, and
    parentheses only where precedence needs them, so equal texts mean equal expressions.
    `name` is set for names and members, and for a call by name (the callee's).
    """

    kind: ExprKind
    text: str
    line: int
    end_line: int
    op: str = ""
    name: str = ""
    parts: tuple[Expr, ...] = ()

    @property
    def args(self) -> tuple[Expr, ...]:
        """The arguments of a call; empty for anything else."""
        return self.parts[1:] if self.kind == "call" else ()

    @property
    def bare(self) -> Expr:
        """The expression without the casts around it."""
        expr = self
        while expr.kind == "cast":
            expr = expr.parts[0]
        return expr

    def walk(self) -> list[Expr]:
        """The expression and all inside it, outermost first, in the order of the text."""
        if not self.parts:
            return [self]
        found: list[Expr] = []
        todo = [self]
        while todo:
            expr = todo.pop()
            found.append(expr)
            if expr.parts:
                todo.extend(expr.parts[::-1])
        return found


@node
class Stmt:
    line: int
    end_line: int


@node
class ExprStmt(Stmt):
    expr: Expr


@node
class Declare(Stmt):
    """One declared name (a declaration of three names gives three). Clean-up is __free()."""

    name: str
    type: str
    pointer: bool = False
    array: bool = False
    static: bool = False
    value: Expr | None = None
    cleanup: str = ""


@node
class Block(Stmt):
    body: tuple[Stmt, ...]


@node
class If(Stmt):
    cond: Expr
    then: Stmt
    other: Stmt | None = None


@node
class Loop(Stmt):
    """while, do and for. `cond` None means forever."""

    kind: Literal["while", "do", "for"]
    cond: Expr | None
    body: Stmt
    init: tuple[Stmt, ...] = ()
    update: Expr | None = None


@node
class Iterate(Stmt):
    """A loop made by a macro: list_for_each_entry(pos, head, member) body."""

    macro: str
    args: tuple[Expr, ...]
    body: Stmt


@node
class MacroBlock(Stmt):
    """An unknown macro with a body: it may run once, or never."""

    macro: str
    args: tuple[Expr, ...]
    body: Stmt


@node
class Guard(Stmt):
    """guard(mutex)(&l); CLASS(fdget, f)(fd); ACQUIRE(mutex_intr, l)(&x);

    `macro` is what was written, `type` the guard class, `name` the variable ("" for guard).
    """

    macro: str
    type: str
    name: str
    args: tuple[Expr, ...]


@node
class Guarded(Stmt):
    """scoped_guard(mutex, &l) body; in the kernel a `for` that runs once.

    `fail` is the statement argument of scoped_cond_guard (`return -EINTR`), else None.
    """

    macro: str
    type: str
    args: tuple[Expr, ...]
    body: Stmt
    fail: Stmt | None = None


@node
class Switch(Stmt):
    value: Expr
    body: Stmt


@node
class Case(Stmt):
    """A mark inside a switch; `value` None is default. What follows it are its siblings."""

    value: Expr | None


@node
class Label(Stmt):
    """A mark; the labelled statement is the next sibling."""

    name: str


@node
class Goto(Stmt):
    label: str


@node
class Break(Stmt):
    pass


@node
class Continue(Stmt):
    pass


@node
class Return(Stmt):
    value: Expr | None


@node
class Elided(Stmt):
    """Code that the diff does not show. Nothing is known after it."""


@node
class Unread(Stmt):
    """Code that the parser could not read (or inline assembly): anything may happen here."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: str
    pointer: bool


@dataclass(frozen=True, eq=False)
class Function:
    """A function's definition, or as much of it as the hunks show.

    `whole` says that nothing is elided; `readable` that the parser met no error inside.
    `returns` is the type's text with its stars (`struct foo *`), "" where it is not in sight.
    """

    name: str
    returns: str
    params: tuple[Parameter, ...]
    static: bool
    body: Block
    line: int
    end_line: int
    whole: bool = True
    readable: bool = True

    @cached_property
    def statements(self) -> tuple[Stmt, ...]:
        """All statements of the body, in the order of the text."""
        return tuple(statements(self.body))

    @cached_property
    def expressions(self) -> tuple[Expr, ...]:
        """All expressions of the body, each followed by those inside it."""
        tops = (top for stmt in self.statements for top in expressions(stmt))
        return tuple(expr for top in tops for expr in top.walk())

    @cached_property
    def shadowed(self) -> frozenset[str]:
        """Names that an inner block declares again: they mean two variables."""
        return frozenset(_declared_again(self.body, frozenset(p.name for p in self.params)))

    @cached_property
    def assignments(self) -> tuple[Expr, ...]:
        """All assignments of the body (`a = b`, `a += b`), in the order of the text."""
        return tuple(expr for expr in self.expressions if expr.kind == "assign")

    @cached_property
    def first_values(self) -> dict[str, Expr]:
        """The value that each variable is declared with; of two of a name the first one's."""
        found: dict[str, Expr] = {}
        for stmt in self.statements:
            if isinstance(stmt, Declare) and stmt.value is not None:
                found.setdefault(stmt.name, stmt.value)
        return found

    @cached_property
    def calls(self) -> tuple[Expr, ...]:
        """All calls of the body, in the order of the text."""
        return tuple(expr for expr in self.expressions if expr.kind == "call")


def _declared_again(stmt: Stmt, outer: frozenset[str]) -> Iterator[str]:
    names = set(outer)
    for inner in inner_statements(stmt):
        if isinstance(inner, Declare):
            if inner.name in outer:
                yield inner.name
            names.add(inner.name)
        yield from _declared_again(inner, frozenset(names))


def statements(stmt: Stmt) -> list[Stmt]:
    """The statement and all inside it, in the order of the text."""
    found: list[Stmt] = []
    todo = [stmt]
    while todo:
        stmt = todo.pop()
        found.append(stmt)
        todo.extend(reversed(inner_statements(stmt)))
    return found


def inner_statements(stmt: Stmt) -> tuple[Stmt, ...]:
    """The statements directly inside."""
    match stmt:
        case Block(body=body):
            return body
        case If(then=then, other=other):
            return (then,) if other is None else (then, other)
        case Loop(init=init, body=inner):
            return (*init, inner)
        case Guarded(fail=fail, body=inner):
            return (inner,) if fail is None else (fail, inner)
        case Iterate(body=inner) | MacroBlock(body=inner) | Switch(body=inner):
            return (inner,)
    return ()


def expressions(stmt: Stmt) -> tuple[Expr, ...]:
    """The expressions that stand directly in the statement, not in those inside it."""
    match stmt:
        case ExprStmt(expr=expr) | Switch(value=expr) | If(cond=expr):
            return (expr,)
        case Declare(value=value) | Return(value=value) | Case(value=value):
            return () if value is None else (value,)
        case Loop(cond=cond, update=update):
            return tuple(e for e in (cond, update) if e is not None)
        case Iterate(args=args) | MacroBlock(args=args) | Guard(args=args) | Guarded(args=args):
            return args
    return ()
