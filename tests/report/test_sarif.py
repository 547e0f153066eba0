"""What SARIF viewers need: places, levels, the path, and an identity that survives versions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from reviewbot.model import Review
from reviewbot.report.sarif import render


def run(review: Review) -> dict[str, Any]:
    log = json.loads(render([review]))
    assert log["version"] == "2.1.0"
    (only,) = log["runs"]
    assert isinstance(only, dict)
    return only


def test_a_finding_is_a_result_with_place_path_and_fingerprint(review: Review) -> None:
    result = run(review)["results"][0]
    assert (result["ruleId"], result["level"], result["baselineState"]) == (
        "rule-new",
        "error",
        "new",
    )
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "drivers/media/grab/grab-core.c"
    assert place["region"] == {"startLine": 52, "endLine": 53}
    assert result["partialFingerprints"] == {"reviewbot/v1": "fp-null-lookup"}
    flow = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["physicalLocation"]["region"]["startLine"] for step in flow] == [
        50,
        52,
    ]


def test_the_three_statuses_are_the_baseline_states(review: Review) -> None:
    states = [result["baselineState"] for result in run(review)["results"]]
    assert states == ["new", "unchanged", "absent"]


def test_every_result_names_a_rule_of_the_driver(review: Review) -> None:
    only = run(review)
    known = [rule["id"] for rule in only["tool"]["driver"]["rules"]]
    assert known == sorted({result["ruleId"] for result in only["results"]})


def test_what_was_not_looked_at_is_said(review: Review) -> None:
    (invocation,) = run(review)["invocations"]
    texts = [note["message"]["text"] for note in invocation["toolExecutionNotifications"]]
    assert "patch 2 of the series is missing" in texts
    assert "patch 3: Documentation/grab.rst was not looked at: not C" in texts
    assert invocation["executionSuccessful"] is False


def test_odd_places_stay_within_the_standard(review: Review) -> None:
    finding = replace(review.patches[1].findings[0], file="a b/ü.c", line=0, end_line=0, trace=())
    patch = replace(review.patches[1], findings=(finding,))
    (result,) = run(replace(review, patches=(patch,)))["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b/%C3%BC.c"
    assert place["region"] == {"startLine": 1, "endLine": 1}
    assert "codeFlows" not in result


def test_the_commit_message_goes_by_gits_name_for_it(review: Review) -> None:
    found = replace(review.patches[1].findings[0], file="", function="", line=7, end_line=7)
    patch = replace(review.patches[1], findings=(found,))
    (location,) = run(replace(review, patches=(patch,)))["results"][0]["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "COMMIT_EDITMSG"
    assert location["physicalLocation"]["region"]["startLine"] == 7
    assert location["logicalLocations"] == [{"name": "commit message"}]
