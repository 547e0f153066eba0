"""Drafts and jobs are listed by their state, with what they are about."""

from __future__ import annotations

from reviewbot.model import DraftKind
from reviewbot.store.paging import Ask
from reviewbot.store.records import DraftState, JobState, Notice, Origin
from reviewbot.store.store import Store
from tests.mail import invented
from tests.store.kept import LIST, START, hours, keep, series

ALL_DRAFTS, ALL_JOBS = tuple(DraftState), tuple(JobState)


def filed(store: Store, case: str) -> tuple[int, tuple[int, ...]]:
    """The series, and its drafts."""
    made = invented.CASES[case]()
    saved = store.series.save(made.series, LIST, START)
    review_id = store.reviews.save(saved.revision_id, made, 0.1, START)
    drafts = invented.drafts(case)
    ids = store.drafts.add(review_id, drafts, LIST, DraftState.DRAFT, hours(1))
    return saved.series_id, ids


def asked(store: Store, message_id: str, hour: float) -> str:
    notice = Notice(message_id, LIST, Origin.PERSON)
    job, _ = store.jobs.accept(notice, "rules", lambda *_: None, now=hours(hour))
    return job.id


def test_a_draft_is_listed_with_what_it_answers(store: Store) -> None:
    series_id, ids = filed(store, "series")
    found = store.desk.drafts(ALL_DRAFTS, Ask()).items
    assert [line.id for line in found] == sorted(ids, reverse=True)
    summary = next(line for line in found if line.kind is DraftKind.SUMMARY)
    made = invented.series().series
    assert (summary.subject, summary.patch_id) == (made.subject, None)
    assert (summary.author, summary.series_id, summary.mailing_list) == (
        made.author,
        series_id,
        LIST,
    )
    patches = {line.subject for line in found if line.kind is DraftKind.PATCH}
    assert patches <= {patch.mail.subject for patch in made.patches} and patches
    assert all(line.findings for line in found)


def test_drafts_by_state_list_and_series(store: Store) -> None:
    first, [draft_id] = filed(store, "single")
    other, others = filed(store, "series")
    store.drafts.decide(draft_id, DraftState.DISCARDED, "ada", "no")
    assert store.desk.waiting() == len(others)
    [gone] = store.desk.drafts([DraftState.DISCARDED], Ask()).items
    assert (gone.id, gone.decided_by, gone.note) == (draft_id, "ada", "no")
    mine = store.desk.drafts(ALL_DRAFTS, Ask(), series_id=other).items
    assert {line.series_id for line in mine} == {other} != {first}
    assert store.desk.drafts(ALL_DRAFTS, Ask(), mailing_list="none@lists.example").items == ()
    assert len(store.desk.drafts(ALL_DRAFTS, Ask(), LIST).items) == 1 + len(others)


def test_drafts_a_page_at_a_time(store: Store) -> None:
    _, ids = filed(store, "series")
    first = store.desk.drafts(ALL_DRAFTS, Ask(limit=1))
    second = store.desk.drafts(ALL_DRAFTS, Ask(first.older, limit=1))
    assert [line.id for line in (*first.items, *second.items)] == sorted(ids, reverse=True)[:2]
    assert store.desk.drafts(ALL_DRAFTS, Ask(second.newer, limit=1)).items == first.items


def test_a_job_knows_its_series_once_that_is_there(store: Store) -> None:
    saved = keep(store, series("wimble"))
    old, new = asked(store, "wimble-v1-1@wimble.example", 1), asked(store, "later@x.example", 2)
    unknown, known = store.desk.jobs(ALL_JOBS, Ask()).items
    assert (unknown.job.id, unknown.series_id, unknown.title) == (new, None, "")
    assert known.job.id == old
    store.jobs.file(old, saved.revision_id, LIST)
    [_, known] = store.desk.jobs([JobState.WAITING], Ask()).items
    assert (known.series_id, known.revision) == (saved.series_id, 1)
    assert known.title.startswith("wimble")
    assert store.desk.jobs([JobState.FAILED], Ask()).items == ()


def test_the_last_job_about_something(store: Store) -> None:
    saved = keep(store, series("wimble"))
    mail = "wimble-v1-0@wimble.example"
    first = asked(store, mail, 1)
    store.jobs.file(first, saved.revision_id, LIST)
    store.jobs.move(first, JobState.FAILED, "no answer")
    second = asked(store, mail, 2)
    job = store.desk.job_about(mail)
    assert job is not None and job.id == second != first
    about = store.desk.job_of_revision(saved.revision_id)
    assert about is not None and about.id in (first, second)
    assert store.desk.job_about("none@x.example") is None


def test_what_is_followed_by_name(store: Store) -> None:
    assert store.desk.followed() == ()
    store.marks.put("b", {"at": 1})
    store.marks.put("a", {"at": 2})
    assert [name for name, _ in store.desk.followed()] == ["a", "b"]
