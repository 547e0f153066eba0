"""What is in sight of a rule: one touched function on one side of a patch, and around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from reviewbot.around import Around
from reviewbot.csource.bare import Run
from reviewbot.csource.facts import Fact, Facts, Failure
from reviewbot.csource.outcomes import Outcomes
from reviewbot.csource.owners import owners
from reviewbot.csource.pairs import SOURCE as PAIR
from reviewbot.csource.pairs import Paired, pairs_in
from reviewbot.csource.paths import Paths, walk
from reviewbot.csource.returned import all_ways, may_return
from reviewbot.csource.summaries import FunctionSource, Summaries
from reviewbot.csource.syntax import Declare, Function
from reviewbot.csource.twin import Twin
from reviewbot.csource.words import called_at, words_of_both


class CFile(Protocol):
    """A C file on one side: whole, or stitched from hunks. Functions are read when asked for."""

    path: str
    whole: bool
    text: bytes
    """The file's bytes; for stitched hunks the lines in sight."""

    @property
    def names(self) -> Sequence[str]:
        """The functions defined here, in the order of the file."""

    def function(self, name: str) -> Function | None:
        """The function's definition, or None; cached."""

    def source(self, name: str) -> bytes:
        """The text of a function's definition; b"" for none, or where it is not whole."""

    def functions(self) -> Sequence[Function]:
        """All of them. Costs time on a long file: ask only when a rule needs it."""

    def spans(self) -> Sequence[tuple[str, int, int]]:
        """(name, first line, last line) of each function, without reading it."""

    def runs(self) -> Sequence[Run]:
        """The text in sight, in pieces of lines that follow each other."""


_FILE = re.compile(r"[\w./-]+\.[ch]\b")
"""The file that the source of a fact begins with."""


@dataclass(frozen=True, eq=False)
class Side:
    """All C files that one patch touches, on one side of it.

    `files` by path; headers that the patch touches are here too. `earlier` holds the files
    of earlier patches of the series as those left them, where this patch does not touch them.
    `read` are callees that were read for their effects, by their text, shared by both sides.
    `changed_calls` are the names that are called in the lines which only this side has.
    """

    name: str  # "before" or "after"
    files: dict[str, CFile]
    earlier: dict[str, CFile] = field(default_factory=dict)
    changed_calls: frozenset[str] = frozenset()
    read: dict[bytes, Function] = field(default_factory=dict, repr=False)
    owners: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)
    words: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)
    summaries: dict[str, dict[tuple[str, int], Fact | None]] = field(
        default_factory=dict, repr=False
    )

    def forget_callees(self) -> None:
        """What was read of callees knows who read it, and would wait to be found as garbage."""
        for summaries in self.summaries.values():
            summaries.clear()


