"""`--batch`: an answer to every request, whatever the others do."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.cli.conftest import Bot


def answers(out: str) -> dict[str, Any]:
    return {json.dumps(answer["id"]): answer for answer in map(json.loads, out.splitlines())}


def test_one_bad_request_never_stops_the_others(
    bot: Bot, example: Path, clean_patch: Path, tmp_path: Path
) -> None:
    requests = [
        json.dumps({"id": "good", "source": str(example / "series.mbox"), "tree": None}),
        "{ not json",
        json.dumps([1, 2]),
        json.dumps({"id": 1, "source": None}),
        json.dumps({"id": 2, "source": str(tmp_path / "none.mbox")}),
        json.dumps({"id": 3, "source": str(clean_patch), "tree": 7}),
        "",
        json.dumps({"id": "clean", "source": str(clean_patch), "tree": str(example / "none")}),
        json.dumps({"id": "also clean", "source": str(clean_patch)}),
    ]
    (tmp_path / "batch").write_text("\n".join(requests))
    ended = bot("check", "--batch", tmp_path / "batch", "--jobs", "2")
    assert (ended.status, ended.err) == (1, "")
    assert len(ended.out.splitlines()) == 8
    got = answers(ended.out)
    assert list(got['"good"']) == ["id", "seconds", "report"]
    assert len(got['"good"']["report"]["patches"]) == 3
    assert "report" in got['"also clean"']
    for name in ("null", "1", "2", "3", '"clean"'):
        assert list(got[name]) == ["id", "seconds", "error"]
        assert list(got[name]["error"]) == ["type", "message"]
    assert got["2"]["error"]["type"] == "BadUsage"
    assert got['"clean"']["error"]["type"] == "TreeUnusable"


def test_a_batch_without_findings_is_0(bot: Bot, clean_patch: Path, tmp_path: Path) -> None:
    (tmp_path / "batch").write_text(json.dumps({"id": 1, "source": str(clean_patch)}) + "\n")
    assert bot("check", "--batch", tmp_path / "batch").status == 0
    (tmp_path / "batch").write_text("")
    ended = bot("check", "--batch", tmp_path / "batch")
    assert (ended.status, ended.out) == (0, "")


DYING = """
import os, signal, sys
from reviewbot.batch import answers

class Reviewer:
    def review(self, request):
        if request.source == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if request.source == "exit":
            raise SystemExit(5)
        return [1 / 0]

for answer in answers(sys.stdin.buffer.read(), Reviewer(), 1):
    print(answer.line)
"""


def test_a_process_that_dies_costs_one_request(project: Path) -> None:
    requests = "".join(
        json.dumps({"id": name, "source": name}) + "\n" for name in ("kill", "exit", "crash")
    )
    done = subprocess.run(
        [sys.executable, "-c", DYING],
        cwd=project,
        input=requests,
        capture_output=True,
        text=True,
        check=True,
    )
    got = answers(done.stdout)
    assert got['"kill"']["error"]["type"] == "Failed"
    assert "ended with status -9" in got['"kill"']["error"]["message"]
    assert got['"exit"']["error"] == {"type": "SystemExit", "message": "5"}
    assert got['"crash"']["error"]["type"] == "ZeroDivisionError"


def test_answers_come_as_they_are_ready_and_an_interrupt_ends_the_batch(
    clean_patch: Path, tmp_path: Path
) -> None:
    line = json.dumps({"id": 1, "source": str(clean_patch)})
    (tmp_path / "batch").write_text(f"{line}\n" * 5000)
    # A shell that starts the tests in the background lets them inherit an ignored SIGINT.
    command = ["env", "--default-signal=INT", sys.executable, "-m", "reviewbot", "check"]
    command += ["--jobs", "1", "--batch"]
    with subprocess.Popen(
        [*command, str(tmp_path / "batch")], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout and process.stderr
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate()
    assert json.loads(first)["id"] == 1
    assert process.returncode == 130
    assert said == b"reviewbot: interrupted\n"
    assert rest.count(b"\n") < 4999
