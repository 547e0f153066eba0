"""The list of the rules, a rule's page, and the version."""

from __future__ import annotations

import re
from pathlib import Path

import reviewbot
from tests.cli.conftest import Bot


def test_the_list_has_a_line_for_each_rule(bot: Bot, project: Path) -> None:
    ended = bot("rules")
    folders = {path.parent.name for path in (project / "rules").glob("*/rule.py")}
    lines = ended.out.splitlines()
    assert ended.status == 0
    assert {line.split()[0].replace("-", "_") for line in lines} == folders
    form = r"[a-z0-9-]+ +(critical|high|medium|low) +(high|medium|low) +\S.*"
    assert all(re.fullmatch(form, line) for line in lines)


def test_a_rules_page_is_made_from_its_folder(bot: Bot) -> None:
    ended = bot("rules", "guard-goto-mix")
    assert ended.status == 0
    assert ended.out.startswith("# guard-goto-mix: ")
    assert "## Examples" in ended.out


def test_the_version_names_the_rules_too(bot: Bot) -> None:
    ended = bot("version")
    assert re.fullmatch(
        rf"reviewbot {re.escape(reviewbot.__version__)} \(rule set [0-9a-f]{{12}}\)\n", ended.out
    )