@dataclass(frozen=True, eq=False)
class Sight:
    """One touched function on one side, and what may be asked about its surroundings.

    `touched` are the lines of this side that the patch removes ("before") or adds ("after").
    `other` is the same function on the other side, None where it is not there.
    """

    function: Function
    file: CFile
    side: Side
    touched: frozenset[int]
    facts: Facts
    other: Sight | None = field(default=None, repr=False)
    around: Around = field(default_factory=Around, repr=False)

    @cached_property
    def known(self) -> Paired:
        """What is known of a callee: the tables, then this file, then the rest of the patch.

        Over it lie the pairs of this function: calls that undo each other by name.
        """
        cache = self.side.summaries.setdefault(self.file.path, {})
        summaries = Summaries(self.facts, self._callees, cache, self._twin)
        base = Outcomes(self.facts, summaries, cache)
        other = self.other.function if self.other is not None else None
        pairs = pairs_in(self.function, other, self.calls_somewhere, base)
        return Paired(base, (p for p in pairs if not (p.where and self.lacks(p.undoer))))

    def lacks(self, name: str) -> bool:
        """Whether only the other side defines the function: nobody is to call it any more."""
        here, there = self.side.files.values(), self.other.side.files.values() if self.other else ()
        return any(name in f.names for f in there) and not any(name in f.names for f in here)

    @cached_property
    def _callees(self) -> FunctionSource:
        near = (self.file, *self.side.files.values(), *self.side.earlier.values())
        return FunctionSource(near, self.side.read)

    @property
    def _twin(self) -> Twin | None:
        there = self.other
        if there is None:
            return None
        read = there.side.summaries.setdefault(there.file.path, {})
        return Twin(self._callees, there._callees, read)

    def callee(self, name: str) -> Function | None:
        """A function of this file, for what it does: it is read once for both sides of the patch,
        so its lines may be those of the other."""
        return self._callees.get(name) if name in self._callees.names else None

    def leads_to(self, name: str, wanted: frozenset[str], depth: int) -> bool:
        """Whether the text of a function in sight, or of one that it names, `depth` functions deep,
        has one of these words. Asked before any of them is read."""
        words = self._callees.words(name) if depth else frozenset[str]()
        if words is None or not words.isdisjoint(wanted):
            return True
        return depth > 1 and any(
            self.leads_to(each, wanted, depth - 1)
            for each in words & self._callees.names
            if each != name
        )

    def elsewhere(self, name: str) -> Function | None:
        """A function of this file, of the patch or of what earlier patches of the series left."""
        for file in (self.file, *self.side.files.values(), *self.side.earlier.values()):
            function = file.function(name) if name in file.names else None
            if function is not None:
                return function
        return None

    def changes(self, name: str) -> bool:
        """Whether the patch changes what a function of its files does."""
        if self.other is None:
            return False
        here, there = (_texts(side, name) for side in (self.side, self.other.side))
        return bool(here and there) and here != there

    def callees(self, depth: int = 2) -> Iterator[Function]:
        """The functions in sight that this one calls, and those that they call, each once."""
        seen = {self.function.name}
        todo = [(self.function, depth)]
        while todo:
            function, left = todo.pop(0)
            for call in function.calls if left else ():
                if call.name and call.name not in seen:
                    seen.add(call.name)
                    callee = self.elsewhere(call.name)
                    if callee is not None:
                        yield callee
                        todo.append((callee, left - 1))

    @cached_property
    def paths(self) -> Paths:
        """What happens on the paths of the function; walked once, when first asked for.

        Where the other side has too many paths, this side's say nothing either: what is seen
        here and was not seen there may well have been there.
        """
        if self.other is not None and not self.other.walked.complete:
            return self.walked.given_up()
        return self.walked

    @cached_property
    def walked(self) -> Paths:
        """The paths of this side, whatever the other is like."""
        return walk(self.function, self.facts, self.known, self.fresh, self.owners)

    @property
    def owners(self) -> frozenset[str]:
        """The members in this file that lead to what their own struct lies in."""
        found = self.side.owners.get(self.file.path)
        if found is None:
            there = self.facts.insiders & self.words
            found = self.side.owners[self.file.path] = owners(self.file.text, there)
        return found

    @property
    def words(self) -> frozenset[str]:
        """All words in the text of the file, and of the other side's: what is not among them is
        named by no function here. A cheap question before a dear one."""
        return self._words(self.file)

    def _words(self, file: CFile) -> frozenset[str]:
        there = self.other
        if there is None:
            return words_of(self.side, file, None)
        same = there.file if file is self.file else there.side.files.get(file.path)
        return words_of(self.side, file, same)

    def calls_somewhere(self, name: str) -> bool:
        """Whether a file of the patch calls a function of this name, or declares one."""
        return any(
            name in self._words(file) and any(True for _ in called_at(file.text, name.encode()))
            for file in self.side.files.values()
        )

    @property
    def given_up(self) -> bool:
        """Whether a rule has asked for the paths, and they were more than can be walked."""
        return "walked" in self.__dict__ and not self.walked.complete

    @cached_property
    def fresh(self) -> frozenset[str]:
        """Variables that this side declares and the other does not name at all.

        Lines that the diff does not show are the same on both sides, so none can name them.
        """
        if self.function.whole or self.other is None:
            return frozenset()
        theirs = {e.name for e in self.other.function.expressions if e.kind == "name"}
        theirs |= {s.name for s in self.other.function.statements if isinstance(s, Declare)}
        ours = {
            stmt.name
            for stmt in self.function.statements
            if isinstance(stmt, Declare) and stmt.line in self.touched
        }
        return frozenset(ours - theirs)

    def failure(self, name: str) -> Failure | None:
        """How a function says that it failed; a guess from its name does not count."""
        fact = self.known(name)
        if fact is not None and fact.failure is not None and fact.source != PAIR:
            return fact.failure
        return self.facts.returned.get(name)

    def in_tree(self, name: str) -> bytes:
        """The text of a function of the tables as the tree at hand has it, whose contract may be
        another one than when they were read; b"" for not known."""
        path = _FILE.match(self.facts.source_of(name))
        return (self.around.definition(path.group(), name) or b"") if path is not None else b""

    def may_return(self, name: str) -> int | None:
        """All that a function of this patch or file can return; None where that is unknown."""
        function = self.known.function(name)
        return None if function is None else may_return(function, self.facts, self.known)

    @property
    def returns(self) -> int | None:
        """All that the function itself can return; None where that is unknown."""
        return all_ways(self.walked) if self.function.whole and self.function.readable else None

    @cached_property
    def given(self) -> frozenset[tuple[str, str]]:
        """(resource, text) that this function gives back somewhere, on either side."""
        there = self.other.paths.given if self.other is not None else frozenset()
        return self.paths.given | there


def words_of(side: Side, file: CFile, other: CFile | None) -> frozenset[str]:
    """All words in the text of a file of a side, and in that of the other side's file."""
    found = side.words.get(file.path)
    if found is None:
        texts = [file.text, other.text if other is not None else file.text]
        if side.name == "after":
            texts.reverse()  # both sides ask for the same pair
        found = side.words[file.path] = words_of_both(*texts)
    return found


def _texts(side: Side, name: str) -> set[bytes]:
    return {text for file in side.files.values() if (text := file.source(name))}
