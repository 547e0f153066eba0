"""The diff of a patch mail, read into files, hunks and lines with both numberings (unidiff)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from unidiff import patch as unidiff
from unidiff.errors import UnidiffParseError

from reviewbot.diffheader import HUNK, Header, Section, lengths, read_header, sections
from reviewbot.errors import UnreadableDiff
from reviewbot.model import Change, DiffLine, FileDiff, Hunk, Skipped

_CHOPPED = 3  # a mailer that cuts blank lines at the end of a mail cuts at most the context
_NO_NEWLINE = "\\ No newline at end of file"  # which diff says in the language of its user
_SURPLUS = re.compile(r"[+-](?![+-])")  # but no signature, ruler or next file


def read_diff(diff: str) -> tuple[tuple[FileDiff, ...], tuple[Skipped, ...]]:
    """The files of `Patch.diff`, and those whose part of it is damaged, with the reason."""
    files: list[FileDiff] = []
    skipped: list[Skipped] = []
    lines = _lines(diff)
    for section in sections(lines):
        header = read_header(lines, section)
        if header is None:
            skipped += _unread(lines[section.start])
            continue
        try:
            files.append(_file(lines, section, header))
        except UnreadableDiff as err:
            skipped.append(Skipped(_path(header), str(err)))
    return tuple(files), tuple(skipped)


def file_diffs(diff: str) -> tuple[FileDiff, ...]:
    """The files of `Patch.diff`. Raises UnreadableDiff for the first that is damaged."""
    files, skipped = read_diff(diff)
    if skipped:
        raise UnreadableDiff(f"{skipped[0].file}: {skipped[0].reason}")
    return files


def changed_lines(file_diff: FileDiff, side: str) -> frozenset[int]:
    """The lines that the patch removes, for side "before", or adds, for "after"."""
    lines = (line for hunk in file_diff.hunks for line in hunk.lines)
    if side == "before":
        return frozenset(line.old for line in lines if line.old is not None and line.new is None)
    return frozenset(line.new for line in lines if line.new is not None and line.old is None)


def after_line(file_diff: FileDiff, before_line: int) -> int:
    """The line after the patch that stands where `before_line` stood.

    For a removed line it is the next line that the hunk leaves, or the last before it.
    """
    shift = 0
    for hunk in file_diff.hunks:
        first = hunk.old_start + (hunk.old_length == 0)
        if before_line < first:
            break
        if before_line < first + hunk.old_length:
            return _inside(hunk, before_line)
        shift += hunk.new_length - hunk.old_length
    return before_line + shift


def _inside(hunk: Hunk, before_line: int) -> int:
    last, passed = max(hunk.new_start, 1), False
    for line in hunk.lines:
        passed = passed or line.old == before_line
        if line.new is not None:
            last = line.new
            if passed:
                break
    return last


def diff_line(file_diff: FileDiff, line: int, side: str = "after") -> int | None:
    """The line of the mail's diff that shows `line` of a side, or None where no hunk does."""
    for hunk in file_diff.hunks:
        start = hunk.old_start if side == "before" else hunk.new_start
        for shown in hunk.lines if start <= line else ():
            if line == (shown.old if side == "before" else shown.new):
                return shown.diff
    return None


def _lines(diff: str) -> list[str]:
    """Split at newlines only (a form feed is text); a mail in CRLF throughout loses the CRs."""
    lines = diff.split("\n")
    if lines[0].endswith("\r") and lines[0].startswith(("diff --", "--- ", "Index: ")):
        lines = [line.removesuffix("\r") for line in lines]
    return lines[:-1] if lines[-1] == "" else lines


def _unread(line: str) -> list[Skipped]:
    if line.startswith(("diff --cc ", "diff --combined ")):
        path = line.split(" ", 2)[2]
        return [Skipped(path, "this is the diff of a merge, which is not read")]
    return []


def _path(header: Header) -> str:
    return header.old_path if header.change is Change.DELETED else header.new_path


