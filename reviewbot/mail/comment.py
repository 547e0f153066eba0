"""The paragraph about one finding: from the rule's template, or from the finding alone."""

from __future__ import annotations

from collections.abc import Mapping

from reviewbot.mail.letter import letter, paragraph
from reviewbot.mail.prose import harmless, plain, sentence, wrap
from reviewbot.model import Finding


def render_comment(template_text: str, words: Mapping[str, object]) -> str:
    """A rule's comment.txt.j2, filled, begun as a sentence begins, and wrapped at 72 columns.

    Indented lines are code and stay as they are. Raises BadRule for a template that is wrong
    or asks for a word that is not there.
    """
    return wrap(sentence(paragraph(template_text, words)))


def comment_words(finding: Finding) -> dict[str, object]:
    """What every comment template may use beside the rule's own words.

    `message`, `rule`, `function`, `file`; `steps` are the notes of the path, `path` the same
    as one line, "A, then B, then C", and `way` what lies between its first and its last step,
    which the message often tells. Without the full stop at their ends.
    """
    steps = [plain(step.note) for step in finding.trace]
    return {
        "message": plain(finding.message),
        "rule": finding.rule,
        "function": finding.function,
        "file": finding.file,
        "steps": steps,
        "path": ", then ".join(steps),
        "way": ", then ".join(steps[1:-1]),
    }


def plain_comment(finding: Finding) -> str:
    """What is said where the rule has no words of its own: claim, path, what would settle it."""
    return wrap(sentence(letter("finding.txt.j2", again=False, **comment_words(finding))))


def repeated_comment(finding: Finding) -> str:
    """What is said of a second place in the same mail: the rule was explained at the first."""
    return wrap(letter("finding.txt.j2", again=True, **comment_words(finding)))


def suggestion(finding: Finding) -> str:
    """The suggested diff, indented so that nothing applies it; "" where there is none."""
    if not finding.suggestion:
        return ""
    lines = finding.suggestion.rstrip("\n").split("\n")
    diff = "\n".join("    " + line if line else "" for line in lines)
    return "Perhaps like this (neither built nor tested):\n\n" + harmless(diff)
