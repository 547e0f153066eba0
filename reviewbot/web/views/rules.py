"""The rules: what each looks for, its examples, how sure it is, and how it has fared here."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Response

from reviewbot.registry import Example, find_rule
from reviewbot.store.trends import RuleCount
from reviewbot.web.access import Reading
from reviewbot.web.diffview import DiffView, view_diff
from reviewbot.web.markdown import markdown
from reviewbot.web.pages import page
from reviewbot.web.views.fared import Fared, fared

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail of an example; `message` is what stands before its diff, where that matters."""

    message: str
    diff: DiffView


@dataclass(frozen=True, slots=True)
class Shown:
    """An example as a patch's page would show it; a place in "" is in the commit message."""

    example: Example
    places: tuple[tuple[str, int], ...]
    letters: tuple[Letter, ...]


@router.get("/rules")
def rules(visit: Reading) -> Response:
    return page("rules", visit, rules=fared(visit.site))


@router.get("/rules/{rule_id}")
def one_rule(visit: Reading, rule_id: str) -> Response:
    """Raises UnknownRule. A rule that was dropped has no page, though findings of it are kept."""
    loaded = find_rule(visit.site.rules, rule_id)
    here = next(
        (one for one in fared(visit.site) if one.rule is loaded), Fared(loaded, RuleCount())
    )
    return page(
        "rule",
        visit,
        loaded=loaded,
        rule=loaded.rule,
        fared=here,
        doc=markdown(loaded.doc),
        examples=[_shown(example) for example in loaded.examples],
    )


def _shown(example: Example) -> Shown:
    places = tuple(place for found in example.expects for place in found)
    diff_alone = len(example.mails) == 1 and all(file for file, _ in places)
    letters = tuple(_letter(mail, diff_alone) for mail in example.mails)
    return Shown(example, places, letters)


def _letter(mail: str, diff_alone: bool) -> Letter:
    text = mail.partition("\n-- \n")[0] + "\n"
    message, mark, diff = text.partition("diff --git")
    message = message.partition("\n---\n")[0]  # what follows says what the rule must find
    return Letter("" if diff_alone else message.strip(), view_diff(mark + diff, ()))
