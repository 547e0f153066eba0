"""The error of one pointer is asked of another, or of one that is NULL and so has none.

Source: include/linux/err.h.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reviewbot.rule import (
    Claim,
    Confidence,
    Misplaced,
    Misread,
    Need,
    Note,
    Rule,
    Severity,
    Sight,
    misplaced_tests,
    misread_errnos,
    pointer_words,
)

_SAYS = {
    "null": "{key} is NULL here, so {text} is no error",
    "fine": "{key} is no error pointer here, so {text} is no error",
    "maybe-null": "{key} may be NULL here, and {text} is then 0, which is success",
    "other": "{other} is the error pointer here, but {text} reads {key}",
    "unasked": "{other} says that it failed here, but {text} is the result",
    "missing": "{other} is NULL here, and {key} is no error pointer, so {text} is no error",
}
_SURE = {
    "null": Confidence.HIGH,
    "fine": Confidence.HIGH,
    "maybe-null": Confidence.HIGH,
    "other": Confidence.HIGH,
    "unasked": Confidence.HIGH,
    "missing": Confidence.MEDIUM,
}


def check(sight: Sight) -> Iterable[Claim]:
    for misread in misread_errnos(sight):
        yield _misread(sight, misread)
    for misplaced in misplaced_tests(sight):
        yield _misplaced(sight, misplaced)
    yield from _truth_as_error(sight)


def _misread(sight: Sight, misread: Misread) -> Claim:
    errno, other = misread.errno, misread.other
    told = _SAYS[misread.why].format(key=errno.key, text=errno.expr.text, other=other)
    first = (Note(misread.line, f"{other} is an error pointer"),) if misread.why == "other" else ()
    return Claim(
        line=errno.expr.line,
        end_line=errno.expr.end_line,
        message=told,
        shape=("errno", errno.key, errno.expr.name),
        trace=(*first, Note(errno.expr.line, told)),
        confidence=_SURE[misread.why],
        words=pointer_words(sight, errno.key, "", "", "errno"),
        group=errno.key,
    )


def _misplaced(sight: Sight, misplaced: Misplaced) -> Claim:
    call, target, asked, sure = misplaced
    return Claim(
        line=asked.line,
        end_line=asked.end_line,
        message=f"{call.name}() gives {target}, but IS_ERR() is asked of {asked.text}",
        shape=("test-of-other", call.name, target, asked.text),
        trace=(
            Note(call.line, f"{call.name}() can return an error pointer, kept in {target}"),
            Note(asked.line, f"{asked.text} is tested instead"),
        ),
        confidence=Confidence.HIGH if sure or sight.function.whole else Confidence.MEDIUM,
        words=pointer_words(sight, asked.text, f"{call.name}()", target, "other"),
        group=target,
    )


def _truth_as_error(sight: Sight) -> Iterator[Claim]:
    """dev_err_probe(dev, IS_ERR(p), ...): 1 is no error code."""
    for call in sight.function.calls:
        if call.name != "dev_err_probe" or len(call.args) < 2:
            continue
        error = call.args[1].bare
        if error.kind == "call" and error.name in ("IS_ERR", "IS_ERR_OR_NULL"):
            told = f"{error.text} is 0 or 1, not the error code that dev_err_probe() wants"
            yield Claim(
                line=error.line,
                end_line=error.end_line,
                message=told,
                shape=("truth-as-error", error.text),
                trace=(Note(error.line, told),),
                words=pointer_words(sight, error.args[0].text, "", "PTR_ERR()", "truth"),
            )


RULE = Rule(
    title="error asked of the wrong pointer",
    category="err-ptr",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/err.h",
    check=check,
)
