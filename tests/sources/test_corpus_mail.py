"""Every mail of the corpus is read: a series, or a refusal that says why. Real mail, not ours."""

from __future__ import annotations

import json
import re
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reviewbot.errors import ReviewbotError
from reviewbot.model import Series
from reviewbot.sources import patchtext
from reviewbot.sources.choose import open_source

REFUSED = {
    "series/cover-only-here-1.mbox": "NotAPatch: a cover letter without any of its patches",
}
# Diffs that arrived damaged: blanks stripped, lines wrapped, blanks turned into U+00A0. They
# are handed on as they are, so that the reader of diffs can name the place.
DAMAGED = {
    "oddities/format-flowed-1.eml",
    "oddities/reply-scissors-1.eml",
    "oddities/unidiff-UnidiffParseError-10.eml",
    "oddities/unidiff-UnidiffParseError-2.eml",
    "oddities/unidiff-UnidiffParseError-3.eml",
    "oddities/unidiff-UnidiffParseError-6.eml",
    "oddities/unidiff-UnidiffParseError-7.eml",
    "oddities/unidiff-UnidiffParseError-9.eml",
    "oddities/unidiff-no-diff-git-3.eml",
}


@dataclass(frozen=True, slots=True)
class Corpus:
    folder: Path
    series: dict[str, list[Series]]
    refused: dict[str, str]

    def index(self, kind: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = json.loads((self.folder / kind / "index.json").read_text())
        return entries


@pytest.fixture(scope="module")
def mails(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """All the mails, read; unpacked outside the project, for none of them is ours."""
    folder = tmp_path_factory.mktemp("corpus")
    with tarfile.open(corpus / "mail.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    found: dict[str, list[Series]] = {}
    refused: dict[str, str] = {}
    for file in sorted([*folder.glob("oddities/*.eml"), *folder.glob("series/*.mbox")]):
        name = str(file.relative_to(folder))
        try:
            found[name] = open_source(str(file))
        except ReviewbotError as error:
            refused[name] = f"{type(error).__name__}: {error}".replace(f"{file}: ", "")
    return Corpus(folder, found, refused)


def test_only_mail_without_a_patch_is_refused(mails: Corpus) -> None:
    assert len(mails.series) + len(mails.refused) >= 149
    assert {name: reason.partition(";")[0] for name, reason in mails.refused.items()} == REFUSED


def test_each_file_is_one_series(mails: Corpus) -> None:
    assert {name: len(found) for name, found in mails.series.items() if len(found) != 1} == {}


def test_single_mails_are_what_the_index_says(mails: Corpus) -> None:
    for entry in mails.index("oddities"):
        (series,) = mails.series[f"oddities/{entry['file']}"]
        assert series.message_id == entry["mid"]
        assert series.subject.split() == entry["subject"].split()
        assert series.patches[0].diff, entry["file"]


def test_threads_are_what_the_index_says(mails: Corpus) -> None:
    for entry in mails.index("series"):
        name = f"series/{entry['file']}"
        if name in REFUSED or len(entry["versions_in_thread"]) > 1:
            continue
        (series,) = mails.series[name]
        assert series.revision == entry["version"]
        assert series.expected == entry["n"]
        assert list(series.missing) == entry["missing"]
        assert len(series.replies) == entry["replies"]
        assert series.message_id == entry["root"]


@pytest.mark.parametrize(
    ("name", "revision", "patches", "revisions"),
    [
        ("v2-as-reply-to-v1-1", 8, 5, (5, 6, 7, 8)),
        ("v2-as-reply-to-v1-2", 3, 5, (1, 2, 3)),  # patches say nothing, their covers v2 and v3
        ("duplicate-numbers-0", 3, 15, (3,)),  # patch 14 was sent again as v3.1
        ("duplicate-numbers-1", 4, 9, (1, 4)),
        ("cover-only-here-0", 3, 2, (3,)),  # only the cover says v3
    ],
)
def test_threads_of_many_revisions(
    mails: Corpus, name: str, revision: int, patches: int, revisions: tuple[int, ...]
) -> None:
    (series,) = mails.series[f"series/{name}.mbox"]
    assert (series.revision, len(series.patches)) == (revision, patches)
    assert (series.revisions, series.missing) == (revisions, ())


def test_diffs_are_whole_and_clean(mails: Corpus) -> None:
    damaged = set()
    for name, found in mails.series.items():
        for patch in (patch for series in found for patch in series.patches):
            hunks = len(re.findall(r"(?m)^@@ -", patch.diff))
            if patchtext.whole_hunks(patch.diff) != hunks:
                damaged.add(name)
            assert "\r" not in patch.diff and "\ufffd" not in patch.diff, name
            assert patch.diff.endswith("\n") and "\n-- \n" not in patch.diff, name
            assert patch.diff.startswith(("diff --git ", "--- ")), name
    assert damaged == DAMAGED


@pytest.mark.parametrize(("revision", "replies"), [(13, 9), (14, 13), (15, 3)])
def test_seed_series(corpus: Path, revision: int, replies: int) -> None:
    (series,) = open_source(str(corpus / "seed" / f"v{revision}.mbox"))
    assert (series.revision, series.expected, series.missing) == (revision, 7, ())
    assert [patch.part for patch in series.patches] == [1, 2, 3, 4, 5, 6, 7]
    assert series.cover is not None and series.author.name == "Farhan Ali"
    assert len(series.replies) == replies
    assert all(patch.message and patch.diff and patch.patch_id for patch in series.patches)
