"""A series on a tree: earlier patches first, offsets told, what does not fit named."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewbot.model import Change, Context, PatchImages, Series
from reviewbot.trees import image
from reviewbot.trees.git import open_tree
from reviewbot.trees.image import is_blob, patch_images
from reviewbot.trees.interface import Tree

from .conftest import Git, commit, series

FAN = b"a\nb\nc\nd\n"
TO_C2 = "--- a/fan.c\n+++ b/fan.c\n@@ -2,3 +2,3 @@\n b\n-c\n+c2\n d\n"
TO_C3 = TO_C2.replace("+c2", "+c3").replace("-c\n", "-c2\n")
PUMP = "--- a/pump.c\n+++ b/pump.c\n@@ -1 +1 @@\n-on\n+off\n"
NEW = "--- /dev/null\n+++ b/new.c\n@@ -0,0 +1,2 @@\n+one\n+two\n"
NEWER = "--- a/new.c\n+++ b/new.c\n@@ -1,2 +1,2 @@\n-one\n+1\n two\n"
MOVE = (
    "diff --git a/fan.c b/cooler.c\nsimilarity index 100%\nrename from fan.c\nrename to cooler.c\n"
)
GONE = "--- a/fan.c\n+++ /dev/null\n@@ -1,4 +0,0 @@\n-a\n-b\n-c\n-d\n"


class Files(dict[str, bytes]):
    """A tree of a few files."""

    name = "the tree"

    def read(self, path: str, blob: str = "") -> bytes | None:
        return self.get(path)


def images(one: Series, tree: Tree | None) -> list[PatchImages]:
    return list(patch_images(one, tree))


def test_both_sides() -> None:
    (one,) = images(series(TO_C2), Files({"fan.c": FAN}))
    assert (one.context, one.note, one.skipped) == (Context.TREE, "", ())
    assert [(f.before, f.after) for f in one.files] == [(FAN, b"a\nb\nc2\nd\n")]


def test_an_offset_is_in_the_diff() -> None:
    (one,) = images(series(TO_C2), Files({"fan.c": b"x\ny\n" + FAN}))
    assert one.files[0].diff.hunks[0].old_start == 4


def test_earlier_patches_are_applied_first() -> None:
    tree = Files({"fan.c": FAN})
    first, second = images(series(TO_C2, TO_C3), tree)
    assert second.files[0].before == first.files[0].after
    assert second.files[0].after == b"a\nb\nc3\nd\n"
    (alone,) = images(series(TO_C3), tree)
    assert alone.context is Context.DIFF
    assert alone.note == "hunk 1 of fan.c does not apply (the tree)"


def test_without_a_tree() -> None:
    first, second = images(series(TO_C2 + NEW, NEWER), None)
    assert (first.context, first.note) == (Context.DIFF, "")
    assert [(f.before, f.after) for f in first.files] == [(None, None), (b"", b"one\ntwo\n")]
    assert (second.context, second.files[0].after) == (Context.DIFF, b"1\ntwo\n")


def test_new_files_need_no_tree() -> None:
    first, second = images(series(NEW, NEWER), Files())
    assert [one.context for one in (first, second)] == [Context.TREE, Context.TREE]
    assert second.files[0].before == b"one\ntwo\n"


def test_renamed_copied_and_deleted_files() -> None:
    on_moved = TO_C2.replace("fan.c", "cooler.c")
    first, second, third = images(series(MOVE, on_moved, TO_C2), Files({"fan.c": FAN}))
    assert (first.files[0].before, first.files[0].after) == (FAN, FAN)
    assert second.files[0].after == b"a\nb\nc2\nd\n"
    assert third.note == "fan.c: an earlier patch of the series takes it away"
    copy = MOVE.replace("rename", "copy")
    *_, after_copy = images(series(copy, TO_C2), Files({"fan.c": FAN}))
    assert after_copy.context is Context.TREE
    gone, late = images(series(GONE, TO_C2), Files({"fan.c": FAN}))
    assert gone.files[0].diff.change is Change.DELETED
    assert (gone.files[0].before, gone.files[0].after) == (FAN, b"")
    assert late.context is Context.DIFF


def test_one_file_that_does_not_fit_leaves_the_others() -> None:
    tree = Files({"fan.c": FAN, "pump.c": b"broken\n"})
    (one,) = images(series(TO_C2 + PUMP), tree)
    assert one.context is Context.TREE
    assert one.note == "hunk 1 of pump.c does not apply (the tree)"
    assert [f.after is None for f in one.files] == [False, True]


def test_what_the_tree_lacks_is_named() -> None:
    (one,) = images(series(PUMP + TO_C2), Files({"fan.c": FAN}))
    assert (one.context, one.note) == (Context.TREE, "the tree lacks pump.c")
    many = "".join(PUMP.replace("pump", f"pump{n}") for n in range(8))
    (none,) = images(series(many), Files())
    assert none.context is Context.DIFF
    assert (
        none.note == "the tree lacks " + ", ".join(f"pump{n}.c" for n in range(5)) + " and 3 more"
    )


def test_a_file_that_was_lost_stays_lost() -> None:
    _, second = images(series(TO_C3, TO_C2), Files({"fan.c": FAN}))
    assert second.note == "fan.c: patch 1 does not fit"


def test_a_missing_patch_is_named_where_it_may_be_the_reason() -> None:
    (one,) = images(series(TO_C3, missing=(1,)), Files({"fan.c": FAN}))
    assert one.note.endswith("; patch 1 of the series is missing")
    (fits,) = images(series(TO_C2, missing=(1,)), Files({"fan.c": FAN}))
    assert fits.note == ""


def test_a_tree_that_has_the_change_already() -> None:
    (one,) = images(series(TO_C2), Files({"fan.c": b"new\na\nb\nc2\nd\n"}))
    assert (one.context, one.note) == (Context.TREE, "fan.c has this change already (the tree)")
    assert (one.files[0].before, one.files[0].after) == (
        b"new\na\nb\nc\nd\n",
        b"new\na\nb\nc2\nd\n",
    )
    assert [line.kind for line in one.files[0].diff.hunks[0].lines] == [" ", "-", "+", " "]
    assert one.files[0].diff.hunks[0].new_start == 3


def test_what_is_not_looked_at() -> None:
    doc = PUMP.replace("pump.c", "pump.rst")
    binary = (
        "diff --git a/l.c b/l.c\nindex 1111..2222 100644\nBinary files a/l.c and b/l.c differ\n"
    )
    damaged = "--- a/bad.c\n+++ b/bad.c\n@@ -1,2 +1,2 @@\n-a\nwrapped\n+b\n c\n"
    (one,) = images(series(doc + binary + damaged + TO_C2), Files({"fan.c": FAN}))
    assert [f.diff.path for f in one.files] == ["fan.c"]
    reasons = {skipped.file: skipped.reason for skipped in one.skipped}
    assert (reasons["pump.rst"], reasons["l.c"]) == ("not C", "binary")
    assert '("wrapped") does not belong' in reasons["bad.c"]
    assert one.context is Context.TREE


def test_what_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "LONGEST", 1)
    monkeypatch.setattr(image, "LARGEST", 8)
    one_line = "--- a/fan.c\n+++ b/fan.c\n@@ -4 +4,2 @@\n d\n+e\n"
    (long,) = images(series(TO_C2), Files({"fan.c": FAN}))
    assert "2 changed lines" in long.skipped[0].reason
    (large,) = images(series(one_line), Files({"fan.c": FAN}))
    assert "too large: 0.0 MiB" in large.skipped[0].reason
    assert (long.files, large.files) == ((), ())


def test_a_skipped_file_is_not_read_from_the_tree_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "LONGEST", 2)
    big = "--- a/fan.c\n+++ b/fan.c\n@@ -1,4 +1,7 @@\n+1\n+2\n+3\n a\n b\n c\n d\n"
    _, second = images(series(big, TO_C2), Files({"fan.c": FAN}))
    assert second.context is Context.DIFF
    assert second.note.startswith("fan.c: patch 1 changes it and was not read: too large")


def test_the_blob_that_the_diff_names(repository: Path, git: Git) -> None:
    _, blob = commit(git, repository, "fan.c", FAN)
    _, other = commit(git, repository, "fan.c", b"rewritten\n")
    assert is_blob(FAN, blob[:9])
    assert not is_blob(FAN, other[:9])
    assert not is_blob(FAN, "")
    head = f"diff --git a/fan.c b/fan.c\nindex {blob[:9]}..1234567 100644\n"
    tree = open_tree(repository)
    (one,) = images(series(head + TO_C2), tree)
    assert (one.context, one.files[0].before) == (Context.TREE, FAN)
    broken, second = images(series(TO_C3, head + TO_C2), tree)
    assert broken.context is Context.DIFF
    assert second.files[0].before == FAN
