"""Code that asks for an option which no Kconfig defines: it is off in every configuration.

Source: Documentation/kbuild/kconfig-language.rst; scripts/checkkconfigsymbols.py finds them late.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reviewbot.rule import Claim, Confidence, FileSight, Need, Note, Rule, Severity

_OTHER_PROGRAMS = ("tools/", "scripts/", "Documentation/")
_MODULE = "_MODULE"
_ASKED = re.compile(
    rb"(?:\bIS_(?:ENABLED|BUILTIN|MODULE|REACHABLE)[ \t]*\([ \t]*"
    rb"|\bdefined[ \t]*\(?[ \t]*|^[ \t]*#[ \t]*(?:if|ifdef|ifndef)[ \t]+)"
    rb"CONFIG_(?P<symbol>[A-Z0-9][A-Z0-9_]*)(?![\w#]|[ \t]*##)",
    re.MULTILINE,
)
"""Conditions alone: elsewhere CONFIG_FOO may be the name of a register, or a driver's constant."""


class Asked(NamedTuple):
    symbol: str
    line: int


def check(sight: FileSight) -> Iterable[Claim]:
    around = sight.around
    if sight.path.startswith(_OTHER_PROGRAMS):
        return
    if not (around.defined or around.defined_before or b"CONFIG_" in sight.changed):
        return
    before = sight.side.name == "before"
    for asked in _asked(sight):
        here = _missing(sight, asked.symbol, before)
        changed = sight.touches(asked.line, asked.line) or not _missing(
            sight, asked.symbol, not before
        )
        if here and changed and not _is_made(sight, asked.symbol):
            sure = here == "gone" and around.configs(asked.symbol, before) == 0
            yield _claim(asked, here, None if sure else Confidence.MEDIUM)


def _asked(sight: FileSight) -> Iterator[Asked]:
    for run in sight.runs:
        for found in _ASKED.finditer(run.bare) if b"CONFIG_" in run.text else ():
            yield Asked(found["symbol"].decode(), run.line(found.start("symbol")))


def _missing(sight: FileSight, symbol: str, before: bool) -> str:
    """ "gone" where the series takes the symbol away, "nowhere" where it was never there, ""
    where it is, or that is not known. FOO_MODULE is made from FOO, for a module."""
    if symbol in sight.around.gone(before):
        return "gone"
    names = {symbol, symbol.removesuffix(_MODULE)}
    nowhere = all(sight.around.configs(name, before) == 0 for name in names)
    return "nowhere" if nowhere else ""


def _is_made(sight: FileSight, symbol: str) -> bool:
    """Whether code in sight defines the macro by hand."""
    define = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+CONFIG_%s\b" % symbol.encode(), re.MULTILINE)
    files = (*sight.side.files.values(), *sight.side.earlier.values())
    return any(define.search(run.text) for file in files for run in file.runs())


def _claim(asked: Asked, why: str, confidence: Confidence | None) -> Claim:
    told = (
        "the series takes away" if why == "gone" else "no Kconfig of the tree or the series defines"
    )
    return Claim(
        line=asked.line,
        end_line=asked.line,
        message=f"CONFIG_{asked.symbol} is asked for, which {told}",
        shape=(asked.symbol,),
        trace=(Note(asked.line, f"this asks for CONFIG_{asked.symbol}"),),
        confidence=confidence,
        words=(("symbol", asked.symbol), ("why", why)),
    )


RULE = Rule(
    title="condition on an option that no Kconfig defines",
    category="api",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="Documentation/kbuild/kconfig-language.rst; scripts/checkkconfigsymbols.py",
    check_file=check,
)
