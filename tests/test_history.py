"""What became of a fault over the revisions of a series, and what need not be said again."""

from __future__ import annotations

from reviewbot.history import Fate, Past, stories, worth_saying
from reviewbot.model import Severity, Status
from tests.store.kept import finding, review, series

NEW, THERE, GONE, NOT_YET, UNKNOWN = (
    Fate.NEW,
    Fate.STILL_THERE,
    Fate.GONE,
    Fate.NOT_YET,
    Fate.UNKNOWN,
)


def test_the_fates_of_faults() -> None:
    first, second = finding(mark="a"), finding(mark="b")
    told = stories([[first], None, [first, second], [second]])
    assert [(story.mark, story.fates) for story in told] == [
        ("a", (NEW, UNKNOWN, THERE, GONE)),
        ("b", (NOT_YET, UNKNOWN, NEW, THERE)),
    ]


def test_a_fault_that_comes_back_is_told_as_still_there() -> None:
    [story] = stories([[finding()], [], [finding()]])
    assert story.fates == (NEW, GONE, THERE)


def test_the_newest_finding_speaks_for_the_fault() -> None:
    older, newer = finding(severity=Severity.LOW), finding(severity=Severity.HIGH)
    [story] = stories([[older], [newer], []])
    assert story.finding == newer


def test_what_a_patch_did_not_bring_in_has_no_story() -> None:
    assert stories([[finding(status=Status.PRE_EXISTING), finding(status=Status.FIXED)]]) == ()


def test_equal_faults_of_one_patch_are_one_story() -> None:
    [story] = stories([[finding(mark="a"), finding(mark="a-2")], [finding(mark="a-2")]])
    assert (story.mark, story.fates) == ("a", (NEW, THERE))


def test_what_was_said_or_refused_is_not_said_again() -> None:
    made = series("wimble")
    found = (finding(mark="a-2"), finding(mark="b"), finding("uninit", mark="c"), finding(mark="d"))
    past = Past(frozenset("a"), frozenset("b"), frozenset({"uninit"}))
    [patch] = worth_saying(review(made, found), past).patches
    assert [one.fingerprint for one in patch.findings] == ["d"]