def _file(lines: Sequence[str], section: Section, header: Header) -> FileDiff:
    hunks = () if header.binary else _hunks(lines, header.body, section.stop)
    if header.promises and not hunks:
        raise UnreadableDiff(
            f"no hunk follows its header at line {section.start + 1} of the diff: the mail is cut "
            "short or its lines were wrapped; get the patch from the archive, or ask for a resend"
        )
    return FileDiff(
        header.old_path,
        header.new_path,
        header.change,
        hunks,
        section.start + 1,
        header.old_blob,
        header.new_blob,
        header.binary,
    )


def _hunks(lines: Sequence[str], at: int, stop: int) -> tuple[Hunk, ...]:
    """The hunks between two lines; the counts are held first, unidiff stumbles on prose."""
    starts: list[int] = []
    text = ["--- a", "+++ b"]
    while at < stop:
        if not HUNK.match(lines[at]):
            at += 1
            continue
        end, chopped = _hunk_end(lines, at, stop)
        starts.append(at + 1)
        text += [_NO_NEWLINE if line.startswith("\\") else line for line in lines[at:end]]
        text += [" "] * chopped
        at = end
    if not starts:
        return ()
    try:
        parsed = unidiff.PatchSet([line + "\n" for line in text])
    except UnidiffParseError as err:
        raise UnreadableDiff(f"its hunks from line {starts[0]} of the diff on: {err}") from err
    return tuple(_hunk(h, start) for h, start in zip(parsed[0], starts, strict=True))


def _hunk_end(lines: Sequence[str], start: int, stop: int) -> tuple[int, int]:
    """One past the hunk's last line, and how many blank lines were chopped off the mail's end.

    Raises UnreadableDiff where the lines are not those that the hunk's header promises.
    """
    match = HUNK.match(lines[start])
    assert match is not None
    old, new = lengths(match)
    at = start + 1
    while (old > 0 or new > 0) and at < stop:
        kind = lines[at][:1]
        if kind not in ("", " ", "+", "-", "\\") or (kind == "\\" and at == start + 1):
            raise _damage(lines, start, at)
        old -= kind in ("", " ", "-")
        new -= kind in ("", " ", "+")
        if old < 0 or new < 0:
            raise _damage(lines, start, at)
        at += 1
    if old == new and 0 < old <= _CHOPPED and stop == len(lines):
        return at, old
    if old or new:
        raise _damage(lines, start, at)
    if at < stop and lines[at].startswith("\\"):
        return at + 1, 0
    if at < stop and _SURPLUS.match(lines[at]):
        raise _damage(lines, start, at)
    return at, 0


def _damage(lines: Sequence[str], start: int, at: int) -> UnreadableDiff:
    advice = "get the patch from the archive, or ask for a resend"
    if at >= len(lines) or lines[at - 1] in ("-- ", "--"):
        return UnreadableDiff(
            f"the hunk at line {start + 1} of the diff ends before it has the lines that its "
            f"header promises: the mail is cut short or the counts are wrong; {advice}"
        )
    return UnreadableDiff(
        f'line {at + 1} of the diff ("{lines[at][:40].strip()}") does not belong in the hunk at '
        f"line {start + 1}: a mailer broke or stripped lines, or the counts are wrong; {advice}"
    )


def _hunk(parsed: unidiff.Hunk, start: int) -> Hunk:
    """`start` is the line of the hunk's header in the mail's diff."""
    lines: list[DiffLine] = []
    for number, line in enumerate(parsed, start + 1):
        if line.line_type == "\\":
            last = lines.pop()
            lines.append(DiffLine(last.kind, last.text, last.old, last.new, last.diff, False))
            continue
        text = line.value.removesuffix("\n")
        old, new = line.source_line_no, line.target_line_no
        lines.append(DiffLine(line.line_type, text, old, new, number))
    section = parsed.section_header.strip()
    return Hunk(parsed.source_start, parsed.target_start, section, tuple(lines), start)
