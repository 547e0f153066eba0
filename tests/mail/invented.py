"""Threads of invented drivers (tests/data/mails), each with a review written by hand."""

from __future__ import annotations

import email
import mailbox
from collections.abc import Callable
from contextlib import closing
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from pathlib import Path

from reviewbot.diff import read_diff
from reviewbot.mail.reply import draft_replies
from reviewbot.mail.settings import ReplySettings
from reviewbot.model import (
    Address,
    Confidence,
    Context,
    DiffLine,
    Draft,
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

MAILS = Path(__file__).parent.parent / "data" / "mails"
RULE_SET = "4f1d0c2b9a8e77665544"

COMMENTS = {
    "null-lookup in fern_stop_recovery": """\
pci_get_slot() returns NULL where no device answers at fern->devfn, and
pci_name() would then follow that pointer. fern_remove() comes here when
the bridge goes away, so the device behind it may be gone already. Is
there something that keeps it until then? If not, the message could name
the bridge instead, and the lookup would not be needed at all.
""",
    "lock-order in fern_stop_recovery": """\
pci_get_slot() takes pci_bus_sem, here with fern->lock held.
pci_walk_bus() holds pci_bus_sem while it calls back into drivers; if
such a callback gets to fern_note_event(), it takes fern->lock, and the
two are taken in the other order. Can that happen? Looking the device up
before mutex_lock() would rule it out.
""",
    "null-field in fern_stop_recovery": """\
pci_get_slot() follows fern->bus without a look at it, and nothing in
this file says when it is set. Can fern_remove() be called before the
bus was found?
""",
    "guard-goto-mix in moss_load": """\
moss_load() now unwinds with goto out_release and releases moss->lock at
the end of a scope. This jump happens to be right, but the mix is
fragile and against the guidance in cleanup.h: which of the two comes
first no longer shows in the code. Could the part inside scoped_guard()
move into a helper that returns a value, so that nothing has to jump out
of it?
""",
    "state-left-set in moss_open": """\
moss_start_stream() is not undone when moss_enable_irq() fails below:
that path powers the device down and returns, and moss_close(), which
stops the stream, is not called for a device that could not be opened.
Should moss_stop_stream() go before moss_power_down() there?
""",
    "state-left-set in sedge_start": """\
sedge->running stays set when sedge_upload() fails: sedge_start() sets
it, sedge_upload() returns an error, and sedge_start() passes that on.
Does anything look at sedge->running after a failed start? Setting it
after the upload would leave nothing to undo.
""",
    "clk-leak in thyme_enable": """\
The clock stays enabled when thyme_selftest() fails:
clk_prepare_enable() succeeds, thyme_selftest() returns an error, and
thyme_enable() returns it without clk_disable_unprepare(). Does the
caller undo it?
""",
}


SEDGE_SUGGESTION = """\
--- a/drivers/iio/sedge.c
+++ b/drivers/iio/sedge.c
@@ -5,10 +5,10 @@ int sedge_start(struct sedge *sedge)
 {
 \tint ret;

-\tsedge->running = true;
 \tret = sedge_upload(sedge);
 \tif (ret)
 \t\treturn ret;

+\tsedge->running = true;
 \treturn 0;
 }
"""


def thread_file(name: str) -> Path:
    """The thread as it was sent; two cases answer the same mail."""
    return MAILS / f"{'single' if name == 'same-place' else name}.mbox"


def read_thread(name: str) -> list[Mail]:
    """The mails of a thread, by a small reader, so that sources/ is not tested here."""
    with closing(mailbox.mbox(thread_file(name), create=False)) as box:
        return [as_mail(email.message_from_bytes(message.as_bytes())) for message in box]


def as_mail(message: Message) -> Mail:
    def people(header: str) -> tuple[Address, ...]:
        pairs = getaddresses(message.get_all(header, []))
        return tuple(Address(_decoded(name), address) for name, address in pairs)

    def ids(header: str) -> tuple[str, ...]:
        return tuple(one.strip("<>") for one in message.get(header, "").split())

    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return Mail(
        message_id=ids("Message-ID")[0],
        subject=_decoded(message["Subject"]),
        author=people("From")[0],
        date=message["Date"],
        body=payload.decode(),
        in_reply_to="".join(ids("In-Reply-To")),
        references=ids("References"),
        to=people("To"),
        cc=people("Cc"),
        reply_to=people("Reply-To"),
        auto_submitted=message.get("Auto-Submitted", ""),
    )


def _decoded(value: str) -> str:
    return " ".join(str(make_header(decode_header(value))).split())


def as_patch(mail: Mail, part: int = 1) -> Patch:
    message, _, rest = mail.body.partition("\n---\n")
    diff = rest[rest.index("diff --git") : rest.index("\n-- \n") + 1]
    return Patch(mail, part, message, diff, patch_id=f"patch-id-{part}")


def line_of(patch: Patch, text: str) -> tuple[str, DiffLine]:
    """(file, line) of the one line after the patch that holds `text`."""
    files, skipped = read_diff(patch.diff)
    assert not skipped
    found = [
        (file.path, line)
        for file in files
        for hunk in file.hunks
        for line in hunk.lines
        if line.kind != "-" and text in line.text
    ]
    assert len(found) == 1, f"{text!r} stands on {len(found)} lines"
    return found[0]


def finding(
    patch: Patch,
    rule: str,
    function: str,
    at: str,
    message: str = "",
    below: int = 0,
    **more: object,
) -> Finding:
    """A new finding `below` lines below the line that holds `at`."""
    file, line = line_of(patch, at)
    assert line.new is not None
    fields: dict[str, object] = {
        "rule": rule,
        "category": "null",
        "severity": Severity.HIGH,
        "confidence": Confidence.HIGH,
        "status": Status.NEW,
        "file": file,
        "function": function,
        "line": line.new + below,
        "end_line": line.new + below,
        "diff_line": line.diff + below,
        "message": message or f"{rule} in {function}()",
        "trace": (),
        "fingerprint": f"{rule}:{function}:{line.new}",
    }
    return Finding(**{**fields, **more})  # type: ignore[arg-type]


def step(patch: Patch, at: str, note: str) -> Step:
    file, line = line_of(patch, at)
    assert line.new is not None
    return Step(file, line.new, note)


def review_of(
    mails: list[Mail],
    findings: Callable[[Patch], list[Finding]],
    expected: int = 0,
    context: Context = Context.TREE,
) -> Review:
    """The review of a thread; a first mail without a diff is the cover."""
    cover = None if "\ndiff --git" in mails[0].body else mails[0]
    patches = [as_patch(mail, part) for part, mail in enumerate(mails[1 if cover else 0 :], 1)]
    expected = expected or len(patches)
    series = Series(
        message_id=mails[0].message_id,
        subject=mails[0].subject,
        author=mails[0].author,
        revision=1,
        patches=tuple(patches),
        expected=expected,
        missing=tuple(range(len(patches) + 1, expected + 1)),
        cover=cover,
    )
    note = "" if context is Context.TREE else "the hunks do not apply"
    reviews = [PatchReview(p, context, note, tuple(findings(p))) for p in patches]
    return Review(series, RULE_SET, tuple(reviews))


def single() -> Review:
    return review_of(read_thread("single"), lambda patch: [_null_slot(patch)])


def same_place() -> Review:
    def found(patch: Patch) -> list[Finding]:
        return [
            finding(
                patch,
                "null-field",
                "fern_stop_recovery",
                "pdev = pci_get_slot",
                severity=Severity.MEDIUM,
            ),
            finding(patch, "lock-order", "fern_stop_recovery", "pdev = pci_get_slot"),
            _null_slot(patch),
        ]

    return review_of(read_thread("single"), found)


def _null_slot(patch: Patch) -> Finding:
    steps = (step(patch, "pdev = pci_get_slot", "pci_get_slot() returns NULL"),)
    return finding(patch, "null-lookup", "fern_stop_recovery", "pci_name(pdev)", trace=steps)


def several() -> Review:
    def found(patch: Patch) -> list[Finding]:
        slots = "moss->ring->slots is used without a look at what kcalloc() gave"
        return [
            finding(patch, "guard-goto-mix", "moss_load", "ret = -EBUSY", below=1),
            finding(patch, "state-left-set", "moss_open", "moss_start_stream(moss)"),
            finding(
                patch,
                "unchecked-alloc",
                "moss_ring_alloc",
                "memset(",
                slots,
                trace=(
                    step(patch, "= kcalloc(", "kcalloc() returns NULL"),
                    step(patch, "memset(", "memset() writes to it"),
                ),
            ),
        ]

    return review_of(read_thread("several"), found, expected=3)


def long_lines() -> Review:
    def found(patch: Patch) -> list[Finding]:
        message = (
            "platform_get_resource() returns NULL where the description of the device lacks "
            "HEATHER_CONTROL_REGISTERS, and ->start is read from it"
        )
        return [finding(patch, "null-lookup", "heather_probe", "devm_ioremap", message)]

    return review_of(read_thread("long-lines"), found, context=Context.DIFF)


def relay() -> Review:
    def found(patch: Patch) -> list[Finding]:
        return [
            finding(
                patch,
                "state-left-set",
                "sedge_start",
                "sedge->running",
                trace=(
                    step(patch, "sedge->running", "sedge_start() sets sedge->running"),
                    step(patch, "return ret;", "sedge_upload() fails and its error is returned"),
                ),
                suggestion=SEDGE_SUGGESTION,
            )
        ]

    return review_of(read_thread("relay"), found)


def names() -> Review:
    def found(patch: Patch) -> list[Finding]:
        message = 'the message "%u µA is too much" does not end in a newline'
        return [finding(patch, "printk-newline", "erika_set", "dev_warn", message)]

    return review_of(read_thread("names"), found)


def series() -> Review:
    def found(patch: Patch) -> list[Finding]:
        if patch.part == 1:
            message = "np is not put when of_alias_get_id() fails"
            steps = (
                step(patch, "of_get_child_by_name", "of_get_child_by_name() takes np"),
                step(patch, "return thyme->index", "thyme->index is returned, np still held"),
            )
            return [
                finding(
                    patch, "ref-leak", "thyme_attach", "return thyme->index", message, trace=steps
                )
            ]
        if patch.part == 2:
            message = "the clock stays enabled when thyme_selftest() fails"
            return [finding(patch, "clk-leak", "thyme_enable", "thyme_selftest", message, below=2)]
        if patch.part == 4:
            message = "thyme->lock is still held when thyme_irq() returns early"
            steps = (
                step(patch, "spin_lock(", "spin_lock() takes it"),
                step(patch, "return;", "thyme->enabled is false and thyme_irq() returns"),
            )
            return [finding(patch, "lock-leak", "thyme_irq", "return;", message, trace=steps)]
        return []

    return review_of(read_thread("series"), found, expected=5)


def drafts(name: str) -> tuple[Draft, ...]:
    return draft_replies(CASES[name](), settings=SETTINGS, comment_of=comment_of)


CASES: dict[str, Callable[[], Review]] = {
    "single": single,
    "same-place": same_place,
    "several": several,
    "long-lines": long_lines,
    "relay": relay,
    "names": names,
    "series": series,
}


def comment_of(finding: Finding) -> str:
    """The words of an invented rule; "" where it has none."""
    return COMMENTS.get(f"{finding.rule} in {finding.function}", "")


SETTINGS = ReplySettings(
    sender=Address("reviewbot (linux-demo)", "reviewbot@bots.example.org"),
    reply_to=Address("Ada Example", "ada+reviewbot@example.com"),
    version="0.1.0",
)
