"""Small series with reviews, filed as the worker files them, for tests of what is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reviewbot.model import (
    Address,
    Confidence,
    Context,
    Finding,
    Mail,
    Patch,
    PatchReview,
    Review,
    Series,
    Severity,
    Status,
    Step,
)
from reviewbot.store.records import Saved
from reviewbot.store.store import Store

LIST = "linux-wimble@lists.example"
RULE_SET = "4f1d0c2b9a8e"
START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
ADA = Address("Ada Keeper", "ada@lantern.example")
FILE = "drivers/misc/wimble.c"
DIFF = f"""\
diff --git a/{FILE} b/{FILE}
index 1111111..2222222 100644
--- a/{FILE}
+++ b/{FILE}
@@ -10,6 +10,7 @@ int wimble_peek(struct wimble *w)
 {{
 \tint left;

+\tleft = wimble_count(w);
 \twimble_note(w, left);
 \treturn left;
 }}
"""


def hours(number: float) -> datetime:
    """So many hours after the start."""
    return START + timedelta(hours=number)


def finding(
    rule: str = "null-lookup",
    severity: Severity = Severity.HIGH,
    status: Status = Status.NEW,
    mark: str = "f1",
) -> Finding:
    return Finding(
        rule=rule,
        category="null",
        severity=severity,
        confidence=Confidence.HIGH,
        status=status,
        file=FILE,
        function="wimble_peek",
        line=13,
        end_line=13,
        diff_line=9,
        message=f"{rule} speaks of {mark}",
        trace=(Step(FILE, 13, "wimble_count() can fail"), Step(FILE, 14, "left is used")),
        fingerprint=mark,
    )


def series(
    name: str,
    patches: int = 1,
    revision: int = 1,
    author: Address = ADA,
    diff: str = DIFF,
) -> Series:
    version = f" v{revision}" if revision > 1 else ""
    made = tuple(
        Patch(
            mail=Mail(
                message_id=f"{name}-v{revision}-{part}@wimble.example",
                subject=f"[PATCH{version} {part}/{patches}] {name}: part {part}",
                author=author,
                date="Mon, 2 Nov 2026 09:30:00 +0000",
                body="",
            ),
            part=part,
            message=f"Part {part} of {name}.\n",
            diff=diff,
            patch_id=f"{name}-{part}",
        )
        for part in range(1, patches + 1)
    )
    return Series(
        message_id=f"{name}-v{revision}-0@wimble.example",
        subject=f"[PATCH{version} 0/{patches}] {name}: all of it",
        author=author,
        revision=revision,
        patches=made,
        expected=patches,
        url=f"https://archive.example/{name}-v{revision}-0@wimble.example/",
    )


def review(made: Series, *found: tuple[Finding, ...], rule_set: str = RULE_SET) -> Review:
    """`found` are the findings of the first patches; the others have none."""
    of_each = [*found, *[()] * (len(made.patches) - len(found))]
    parts = tuple(
        PatchReview(patch, Context.TREE, "", findings)
        for patch, findings in zip(made.patches, of_each, strict=True)
    )
    return Review(made, rule_set, parts)


def keep(store: Store, made: Series, mailing_list: str = LIST, at: datetime = START) -> Saved:
    return store.series.save(made, mailing_list, at)


def keep_reviewed(
    store: Store,
    made: Series,
    *found: tuple[Finding, ...],
    mailing_list: str = LIST,
    at: datetime = START,
    rule_set: str = RULE_SET,
) -> tuple[Saved, int]:
    """Where the series was filed, and the review's id."""
    saved = keep(store, made, mailing_list, at)
    done = review(made, *found, rule_set=rule_set)
    return saved, store.reviews.save(saved.revision_id, done, 0.5, at)


def again(made: Series, revision: int) -> Series:
    """The same series, posted again: other mails, the same patches."""
    number = f"-v{revision}-"
    patches = tuple(
        replace(
            patch,
            mail=replace(
                patch.mail,
                message_id=patch.mail.message_id.replace(f"-v{made.revision}-", number),
                subject=patch.mail.subject.replace("[PATCH", f"[PATCH v{revision}", 1),
            ),
        )
        for patch in made.patches
    )
    return replace(
        made,
        revision=revision,
        patches=patches,
        message_id=made.message_id.replace(f"-v{made.revision}-", number),
    )
