"""A jump into the scope of a variable with clean-up, past its declaration: undefined behaviour.

Source: include/linux/cleanup.h; clang refuses it ("cannot jump from this goto statement to its
label"), gcc compiles it and runs the clean-up on what was never set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reviewbot.rule import Claim, Confidence, Need, Note, Rule, Severity, Sight, syntax


def check(sight: Sight) -> Iterable[Claim]:
    order = sight.function.statements
    gotos = [stmt for stmt in order if isinstance(stmt, syntax.Goto)]
    if gotos and any(map(_cleanup, order)):
        for block in order:
            if isinstance(block, syntax.Block):
                yield from _in_block(sight, block, gotos)


def _in_block(sight: Sight, block: syntax.Block, gotos: Sequence[syntax.Goto]) -> Iterator[Claim]:
    """Each clean-up declared in this block, with the gotos that enter its scope below it."""
    for at, stmt in enumerate(block.body):
        text = _cleanup(stmt)
        if not text:
            continue
        inside = [inner for below in block.body[at + 1 :] for inner in syntax.statements(below)]
        labels = _labels_in_sight(inside)
        for goto in gotos:
            if goto.label in labels and not any(inner is goto for inner in inside):
                yield _claim(sight, goto, stmt, text, labels[goto.label])


def _cleanup(stmt: syntax.Stmt) -> str:
    match stmt:
        case syntax.Guard(macro=macro, type=kind):
            return f"{macro}({kind})"
        case syntax.Declare(name=name, cleanup=kind) if kind:
            return f"{name} __free({kind})"
    return ""


def _labels_in_sight(inside: Iterable[syntax.Stmt]) -> dict[str, syntax.Label]:
    """Labels down to the first elided line: below it, the scope may have ended."""
    labels: dict[str, syntax.Label] = {}
    for stmt in inside:
        if isinstance(stmt, syntax.Elided):
            break
        if isinstance(stmt, syntax.Label):
            labels[stmt.name] = stmt
    return labels


def _claim(
    sight: Sight, goto: syntax.Goto, declared: syntax.Stmt, text: str, label: syntax.Label
) -> Claim:
    return Claim(
        line=goto.line,
        end_line=goto.line,
        message=f"goto {goto.label} jumps over {text} into its scope",
        shape=(goto.label, text),
        trace=(
            Note(goto.line, f"goto {goto.label} is taken before {text} is reached"),
            Note(declared.line, f"{text} is declared here and never set on this path"),
            Note(label.line, f"{goto.label} is inside the scope, so the clean-up runs at its end"),
        ),
        words=(("function", sight.function.name), ("label", goto.label), ("scope", text)),
    )


RULE = Rule(
    title="goto jumps over a clean-up declaration into its scope",
    category="guard",
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/cleanup.h; GCC manual, variable attribute cleanup",
    check=check,
)
