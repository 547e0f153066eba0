"""A function's body in one line, so that a test can say what it expects of the lowering."""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.csource import syntax
from reviewbot.csource.syntax import Expr, Function, Stmt


def outline(function: Function) -> str:
    """`int a=1; if(a) b();`, without the outermost braces."""
    return each(function.body.body)


def each(stmts: Iterable[Stmt]) -> str:
    return " ".join(one(stmt) for stmt in stmts)


def listed(exprs: Iterable[Expr]) -> str:
    return ", ".join(expr.text for expr in exprs)


def one(stmt: Stmt) -> str:
    match stmt:
        case syntax.ExprStmt(expr=expr):
            return f"{expr.text};"
        case syntax.Declare():
            static = "static " if stmt.static else ""
            array = "[]" if stmt.array else ""
            value = f"={stmt.value.text}" if stmt.value else ""
            cleanup = f" ~{stmt.cleanup}" if stmt.cleanup else ""
            return f"{static}<{stmt.type}> {stmt.name}{array}{cleanup}{value};"
        case syntax.Block(body=body):
            return f"{{{each(body)}}}"
        case syntax.If(cond=cond, then=then, other=None):
            return f"if({cond.text}) {one(then)}"
        case syntax.If(cond=cond, then=then, other=other) if other is not None:
            return f"if({cond.text}) {one(then)} else {one(other)}"
        case syntax.Loop():
            return _loop(stmt)
        case syntax.Iterate(macro=macro, args=args, body=inner):
            return f"each {macro}({listed(args)}) {one(inner)}"
        case syntax.MacroBlock(macro=macro, args=args, body=inner):
            return f"macro {macro}({listed(args)}) {one(inner)}"
        case syntax.Guard(macro=macro, type=kind, name=name, args=args):
            return f"{macro} {kind} {name}({listed(args)});"
        case syntax.Guarded(macro=macro, type=kind, args=args, body=inner, fail=fail):
            failing = f" or {one(fail)}" if fail else ""
            return f"{macro} {kind}({listed(args)}){failing} {one(inner)}"
        case syntax.Switch(value=value, body=inner):
            return f"switch({value.text}) {one(inner)}"
        case syntax.Case(value=case):
            return f"case {case.text}:" if case else "default:"
        case syntax.Label(name=name):
            return f"{name}:"
        case syntax.Goto(label=label):
            return f"goto {label};"
        case syntax.Return(value=returned):
            return f"return {returned.text};" if returned else "return;"
        case syntax.Unread(text=text):
            return f"unread<{text}>"
    return f"{type(stmt).__name__.lower()};"


def _loop(stmt: syntax.Loop) -> str:
    cond = stmt.cond.text if stmt.cond else ""
    if stmt.kind == "while":
        return f"while({cond}) {one(stmt.body)}"
    if stmt.kind == "do":
        return f"do {one(stmt.body)} while({cond});"
    update = stmt.update.text if stmt.update else ""
    return f"for({each(stmt.init)}|{cond}|{update}) {one(stmt.body)}"
