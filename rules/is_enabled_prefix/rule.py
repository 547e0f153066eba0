"""IS_ENABLED(FOO) where IS_ENABLED(CONFIG_FOO) is meant: never true, and no compiler says so.

Source: include/linux/kconfig.h: an option that is not defined counts as off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reviewbot.rule import Claim, Confidence, FileSight, Need, Note, Rule, Severity

_TEST = re.compile(
    rb"\b(?P<macro>IS_(?:ENABLED|BUILTIN|MODULE|REACHABLE))"
    rb"[ \t]*\([ \t]*(?P<word>[A-Z][A-Z0-9_]*)[ \t]*\)"
)


def check(sight: FileSight) -> Iterable[Claim]:
    if not _TEST.search(sight.changed):
        return
    for run in sight.runs:
        for found in _TEST.finditer(run.bare):
            line, word = run.line(found.start()), found["word"].decode()
            if not sight.touches(line, line) or word.startswith("CONFIG_"):
                continue
            if _is_option(sight, word) and not _is_macro(sight, word):
                yield _claim(found["macro"].decode(), word, line)


def _is_option(sight: FileSight, word: str) -> bool:
    """Whether Kconfig has the word: it may also be a macro of the driver's own."""
    if word in sight.facts.options or sight.around.configs(word):
        return True
    option = re.compile(rb"\bCONFIG_%s\b" % word.encode())
    return any(option.search(run.text) for run in sight.runs)


def _is_macro(sight: FileSight, word: str) -> bool:
    define = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+%s\b" % word.encode(), re.MULTILINE)
    files = (*sight.side.files.values(), *sight.side.earlier.values())
    return any(define.search(run.text) for file in files for run in file.runs())


def _claim(macro: str, word: str, line: int) -> Claim:
    return Claim(
        line=line,
        end_line=line,
        message=f"{macro}({word}) is never true: the option is CONFIG_{word}",
        shape=(macro, word),
        trace=(Note(line, f"{word} is not defined by any configuration, CONFIG_{word} is"),),
        words=(("macro", macro), ("word", word)),
    )


RULE = Rule(
    title="IS_ENABLED() and kin without CONFIG_",
    category="api",
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    needs=Need.DIFF,
    source="include/linux/kconfig.h, IS_ENABLED()",
    check_file=check,
)
