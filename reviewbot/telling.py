"""Turns what the engine saw into claims: the place, the sentence, the path and the shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reviewbot.claim import Claim, Note
from reviewbot.csource.blame import blame
from reviewbot.csource.codes import Lost
from reviewbot.csource.early import Early
from reviewbot.csource.events import Exit, Site, Use
from reviewbot.csource.facts import Kind, Resource
from reviewbot.csource.leaks import Leak, Sure
from reviewbot.csource.pairs import undoer
from reviewbot.csource.sight import Sight
from reviewbot.csource.story import (
    Step,
    branch_text,
    exit_shape,
    last_branch,
    last_goto,
    way_out,
)
from reviewbot.csource.syntax import Declare, Expr, Function
from reviewbot.csource.tails import Dropped
from reviewbot.csource.values import ERR, NEG, ZERO
from reviewbot.model import Confidence
from reviewbot.remedy import Remedy, label_of, leak_remedy, table_undoer
from reviewbot.teller import Teller, fails_itself, told_as

_LONG = 60
"""A call longer than this is told without its arguments, characters."""
_WAYS = 3
"""So many exits are named in one sentence."""
_CALLED = (Kind.ENABLE, Kind.STATE)
"""What a call does to a thing that was there before is told by the call."""


def leak_claims(sight: Sight, teller: Teller, *kinds: Kind) -> Iterator[Claim]:
    """The leaks of these kinds that are told in this way; those that another way out belies are
    sure, and those of a registration, which calls into what has failed; the others may be meant."""
    for leak in told_as(sight, teller, *kinds):
        sure = leak.sure is Sure.CONTRASTED or "registration" in leak.resource.noun
        confidence = Confidence.HIGH if sure else Confidence.MEDIUM
        yield leak_claim(sight, leak, _left(leak.resource), confidence)


def _left(resource: Resource) -> str:
    """How it is left behind, in the words for its kind."""
    if resource.kind is Kind.OBJECT:
        return "not undone" if "registration" in resource.noun else "not released"
    return _LEFT[resource.kind]


_LEFT = {Kind.REFERENCE: "not put", Kind.ENABLE: "not undone", Kind.MEMORY: "not freed"}


def leak_claim(sight: Sight, leak: Leak, state: str, confidence: Confidence | None = None) -> Claim:
    """A thing that an exit leaves behind. `state` is how it is left: "not put", "still held"."""
    place = leak_place(sight, leak.exit, leak.site)
    how = exit_text(leak.exit)
    steps = tuple(notes(leak_story(sight, leak)))
    subject = call_text(leak.site.call) if leak.resource.kind in _CALLED else thing_text(leak)
    be = "are" if leak.resource.kind not in _CALLED and _is_many(leak.resource.noun) else "is"
    return Claim(
        line=place,
        end_line=place,
        message=f"{subject} {be} {state} when {sight.function.name}() {how}",
        shape=("leak", leak.resource.id, *exit_shape(leak.exit)),
        trace=steps,
        confidence=confidence,
        words=(
            ("function", sight.function.name),
            ("thing", thing_text(leak)),
            ("taker", f"{leak.site.name}()"),
            ("own", "yes" if fails_itself(sight, leak) else ""),
            *_remedy_words(sight, leak),
        ),
        group=f"{leak.resource.id} {leak.site.name} {leak.held.text}",
        blame=blame(sight, leak),
    )


def _remedy_words(sight: Sight, leak: Leak) -> Iterable[tuple[str, str]]:
    """`release`, the call that gives it back elsewhere, `label` that leads there, or `usual`."""
    remedy = leak_remedy(sight, leak) if not leak.kept else Remedy()
    yield "release", call_text(remedy.call) if remedy.call is not None else ""
    yield "label", remedy.label if not leak.succeeds else ""
    yield "before", "yes" if remedy.before else ""
    yield "usual", table_undoer(sight, leak.resource) if remedy.call is None else ""


def undone_claim(
    sight: Sight, leak: Leak, exits: Iterable[Exit], confidence: Confidence, closer: str
) -> Claim:
    """A state that a failure leaves set. `exits` are all that leave it so; they are named.

    `closer` is the function that undoes it after a success (`foo_close()`), "" for none.
    """
    doer, by = call_text(leak.site.call), f"{undoer(leak.resource)}()"
    ways = list(dict.fromkeys(result_text(exit) for exit in exits))[:_WAYS]
    how = f"returns {' or '.join(ways)}" if any(ways) else "returns"
    claim = leak_claim(sight, leak, "not undone", confidence)
    first = Note(leak.site.call.line, f"{doer} is done")
    return replace(
        claim,
        message=f"{doer} is not undone by {by} when {sight.function.name}() {how}",
        trace=(first, *claim.trace[1:]),
        words=(*claim.words, ("doer", doer), ("undoer", by), ("closer", closer)),
    )


def thing_text(leak: Leak) -> str:
    """What is leaked, in names of the code: `the mutex &foo->lock`."""
    noun, that, rest = leak.resource.noun.partition(" that ")
    return " ".join(filter(None, ("the", noun, leak.held.text))) + that + rest


def leak_story(sight: Sight, leak: Leak) -> Iterable[Step]:
    """Taken here, fails here, leaves here."""
    target = leak.held.text
    if " that " in leak.resource.noun and target:
        taken = f"{leak.site.name}() gives {target}"
    else:
        taken = f"{leak.site.name}() takes {_named('the ' + leak.resource.noun, target)}"
    yield Step(leak.site.call.line, taken)
    yield from way_out(sight.paths, leak.exit.trail, leak.site.id)
    yield Step(leak.exit.line, exit_text(leak.exit))


def notes(steps: Iterable[Step]) -> Iterable[Note]:
    return (Note(step.line, step.text) for step in steps)


def pointer_words(
    sight: Sight, pointer: str, giver: str, remedy: str, kind: str
) -> tuple[tuple[str, str], ...]:
    """What the comments on error pointers ask for: whose pointer, who gave it, what would fit."""
    return (
        ("function", sight.function.name),
        ("pointer", pointer),
        ("giver", giver),
        ("remedy", remedy),
        ("kind", kind),
    )


def _is_many(noun: str) -> bool:
    """Whether a noun of the tables is a plural: `clocks`, not `registration of the clocks`."""
    head = noun.partition(" that ")[0].partition(" of ")[0]
    return head.endswith("s") and not head.endswith(("ss", "us"))


def _named(noun: str, name: str) -> str:
    return f"{noun} {name}" if name else noun


def call_text(call: Expr) -> str:
    """`foo_start(host, 1)`, or `foo_start()` where the arguments are long."""
    name = call.name or call.parts[0].text
    text = f"{name}({', '.join(arg.text for arg in call.args)})"
    return text if len(text) <= _LONG else f"{name}()"


def exit_text(exit: Exit) -> str:
    """`returns -ENOMEM`, or `returns` where there is no value."""
    return f"returns {result_text(exit)}".rstrip()


def result_text(exit: Exit) -> str:
    """What an exit hands over: `-ENOMEM`, or `the error of foo_register()`."""
    value = exit.value.bare if exit.value is not None else None
    if value is None:
        return ""
    if value.kind != "call" or value.name in ("ERR_PTR", "PTR_ERR", "ERR_CAST"):
        return value.text
    return f"the error of {value.name or value.parts[0].text}()"


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


def dropped_claim(sight: Sight, lost: Dropped, confidence: Confidence) -> Claim:
    """A release that one way out made on the other side; the place is where it branches off."""
    function, call = sight.function, call_text(lost.call)
    still = next((each for each in function.calls if each.text == lost.call.text), None)
    how = f"{function.name}() {'returns' if _is_void(function) else 'fails'}"
    judged = lost.reason.partition("(")[0]
    where = f"after {judged}()" if judged.isidentifier() else "here"
    message = f"{call} is no longer called when {how} {where}"
    note = f"this way out has called {lost.call.name}() so far"
    if not lost.failing:
        message = f"{function.name}() no longer calls {call}"
        note = f"{function.name}() has called {lost.call.name}() so far"
    return Claim(
        line=lost.line,
        end_line=lost.line,
        message=message,
        shape=("dropped", lost.call.name, lost.reason),
        trace=(Note(lost.line, note),),
        confidence=confidence,
        words=(
            ("function", function.name),
            ("call", call),
            ("name", f"{lost.call.name}()"),
            ("failing", "yes" if lost.failing else ""),
            ("label", label_of(function, still, lost.line) if still is not None else ""),
        ),
        group=lost.call.name,
    )


def _is_void(function: Function) -> bool:
    return function.returns.split()[-1:] == ["void"]


def use_claim(sight: Sight, use: Use, message: str, confidence: Confidence | None = None) -> Claim:
    """A value used as its path forbids; the place is the use."""
    site = sight.paths.sites.get(use.val.origin or use.val.freed)
    steps = list(_unset(sight, use) if use.kind == "unset" else _origin(use, site))
    steps += way_out(sight.paths, use.trail, site.id if site else -1)
    where = use.via if use.via is not None else use.expr
    user = _callee(use.via) if use.via is not None else ""
    how = f"{use.key} is handed to {user}" if user else f"{use.key} is used"
    steps.append(Step(where.line, how))
    place = (where.line, where.end_line) if use.kind != "unset" else _unset_place(sight, use)
    return Claim(
        line=place[0],
        end_line=place[1],
        message=message,
        shape=(use.kind, site.name if site else "", use.key, use.via.name if use.via else ""),
        trace=tuple(notes(steps)),
        confidence=confidence,
        words=(
            ("function", sight.function.name),
            ("pointer", use.key),
            ("giver", f"{site.name}()" if site else ""),
            ("user", user),
            ("tested", "yes" if use.val.tested >= 0 else ""),
        ),
        group=f"{use.key} {site.name if site else ''}",
    )


def _callee(call: Expr) -> str:
    """`foo()`, also for a call through a pointer."""
    return f"{call.name or call.parts[0].text}()"


def _given(use: Use, site: Site) -> str:
    """What a release was handed, which may be another name of what is used, or hold it."""
    places = [place.where for place in site.fact.releases] if site.fact is not None else []
    texts = [site.call.args[at - 1].bare.text for at in places if 0 < at <= len(site.call.args)]
    inside = site.fact is not None and any(use.key.endswith(rest) for _, rest in site.fact.frees)
    return use.key if inside or not texts else texts[0]


def lost_claim(sight: Sight, lost: Lost, confidence: Confidence) -> Claim:
    """An exit that returns 0 though its path found a failure; the place is the way out."""
    assert lost.test.node.expr is not None
    test = lost.test.node
    why = branch_text(lost.test.node.expr, lost.test.edge is True, sight.paths.pointers)
    steps = [Step(test.line, why)]
    if lost.jump is not None:
        steps.append(Step(lost.jump.line, f"goto {lost.jump.label}"))
    steps.append(Step(lost.exit.line, f"{exit_text(lost.exit)}, and {lost.name} holds no error"))
    line = lost.jump.line if lost.jump is not None else lost.exit.line
    return Claim(
        line=line,
        end_line=line,
        message=f"{sight.function.name}() does not return an error when {why}",
        shape=("lost", lost.jump.label if lost.jump is not None else "", lost.name, why),
        trace=tuple(notes(steps)),
        confidence=confidence,
        words=(("function", sight.function.name), ("name", lost.name), ("why", why)),
    )


def _unset_place(sight: Sight, use: Use) -> tuple[int, int]:
    """The read if the patch wrote it, else what it wrote on the way there."""
    where = use.via if use.via is not None else use.expr
    lines = range(where.line, where.end_line + 1)
    if not sight.touched.isdisjoint(lines):
        return where.line, where.end_line
    back = use.trail.back() if use.trail is not None else ()
    ways = [at.node.line for at in back if at.what in ("branch", "goto")]
    declared = [step.line for step in _unset(sight, use)]
    line = next((n for n in (*ways, *declared) if n in sight.touched), None)
    return (where.line, where.end_line) if line is None else (line, line)


def _unset(sight: Sight, use: Use) -> Iterable[Step]:
    """Where the variable is declared, or handed to the call that should fill it."""
    site = sight.paths.sites.get(use.val.origin)
    if site is not None:
        yield Step(site.call.line, f"{site.name}() is given the address of {use.key}")
        return
    for stmt in sight.function.statements:
        if isinstance(stmt, Declare) and stmt.name == use.key:
            yield Step(stmt.line, f"{use.key} is declared without a value")


def _origin(use: Use, site: Site | None) -> Iterable[Step]:
    if site is None:
        return
    mask = use.val.mask
    null = mask & ZERO and use.kind != "err"
    gives = "can return NULL" if null else "can return an error pointer"
    if use.kind in ("freed", "again"):
        gives = f"gives {_given(use, site)} back"
    elif use.kind == "counted":
        gives = f"makes {use.key} reference-counted"
    elif use.kind == "linked":
        gives = f"puts {use.key} on a list"
    elif use.kind == "armed":
        gives = f"sets going what lies in {use.key}"
    elif not mask & (ZERO | ERR | NEG):
        gives = "gives the value"
    yield Step(site.call.line, f"{site.name}() {gives}")


def early_claim(early: Early) -> Claim:
    """A call on the way out that gives back what the path does not hold."""
    undo, taker, before = early.undo, early.taker, early.before
    line = early.goto.line if early.goto is not None else undo.call.line
    label = f"goto {early.goto.label}" if early.goto is not None else ""
    undone = Note(undo.call.line, f"{undo.name}() undoes it all the same")
    if before is not None:
        why = f"{before.name}() has done so"
        first, told = Note(before.call.line, f"{before.name}() undoes {taker.name}()"), why
    else:
        why = "has just failed" if early.failed else "comes only later"
        told = f"{taker.name}() {why}"
        first = Note(taker.call.line, told)
    steps = (first, *([Note(line, label)] if label else []), undone)
    later = (*steps[1:], first)
    return Claim(
        line=line,
        end_line=line,
        message=f"{label} leads to {undo.name}(), but {told}"
        if label
        else f"{undo.name}() is called, but {told}",
        shape=("too early", label.removeprefix("goto "), undo.name, taker.name, why),
        trace=steps if early.failed or before is not None else later,
        words=(
            ("label", label),
            ("undo", f"{undo.name}()"),
            ("taker", f"{taker.name}()"),
            ("failed", "yes" if early.failed else ""),
            ("kind", "label"),
        ),
        group=f"{label} {undo.name}",
    )
