"""Control flow of one function: conditions split into leaves, clean-up on every way out.

A graph has one entry; every path ends in a node without successors ("return", "end",
"halt", or a goto whose label is not in sight). Clean-up nodes for guard(), scoped_guard(),
__free() and CLASS() stand, last in first out, on each edge that leaves their scope.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Literal

from reviewbot.csource import syntax as c

NodeKind = Literal[
    "entry",
    "expr",  # evaluate `expr`
    "declare",  # `stmt` is the Declare
    "cond",  # `expr` is a leaf; edges True and False
    "iterate",  # loop macro `stmt`; edges True (body) and False (done)
    "guard",  # `stmt` is a Guard or Guarded; edge False where a conditional one fails
    "cleanup",  # the scope of `stmt` ends
    "switch",  # `expr`; edges are Case statements, or None for no match
    "label",  # `stmt` is the Label
    "goto",  # `stmt` is the Goto
    "return",  # `stmt` is the Return
    "end",  # the closing brace
    "halt",  # BUG(), panic(): nobody comes back
    "elided",  # code that the diff does not show
    "unread",  # code that the parser could not read
    "head",  # where a loop starts again
]
Edge = bool | c.Case | None

NORETURN = frozenset(
    "BUG panic unreachable __builtin_unreachable do_exit make_task_dead do_group_exit "
    "kthread_exit kthread_complete_and_exit die nmi_panic".split()
)
"""include/asm-generic/bug.h, include/linux/panic.h, include/linux/compiler.h, kernel/exit.c"""

_RUN = ("scoped_", "with_", "WITH_")
"""So begin the names of block macros that run their body, once: they only say what holds in it."""


class Node:
    """One step of the graph. `line` is where its code stands."""

    __slots__ = ("id", "kind", "expr", "stmt", "line", "next")

    def __init__(self, id: int, kind: NodeKind, line: int) -> None:
        self.id = id
        self.kind: NodeKind = kind
        self.line = line
        self.expr: c.Expr | None = None
        self.stmt: c.Stmt | None = None
        self.next: list[tuple[Node, Edge]] = []


Loose = list[tuple[Node, Edge]]  # edges that wait for the node they lead to


class Graph:
    """The control flow of `function`. `lost` are labels that a goto names and nobody has."""

    def __init__(self, function: c.Function) -> None:
        self.function = function
        self.nodes: list[Node] = []
        self.lost: set[str] = set()
        self.entry = self.add("entry", function.line)

    def add(self, kind: NodeKind, line: int) -> Node:
        node = Node(len(self.nodes), kind, line)
        self.nodes.append(node)
        return node

    def spread_back(self, bits: list[int], ends: list[int] | None = None) -> list[int]:
        """By node, its own bits and those of every node that control can come to from there.

        `ends` are, by node, the bits that do not come past it to what lies before.
        """
        spread = bits.copy()
        before: list[list[int]] = [[] for _ in self.nodes]
        for node in self.nodes:
            for after, _ in node.next:
                before[after.id].append(node.id)
        todo = list(range(len(self.nodes)))
        while todo:
            at = todo.pop()
            for up in before[at]:
                joined = spread[up] | (spread[at] & ~ends[up] if ends else spread[at])
                if joined != spread[up]:
                    spread[up] = joined
                    todo.append(up)
        return spread

    def spread_on(self, bits: list[int]) -> list[int]:
        """By node, its own bits and those of every node from which control can come to it."""
        spread = bits.copy()
        todo = list(range(len(self.nodes)))[::-1]
        while todo:
            at = todo.pop()
            for after, _ in self.nodes[at].next:
                joined = spread[after.id] | spread[at]
                if joined != spread[after.id]:
                    spread[after.id] = joined
                    todo.append(after.id)
        return spread


@lru_cache(maxsize=256)
def build(function: c.Function) -> Graph:
    """The graph of one function, whole or stitched from hunks; nobody may change it.

    Kept, for the two sides of a patch and every rule ask for the same few graphs.
    """
    return _Builder(function).graph


def likely_argument(expr: c.Expr) -> c.Expr:
    """The condition inside likely() and unlikely()."""
    while expr.kind == "call" and expr.name in ("likely", "unlikely") and expr.args:
        expr = expr.args[0]
    return expr


def constant(expr: c.Expr) -> bool | None:
    """True or False for a condition that is a literal, else None."""
    if expr.kind == "number":
        try:
            return int(expr.text.rstrip("uUlL"), 0) != 0
        except ValueError:
            return None
    return {"true": True, "false": False, "NULL": False}.get(expr.text)


def runs_once(loop: c.Loop) -> bool:
    """Whether a `for` counts over a range that is constant and not empty: its body runs."""
    cond = loop.cond
    if len(loop.init) != 1 or cond is None or cond.kind != "binary":
        return False
    start, name = loop.init[0], cond.parts[0].text
    value: c.Expr | None = None
    if isinstance(start, c.Declare) and start.name == name:
        value = start.value
    for expr in start.expr.walk() if isinstance(start, c.ExprStmt) else ():
        if expr.kind == "assign" and expr.op == "=" and expr.parts[0].text == name:
            value = expr.parts[1]
    if value is None or value.kind != "number":
        return False
    return cond.op in ("<", "<=", "!=") and _above(cond.parts[1].bare, value)


def _above(limit: c.Expr, start: c.Expr) -> bool:
    """Whether a limit is a constant greater than the number; a name in capitals is not 0."""
    if limit.kind == "number" and start.kind == "number":
        try:
            return int(limit.text.rstrip("uUlL"), 0) > int(start.text.rstrip("uUlL"), 0)
        except ValueError:
            return False
    if start.text != "0":
        return False
    return limit.kind == "sizeof" or limit.name == "ARRAY_SIZE" or limit.text.isupper()


def _never_holds(stmt: c.MacroBlock) -> bool:
    """Whether a macro asserts what is false, so that it leaves: `ASSERT(false, return -EINVAL)`."""
    return bool(stmt.args) and "ASSERT" in stmt.macro.upper() and constant(stmt.args[0]) is False


class _Scope:
    __slots__ = ("block", "cleanups")

    def __init__(self, block: c.Stmt) -> None:
        self.block = block
        self.cleanups: list[c.Stmt] = []


class _Target:
    """Where break and continue go, and how many scopes stay open there."""

    __slots__ = ("loose", "depth")

    def __init__(self, depth: int) -> None:
        self.loose: Loose = []
        self.depth = depth


class _Builder:
    def __init__(self, function: c.Function) -> None:
        self.graph = Graph(function)
        self.scopes: list[_Scope] = []
        self.breaks: list[_Target] = []
        self.continues: list[_Target] = []
        self.switches: list[Node] = []
        self.labels: dict[str, Node] = {}
        self.homes: dict[str, tuple[c.Stmt, ...]] = {}
        self.gotos: list[tuple[Loose, str]] = []
        self._find_homes(function.body, ())
        loose = self.statement(function.body, [(self.graph.entry, None)])
        if loose:
            self.node("end", function.end_line, loose)
        self._join_gotos()

    def _find_homes(self, stmt: c.Stmt, blocks: tuple[c.Stmt, ...]) -> None:
        if isinstance(stmt, c.Label):
            self.homes.setdefault(stmt.name, blocks)
        if isinstance(stmt, (c.Block, c.Guarded)):
            blocks = (*blocks, stmt)
        for inner in c.inner_statements(stmt):
            self._find_homes(inner, blocks)

    def _join_gotos(self) -> None:
        for loose, name in self.gotos:
            target = self.labels.get(name)
            if target is None:
                self.graph.lost.add(name)
                continue
            for node, edge in loose:
                node.next.append((target, edge))

    def node(
        self,
        kind: NodeKind,
        line: int,
        loose: Loose,
        expr: c.Expr | None = None,
        stmt: c.Stmt | None = None,
    ) -> Node:
        node = self.graph.add(kind, line)
        node.expr, node.stmt = expr, stmt
        for before, edge in loose:
            before.next.append((node, edge))
        return node

    # -- scopes

    def unwind(self, loose: Loose, depth: int, line: int) -> Loose:
        """Clean up all scopes above `depth`."""
        if not loose:
            return loose
        for scope in reversed(self.scopes[depth:]):
            for cleanup in reversed(scope.cleanups):
                loose = [(self.node("cleanup", line, loose, stmt=cleanup), None)]
        return loose

    def scoped(self, block: c.Stmt, body: Sequence[c.Stmt], loose: Loose) -> Loose:
        self.scopes.append(_Scope(block))
        for stmt in body:
            loose = self.statement(stmt, loose)
        loose = self.unwind(loose, len(self.scopes) - 1, block.end_line)
        self.scopes.pop()
        return loose

    # -- conditions

    def condition(self, expr: c.Expr, loose: Loose) -> tuple[Loose, Loose]:
        """The edges on which the condition holds, and those on which it does not."""
        expr = likely_argument(expr)
        if expr.kind == "unary" and expr.op == "!":
            yes, no = self.condition(expr.parts[0], loose)
            return no, yes
        if expr.kind == "binary" and expr.op == "&&":
            left, no = self.condition(expr.parts[0], loose)
            right, no2 = self.condition(expr.parts[1], left)
            return right, no + no2
        if expr.kind == "binary" and expr.op == "||":
            yes, left = self.condition(expr.parts[0], loose)
            yes2, right = self.condition(expr.parts[1], left)
            return yes + yes2, right
        if expr.kind == "comma":
            loose = [(self.node("expr", expr.line, loose, expr.parts[0]), None)]
            return self.condition(expr.parts[-1], loose)
        known = constant(expr)
        if known is not None:
            return (loose, []) if known else ([], loose)
        if not loose:
            return [], []
        leaf = self.node("cond", expr.line, loose, expr)
        return [(leaf, True)], [(leaf, False)]

    # -- statements

    def statement(self, stmt: c.Stmt, loose: Loose) -> Loose:
        build = _STATEMENTS.get(type(stmt))
        if build is None:
            return loose
        if not loose and not isinstance(stmt, _REACHED_BY_LABEL):
            return loose
        return build(self, stmt, loose)

    def block(self, stmt: c.Block, loose: Loose) -> Loose:
        return self.scoped(stmt, stmt.body, loose)

    def expression(self, stmt: c.ExprStmt, loose: Loose) -> Loose:
        expr = stmt.expr
        if expr.kind == "conditional":
            yes, no = self.condition(expr.parts[0], loose)
            sides = ((yes, expr.parts[1]), (no, expr.parts[2]))
            return [(self.node("expr", e.line, on, e), None) for on, e in sides if on]
        if expr.kind == "call" and expr.name in NORETURN:
            self.node("halt", stmt.line, loose, expr)
            return []
        return [(self.node("expr", stmt.line, loose, expr), None)]

    def declare(self, stmt: c.Declare, loose: Loose) -> Loose:
        if stmt.cleanup and self.scopes:
            self.scopes[-1].cleanups.append(stmt)
        return [(self.node("declare", stmt.line, loose, stmt.value, stmt), None)]

    def branch(self, stmt: c.If, loose: Loose) -> Loose:
        yes, no = self.condition(stmt.cond, loose)
        yes = self.statement(stmt.then, yes)
        if stmt.other is not None:
            no = self.statement(stmt.other, no)
        return yes + no

    def _body(self, body: c.Stmt, loose: Loose) -> tuple[Loose, Loose, Loose]:
        """The edges that fall out of a loop's body, break out of it, and continue it."""
        depth = len(self.scopes)
        self.breaks.append(_Target(depth))
        self.continues.append(_Target(depth))
        out = self.statement(body, loose)
        return out, self.breaks.pop().loose, self.continues.pop().loose

    def loop(self, stmt: c.Loop, loose: Loose) -> Loose:
        self.scopes.append(_Scope(stmt))
        for init in stmt.init:
            loose = self.statement(init, loose)
        head = self.node("head", stmt.line, loose)
        after = self._do(stmt, head) if stmt.kind == "do" else self._while(stmt, head)
        self.scopes.pop()
        return after

    def _while(self, stmt: c.Loop, head: Node) -> Loose:
        """A loop over a constant range runs once at least: its test stands at its end."""
        yes: Loose = [(head, None)]
        no: Loose = []
        first = stmt.cond is not None and not runs_once(stmt)
        if first and stmt.cond is not None:
            yes, no = self.condition(stmt.cond, yes)
        out, breaks, continues = self._body(stmt.body, yes)
        out += continues
        if stmt.update is not None and out:
            out = [(self.node("expr", stmt.update.line, out, stmt.update), None)]
        if stmt.cond is not None and not first:
            out, no = self.condition(stmt.cond, out)
        self._back(out, head)
        return no + breaks

    def _do(self, stmt: c.Loop, head: Node) -> Loose:
        out, breaks, continues = self._body(stmt.body, [(head, None)])
        no = out + continues
        if stmt.cond is not None:
            yes, no = self.condition(stmt.cond, no)
            self._back(yes, head)
        return no + breaks

    def _back(self, loose: Loose, head: Node) -> None:
        for node, edge in loose:
            node.next.append((head, edge))

    def iterate(self, stmt: c.Iterate, loose: Loose) -> Loose:
        head = self.node("iterate", stmt.line, loose, stmt=stmt)
        out, breaks, continues = self._body(stmt.body, [(head, True)])
        self._back(out + continues, head)
        return [(head, False), *breaks]

    def macro_block(self, stmt: c.MacroBlock, loose: Loose) -> Loose:
        head = self.node("unread", stmt.line, loose, stmt=stmt)
        out, breaks, continues = self._body(stmt.body, [(head, True)])
        runs = stmt.macro.startswith(_RUN) or _never_holds(stmt)
        skipped: Loose = [] if runs else [(head, False)]
        return [*skipped, *out, *breaks, *continues]

    def guard(self, stmt: c.Guard, loose: Loose) -> Loose:
        if self.scopes:
            self.scopes[-1].cleanups.append(stmt)
        return [(self.node("guard", stmt.line, loose, stmt=stmt), None)]

    def guarded(self, stmt: c.Guarded, loose: Loose) -> Loose:
        """scoped_guard() is a `for` that runs once: break and continue leave it."""
        enter = self.node("guard", stmt.line, loose, stmt=stmt)
        depth = len(self.scopes)
        self.scopes.append(_Scope(stmt))
        self.scopes[-1].cleanups.append(stmt)
        self.breaks.append(_Target(depth))
        self.continues.append(_Target(depth))
        out = self.unwind(self.statement(stmt.body, [(enter, True)]), depth, stmt.end_line)
        self.scopes.pop()
        out += self.breaks.pop().loose + self.continues.pop().loose
        if stmt.fail is not None:
            return out + self.statement(stmt.fail, [(enter, False)])
        return out

    def switch(self, stmt: c.Switch, loose: Loose) -> Loose:
        head = self.node("switch", stmt.line, loose, stmt.value, stmt)
        self.breaks.append(_Target(len(self.scopes)))
        self.switches.append(head)
        out = self.statement(stmt.body, [])
        self.switches.pop()
        if not any(isinstance(edge, c.Case) and edge.value is None for _, edge in head.next):
            out = [*out, (head, None)]
        return out + self.breaks.pop().loose

    def case(self, stmt: c.Case, loose: Loose) -> Loose:
        mark = self.node("head", stmt.line, loose)
        if self.switches:
            self.switches[-1].next.append((mark, stmt))
        return [(mark, None)]

    def label(self, stmt: c.Label, loose: Loose) -> Loose:
        node = self.node("label", stmt.line, loose, stmt=stmt)
        self.labels.setdefault(stmt.name, node)
        return [(node, None)]

    def goto(self, stmt: c.Goto, loose: Loose) -> Loose:
        node = self.node("goto", stmt.line, loose, stmt=stmt)
        home = self.homes.get(stmt.label, ())
        depth = 0
        for scope in self.scopes:
            if isinstance(scope.block, (c.Block, c.Guarded)) and scope.block not in home:
                break
            depth += 1
        self.gotos.append((self.unwind([(node, None)], depth, stmt.line), stmt.label))
        return []

    def leave(self, stmt: c.Stmt, loose: Loose) -> Loose:
        targets = self.breaks if isinstance(stmt, c.Break) else self.continues
        if targets:
            targets[-1].loose += self.unwind(loose, targets[-1].depth, stmt.line)
        return []

    def returns(self, stmt: c.Return, loose: Loose) -> Loose:
        """The value is computed before the clean-up runs, and handed over after it."""
        if stmt.value is not None:
            loose = [(self.node("expr", stmt.line, loose, stmt.value, stmt), None)]
        self.node("return", stmt.line, self.unwind(loose, 0, stmt.line), stmt.value, stmt)
        return []

    def elided(self, stmt: c.Stmt, loose: Loose) -> Loose:
        """A label may hide in what is not shown: it can always be reached from somewhere."""
        node = self.node("elided", stmt.line, loose, stmt=stmt)
        self.graph.entry.next.append((node, None))
        return [(node, None)]

    def unread(self, stmt: c.Stmt, loose: Loose) -> Loose:
        return [(self.node("unread", stmt.line, loose, stmt=stmt), None)]


_REACHED_BY_LABEL = (
    c.Block,
    c.If,
    c.Loop,
    c.Iterate,
    c.MacroBlock,
    c.Guarded,
    c.Switch,
    c.Case,
    c.Label,
    c.Elided,
)
_STATEMENTS: dict[type[c.Stmt], Callable[..., Loose]] = {
    c.Block: _Builder.block,
    c.ExprStmt: _Builder.expression,
    c.Declare: _Builder.declare,
    c.If: _Builder.branch,
    c.Loop: _Builder.loop,
    c.Iterate: _Builder.iterate,
    c.MacroBlock: _Builder.macro_block,
    c.Guard: _Builder.guard,
    c.Guarded: _Builder.guarded,
    c.Switch: _Builder.switch,
    c.Case: _Builder.case,
    c.Label: _Builder.label,
    c.Goto: _Builder.goto,
    c.Break: _Builder.leave,
    c.Continue: _Builder.leave,
    c.Return: _Builder.returns,
    c.Elided: _Builder.elided,
    c.Unread: _Builder.unread,
}
