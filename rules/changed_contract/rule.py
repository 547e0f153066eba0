"""A function that starts to fail, or to return NULL, while its callers do not look.

Source: Documentation/process/coding-style.rst, 16) Function return values and names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reviewbot.rule import (
    ERR,
    NEG,
    ZERO,
    Claim,
    Confidence,
    Deaf,
    Exit,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    follows_unasked,
    throws_away,
)

_OF_POINTERS = ((ZERO, "NULL"), (ERR, "an error pointer"))
_OF_CODES = ((NEG, "failure"),)


def check(sight: Sight) -> Iterable[Claim]:
    if sight.other is None or not sight.touched:
        return
    pointer = sight.function.returns.endswith("*")
    bad = _OF_POINTERS if pointer else _OF_CODES
    for bit, what in bad:
        exit = _starts(sight, sight.other, bit, pointer)
        if exit is not None:
            for deaf in _deaf(sight, bit):
                yield _claim(sight, exit, what, deaf)
                return


def _starts(sight: Sight, other: Sight, bit: int, pointer: bool) -> Exit | None:
    """The exit by which this side says what the other side never said, for all its ways out are
    known; None where there is none on a line of the patch."""
    ways = [exit for exit in sight.paths.exits if exit.mask & bit and not exit.mask & ~_bad(bit)]
    exit = next((way for way in ways if way.line in sight.touched), None)
    if exit is None:
        return None
    if not pointer and other.function.returns.split()[-1:] == ["void"]:
        return exit
    before = other.returns
    if before is None or before & bit or (not pointer and before != ZERO):
        return None
    return exit


def _bad(bit: int) -> int:
    return bit if bit == ZERO else NEG | ERR


def _deaf(sight: Sight, bit: int) -> Iterator[Deaf]:
    if bit == NEG:
        return throws_away(sight)
    return follows_unasked(sight, errors=bit == ERR)


def _claim(sight: Sight, exit: Exit, what: str, deaf: Deaf) -> Claim:
    name = f"{sight.function.name}()"
    does = "throws that away" if what == "failure" else "follows it unasked"
    return Claim(
        line=exit.line,
        end_line=exit.line,
        message=f"{name} can return {what} now, and {deaf.function}() {does}",
        shape=("contract", what),
        trace=(Note(exit.line, f"{name} returns {what}"),),
        words=(
            ("function", name),
            ("what", what),
            ("caller", f"{deaf.function}()"),
            ("where", "" if deaf.path == sight.file.path else deaf.path),
        ),
    )


RULE = Rule(
    title="function that starts to fail while callers do not look",
    category="error-code",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    needs=Need.FILE,
    source="Documentation/process/coding-style.rst, 16)",
    check=check,
)
