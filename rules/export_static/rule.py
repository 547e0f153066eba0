"""A function that is exported and static: modules cannot link to it, and modpost complains.

Source: scripts/mod/modpost.c, check_exports(): "%s is a static EXPORT_SYMBOL".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, FileSight, Macro, Need, Note, Rule, Severity, syntax

_EXPORT = re.compile(rb"EXPORT_SYMBOL(?:_GPL|_NS|_NS_GPL|_FOR_MODULES|_FOR_TESTS_ONLY|_IF_KUNIT)?")
_NAMED = re.compile(rb"EXPORT_SYMBOL\w*[ \t]*\([ \t\n]*(\w+)")
"""What is exported, as far as can be seen without a look at where comments are."""
_FIRST_LINES = 3
"""Of a function, where `static` may stand."""


def check(sight: FileSight) -> Iterable[Claim]:
    named = {found[1].decode() for run in sight.runs for found in _NAMED.finditer(run.text)}
    spans = [(n, first) for n, first, _ in sight.file.spans() if n in named] if named else []
    heads = {name for name, first in spans if sight.touches(first, first + _FIRST_LINES)}
    if not heads and not (named and _EXPORT.search(sight.changed)):
        return
    for export in sight.macros(_EXPORT):
        name = export.args[0]
        if name in heads or sight.touches(export.line, export.line):
            function = sight.file.function(name)
            if function is not None and function.static and _defined_once(sight, name):
                yield _claim(export, function)


def _defined_once(sight: FileSight, name: str) -> bool:
    """Each arm of an #if may have its own, and the export belongs to one of them."""
    heads = re.compile(
        rb"^[A-Za-z_][^;{}()\n]*(?:\n[A-Za-z_*][^;{}()\n]*)?\b%s[ \t]*\([^;{}]*\{" % name.encode(),
        re.M,
    )
    return sum(len(heads.findall(run.code)) for run in sight.runs) <= 1


def _claim(export: Macro, function: syntax.Function) -> Claim:
    return Claim(
        line=export.line,
        end_line=export.line,
        message=f"{function.name}() is exported by {export.name}() but static",
        shape=(function.name,),
        trace=(Note(function.line, f"{function.name}() is static"),),
        words=(("function", function.name), ("export", export.name)),
    )


RULE = Rule(
    title="exported function that is static",
    category="api",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="scripts/mod/modpost.c, check_exports()",
    check_file=check,
)
