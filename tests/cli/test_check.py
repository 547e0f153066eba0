"""`check` on the example series: formats, drafts, exit statuses, and sources that fail."""

from __future__ import annotations

import io
import json
import mailbox
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Bot

FOUND = {
    (1, "guard-goto-mix", "lantern_open"),
    (3, "null-lookup", "lantern_describe"),
    (3, "printk-newline", "lantern_describe"),
}


def found(report: str) -> set[tuple[int, str, str]]:
    return {
        (patch["part"], finding["rule"], finding["function"])
        for patch in json.loads(report)["patches"]
        for finding in patch["findings"]
        if finding["status"] == "new"
    }


@pytest.mark.parametrize("tree", [True, False], ids=["tree", "diff alone"])
def test_the_example_has_its_three_faults(bot: Bot, example: Path, tree: bool) -> None:
    given = ["--tree", example / "tree"] if tree else []
    ended = bot("check", example / "series.mbox", *given, "--format", "json")
    assert (ended.status, ended.err) == (1, "")
    assert found(ended.out) == FOUND
    contexts = {patch["context"] for patch in json.loads(ended.out)["patches"]}
    assert contexts == {"tree" if tree else "diff"}


def test_the_same_input_gives_the_same_bytes(bot: Bot, example: Path) -> None:
    for form in ("json", "sarif", "b4", "mbox", "text"):
        once = bot("check", example / "series.mbox", "--format", form)
        assert once.out == bot("check", example / "series.mbox", "--format", form).out


def test_a_clean_patch_is_0_and_one_line(bot: Bot, clean_patch: Path) -> None:
    ended = bot("check", clean_patch)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.endswith("when nothing changes: nothing to say (1 patch)\n")
    assert ended.out.count("\n") == 1


def test_text_shows_places_and_a_summary(bot: Bot, example: Path) -> None:
    ended = bot("check", example / "series.mbox", "--tree", example / "tree")
    assert "\n    drivers/misc/lantern/lantern.c:53 (lantern_open)\n" in ended.out
    assert "\n2/3 misc: lantern: leave the register alone when nothing changes\n" in ended.out
    assert ended.out.rstrip().endswith("in 2 of 3 patches")
    assert "\x1b" not in ended.out


def test_b4_gets_one_entry_for_the_patch_it_pipes_in(
    bot: Bot, example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = (example / "series.mbox").read_bytes().split(b"\nFrom 0000")[3]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"From 0000" + mail)))
    ended = bot("check", "-", "--format", "b4")
    (entry,) = json.loads(ended.out)
    assert entry["status"] in ("warn", "fail")
    assert "null-lookup" in entry["details"]


def test_sarif_holds_a_run_for_the_series(bot: Bot, example: Path) -> None:
    ended = bot("check", example / "series.mbox", "--format", "sarif")
    (only,) = json.loads(ended.out)["runs"]
    assert {result["ruleId"] for result in only["results"]} == {rule for _, rule, _ in FOUND}


def test_mbox_and_drafts_hold_one_reply_a_patch(bot: Bot, example: Path, tmp_path: Path) -> None:
    ended = bot("check", example / "series.mbox", "--format", "mbox", "--drafts", tmp_path / "d")
    assert ended.err == f"reviewbot: 2 drafts in {tmp_path / 'd'}\n"
    (tmp_path / "mbox").write_text(ended.out)
    with closing(mailbox.mbox(tmp_path / "mbox")) as mails:
        printed = {mail["In-Reply-To"] for mail in mails}
    kept = {mail["In-Reply-To"] for mail in mailbox.Maildir(tmp_path / "d")}
    assert printed == kept == {f"<20261102.{part}.ada@lantern.example>" for part in (1, 3)}


def test_thresholds_leave_out_what_is_below(bot: Bot, example: Path) -> None:
    ended = bot("check", example / "series.mbox", "--format", "json", "--min-severity", "critical")
    assert (ended.status, found(ended.out)) == (0, set())


def test_settings_come_from_the_file(bot: Bot, example: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('min_severity = "critical"\n')
    assert bot("check", example / "series.mbox", "--config", config).status == 0
    config.write_text("severity = 1\n")
    ended = bot("check", example / "series.mbox", "--config", config)
    assert ended.status == 2
    assert "severity: no such setting" in ended.err


def test_a_bad_source_is_named_and_stops_no_other(bot: Bot, example: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.eml").write_text("From: a@example.org\nSubject: hi\n\nno patch\n")
    ended = bot("check", tmp_path / "letter.eml", example / "series.mbox", "--format", "json")
    assert ended.status == 2
    assert found(ended.out) == FOUND
    assert ended.err.count("\n") == 1 and "letter.eml" in ended.err


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (["none.mbox"], "none.mbox"),
        (["series.mbox", "--tree", "none"], "none"),
        (["series.mbox", "--revision", "7"], "7"),
        (["--git", ".", "no..where"], "no..where"),
    ],
)
def test_bad_input_is_2_and_one_line(
    bot: Bot, example: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], named: str
) -> None:
    monkeypatch.chdir(example)
    ended = bot("check", *given)
    assert (ended.status, ended.out) == (2, "")
    assert named in ended.err and ended.err.count("\n") == 1


def test_a_series_in_two_files_is_two_reports(bot: Bot, example: Path, clean_patch: Path) -> None:
    ended = bot("check", clean_patch, example / "series.mbox", "--format", "json")
    subjects = [json.loads(line)["series"]["subject"] for line in ended.out.splitlines()]
    assert [subject.split("]")[0] for subject in subjects] == ["[PATCH", "[PATCH 0/3"]


def git(repository: Path, *arguments: str) -> None:
    name = ["-c", "user.name=Ada", "-c", "user.email=ada@lantern.example"]
    subprocess.run(["git", "-C", repository, *name, *arguments], check=True, capture_output=True)


def test_commits_are_read_with_the_files_of_their_repository(
    bot: Bot, example: Path, tmp_path: Path
) -> None:
    shutil.copytree(example / "tree", tmp_path / "repository")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "base"]):
        git(tmp_path / "repository", *arguments)
    git(tmp_path / "repository", "am", "-q", "--empty=drop", str(example / "series.mbox"))
    ended = bot("check", "--git", tmp_path / "repository", "HEAD~3..HEAD", "--format", "json")
    assert (ended.status, ended.err) == (1, "")
    assert found(ended.out) == FOUND
    assert {patch["context"] for patch in json.loads(ended.out)["patches"]} == {"tree"}
