"""Fills the jinja2 templates: whole mails from templates/, and a rule's own comment."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError

from reviewbot.errors import BadRule
from reviewbot.mail.prose import wrap
from reviewbot.resources import templates_dir


def letter(name: str, **words: object) -> str:
    """A mail from templates/, filled."""
    return _environment().get_template(name).render(words)


def paragraph(source: str, words: Mapping[str, object]) -> str:
    """A rule's comment, filled but not yet wrapped; BadRule where it cannot be filled."""
    try:
        return _compiled(source).render(words)
    except TemplateError as problem:
        raise BadRule(f"comment.txt.j2 cannot be filled: {problem}; mend the rule") from problem


@cache
def _environment() -> Environment:
    # Mails are plain text: nothing to escape. A word that nobody filled in must not be mailed.
    environment = Environment(
        loader=FileSystemLoader(templates_dir()),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["wrapped"] = lambda text: wrap(text) + "\n"
    return environment


@cache
def _compiled(source: str) -> Template:
    return _environment().from_string(source)
