"""How a path came to read a variable that nothing had written, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from reviewbot.csource import syntax as c
from reviewbot.csource.events import Use
from reviewbot.csource.macros import jumps_inside, labels_alone, may_write
from reviewbot.csource.values import Trail


class Way(IntEnum):
    """Why nothing was written, least sure first."""

    SHADOWED = 0  # several variables have this name: nothing is known
    ENTANGLED = 1  # left unwritten by one condition, read under another of the same names
    LOOP = 2  # written by a loop that may not run
    CASE = 3  # written by a switch that has no case for all values
    GUARDED = 4  # left unwritten by one condition, read under another
    SKIPPED = 5  # left unwritten by a condition, and then read whatever else holds
    EARLY = 6  # the path jumped to the read before the first line that writes
    NEVER = 7  # no line before the read writes it
    DROPPED = 8  # filled by a call that may fail, and nobody looks at whether it did
    FAILED = 9  # filled by a call that is known to have failed


def unset_way(function: c.Function, use: Use) -> Way:
    """How sure it is that the variable that `use` reads has no value."""
    if _declared(function, use.key) != 1:
        return Way.SHADOWED
    if use.val.origin and use.val.used:
        return Way.DROPPED
    if use.val.origin:
        return Way.FAILED if _goes_on(use) else Way.SHADOWED
    line = use.expr.line
    writes = [at for at in writing_lines(function, use.key) if at < line]
    if not writes:
        return Way.NEVER
    jumps = [at for at in _back(use.trail) if at.what == "goto" and at.node.line < writes[0]]
    if jumps:
        return Way.GUARDED if _asks_again(function, line, jumps[0].node.line) else Way.EARLY
    parts = [s for s in function.statements if s.end_line < line and _holds(s, writes)]
    if any(isinstance(s, (c.Loop, c.Iterate, c.MacroBlock)) for s in parts):
        return Way.LOOP
    if any(isinstance(s, c.Switch) and not _has_default(s) for s in parts):
        return Way.CASE
    skipped = [s for s in parts if isinstance(s, (c.If, c.Switch))]
    if _same_loop(function, line, skipped):
        return Way.LOOP
    return _after_ifs(function, use, skipped)


def _same_loop(function: c.Function, line: int, skipped: list[c.If | c.Switch]) -> bool:
    """Whether an earlier turn of a loop around both may have written it."""
    loops = [s for s in function.statements if isinstance(s, (c.Loop, c.Iterate))]
    return any(loop.line <= one.line and line <= loop.end_line for loop in loops for one in skipped)


def _names(stmts: list[c.If | c.Switch]) -> set[str]:
    tests = [s.cond if isinstance(s, c.If) else s.value for s in stmts]
    return {e.text for test in tests for e in test.walk() if e.kind in ("name", "member")}


def _goes_on(use: Use) -> bool:
    """Whether the path left the test that failed behind; a test of both may mean to read it."""
    for at in _back(use.trail):
        if at.what == "branch" and at.node.expr is not None:
            if at.node.line == use.expr.line or "==-E" in at.node.expr.text:
                return False
            if at.node.id == use.val.tested:
                return True
    return False


def _after_ifs(function: c.Function, use: Use, skipped: list[c.If | c.Switch]) -> Way:
    names = _names(skipped)
    end = max((s.end_line for s in skipped), default=0)
    later = [at for at in _back(use.trail) if at.what == "branch" and at.node.line > end]
    for at in later:
        if at.node.expr is not None and names & {e.text for e in at.node.expr.walk()}:
            return Way.ENTANGLED
    around = _around(function, use.expr.line, skipped)
    if names & _names([s for s in around if isinstance(s, (c.If, c.Switch))]):
        return Way.ENTANGLED
    return Way.GUARDED if around else Way.SKIPPED


def _asks_again(function: c.Function, line: int, jump: int) -> bool:
    """Whether the read stands under a condition that the jump to it does not stand under."""
    return any(
        isinstance(s, (c.If, c.Switch))
        and s.line < line <= s.end_line
        and not s.line <= jump <= s.end_line
        for s in function.statements
    )


def _around(function: c.Function, line: int, skipped: list[c.If | c.Switch]) -> list[c.Stmt]:
    """The branches in which the read stands and the writing conditions do not."""
    first = min((s.line for s in skipped), default=line)
    return [
        s
        for s in function.statements
        if isinstance(s, (c.If, c.Loop, c.Iterate, c.Switch))
        and first < s.line <= line <= s.end_line
        if s.line < line
    ]


def _back(trail: Trail | None) -> Iterator[Trail]:
    return trail.back() if trail is not None else iter(())


def _holds(stmt: c.Stmt, lines: list[int]) -> bool:
    return any(stmt.line <= line <= stmt.end_line for line in lines)


def _has_default(switch: c.Switch) -> bool:
    return any(isinstance(s, c.Case) and s.value is None for s in c.statements(switch))


def _declared(function: c.Function, name: str) -> int:
    names = [s.name for s in function.statements if isinstance(s, c.Declare)]
    return names.count(name) + sum(p.name == name for p in function.params)


def writing_lines(function: c.Function, name: str) -> list[int]:
    """The lines that may write a local variable, in their order; not its declaration."""
    return sorted(set(_writes(function, name)))


def _writes(function: c.Function, name: str) -> Iterator[int]:
    labels = labels_alone(function)
    for expr in function.expressions:
        first = expr.parts[0].text if expr.parts else ""
        if expr.kind in ("assign", "postfix") or expr.op in ("&", "++", "--"):
            if first == name and expr.kind != "binary":
                yield expr.line
        elif expr.kind == "call" and (may_write(expr.name, None, 0) or jumps_inside(expr, labels)):
            yield from (expr.line for arg in expr.args if arg.text == name)
    for stmt in function.statements:
        if isinstance(stmt, (c.Iterate, c.MacroBlock)):
            if any(e.text == name for arg in stmt.args for e in arg.walk()):
                yield stmt.line
        elif isinstance(stmt, c.Unread):
            yield stmt.line
