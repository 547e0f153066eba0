"""How each rule has fared here: what it found, what was mailed, and what people said of it."""

from __future__ import annotations

from dataclasses import dataclass

from reviewbot.registry import LoadedRule
from reviewbot.store.records import RuleFigures
from reviewbot.store.trends import RuleCount
from reviewbot.web.site import Site


@dataclass(frozen=True, slots=True)
class Fared:
    """`mailed` findings went out; `refused` were called no bug, `confirmed` a bug."""

    rule: LoadedRule
    count: RuleCount
    mailed: int = 0
    refused: int = 0
    confirmed: int = 0


def fared(site: Site) -> tuple[Fared, ...]:
    """All rules, by name."""
    return site.memory.get("fared", lambda: _counted(site))


def _counted(site: Site) -> tuple[Fared, ...]:
    counts = site.store.trends.rules()
    words = {one.rule: one for one in site.store.answers.figures()}
    return tuple(
        _fared(rule, counts.get(rule.id, RuleCount()), words.get(rule.id)) for rule in site.rules
    )


def _fared(rule: LoadedRule, count: RuleCount, words: RuleFigures | None) -> Fared:
    if words is None:
        return Fared(rule, count)
    return Fared(rule, count, words.mailed, words.refused, words.confirmed)
