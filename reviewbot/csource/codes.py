"""Exits that say "done" though the path that leads to them has failed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from enum import IntEnum
from typing import NamedTuple

from reviewbot.csource import syntax as c
from reviewbot.csource.cfg import Edge, Graph, Node, build
from reviewbot.csource.conditions import is_errno, read_test
from reviewbot.csource.events import Exit
from reviewbot.csource.facts import Failure
from reviewbot.csource.habit import values_of
from reviewbot.csource.sight import Sight
from reviewbot.csource.stores import writes
from reviewbot.csource.values import ERR, FAILED, NEG, POS, ZERO, Trail

VERDICTS = frozenset("ret rc err error res result rv retval rval r status ret1 ret2".split())
"""What kernel code calls the variable that says whether a call succeeded."""


class Proof(IntEnum):
    """How sure it is that a test found a failure, weakest first."""

    CALL = 1  # a call that may be a question returned non-zero
    BOUND = 2  # a value was out of range, before a jump that only failures take
    NULL = 3  # a call gave no pointer
    TOLD = 4  # the branch prints an error
    ERROR = 5  # an error pointer, a negative number, the failure of a known function


class Lost(NamedTuple):
    """An exit whose returned value is 0 though `test` found a failure on the way to it.

    `name` is what the exit returns, `jump` the goto that leaves for it (None for a return in
    the failing branch), `unwinds` says that only failures come to where it leads.
    """

    exit: Exit
    test: Trail
    name: str
    proof: Proof
    jump: c.Goto | None
    unwinds: bool


def lost_codes(sight: Sight) -> Iterator[Lost]:
    """The exits of a function that returns int, each failure that they hide once.

    A value that was tested for `< 0` and is not is no error either.
    """
    if not returns_code(sight.function):
        return
    seen: set[tuple[int, int]] = set()
    pointer = sight.function.returns.endswith("*")
    for exit in (*sight.paths.exits, *_by_jump(sight, pointer)):
        name = _returned(exit, pointer)
        if exit.mask & (NEG | ERR) or not exit.mask & ZERO or not name:
            continue
        lost = _lost(sight, exit, name)
        if lost is None or (lost.jump is None and exit.mask & POS and name not in VERDICTS):
            continue
        if (key := (lost.test.node.id, exit.line)) not in seen:
            seen.add(key)
            yield lost


def _by_jump(sight: Sight, pointer: bool) -> Iterator[Exit]:
    """The exits to which gotos lead with a code of 0 that nothing on the way there changes."""
    graph: Graph | None = None
    for jump in sight.paths.jumps:
        if jump.mask != ZERO:
            continue
        graph = graph or build(sight.function)
        goto = jump.trail.node.stmt
        if isinstance(goto, c.Goto) and goto.label in graph.lost:
            if takes_failures(sight.function, goto.label, jump.name):
                name = c.Expr("name", jump.name, goto.line, goto.line, name=jump.name)
                yield Exit(name, ZERO, goto.line, (), jump.trail)
            continue
        for line in _ends(graph.nodes[jump.trail.node.id], jump.name):
            exit = next((e for e in sight.paths.exits if e.line == line), None)
            if exit is not None and _returned(exit, pointer) == jump.name:
                yield replace(exit, mask=ZERO, trail=jump.trail)


def takes_failures(function: c.Function, label: str, name: str) -> bool:
    """Whether `if (name) goto label;` is how the function fails; for labels that are not shown."""
    if any(isinstance(s, c.Goto) and s.label == label for s in function.body.body):
        return False
    for stmt in function.statements:
        test = read_test(stmt.cond) if isinstance(stmt, c.If) else None
        if isinstance(stmt, c.If) and test is not None and test.key == name:
            inner = stmt.then.body if isinstance(stmt.then, c.Block) else (stmt.then,)
            last = inner[-1] if inner else None
            if not test.yes & ZERO and isinstance(last, c.Goto) and last.label == label:
                return True
    return False


def _ends(start: Node, name: str) -> Iterator[int]:
    """The lines of the returns that are reached with the variable still 0."""
    seen: set[int] = set()
    todo = [start]
    while todo:
        node = todo.pop()
        if node.id in seen or node.kind in ("elided", "unread"):
            continue
        seen.add(node.id)
        if node.kind == "return":
            yield node.line
        elif not (node.expr is not None and writes(node.expr, name)):
            todo.extend(after for after, edge in node.next if _fits(node, edge, name))


def _fits(node: Node, edge: Edge, name: str) -> bool:
    """Whether a variable that is 0 may take this edge."""
    test = read_test(node.expr) if node.kind == "cond" and node.expr is not None else None
    if test is None or test.key != name:
        return True
    return bool((test.yes if edge is True else test.no) & ZERO)


def returns_code(function: c.Function) -> bool:
    """Whether the function can return an errno: its type is int, long, ssize_t, a pointer."""
    words = [w for w in function.returns.split() if w not in ("static", "inline", "__init")]
    if function.returns.endswith("*"):
        return True  # by way of ERR_PTR()
    return words in (["int"], ["long"], ["ssize_t"], ["s32"]) or not function.returns


_CODES = (Failure.NEGATIVE, Failure.NONZERO, Failure.POSITIVE)


def says_failure(sight: Sight, name: str) -> bool:
    """Whether a function is known to say by a negative value, or one that is not 0, that it failed.

    Of a function in sight: whether its text returns an errno.
    """
    if sight.failure(name) in _CODES:
        return True
    function = sight.known.function(name)
    if function is None or not returns_code(function) or function.returns.endswith("*"):
        return False
    return returns_errno(function)


def returns_errno(function: c.Function) -> bool:
    """Whether the function returns an errno by its name somewhere, `-EIO`."""
    values = [s.value.bare for s in function.statements if isinstance(s, c.Return) and s.value]
    names = {value.text for value in values}
    for expr in function.assignments:
        if expr.parts[0].text in names:
            values.append(expr.parts[1].bare)
    return any(is_errno(value) for value in values)


def is_result(function: c.Function, error: c.Expr) -> bool:
    """Whether an expression, `PTR_ERR(p)`, is returned or kept, not only printed or compared."""
    for stmt in function.statements:
        value = stmt.value if isinstance(stmt, (c.Return, c.Declare)) else None
        if isinstance(stmt, c.ExprStmt) and stmt.expr.kind == "assign":
            value = stmt.expr.parts[1]
        if value is None:
            continue
        if value.bare is error:
            return True
        if value.bare.name == "dev_err_probe" and error in value.bare.args:
            return True
    return False


def _returned(exit: Exit, pointer: bool) -> str:
    """The variable that an exit returns, also by way of dev_err_probe() and ERR_PTR()."""
    if exit.value is None:
        return ""
    value = exit.value.bare
    if value.kind == "call" and value.name == "dev_err_probe" and len(value.args) > 1:
        value = value.args[1].bare
    elif value.kind == "call" and value.name == "ERR_PTR" and value.args:
        value = value.args[0].bare
    elif pointer:
        return ""
    return value.text if value.kind in ("name", "member") and value.text not in _WORDS else ""


_WORDS = ("true", "false", "NULL")


def _lost(sight: Sight, exit: Exit, name: str) -> Lost | None:
    jump: c.Goto | None = None
    for at in exit.trail.back():
        if at.what == "goto" and isinstance(at.node.stmt, c.Goto):
            jump = at.node.stmt
        elif at.what == "elided":
            return None
        elif at.what == "branch" and at.node.expr is not None:
            if jump is None and not _governs(sight.function, at.node.line, exit.line):
                continue
            end = jump.line if jump is not None else exit.line
            if _set_between(sight.function, name, at, end) or not _governs(
                sight.function, at.node.line, end
            ):
                return None
            proof = _proof(sight, exit, at, name, end)
            if proof is None:
                return None
            unwinds = jump is not None and _unwinds(sight.function, jump.label, name)
            return Lost(exit, at, name, proof, jump, unwinds)
    return None


def _governs(function: c.Function, test: int, end: int) -> bool:
    """Whether the line `end` stands in a branch of the if that holds the test at line `test`."""
    return any(
        isinstance(s, c.If)
        and s.cond.line <= test <= s.cond.end_line
        and any(arm.line <= end <= arm.end_line for arm in (s.then, s.other) if arm is not None)
        for s in function.statements
    )


def _set_between(function: c.Function, name: str, at: Trail, last: int) -> bool:
    """Whether the failing branch sets the value, and not to the very thing that was tested."""
    test = read_test(at.node.expr) if at.node.expr is not None else None
    return any(
        e.parts[0].text == name and at.node.line < e.line <= last
        for e in function.assignments
        if test is None or e.parts[1].bare.text != test.key
    )


# -- what the test found


_QUESTION = re.compile(
    r"(?:^|_)(?:is|has|have|had|can|could|need|needs|should|may|must|test|check|enabled|disabled"
    r"|ready|empty|full|valid|match|matches|equal|eq|cmp|exist|exists|present|pending|supported"
    r"|supports|capable|allowed|running|active|busy|online|alive|after|before|expired|dead|was"
    r"|contains?|find|lookup|trylock|wait|poll|timeout|inc|dec|not|zero|and|or|any|all|same|cap"
    r"|compatible|stopped?|done|available|use[ds]?|count|num|len|size|weight|bit|flag|mode|state"
    r"|defined|get|read|idle|suspended|dirty|unlikely|likely|cond|skip|ignore|overlaps?|locked"
    r"|str(?:n?case)?n?(?:cmp|str|chr|starts|eq)\w*|mem(?:cmp|chr|eq|is)\w*|stop|resched|signal_pending|uptodate|populated|mounted|attached|connected)"
    r"(?:_|$)"
)
_DOES = re.compile(
    r"(?:^|_)(?:alloc|allocate|create|register|init|initialize|setup|add|attach|probe|request|prepare"
    r"|enable|start|submit|send|load|map|open|insert|reserve|power_on|bind|connect|copy|prealloc)"
    r"(?:_|$)"
)
"""What a function of such a name was asked to do, whatever else the name says."""
_PRINTS_ERROR = re.compile(r"(?:^|_)(?:err|error|crit|alert|emerg|fatal)(?:_|$|or)|^WARN")


def _proof(sight: Sight, exit: Exit, at: Trail, name: str, end: int) -> Proof | None:
    assert at.node.expr is not None
    test = read_test(at.node.expr)
    told = _tells(sight.function, at.node.line, end)
    if exit.value is not None and exit.value.bare.name == "dev_err_probe":
        return Proof.ERROR  # it prints an error, whatever was tested
    if test is None:
        return Proof.TOLD if told else None
    mask = test.yes if at.edge else test.no
    call = test.expr.bare
    if test.key == name:  # either it was written since, or it failed by being 0
        return Proof.ERROR if mask == ZERO and _fails_by_zero(sight, at, name) else None
    if mask & (ZERO | POS) == 0:
        return Proof.ERROR
    if call.kind == "call":
        return _called(sight, call, mask, told)
    if mask == ERR | ZERO:
        return Proof.ERROR
    if told:
        return Proof.TOLD
    if mask == ZERO and _from_call(sight, at, test.key):
        return Proof.NULL
    return Proof.BOUND if _out_of_range(at.node.expr, at.edge is True) else None


def _fails_by_zero(sight: Sight, at: Trail, name: str) -> bool:
    """Whether what was tested comes from a function that says by 0 that it failed."""
    lines = range(at.node.line - 6, at.node.line + 1)
    given = [
        call
        for call in values_of(sight.function, name)
        if call.kind == "call" and call.line in lines
    ]
    return bool(given) and sight.failure(given[-1].name) in (Failure.FALSE, Failure.NOT_POSITIVE)


def _out_of_range(expr: c.Expr, holds: bool) -> bool:
    """Whether a comparison by size holds as it is written: `n > LUMO_MAX`."""
    expr = expr.bare
    while expr.kind == "unary" and expr.op == "!":
        expr, holds = expr.parts[0].bare, not holds
    return holds and expr.kind == "binary" and expr.op in ("<", ">", "<=", ">=", "!=")


def _called(sight: Sight, call: c.Expr, mask: int, told: bool) -> Proof | None:
    fact = sight.known(call.name)
    failure = fact.failure if fact is not None and fact.source != "pair" else None
    if failure in _CODES:
        return Proof.ERROR if mask & ~FAILED[failure] & ZERO == 0 else None
    if told:
        return Proof.TOLD
    if failure is not None or mask & ZERO or not call.name.islower():
        return None
    asks = _QUESTION.search(call.name) and not _DOES.search(call.name)
    return None if asks else Proof.CALL


def _from_call(sight: Sight, at: Trail, key: str) -> bool:
    """Whether the pointer that is NULL was given by the call that stands before the test."""
    if key not in sight.paths.pointers and "->" not in key:
        return False
    lines = range(at.node.line - 6, at.node.line + 1)
    for expr in sight.function.assignments:
        if expr.parts[0].text == key and expr.line in lines:
            return expr.parts[1].bare.kind == "call"
    return False


def _tells(function: c.Function, first: int, last: int) -> bool:
    """Whether an error is printed between two lines; `if (WARN_ON(x))` asks more than it says."""
    asked = {
        id(expr)
        for stmt in function.statements
        if isinstance(stmt, c.If) and first <= stmt.cond.line <= last
        for expr in stmt.cond.walk()
    }
    return any(
        first <= call.line <= last
        and id(call) not in asked
        and _PRINTS_ERROR.search(call.name) is not None
        for call in function.calls
    )


# -- where the jump leads


def _unwinds(function: c.Function, label: str, name: str) -> bool:
    if any(isinstance(s, c.Label) and s.name == label for s in function.statements):
        return unwinding(function, label)
    return takes_failures(function, label, name)


def unwinding(function: c.Function, label: str) -> bool:
    """Whether the code at a label is only reached by jumps that are conditional.

    A return stands before it, and no `goto label;` on its own, which success takes too.
    """
    for block in function.statements:
        if isinstance(block, c.Block):
            names = [s.name if isinstance(s, c.Label) else "" for s in block.body]
            if label in names:
                taken = {s.label for s in block.body if isinstance(s, c.Goto)}
                return _behind_return(block.body[: names.index(label) + 1], taken)
    return False


def _behind_return(before: tuple[c.Stmt, ...], taken: set[str]) -> bool:
    for stmt in reversed(before):
        if isinstance(stmt, (c.Return, c.Goto)):
            return True
        if isinstance(stmt, (c.Elided, c.Unread, c.Declare, c.Loop)):
            return False
        if isinstance(stmt, c.Label) and stmt.name in taken:
            return False
    return False
