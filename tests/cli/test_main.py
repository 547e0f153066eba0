"""Every end has its exit status and one clear line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import reviewbot.cli.rules
from tests.cli.conftest import Bot


def test_help_says_of_each_command_what_it_does_on_one_line(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    listed = bot("--help").out.partition("Commands:\n")[2].splitlines()
    assert len(listed) >= 9
    assert [line for line in listed if line.endswith("...") or not line[2:3].isalpha()] == []


def test_help_names_the_commands(bot: Bot) -> None:
    ended = bot("--help")
    assert ended.status == 0
    for command in ("check", "rules", "version"):
        assert f"\n  {command} " in ended.out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "Missing command"),
        (["chek"], "No such command 'chek'"),
        (["check", "--nonsense"], "No such option: --nonsense"),
        (["check", "--format", "xml", "-"], "'xml' is not one of 'text', 'json'"),
        (["check", "--revision", "0", "-"], "--revision"),
        (["check", "--jobs"], "--jobs"),
        (["check"], "nothing to review"),
        (["check", "a.mbox", "--batch", "b"], "leave out SOURCE"),
        (["check", "a.mbox", "--archive", "lore"], "is no http"),
        (["rules", "no-such-rule"], "there is no rule 'no-such-rule'"),
    ],
)
def test_bad_usage_is_2_and_one_line(bot: Bot, arguments: list[str], named: str) -> None:
    ended = bot(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert named in ended.err
    assert ended.err.startswith("reviewbot: ") and ended.err.count("\n") == 1


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def broken(*_: object) -> str:
        raise error

    monkeypatch.setattr(reviewbot.cli.rules, "_table", broken)


def test_a_defect_is_3_and_says_how_to_report_it(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, KeyError("left\nout"))
    ended = bot("rules")
    assert ended.status == 3
    assert "REVIEWBOT_DEBUG=1" in ended.err and "KeyError" in ended.err
    assert ended.err.count("\n") == 1


def test_debug_shows_where_it_broke(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, KeyError("left out"))
    monkeypatch.setenv("REVIEWBOT_DEBUG", "1")
    assert "Traceback" in bot("rules").err


def test_an_interrupt_is_130(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, KeyboardInterrupt())
    ended = bot("rules")
    assert (ended.status, ended.err) == (130, "reviewbot: interrupted\n")


def test_a_reader_that_has_seen_enough_is_no_defect() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "reviewbot", "rules"]
    with os.fdopen(write, "wb") as nobody:
        done = subprocess.run(command, stdout=nobody, stderr=subprocess.PIPE, check=False)
    assert done.stderr == b""
    assert done.returncode == 0


def test_start_up_loads_nothing_heavy(project: Path) -> None:
    heavy = ("b4", "jinja2", "liblore", "pygit2", "rich", "tree_sitter", "unidiff")
    code = (
        "import sys, reviewbot.cli.main as main; main.run(['--help']);"
        f"print(sorted(set({heavy!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")
