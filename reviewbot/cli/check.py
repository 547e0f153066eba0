"""`reviewbot check`: review series, and print or draft what there is to say."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reviewbot.errors import BadInput, BadUsage, ReviewbotError
from reviewbot.model import Confidence, Draft, Review, Severity

if TYPE_CHECKING:
    from reviewbot.pipeline import Request, Reviewer


class Format(StrEnum):
    """What is printed; `mbox` prints the drafted replies instead of a report."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    B4 = "b4"
    MBOX = "mbox"


def check(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE",
            help="A Message-ID or its address in the archive, a .patch, .eml or mbox file, "
            "a maildir, - for standard input, or with --git a range of commits.",
        ),
    ] = None,
    tree: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="A git repository or a plain folder with the files before the patch.",
        ),
    ] = None,
    git: Annotated[
        str | None,
        typer.Option(metavar="REPO", help="Review commits of this repository: SOURCE is a range."),
    ] = None,
    revision: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Review this version of the series, not the newest."),
    ] = None,
    archive: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="The public-inbox archive that Message-IDs are read from."
        ),
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", metavar="FORMAT", help="text, json, sarif, b4 or mbox.")
    ] = Format.TEXT,
    drafts: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also write the drafted replies into this maildir."),
    ] = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help='Review many: each line is {"id", "source", "tree"}, each answer one JSON line.',
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Processes for --batch; one a core by default."),
    ] = None,
    min_severity: Annotated[
        Severity | None,
        typer.Option(
            metavar="LEVEL", help="Leave out what matters less: low, medium, high, critical."
        ),
    ] = None,
    min_confidence: Annotated[
        Confidence | None,
        typer.Option(metavar="LEVEL", help="Leave out what is less certain: low, medium or high."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Settings in TOML; REVIEWBOT_* variables go before it."),
    ] = None,
) -> int:
    """Review patch series. Exit status: 0 nothing to say, 1 findings, 2 bad input, 3 a defect."""
    from reviewbot.config import load_settings
    from reviewbot.pipeline import Request, Reviewer

    settings = load_settings(
        config,
        archive=archive,
        min_severity=min_severity,
        min_confidence=min_confidence,
        mail_min_confidence=min_confidence,
    )
    if batch is not None:
        _no_other_source(sources, tree, git, revision, drafts)
        return _batch(batch, Reviewer.load(settings), jobs or len(os.sched_getaffinity(0)))
    if not sources:
        raise BadUsage("nothing to review: give a SOURCE, see reviewbot check --help")
    requests = [Request(source, tree, git, revision) for source in sources]
    return _check(Reviewer.load(settings), requests, format_, drafts)


def _no_other_source(*given: object) -> None:
    if any(given):
        raise BadUsage("--batch names its own sources: leave out SOURCE and what belongs to it")


def _batch(file: Path, reviewer: Reviewer, jobs: int) -> int:
    from reviewbot.batch import answers

    try:
        requests = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}; name a file with one request a line") from error
    news = False
    with closing(answers(requests, reviewer, jobs)) as ready:
        for answer in ready:
            print(answer.line, flush=True)
            news = news or answer.news
    return int(news)


def _check(
    reviewer: Reviewer, requests: Sequence[Request], format_: Format, drafts: Path | None
) -> int:
    """A source that cannot be read is named and stops no other; the worst end decides."""
    reviews: list[Review] = []
    worst = 0
    for request in requests:
        try:
            reviews += reviewer.review(request)
        except ReviewbotError as error:
            print(f"reviewbot: {error}", file=sys.stderr)
            worst = max(worst, error.exit_status)
    if reviews:
        _print(reviewer, reviews, format_)
    if drafts is not None:
        _keep(list(reviewer.drafts(reviews)), drafts)
    return worst or int(any(review.has_news for review in reviews))


def _print(reviewer: Reviewer, reviews: Sequence[Review], format_: Format) -> None:
    if format_ is Format.MBOX:
        from reviewbot.outbox.files import Mbox
        from reviewbot.outbox.interface import deliver_all

        deliver_all(Mbox(sys.stdout.buffer), reviewer.drafts(reviews))
    else:
        text = _rendered(reviews, format_)
        sys.stdout.buffer.write(f"{text}\n".encode(errors="backslashreplace"))
    sys.stdout.buffer.flush()


def _rendered(reviews: Sequence[Review], format_: Format) -> str:
    match format_:
        case Format.JSON:
            from reviewbot.report import json

            return "\n".join(json.render(review) for review in reviews)
        case Format.SARIF:
            from reviewbot.report import sarif

            return sarif.render(reviews)
        case Format.B4:
            from reviewbot.report import b4

            return b4.render(reviews)
        case _:
            from reviewbot.report import text

            return text.render(reviews, colour=_wants_colour())


def _wants_colour() -> bool:
    """https://no-color.org, and terminals that say that they have none."""
    quiet = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not quiet


def _keep(drafts: Sequence[Draft], folder: Path) -> None:
    from reviewbot.outbox.files import Maildir
    from reviewbot.outbox.interface import deliver_all

    deliver_all(Maildir(folder), drafts)
    count = f"{len(drafts)} draft{'' if len(drafts) == 1 else 's'}"
    print(f"reviewbot: {count} in {folder}", file=sys.stderr)
