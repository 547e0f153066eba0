"""What compare.py makes of the claims of two sides."""

from __future__ import annotations

from pathlib import Path

from reviewbot.compare import Claims, base_fingerprint, findings
from reviewbot.diff import file_diffs
from reviewbot.model import Confidence, FileDiff, Finding, Severity, Status
from reviewbot.registry import LoadedRule
from reviewbot.rule import Blame, Claim, Need, Note, Rule


def _rule(name: str = "some-rule") -> LoadedRule:
    rule = Rule("t", "leak", Severity.HIGH, Confidence.MEDIUM, Need.DIFF, "s", lambda sight: ())
    return LoadedRule(name, rule, Path("nowhere"))


RULE = _rule()

# Lines 3 and 4 of the old file go, and two lines come in at line 8 of the new one.
DIFF = file_diffs(
    """\
diff --git a/drivers/foo.c b/drivers/foo.c
--- a/drivers/foo.c
+++ b/drivers/foo.c
@@ -1,6 +1,4 @@
 one
 two
-three
-four
 five
 six
@@ -8,3 +6,5 @@
 eight
 nine
+new
+newer
 ten
"""
)[0]


def _claim(line: int, *shape: str, confidence: Confidence | None = None) -> Claim:
    return Claim(line, line, f"m{line}", shape or ("s",), confidence=confidence)


def _of(
    before: tuple[Claim, ...] | None,
    after: tuple[Claim, ...] | None,
    function: str = "f",
    diff: FileDiff = DIFF,
    rule: LoadedRule = RULE,
) -> Claims:
    return Claims(rule, diff, function, before, after)


def _places(found: tuple[Finding, ...]) -> list[tuple[int, Status]]:
    return [(finding.line, finding.status) for finding in found]


def test_after_only_is_new_before_only_is_fixed() -> None:
    assert _places(findings([_of((), (_claim(8),))])) == [(8, Status.NEW)]
    assert _places(findings([_of((_claim(1),), ())])) == [(1, Status.FIXED)]


def test_same_shape_on_both_sides_is_pre_existing_where_it_now_stands() -> None:
    found = findings([_of((_claim(10),), (_claim(8),))])
    assert _places(found) == [(8, Status.PRE_EXISTING)]


def test_of_two_equal_faults_the_one_that_did_not_move_is_the_old_one() -> None:
    # The old fault of line 10 stands at line 10 after the patch as well (two out, two in).
    found = findings([_of((_claim(10),), (_claim(8), _claim(10)))])
    assert _places(found) == [(8, Status.NEW), (10, Status.PRE_EXISTING)]


def test_equal_fingerprints_are_numbered_in_the_order_of_lines() -> None:
    first, second = findings([_of((), (_claim(9), _claim(8)))])
    assert second.fingerprint == f"{first.fingerprint}-2"
    assert base_fingerprint(second.fingerprint) == first.fingerprint


def test_fingerprint_forgets_lines_and_knows_rule_file_function_and_shape() -> None:
    def fingerprint(claims: Claims) -> str:
        return findings([claims])[0].fingerprint

    one = fingerprint(_of((), (_claim(8, "get"),)))
    assert one == fingerprint(_of((), (_claim(3, "get"),)))
    assert one != fingerprint(_of((), (_claim(8, "put"),)))
    assert one != fingerprint(_of((), (_claim(8, "get"),), function="g"))
    assert one != fingerprint(_of((), (_claim(8, "get"),), rule=_rule("other")))


def test_lines_of_a_fixed_fault_are_mapped_into_the_file_after_the_patch() -> None:
    trace = (Note(9, "taken"), Note(10, "leaves"))
    (found,) = findings([_of((Claim(4, 4, "m", ("s",), trace=trace),), ())])
    assert (found.line, found.end_line) == (3, 3)
    assert [(step.file, step.line) for step in found.trace] == [
        ("drivers/foo.c", 7),
        ("drivers/foo.c", 10),
    ]
    assert found.diff_line == 8  # "-four"


def test_line_outside_of_the_hunks_has_no_diff_line() -> None:
    (found,) = findings([_of((), (_claim(30),))])
    assert found.diff_line is None


def test_fault_of_a_renamed_function_is_not_new() -> None:
    found = findings([_of((_claim(1),), None, "old"), _of(None, (_claim(8),), "new")])
    assert [(f.function, f.status) for f in found] == [("new", Status.PRE_EXISTING)]


def test_fault_that_moves_into_a_new_helper_is_not_new() -> None:
    found = findings([_of((_claim(1),), (), "whole"), _of(None, (_claim(8),), "helper")])
    assert [(f.function, f.status) for f in found] == [("helper", Status.PRE_EXISTING)]


def test_fault_mended_in_one_function_does_not_excuse_another_that_was_there() -> None:
    found = findings([_of((_claim(1),), (), "f"), _of((), (_claim(8),), "g")])
    assert _places(found) == [(1, Status.FIXED), (8, Status.NEW)]


def test_one_finding_a_place_the_surest() -> None:
    low = _claim(8, "a", confidence=Confidence.LOW)
    high = _claim(8, "b", confidence=Confidence.HIGH)
    (found,) = findings([_of((), (low, high))])
    assert found.confidence is Confidence.HIGH


def test_other_rules_speak_of_the_same_place_and_order_is_stable() -> None:
    claims = [_of((), (_claim(8),), rule=_rule("z")), _of((), (_claim(8),), rule=_rule("a"))]
    assert [finding.rule for finding in findings(claims)] == ["a", "z"]
    assert findings(claims) == findings(claims[::-1])


def _lost(line: int, shape: str, blame: Blame = Blame.FAULT) -> Claim:
    return Claim(line, line, f"m{line}", (shape,), group="the lock", blame=blame)


def test_of_one_cause_as_many_are_old_as_there_were_before() -> None:
    found = findings([_of((_lost(1, "a"),), (_lost(8, "b"), _lost(9, "c")))])
    assert _places(found) == [(8, Status.PRE_EXISTING), (9, Status.NEW)]


def test_what_the_patch_wrote_nothing_of_is_not_new() -> None:
    found = findings([_of((), (_lost(8, "a", Blame.NOTHING),))])
    assert _places(found) == [(8, Status.PRE_EXISTING)]


def test_one_more_way_is_new_only_where_the_cause_was_not_there() -> None:
    way = _lost(9, "b", Blame.WAY)
    assert _places(findings([_of((), (way,))])) == [(9, Status.NEW)]
    found = findings([_of((_lost(8, "a"),), (_lost(8, "a"), way))])
    assert [finding.status for finding in found] == [Status.PRE_EXISTING]
