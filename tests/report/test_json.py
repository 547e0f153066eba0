"""The stable report: keys and their order, one line, the same bytes."""

from __future__ import annotations

import json
from dataclasses import replace

from reviewbot.model import Address, Review
from reviewbot.report.json import document, render

SERIES = "message_id subject author revision patches complete url missing".split()
PATCH = "message_id subject part context context_note findings skipped failures".split()
FINDING = (
    "rule category severity confidence status file function line end_line diff_line message "
    "trace suggestion fingerprint"
).split()


def test_keys_stand_in_the_order_of_the_contract(review: Review) -> None:
    report = json.loads(render(review))
    assert list(report) == ["schema", "series", "rule_set", "patches"]
    assert list(report["series"]) == SERIES
    assert [list(patch) for patch in report["patches"]] == [PATCH, PATCH]
    findings = report["patches"][1]["findings"]
    assert [list(finding) for finding in findings] == [FINDING] * 3
    assert list(findings[0]["trace"][0]) == ["file", "line", "note"]


def test_values_say_what_is_known(review: Review) -> None:
    report = document(review)
    assert report["schema"] == 1
    assert report["series"]["author"] == "Ann Author <ann@example.org>"
    assert (report["series"]["patches"], report["series"]["missing"]) == (3, [2])
    assert report["series"]["complete"] is False
    last = report["patches"][1]
    assert (last["part"], last["context"]) == (3, "diff")
    assert last["context_note"].startswith("grab-core.c does not fit")
    assert last["skipped"] == [{"file": "Documentation/grab.rst", "reason": "not C"}]
    assert last["failures"] == ["lock-order: KeyError: 'x'"]
    assert [f["status"] for f in last["findings"]] == ["new", "pre-existing", "fixed"]
    assert last["findings"][0]["suggestion"] is None


def test_a_report_is_one_ascii_line_and_the_same_twice(review: Review) -> None:
    series = replace(review.series, author=Address("Jürgen \ud800\u2028", "j@example.org"))
    odd = replace(review, series=series)
    line = render(odd)
    assert line.isascii() and "\n" not in line
    assert line == render(odd)
    assert json.loads(line)["series"]["author"].startswith("Jürgen")


def test_an_author_without_a_name_is_an_address(review: Review) -> None:
    series = replace(review.series, author=Address("", "j@example.org"))
    assert document(replace(review, series=series))["series"]["author"] == "j@example.org"
