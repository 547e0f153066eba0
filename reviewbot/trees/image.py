"""The files of a series before and after each patch, earlier patches applied first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from reviewbot.diff import read_diff
from reviewbot.model import (
    Change,
    Context,
    FileDiff,
    Images,
    Patch,
    PatchImages,
    Series,
    Skipped,
)
from reviewbot.trees.apply import Applied, apply, backwards
from reviewbot.trees.interface import Tree

LARGEST = 2 * 1024 * 1024  # bytes of a file
LONGEST = 20_000  # changed lines of a file
_NAMED = 5  # files in a note


def patch_images(series: Series, tree: Tree | None) -> Iterator[PatchImages]:
    """Each patch of the series with its C files on both sides, in the series' order.

    Where a file does not fit, or there is no tree, its images are None and its diff is as the
    mail has it; else the diff is renumbered to the lines where its hunks really apply. The
    context is TREE where at least one file that the patch changes was found and fits (or it
    changes none); the note names those that do not. Raises TreeUnusable.
    """
    overlay = _Overlay(tree)
    for patch in series.patches:
        yield _images(series, patch, overlay)


@dataclass(slots=True)
class _Overlay:
    """The tree as the patches so far leave it.

    `texts` are the files that they changed; `lost` those that are not known any more, with
    the reason.
    """

    tree: Tree | None
    texts: dict[str, bytes] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)

    def candidates(self, path: str, blob: str) -> Iterator[tuple[bytes, str]]:
        """What the file may be before the patch, best first, and what to call that.

        Where earlier patches touched it the tree counts only if it has the very blob that the
        author had.
        """
        if path in self.texts:
            yield self.texts[path], "what earlier patches of the series leave"
        data = self.tree.read(path, blob) if self.tree is not None else None
        if self.tree is None or data is None:
            return
        touched = path in self.texts or path in self.lost
        if not touched or is_blob(data, blob):
            yield data, self.tree.name

    def keep(self, diff: FileDiff, after: bytes) -> None:
        if diff.change in (Change.DELETED, Change.RENAMED):
            self.lose(diff.old_path, "an earlier patch of the series takes it away")
        if diff.change is not Change.DELETED:
            self.lost.pop(diff.new_path, None)
            self.texts[diff.new_path] = after

    def skip(self, diff: FileDiff, why: str) -> None:
        self.lose(diff.new_path, why)
        if diff.change is not Change.COPIED:
            self.lose(diff.old_path, why)

    def lose(self, path: str, why: str) -> None:
        self.texts.pop(path, None)
        self.lost[path] = why


@dataclass(slots=True)
class _Page:
    """What is gathered of one patch while its files are gone through."""

    files: list[Images] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    fitting: int = 0
    unknown: int = 0


def _images(series: Series, patch: Patch, overlay: _Overlay) -> PatchImages:
    diffs, damaged = read_diff(patch.diff)
    page = _Page(skipped=list(damaged))
    for bad in damaged:
        overlay.lose(bad.file, f"its diff in patch {patch.part} is damaged")
    for diff in diffs:
        reason = _unfit(diff)
        if reason:
            page.skipped.append(Skipped(diff.path, reason))
            overlay.skip(diff, f"patch {patch.part} changes it and was not read: {reason}")
        else:
            _read(page, patch, diff, overlay)
    found = overlay.tree is not None and (page.fitting > 0 or page.unknown == 0)
    return PatchImages(
        patch=patch,
        files=tuple(page.files),
        context=Context.TREE if found else Context.DIFF,
        note=_note(page, series, patch, overlay.tree),
        skipped=tuple(page.skipped),
    )


def _unfit(diff: FileDiff) -> str:
    """Why no rule looks at the file, or ""."""
    if not diff.path.endswith((".c", ".h")):
        return "not C"
    if diff.binary:
        return "binary"
    changed = sum(line.kind != " " for hunk in diff.hunks for line in hunk.lines)
    if changed > LONGEST:
        return f"too large: {changed} changed lines, the limit is {LONGEST}"
    return ""


def _read(page: _Page, patch: Patch, diff: FileDiff, overlay: _Overlay) -> None:
    fit, remark = _fit(diff, overlay)
    if remark:
        page.remarks.append(remark)
    if fit is None:
        page.files.append(Images(diff))
        page.unknown += 1
        if not remark:
            page.absent.append(diff.old_path)
        if remark or diff.new_path != diff.old_path:
            overlay.lose(diff.path, f"patch {patch.part} does not fit")
        return
    after = b"" if diff.change is Change.DELETED else fit.after
    page.fitting += diff.change is not Change.ADDED
    overlay.keep(diff, after)
    if max(len(fit.before), len(after)) > LARGEST:
        size = max(len(fit.before), len(after)) / 2**20
        page.skipped.append(Skipped(diff.path, f"too large: {size:.1f} MiB, the limit is 2 MiB"))
    else:
        page.files.append(Images(fit.diff, fit.before, after))


def _fit(diff: FileDiff, overlay: _Overlay) -> tuple[Applied | None, str]:
    """The file on both sides, and a remark on it: why its hunks do not fit.

    None without a remark is a file that is not there. A file that has the change already, as
    where the series was merged since, gives its other side by taking the change back.
    """
    if diff.change is Change.ADDED:
        fit = apply(diff, b"")
        return (fit, "") if isinstance(fit, Applied) else (None, f"{diff.path} is not a new file")
    remark = ""
    for text, where in overlay.candidates(diff.old_path, diff.old_blob):
        fit = apply(diff, text)
        if isinstance(fit, Applied):
            return fit, ""
        remark = remark or f"hunk {fit.hunk} of {diff.old_path} {fit.why} ({where})"
        if isinstance(back := apply(backwards(diff), text), Applied):
            fit = Applied(backwards(back.diff), back.after, text)
            return fit, f"{diff.old_path} has this change already ({where})"
    if not remark and diff.old_path in overlay.lost:
        remark = f"{diff.old_path}: {overlay.lost[diff.old_path]}"
    return None, remark


def _note(page: _Page, series: Series, patch: Patch, tree: Tree | None) -> str:
    """Why not the tree, for which files; "" where no tree was asked for, or all is well."""
    if tree is None or not (page.absent or page.remarks):
        return ""
    parts = list(page.remarks[:_NAMED])
    if len(page.remarks) > _NAMED:
        parts.append(f"{len(page.remarks) - _NAMED} more files have such remarks")
    if page.absent:
        more = len(page.absent) - _NAMED
        rest = f" and {more} more" if more > 0 else ""
        parts.append(f"{tree.name} lacks {', '.join(page.absent[:_NAMED])}{rest}")
    earlier = [str(part) for part in series.missing if part < patch.part]
    if page.unknown and page.remarks and earlier:
        parts.append(f"patch {', '.join(earlier)} of the series is missing")
    return "; ".join(parts)


def is_blob(data: bytes, blob: str) -> bool:
    """Whether git would give the bytes this (abbreviated) object name."""
    text = b"blob %d\0" % len(data) + data
    return bool(blob) and hashlib.sha1(text, usedforsecurity=False).hexdigest().startswith(blob)
