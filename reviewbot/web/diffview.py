"""A patch's diff as a page shows it: files, lines with both numbers, findings below their lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from reviewbot.diff import diff_line, read_diff
from reviewbot.model import Change, DiffLine, FileDiff, Hunk, Skipped, Step
from reviewbot.store.shown import ShownFinding
from reviewbot.web.colour import coloured
from reviewbot.web.visible import visible

MOST_LINES = 3000
"""Lines that one page shows; of longer diffs it shows what findings speak of, and the beginning."""
AROUND = 30
"""Lines on both sides of a finding that are shown however long the diff is."""
LONGEST = 1000
"""Characters of a line that are shown."""
MOST_COLOURED = 2000
"""Lines that are coloured; the rest of a longer diff stays plain."""
KINDS = {"+": "add", "-": "del", " ": "same"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `kind` is add, del, same or hunk; `number` counts the lines of the diff."""

    kind: str
    sign: str
    code: Markup
    old: int | None
    new: int | None
    number: int


@dataclass(frozen=True, slots=True)
class Place:
    """A step of a finding's path; `number` is the line of the diff that shows it, or None."""

    step: Step
    number: int | None


@dataclass(frozen=True, slots=True)
class Note:
    """A finding with the places of its path."""

    shown: ShownFinding
    path: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One of three: lines that stand together, findings below the line before them, or a number
    of lines that are left out."""

    lines: tuple[Line, ...] = ()
    notes: tuple[Note, ...] = ()
    gap: int = 0


@dataclass(frozen=True, slots=True)
class FileView:
    """One file. `about` says what happens to it, beside changes; `notes` are about places in it
    that the diff does not show."""

    path: str
    about: str
    added: int
    removed: int
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class DiffView:
    """The whole diff; `elsewhere` are findings in files that it does not touch.

    What is said of the commit message is not among them (see messageview.py).
    """

    files: tuple[FileView, ...]
    damaged: tuple[Skipped, ...]
    elsewhere: tuple[Note, ...] = ()


@dataclass(slots=True)
class _Budget:
    """Which lines of the diff are shown, by number (None: all), and how many may be coloured."""

    wanted: frozenset[int] | None
    coloured: int = MOST_COLOURED

    def shows(self, number: int) -> bool:
        return self.wanted is None or number in self.wanted


def view_diff(diff: str, findings: Sequence[ShownFinding]) -> DiffView:
    files, damaged = read_diff(diff)
    by_path = {file.path: file for file in files}
    notes = [_note(shown, by_path) for shown in findings if shown.finding.file]
    budget = _Budget(_wanted(files, notes))
    at_line = _by_line(notes, by_path)
    views = tuple(_file(file, notes, at_line, budget) for file in files)
    elsewhere = tuple(note for note in notes if note.shown.finding.file not in by_path)
    return DiffView(views, damaged, elsewhere)


def _note(shown: ShownFinding, files: Mapping[str, FileDiff]) -> Note:
    def number(step: Step) -> int | None:
        file = files.get(step.file)
        return diff_line(file, step.line) if file is not None else None

    return Note(shown, tuple(Place(step, number(step)) for step in shown.finding.trace))


def _by_line(
    notes: Iterable[Note], files: Mapping[str, FileDiff]
) -> Mapping[int, tuple[Note, ...]]:
    found: dict[int, tuple[Note, ...]] = defaultdict(tuple)
    for note in notes:
        number = note.shown.finding.diff_line
        if number is not None and note.shown.finding.file in files:
            found[number] += (note,)
    return found


def _wanted(files: Iterable[FileDiff], notes: Iterable[Note]) -> frozenset[int] | None:
    numbers = [line.diff for file in files for hunk in file.hunks for line in hunk.lines]
    if len(numbers) <= MOST_LINES:
        return None
    spoken = [note.shown.finding.diff_line for note in notes]
    spoken += [place.number for note in notes for place in note.path]
    near = {n for at in spoken if at is not None for n in range(at - AROUND, at + AROUND + 1)}
    near &= set(numbers)
    return frozenset(near.union(numbers[: max(0, MOST_LINES - len(near))]))


def _file(
    file: FileDiff, notes: Iterable[Note], at_line: Mapping[int, tuple[Note, ...]], budget: _Budget
) -> FileView:
    lines = [line for hunk in file.hunks for line in hunk.lines]
    shown = {line.diff for line in lines}
    mine = (note for note in notes if note.shown.finding.file == file.path)
    return FileView(
        path=file.path,
        about=_about(file),
        added=sum(line.kind == "+" for line in lines),
        removed=sum(line.kind == "-" for line in lines),
        blocks=tuple(_blocks(file, at_line, budget)),
        notes=tuple(note for note in mine if note.shown.finding.diff_line not in shown),
    )


def _about(file: FileDiff) -> str:
    match file.change:
        case Change.RENAMED | Change.COPIED:
            return f"{file.change} from {file.old_path}"
        case Change.ADDED | Change.DELETED:
            return f"{file.change}, binary" if file.binary else str(file.change)
        case _:
            return "binary" if file.binary else ""


def _blocks(
    file: FileDiff, at_line: Mapping[int, tuple[Note, ...]], budget: _Budget
) -> Iterator[Block]:
    lines: list[Line] = []
    gap = 0
    for hunk in file.hunks:
        head: list[Line] = [_head(hunk)]
        codes = _codes(file.path, hunk, budget)
        for line in hunk.lines:
            code = codes.get(line.diff)
            if code is None:
                gap += 1
                continue
            if gap:
                yield from _closed(lines)
                yield Block(gap=gap)
                lines, gap = [], 0
            lines += [*head, _line(line, code)]
            head = []
            if notes := at_line.get(line.diff):
                yield from _closed(lines)
                yield Block(notes=notes)
                lines = []
    yield from _closed(lines)
    if gap:
        yield Block(gap=gap)


def _closed(lines: Sequence[Line]) -> Iterator[Block]:
    if lines:
        yield Block(lines=tuple(lines))


def _head(hunk: Hunk) -> Line:
    old = f"-{hunk.old_start},{hunk.old_length}"
    new = f"+{hunk.new_start},{hunk.new_length}"
    code = escape(visible(f"@@ {old} {new} @@ {hunk.section}".rstrip()))
    return Line("hunk", "", code, None, None, hunk.diff)


def _codes(path: str, hunk: Hunk, budget: _Budget) -> Mapping[int, Markup]:
    """The lines that are shown, by number; both sides are coloured, each as it is in its file."""
    shown = [line for line in hunk.lines if budget.shows(line.diff)]
    budget.coloured -= len(shown)
    path = path if budget.coloured >= 0 else ""
    codes: dict[int, Markup] = {}
    for other in "+-":
        side = [line for line in shown if line.kind != other]
        texts = coloured(path, [_cut(line.text) for line in side])
        codes |= {line.diff: code for line, code in zip(side, texts, strict=True)}
    return codes


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]} [{len(text) - LONGEST} more characters]"


def _line(line: DiffLine, code: Markup) -> Line:
    if not line.ends:
        code += Markup('<span class="noeol"> (no newline at the end of the file)</span>')
    sign = "" if line.kind == " " else line.kind
    return Line(KINDS[line.kind], sign, code, line.old, line.new, line.diff)
