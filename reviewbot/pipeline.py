"""The one core that every way in calls: from a request to reviews, from reviews to drafts."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from reviewbot.config import Settings
from reviewbot.csource.factfile import load_facts
from reviewbot.csource.facts import Facts
from reviewbot.mail.settings import ReplySettings
from reviewbot.model import (
    Address,
    Confidence,
    Draft,
    Finding,
    Mail,
    PatchReview,
    Review,
    Series,
    Severity,
)
from reviewbot.registry import LoadedRule, load_rules, rule_set
from reviewbot.resources import rules_dir
from reviewbot.review import review_series
from reviewbot.sources.choose import open_source
from reviewbot.sources.interface import Archive, Turn
from reviewbot.trees.git import open_tree
from reviewbot.trees.image import patch_images
from reviewbot.trees.index import TreeIndex

SEVERITIES = tuple(Severity)
CONFIDENCES = tuple(Confidence)


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to review, in the words of the command line.

    `source` is a Message-ID or its address, a file, a maildir, `-`, or with `git` a range of
    commits in that repository. `tree` is where the files before the patch are (with `git` the
    repository itself, if None), `revision` the version that is wanted; None is the newest.
    """

    source: str
    tree: str | None = None
    git: str | None = None
    revision: int | None = None


_COLLECT_AFTER = 300_000
"""So many more containers made than freed before garbage is looked for; Python's own is 700.

Few of a patch's things need it: most go as soon as its review is done. Until then looking for
garbage finds them all alive, time and again. It may cost some 40 MB."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """The settings, and the rules and facts, which are loaded once for many requests."""

    settings: Settings
    rules: tuple[LoadedRule, ...]
    facts: Facts
    rule_set: str

    @classmethod
    def load(cls, settings: Settings) -> Reviewer:
        """Raises BadRule where a rule or a facts table is wrong.

        From here on the process looks for cyclic garbage less often, and not among what was
        loaded: a review makes so many small things that this took a fifth of its time.
        """
        gc.set_threshold(_COLLECT_AFTER)
        folder = rules_dir()
        rules, facts = load_rules(folder), load_facts(folder / "facts")
        gc.freeze()
        return cls(settings, rules, facts, rule_set(rules, facts))

    def review(self, request: Request) -> list[Review]:
        """The series that the source holds, reviewed; raises a leaf of errors.py."""
        tree = request.tree or request.git
        return [self.check(series, tree) for series in self._series(request)]

    def fetch(self, message_id: str, archive: str, turn: Turn, pause: float) -> Series:
        """The series that this mail of an archive belongs to; raises a leaf of errors.py.

        Calls wait for their `turn`, `pause` seconds apart: many workers share one pace.
        Nothing comes from the cache: whoever asks has just heard of something new.
        """
        from reviewbot.sources import lore

        return lore.fetch(message_id, self._archive(archive, turn, pause))

    def archive_has(self, message_id: str, archive: str, turn: Turn, pause: float) -> bool:
        """Whether a mail has come to an archive; raises a leaf of SourceFailed."""
        from reviewbot.sources import lore

        return lore.holds(message_id, self._archive(archive, turn, pause))

    def thread(self, message_id: str, archive: str, turn: Turn, pause: float) -> tuple[Mail, ...]:
        """All mails of the thread that this one is in; raises a leaf of SourceFailed."""
        from reviewbot.sources import lore

        return lore.thread(message_id, self._archive(archive, turn, pause))

    def check(self, series: Series, tree: str | None) -> Review:
        """The series, reviewed with the files of `tree`, or from its diffs alone."""
        opened = open_tree(Path(tree), series.base_commit) if tree else None
        images = patch_images(series, opened)
        index = TreeIndex(opened) if opened is not None else None
        review = review_series(series, images, self.rules, self.facts, self.rule_set, index)
        return replace(review, patches=tuple(self._shown(patch) for patch in review.patches))

    def drafts(
        self, reviews: Iterable[Review], reply: ReplySettings | None = None
    ) -> Iterator[Draft]:
        """The replies that are worth a mail, in the order of the reviews.

        `reply` says what is worth one and to whom it goes; the settings do where it is None.
        """
        from reviewbot.mail.comment import comment_words, render_comment
        from reviewbot.mail.reply import draft_replies

        comments = {loaded.id: loaded.comment for loaded in self.rules}

        def comment_of(finding: Finding) -> str:
            words = {**comment_words(finding), **dict(finding.words)}
            return render_comment(comments[finding.rule], words)

        settings = reply or reply_settings(self.settings)
        for review in reviews:
            yield from draft_replies(review, settings=settings, comment_of=comment_of)

    def _archive(self, url: str, turn: Turn, pause: float) -> Archive:
        return Archive(url, contact=self.settings.contact, pause=pause, turn=turn)

    def _series(self, request: Request) -> list[Series]:
        return open_source(
            request.source,
            archive=self.settings.archive,
            cache=self.settings.cache_dir,
            revision=request.revision,
            git=Path(request.git) if request.git else None,
            stdin=sys.stdin.buffer.read() if request.source == "-" else None,
            contact=self.settings.contact,
        )

    def _shown(self, patch: PatchReview) -> PatchReview:
        """Without the findings that the settings call too small or too doubtful."""
        least = self.settings
        shown = (
            finding
            for finding in patch.findings
            if SEVERITIES.index(finding.severity) <= SEVERITIES.index(least.min_severity)
            and CONFIDENCES.index(finding.confidence) <= CONFIDENCES.index(least.min_confidence)
        )
        return replace(patch, findings=tuple(shown))


def read_mail(raw: bytes) -> Mail:
    """A mail as it was delivered; raises UnreadableMail."""
    from reviewbot.sources import b4gate, letter

    return letter.read(raw, b4gate.subject)[0].mail


def reply_settings(settings: Settings) -> ReplySettings:
    """Who writes and what is worth a mail, for one run of the command line."""
    return ReplySettings(
        sender=Address(settings.mail_name, settings.mail_address),
        reply_to=Address("", settings.mail_reply_to) if settings.mail_reply_to else None,
        least_severity=settings.min_severity,
        least_confidence=settings.mail_min_confidence,
    )
