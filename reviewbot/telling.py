"""Turns what the engine saw into claims: the place, the sentence, the path and the shape."""

from __future__ import annotations

from collections.abc import Iterable

from reviewbot.claim import Claim, Note
from reviewbot.csource.conditions import read_test
from reviewbot.csource.events import Exit, Site, Use
from reviewbot.csource.leaks import Leak
from reviewbot.csource.sight import Sight
from reviewbot.csource.story import Step, last_branch, last_goto, way_out
from reviewbot.csource.values import ERR, NEG, ZERO
from reviewbot.model import Confidence


def leak_claim(sight: Sight, leak: Leak, verb: str, confidence: Confidence | None = None) -> Claim:
    """A thing that an exit leaves behind. `verb` is what was not done: "unlocked", "put"."""
    place = leak_place(sight, leak.exit, leak.site)
    thing = thing_text(leak)
    how = exit_text(leak.exit)
    return Claim(
        line=place,
        end_line=place,
        message=f"{thing} is not {verb} when {sight.function.name}() {how}",
        shape=("leak", leak.resource.id, leak.site.name, *exit_shape(leak.exit)),
        trace=tuple(notes(leak_story(sight, leak))),
        confidence=confidence,
        words=(
            ("function", sight.function.name),
            ("thing", thing),
            ("taker", f"{leak.site.name}()"),
            ("verb", verb),
            ("how", how),
        ),
        group=f"{leak.resource.id} {leak.site.name} {leak.held.text}",
    )


def thing_text(leak: Leak) -> str:
    """What is leaked, in names of the code: `the mutex &foo->lock`."""
    text = leak.held.text
    return f"the {leak.resource.noun} {text}" if text else f"the {leak.resource.noun}"


def leak_story(sight: Sight, leak: Leak) -> Iterable[Step]:
    """Taken here, fails here, leaves here."""
    target = leak.held.text
    taken = f"{leak.site.name}() takes the {leak.resource.noun}"
    yield Step(leak.site.call.line, f"{taken} {target}" if target else taken)
    yield from way_out(sight.paths, leak.exit.trail, leak.site.id)
    yield Step(leak.exit.line, exit_text(leak.exit))


def notes(steps: Iterable[Step]) -> Iterable[Note]:
    return (Note(step.line, step.text) for step in steps)


def exit_text(exit: Exit) -> str:
    """`returns -ENOMEM`, or `ends`."""
    return "ends" if exit.value is None else f"returns {exit.value.text}"


def exit_shape(exit: Exit) -> tuple[str, ...]:
    """What tells this exit from the others, without line numbers."""
    branch, goto = last_branch(exit.trail), last_goto(exit.trail)
    condition = ""
    if branch is not None and branch.node.expr is not None:
        test = read_test(branch.node.expr)
        condition = f"{test.key if test else branch.node.expr.text} {branch.edge}"
    return (
        condition,
        goto.label if goto is not None else "",
        exit.value.text if exit.value is not None else "",
    )


def leak_place(sight: Sight, exit: Exit, site: Site) -> int:
    """The line a reader should look at: the way out if the patch wrote it, else the taking."""
    lines = [exit.line]
    goto = last_goto(exit.trail)
    if goto is not None:
        lines.insert(0, goto.line)
    branch = last_branch(exit.trail)
    if branch is not None:
        lines.append(branch.node.line)
    lines.append(site.call.line)
    return next((line for line in lines if line in sight.touched), lines[0])


def use_claim(sight: Sight, use: Use, message: str, confidence: Confidence | None = None) -> Claim:
    """A value used as its path forbids; the place is the use."""
    site = sight.paths.sites.get(use.val.origin or use.val.freed)
    steps = list(_origin(use, site))
    steps += way_out(sight.paths, use.trail, site.id if site else -1)
    where = use.via if use.via is not None else use.expr
    how = f"{use.key} is handed to {use.via.name}()" if use.via else f"{use.key} is used"
    steps.append(Step(where.line, how))
    return Claim(
        line=where.line,
        end_line=where.end_line,
        message=message,
        shape=(use.kind, site.name if site else "", use.key, use.via.name if use.via else ""),
        trace=tuple(notes(steps)),
        confidence=confidence,
        words=(
            ("function", sight.function.name),
            ("pointer", use.key),
            ("giver", f"{site.name}()" if site else ""),
            ("user", f"{use.via.name}()" if use.via else ""),
            ("tested", "yes" if use.val.tested >= 0 else ""),
        ),
        group=f"{use.key} {site.name if site else ''}",
    )


def _origin(use: Use, site: Site | None) -> Iterable[Step]:
    if site is None:
        return
    mask = use.val.mask
    gives = "can return NULL" if mask & ZERO else "can return an error pointer"
    if use.kind in ("freed", "again"):
        gives = f"gives {use.key} back"
    elif not mask & (ZERO | ERR | NEG):
        gives = "gives the value"
    yield Step(site.call.line, f"{site.name}() {gives}")
