"""A patch and a series under review: sides, needs, failures, and what a series mends."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from reviewbot.csource.facts import Facts
from reviewbot.diff import file_diffs
from reviewbot.model import (
    Address,
    Confidence,
    Context,
    Images,
    Mail,
    Patch,
    PatchImages,
    PatchReview,
    Review,
    Series,
    Severity,
    Skipped,
    Status,
)
from reviewbot.registry import LoadedRule
from reviewbot.review import review_patch, review_series
from reviewbot.rule import (
    Claim,
    FileSight,
    Need,
    PatchSight,
    Placed,
    Rule,
    SeriesSight,
    Sight,
    syntax,
)
from reviewbot.trees.apply import Applied, apply

AUTHOR = Address("A", "a@example.org")
FOO = "drivers/foo.c"


def _calls_to_bad(sight: Sight) -> Iterable[Claim]:
    """Claims each statement that calls something whose name starts with bad."""
    for stmt in syntax.statements(sight.function.body):
        for expr in syntax.expressions(stmt):
            if expr.kind == "call" and expr.name.startswith("bad"):
                yield Claim(stmt.line, stmt.line, f"{expr.name}() is called", (expr.name,))


def _raises(sight: Sight) -> Iterable[Claim]:
    raise ValueError("no")


def _rule(check: object = _calls_to_bad, needs: Need = Need.DIFF, name: str = "bad") -> LoadedRule:
    assert callable(check)
    rule = Rule("t", "api", Severity.LOW, Confidence.HIGH, needs, "s", check)
    return LoadedRule(name, rule, Path("nowhere"))


def _function(name: str, *body: str) -> str:
    lines = "".join(f"\t{line}\n" for line in body)
    return f"int {name}(int a)\n{{\n{lines}\treturn 0;\n}}\n\n"


def _diff(before: str, after: str, path: str = FOO, new_path: str = "") -> str:
    new_path = new_path or path
    moved = f"rename from {path}\nrename to {new_path}\n" if new_path != path else ""
    body = difflib.unified_diff(
        before.splitlines(True), after.splitlines(True), f"a/{path}", f"b/{new_path}"
    )
    return f"diff --git a/{path} b/{new_path}\n{moved}{''.join(body)}"


def _patch(diff: str, part: int = 1) -> Patch:
    return Patch(Mail(f"{part}@example.org", "[PATCH]", AUTHOR, "", ""), part, "", diff)


def _images(*changes: tuple[str, str], tree: bool = True, part: int = 1) -> PatchImages:
    """One file a change: drivers/foo.c, drivers/foo2.c, ..."""
    diff, files = "", []
    for number, (before, after) in enumerate(changes, 1):
        path = FOO if number == 1 else f"drivers/foo{number}.c"
        diff += _diff(before, after, path)
        (file,) = file_diffs(_diff(before, after, path))
        if tree:
            applied = apply(file, before.encode())
            assert isinstance(applied, Applied)
            files.append(Images(file, applied.before, applied.after))
        else:
            files.append(Images(file))
    context = Context.TREE if tree else Context.DIFF
    return PatchImages(_patch(diff, part), tuple(files), context)


def _review(images: PatchImages, *rules: LoadedRule) -> PatchReview:
    return review_patch(images, rules or (_rule(),), Facts())


def _series(*states: str, rules: tuple[LoadedRule, ...] = ()) -> Review:
    """A series that takes one file through these states."""
    images = [
        _images((before, after), part=part)
        for part, (before, after) in enumerate(pairwise(states), 1)
    ]
    patches = tuple(each.patch for each in images)
    series = Series("0@example.org", "s", AUTHOR, 1, patches, len(patches))
    return review_series(series, images, rules or (_rule(),), Facts(), "digest")


def _found(review: PatchReview) -> list[tuple[str, int, str]]:
    return [(f.function, f.line, f.status.value) for f in review.findings]


OTHER = _function("other", "bad_before();")


@pytest.mark.parametrize("tree", [True, False], ids=["tree", "diff"])
def test_new_pre_existing_and_fixed(tree: bool) -> None:
    before = _function("f", "bad_one();", "bad_two();", "good();")
    after = _function("f", "bad_two();", "good();", "bad_three();")
    review = _review(_images((before, after), tree=tree))
    assert _found(review) == [("f", 3, "fixed"), ("f", 3, "pre-existing"), ("f", 5, "new")]


def test_functions_that_the_patch_does_not_touch_are_not_looked_at() -> None:
    review = _review(_images((OTHER + _function("f"), OTHER + _function("f", "bad_one();"))))
    assert _found(review) == [("f", 9, "new")]


def test_both_sides_are_looked_at_where_lines_only_come_or_only_go() -> None:
    sights: list[tuple[str, frozenset[int], bool]] = []

    def look(sight: Sight) -> Iterable[Claim]:
        sights.append((sight.side.name, sight.touched, sight.other is not None))
        return ()

    _review(_images((_function("f", "a();"), _function("f", "a();", "b();"))), _rule(look))
    assert sights == [("before", frozenset(), True), ("after", frozenset({4}), True)]


def test_where_one_side_has_too_many_paths_only_what_the_other_alone_has_is_told() -> None:
    def unset(sight: Sight) -> Iterable[Claim]:
        for use in sight.paths.uses:
            if use.kind == "unset":
                yield Claim(use.expr.line, use.expr.line, f"{use.key} is unset", (use.key,))

    flags = [f"if (a->f{n})\n\t\tx += {n};" for n in range(8)]
    old = "int x = 0, y;", "use(y);", *flags, *flags
    new = "int x = 0, y, z;", "use(y);", "use(z);"
    review = _review(_images((_function("f", *old), _function("f", *new))), _rule(unset))
    assert [finding.message for finding in review.findings] == ["z is unset"]


def test_rule_that_raises_is_named_and_stops_no_other() -> None:
    images = _images((_function("f"), _function("f", "bad_one();")))
    review = _review(images, _rule(_raises, name="broken"), _rule())
    assert review.failures == ("broken failed on f() in drivers/foo.c: ValueError('no')",)
    assert _found(review) == [("f", 3, "new")]


def test_rule_is_skipped_where_what_it_needs_is_not_in_sight() -> None:
    body = [f"step_{number}();" for number in range(12)]
    before = _function("f", *body)
    after = _function("f", "bad_one();", *body)
    rules = [_rule(needs=need, name=need.value) for need in Need]
    from_diff = _review(_images((before, after), tree=False), *rules)
    assert [finding.rule for finding in from_diff.findings] == ["diff"]
    from_tree = _review(_images((before, after)), *rules)
    assert [finding.rule for finding in from_tree.findings] == ["diff", "file", "function"]


def test_function_in_a_new_file_is_all_new_even_from_the_diff_alone() -> None:
    text = _function("f", "bad_one();")
    added = "".join(f"+{line}\n" for line in text.splitlines())
    diff = (
        f"diff --git a/{FOO} b/{FOO}\nnew file mode 100644\n--- /dev/null\n+++ b/{FOO}\n"
        f"@@ -0,0 +1,{len(text.splitlines())} @@\n{added}"
    )
    images = PatchImages(_patch(diff), (Images(file_diffs(diff)[0]),), Context.DIFF)
    assert _found(_review(images, _rule(needs=Need.FILE))) == [("f", 3, "new")]


def test_function_that_moves_to_another_file_takes_its_faults_along() -> None:
    fault = _function("f", "bad_one();")
    review = _review(_images((OTHER + fault, OTHER), (OTHER, OTHER + fault)))
    assert [(f.file, f.status) for f in review.findings] == [
        ("drivers/foo2.c", Status.PRE_EXISTING)
    ]


def test_renamed_file_keeps_its_faults() -> None:
    before, after = _function("f", "bad_one();", "a();"), _function("f", "bad_one();", "b();")
    (file,) = file_diffs(_diff(before, after, FOO, "drivers/bar.c"))
    images = PatchImages(_patch(""), (Images(file, before.encode(), after.encode()),), Context.TREE)
    (finding,) = _review(images).findings
    assert (finding.file, finding.status) == ("drivers/bar.c", Status.PRE_EXISTING)


def test_file_that_is_not_c_is_named() -> None:
    (file,) = file_diffs(_diff("a\n", "b\n", "Documentation/foo.rst"))
    images = PatchImages(_patch(""), (Images(file, b"a\n", b"b\n"),), Context.TREE)
    assert _review(images).skipped == (Skipped("Documentation/foo.rst", "not C"),)


def test_binary_file_is_named() -> None:
    names = f"a/{FOO} b/{FOO}"
    diff = f"diff --git {names}\nBinary files {names.replace(' ', ' and ')} differ\n"
    images = PatchImages(_patch(diff), (Images(file_diffs(diff)[0]),), Context.DIFF)
    assert _review(images).skipped == (Skipped(FOO, "binary"),)


def test_change_in_the_other_arm_of_an_if_is_compared_with_that_arm() -> None:
    head, tail = "#ifdef CONFIG_FOO\nint f(void)\n{\n\treturn 1;\n}\n#else\n", "#endif\n"
    before = head + _function("f", "bad_one();", "a();") + tail
    after = head + _function("f", "bad_one();", "a();", "b();") + tail
    assert _found(_review(_images((before, after)))) == [("f", 9, "pre-existing")]


def test_fault_that_a_later_patch_of_the_series_mends_is_dropped() -> None:
    clean, faulty = _function("f", "a();"), _function("f", "a();", "bad_one();")
    first, second = _series(clean, faulty, clean).patches
    assert _found(first) == []
    assert [finding.status for finding in second.findings] == [Status.FIXED]


def test_fault_that_was_there_before_the_series_and_comes_back_is_new() -> None:
    clean, faulty = _function("f", "a();"), _function("f", "a();", "bad_one();")
    first, second = _series(faulty, clean, faulty).patches
    assert [finding.status for finding in first.findings] == [Status.FIXED]
    assert [finding.status for finding in second.findings] == [Status.NEW]


def test_one_mending_excuses_one_fault() -> None:
    states = (
        _function("f", "a();"),
        _function("f", "a();", "bad_one();", "b();", "bad_one();"),
        _function("f", "a();", "bad_one();", "b();"),
    )
    first, _ = _series(*states).patches
    assert [finding.status for finding in first.findings] == [Status.NEW]


def test_rule_about_series_sees_what_is_mended_and_by_which_patch() -> None:
    def tell(sight: SeriesSight) -> Iterable[Placed]:
        for part, finding, by in sight.mended:
            said = f"{finding.message}: {by}"
            yield Placed(part, finding.file, Claim(finding.line, finding.line, said, ("told",)))

    clean, faulty = _function("f", "a();"), _function("f", "a();", "bad_one();")
    rules = (_rule(), _about_more(check_series=tell))
    first, second = _series(clean, faulty, clean, rules=rules).patches
    assert [(f.message, f.line) for f in first.findings] == [("bad_one() is called: 2", 4)]
    assert [f.status for f in second.findings] == [Status.FIXED]


def test_fault_stays_with_the_patch_that_brought_it_in() -> None:
    states = (
        _function("f", "a();"),
        _function("f", "a();", "bad_one();"),
        _function("f", "a();", "c();", "bad_one();"),
    )
    first, second = _series(*states).patches
    assert [finding.status for finding in first.findings] == [Status.NEW]
    assert [finding.status for finding in second.findings] == [Status.PRE_EXISTING]
    assert first.findings[0].fingerprint == second.findings[0].fingerprint


def test_later_patch_sees_the_files_that_earlier_ones_left() -> None:
    seen: list[list[str]] = []

    def look(sight: Sight) -> Iterable[Claim]:
        if sight.side.name == "after":
            seen.append([name for file in sight.side.earlier.values() for name in file.names])
        return ()

    one = _images((_function("f"), _function("f", "a();") + _function("helper", "b();")))
    (file,) = file_diffs(_diff(_function("g"), _function("g", "helper();"), "drivers/bar.c"))
    two = PatchImages(_patch("", 2), (Images(file),), Context.DIFF)
    series = Series("0@example.org", "s", AUTHOR, 1, (one.patch, two.patch), 2)
    review_series(series, (one, two), (_rule(look),), Facts(), "digest")
    assert seen[-1] == ["f", "helper"]


def test_same_input_gives_the_same_review() -> None:
    states = (_function("f"), _function("f", "bad_one();", "bad_two();", "bad_one();"))
    assert _series(*states) == _series(*states)


def _about_more(**checks: object) -> LoadedRule:
    """A rule that looks at something else than functions."""
    rule = Rule("t", "api", Severity.LOW, Confidence.HIGH, Need.DIFF, "s", **checks)  # type: ignore[arg-type]
    return LoadedRule("more", rule, Path("nowhere"))


def _tables_of(sight: FileSight) -> Iterable[Claim]:
    for table in sight.tables(frozenset({"lamp_id"})):
        yield Claim(table.line, table.line, table.name, (table.name,))


def test_a_file_is_compared_as_a_function_is() -> None:
    rest = _function("f", "step();")
    lamps = "struct lamp_id lamps[] = {\n\tA,\n};\n\n"
    images = _images((lamps + rest, lamps.replace("A", "B") + rest.replace("step", "stop")))
    look = _about_more(check_file=_tables_of)
    (found,) = _review(images, look).findings
    assert (found.file, found.function, found.line, found.status) == (
        FOO,
        "",
        1,
        Status.PRE_EXISTING,
    )
    (found,) = _review(_images((rest, rest + lamps)), look).findings
    assert (found.line, found.status) == (7, Status.NEW)
    (found,) = _review(_images((lamps + rest, rest)), look).findings
    assert found.status is Status.FIXED


def test_a_table_that_the_patch_has_nothing_to_do_with_is_not_told_of() -> None:
    lamps = "struct lamp_id lamps[] = {\n\tA,\n};\n\n"
    images = _images((lamps + _function("f"), lamps + _function("f", "step();")))
    assert _review(images, _about_more(check_file=_tables_of)).findings == ()


def test_a_rule_about_files_is_skipped_where_it_needs_the_whole_file() -> None:
    rule = Rule("t", "api", Severity.LOW, Confidence.HIGH, Need.FILE, "s", check_file=_tables_of)
    lamps = "struct lamp_id lamps[] = {\n\tA,\n};\n"
    loaded = LoadedRule("more", rule, Path("nowhere"))
    images = (_function("f"), _function("f") + lamps)
    assert _review(_images(images, tree=False), loaded).findings == ()
    assert len(_review(_images(images), loaded).findings) == 1


def _titles(sight: PatchSight) -> Iterable[Claim]:
    yield Claim(3, 3, sight.message.body[0], ("same",))


def test_a_place_in_the_commit_message_has_no_file_and_is_always_new() -> None:
    images = _images(("a\n", "b\n"))
    images = replace(images, patch=replace(images.patch, message="text"))
    (found,) = _review(images, _about_more(check_patch=_titles)).findings
    assert (found.file, found.function, found.line, found.diff_line) == ("", "", 3, None)
    assert (found.message, found.status) == ("text", Status.NEW)


def _pair(*subjects: str) -> tuple[Series, list[PatchImages]]:
    images = [_images(("a\n", "b\n"), part=part) for part in range(1, len(subjects) + 1)]
    images = [
        replace(each, patch=replace(each.patch, mail=replace(each.patch.mail, subject=subject)))
        for each, subject in zip(images, subjects, strict=True)
    ]
    patches = tuple(each.patch for each in images)
    return Series("0@example.org", "s", AUTHOR, 1, patches, len(patches)), images


def test_the_same_fault_in_two_messages_is_two() -> None:
    look = _about_more(check_patch=_titles)
    prints = []
    for tag in ("[PATCH", "[PATCH v2"):
        series, images = _pair(f"{tag} 1/2] a: one", f"{tag} 2/2] a: two")
        review = review_series(series, images, (look,), Facts(), "digest")
        assert [[f.status for f in patch.findings] for patch in review.patches] == [
            [Status.NEW],
            [Status.NEW],
        ]
        prints.append([f.fingerprint for patch in review.patches for f in patch.findings])
    assert prints[0] == prints[1]
    assert len(set(prints[0])) == 2


def _second_of(sight: SeriesSight) -> Iterable[Placed]:
    yield Placed(2, FOO, Claim(1, 1, f"{len(sight.patches)} patches", ("series",)))


def test_what_is_claimed_of_a_series_stands_at_its_patch() -> None:
    look = _about_more(check_series=_second_of)
    series, images = _pair("[PATCH 1/2] a: one", "[PATCH 2/2] a: two")
    review = review_series(series, images, (look, _about_more(check_patch=_titles)), Facts(), "")
    assert [f.message for f in review.patches[0].findings] == [""]
    assert [(f.file, f.message, f.diff_line) for f in review.patches[1].findings] == [
        ("", "", None),
        (FOO, "2 patches", 6),
    ]
    lone = replace(series, expected=3, missing=(3,))
    assert not review_series(lone, images, (look,), Facts(), "").has_news
    assert not review_series(*_pair("[PATCH] a: one"), (look,), Facts(), "").has_news


def test_a_rule_that_raises_on_more_than_a_function_is_named() -> None:
    def broken(sight: object) -> Iterable[Claim]:
        raise ValueError("no")

    look = _about_more(check_file=broken, check_patch=broken, check_series=broken)
    series, images = _pair("[PATCH 1/2] a: one", "[PATCH 2/2] a: two")
    first, second = review_series(series, images, (look,), Facts(), "").patches
    assert [failure.partition(":")[0] for failure in first.failures] == [
        f"more failed on {FOO}",
        "more failed on the commit message",
        "more failed on the series",
    ]
    assert len(second.failures) == 2
