"""`reviewbot rules`: what is looked for, and the page of one rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from reviewbot.registry import LoadedRule


def rules(
    rule: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Show this rule's page.")
    ] = None,
) -> None:
    """List the rules, or show the page of one."""
    from reviewbot.registry import find_rule, load_rules, rule_page
    from reviewbot.resources import rules_dir

    loaded = load_rules(rules_dir())
    print(rule_page(find_rule(loaded, rule)).rstrip() if rule else _table(loaded))


def _table(rules: Sequence[LoadedRule]) -> str:
    width = max((len(rule.id) for rule in rules), default=0)
    return "\n".join(
        f"{loaded.id:<{width}}  {loaded.rule.severity:<8}  {loaded.rule.confidence:<6}  "
        f"{loaded.rule.title}"
        for loaded in rules
    )
