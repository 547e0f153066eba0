"""Which checks are set for a review, when, and which not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from reviewbot.config import Settings
from reviewbot.config.lists import ListPolicy
from reviewbot.config.outgoing import Outgoing
from reviewbot.config.service import Service
from reviewbot.jobs.checking import Checking
from reviewbot.model import Confidence, Review, Severity
from reviewbot.outbox.patchwork import Patchwork
from reviewbot.store.records import Answer, DraftState, JobState, Notice, Origin, Verdict
from reviewbot.store.store import Store
from tests.jobs.posted import LIST, OPEN, settings
from tests.mail import invented
from tests.patchwork_server import TOKEN, PatchworkServer
from tests.patchwork_server import patchwork_server as patchwork_server

BROAD = replace(OPEN, min_confidence=Confidence.LOW)
Make = Callable[[ListPolicy], Checking]


@pytest.fixture
def make(store: Store, patchwork_server: PatchworkServer) -> Iterator[Make]:
    outgoing = Outgoing(
        tries=3, retry_seconds=60, patchwork_url=patchwork_server.url, patchwork_token=TOKEN
    )
    service = Service(public_url="https://review.example/")
    with httpx.Client() as client:
        patchwork = Patchwork(outgoing, "", lambda url: None, client)

        def made(policy: ListPolicy) -> Checking:
            whole: Settings = replace(settings(policy), outbox=outgoing, service=service)
            return Checking(whole, store, patchwork)

        yield made


def reviewed(store: Store, server: PatchworkServer, case: str, known: bool = True) -> int:
    """The id of an invented review whose patches the patchwork knows."""
    review = invented.CASES[case]()
    if known:
        for part in review.patches:
            server.add(part.patch.mail.message_id, LIST)
    revision_id = store.series.save(review.series, LIST).revision_id
    return store.reviews.save(revision_id, review, 0.1)


def again(store: Store, review: Review) -> int:
    """The same series, reviewed by newer rules."""
    revision_id = store.series.save(review.series, LIST).revision_id
    return store.reviews.save(revision_id, replace(review, rule_set="newer"), 0.1)


def without_findings(review: Review) -> Review:
    return replace(review, patches=tuple(replace(part, findings=()) for part in review.patches))


def test_each_patch_gets_one_check_with_its_page(
    store: Store, make: Make, patchwork_server: PatchworkServer
) -> None:
    review_id = reviewed(store, patchwork_server, "series")
    assert make(BROAD).attempt(review_id, LIST, 1) is None
    new = [len(part.new) for part in invented.series().patches]
    assert [len(each) for each in patchwork_server.states()] == [1] * len(new)
    good = [each == ["success"] for each in patchwork_server.states()]
    assert good == [not count for count in new]
    assert any(good)
    assert not all(good)
    assert patchwork_server.checks[1][0]["target_url"] == "https://review.example/patches/1"


def test_a_second_look_at_the_same_does_not_even_ask(
    store: Store, make: Make, patchwork_server: PatchworkServer
) -> None:
    review_id = reviewed(store, patchwork_server, "series")
    make(BROAD).attempt(review_id, LIST, 1)
    calls = len(patchwork_server.calls)
    make(BROAD).attempt(review_id, LIST, 1)
    make(BROAD).attempt(again(store, invented.series()), LIST, 1)
    assert len(patchwork_server.calls) == calls


def test_a_review_that_comes_out_otherwise_sets_a_new_check(
    store: Store, make: Make, patchwork_server: PatchworkServer
) -> None:
    old = reviewed(store, patchwork_server, "single")
    make(BROAD).attempt(old, LIST, 1)
    [[before]] = patchwork_server.states()
    new = again(store, without_findings(invented.single()))
    make(BROAD).attempt(new, LIST, 1)
    assert patchwork_server.states() == [[before, "success"]]
    make(BROAD).attempt(old, LIST, 2)  # a try that was late, of a review that counts no more
    assert patchwork_server.states() == [[before, "success"]]


def test_what_the_list_does_not_want_to_hear_makes_no_mark(
    store: Store, make: Make, patchwork_server: PatchworkServer
) -> None:
    review_id = reviewed(store, patchwork_server, "single")
    loud = replace(BROAD, min_severity=Severity.CRITICAL)
    make(loud).attempt(review_id, LIST, 1)
    assert patchwork_server.states() == [["success"]]


def test_what_somebody_called_no_bug_makes_no_mark(
    store: Store, make: Make, patchwork_server: PatchworkServer
) -> None:
    review_id = reviewed(store, patchwork_server, "single")
    [part] = invented.single().patches
    for finding in part.new:
        store.answers.add(
            Answer(
                series_id=1,
                author="bo@example.net",
                verdict=Verdict.NOT_A_BUG,
                rule=finding.rule,
                fingerprint=finding.fingerprint,
                said_at=datetime.now(UTC),
                message_id="m@example.net",
                in_reply_to="",
            )
        )
    make(BROAD).attempt(review_id, LIST, 1)
    assert patchwork_server.states() == [["success"]]


def test_what_cannot_be_set_is_tried_again_later_each_time_and_not_for_ever(
    store: Store, make: Make, patchwork_server: PatchworkServer
) -> None:
    review_id = reviewed(store, patchwork_server, "series")
    patchwork_server.refuses = [503]
    checking = make(BROAD)
    assert checking.attempt(review_id, LIST, 1) == 60.0
    states = patchwork_server.states()
    assert sorted(map(len, states)) == [0, *[1] * (len(states) - 1)], "the others are set"
    patchwork_server.refuses = [503]
    assert checking.attempt(review_id, LIST, 2) == 120.0
    patchwork_server.refuses = [503]
    assert checking.attempt(review_id, LIST, 3) is None
    checking.attempt(review_id, LIST, 3)
    assert [len(each) for each in patchwork_server.states()] == [1] * len(states)


def test_what_patchwork_does_not_take_is_not_tried_again(
    store: Store, make: Make, patchwork_server: PatchworkServer
) -> None:
    review_id = reviewed(store, patchwork_server, "single")
    patchwork_server.refuses = [403]
    assert make(BROAD).attempt(review_id, LIST, 1) is None


def job(store: Store, review_id: int) -> str:
    notice = Notice(f"job-{review_id}@example.com", LIST, Origin.HOOK)
    taken, _ = store.jobs.accept(notice, "rules", lambda session, job: None)
    judged = store.checks.judged(review_id)
    assert judged is not None
    store.jobs.file(taken.id, judged.revision_id, LIST)
    store.jobs.move(taken.id, JobState.REVIEWED, review_id=review_id)
    return taken.id


def test_muted_lists_get_no_checks_and_others_after_the_embargo(
    store: Store, make: Make, patchwork_server: PatchworkServer
) -> None:
    review_id = reviewed(store, patchwork_server, "single")
    name = job(store, review_id)
    assert make(replace(OPEN, muted=True)).due(name) is None
    due = make(OPEN).due(name)
    assert due is not None
    assert (due.review_id, due.mailing_list, due.wait) == (review_id, LIST, 0.0)
    posted = invented.single().series.patches[0].mail.date
    hours = (datetime.now(UTC) - _date(posted)) / timedelta(hours=1) + 5
    late = make(replace(OPEN, embargo_hours=max(hours, 5.0))).due(name)
    assert late is not None
    assert late.wait > 3600


def _date(text: str) -> datetime:
    from email.utils import parsedate_to_datetime

    return parsedate_to_datetime(text)


def test_without_a_patchwork_nothing_is_due(
    store: Store, patchwork_server: PatchworkServer
) -> None:
    review_id = reviewed(store, patchwork_server, "single")
    none = Checking(settings(OPEN), store, None)
    assert none.due(job(store, review_id)) is None
    assert none.attempt(review_id, LIST, 1) is None


def test_a_draft_that_a_person_threw_away_makes_no_mark(
    store: Store, make: Make, patchwork_server: PatchworkServer
) -> None:
    review_id = reviewed(store, patchwork_server, "single")
    now = datetime.now(UTC)
    drafts = invented.drafts("single")
    [draft_id] = store.drafts.add(review_id, drafts, LIST, DraftState.DRAFT, now)
    store.drafts.decide(draft_id, DraftState.DISCARDED, "ada")
    make(BROAD).attempt(review_id, LIST, 1)
    assert patchwork_server.states() == [["success"]]
