"""Failures that a function hides: exits that return 0, and verdicts that nothing reads."""

from __future__ import annotations

import pytest

from reviewbot.csource.codes import Proof, lost_codes, returns_code, says_failure
from reviewbot.csource.factfile import load_facts
from reviewbot.csource.parse import parse_file
from reviewbot.csource.sight import Side, Sight
from reviewbot.csource.stores import unread_stores
from reviewbot.resources import rules_dir

FACTS = load_facts(rules_dir() / "facts")
TAIL = "ret = g(lumo);\nif (ret)\ngoto err;\nreturn 0;\nerr:\nundo(lumo);\nreturn ret;"


def _sight(body: str, returns: str = "int") -> Sight:
    text = f"static {returns} probe(struct lumo *lumo, int n)\n{{\n{body}\n}}\n".encode()
    file = parse_file("lumo.c", text)
    function = file.functions()[0]
    return Sight(function, file, Side("after", {"lumo.c": file}), frozenset(), FACTS)


def _failing(test: str) -> str:
    return f"int ret;\nchar *p;\nret = f(lumo);\nif (ret)\nreturn ret;\n{test}\n{TAIL}"


@pytest.mark.parametrize(
    ("test", "proof"),
    [
        ("p = h(lumo);\nif (!p)\ngoto err;", Proof.NULL),
        ("p = h(lumo);\nif (IS_ERR(p))\ngoto err;", Proof.ERROR),
        ("n = h(lumo);\nif (n < 0)\ngoto err;", Proof.ERROR),
        ("if (lumo_register(lumo))\ngoto err;", Proof.CALL),
        ('if (lumo->a) {\ndev_err(lumo->dev, "no\\n");\ngoto err;\n}', Proof.TOLD),
        ("if (n > LUMO_MAX)\ngoto err;", Proof.BOUND),
    ],
)
def test_a_failure_that_leaves_with_the_last_success_is_lost(test: str, proof: Proof) -> None:
    lost = list(lost_codes(_sight(_failing(test))))
    assert [(one.proof, one.unwinds) for one in lost] == [(proof, True)]


@pytest.mark.parametrize(
    "test",
    [
        "p = h(lumo);\nif (!p) {\nret = -ENOMEM;\ngoto err;\n}",
        "if (lumo_is_ready(lumo))\ngoto err;",
        "if (lumo->optional)\ngoto err;",
        "ret = h(lumo);\nif (ret)\ngoto err;",
        "if (n == LUMO_DONE)\ngoto err;",
        "if (n & LUMO_DONE)\ngoto err;",
    ],
)
def test_what_is_set_or_only_asked_is_not_lost(test: str) -> None:
    assert list(lost_codes(_sight(_failing(test)))) == []


def test_a_pointer_that_is_returned_elsewhere_is_no_code() -> None:
    body = (
        "struct lumo *p = NULL;\nint ret = -EINVAL;\nif (n > LUMO_MAX)\ngoto out;\nret = -ENOMEM;\n"
        "p = h(lumo);\nif (!p)\ngoto out;\nreturn p;\nout:\nundo(lumo);\nreturn ERR_PTR(ret);"
    )
    assert list(lost_codes(_sight(body, "struct lumo *"))) == []


def test_a_label_that_success_passes_is_told_apart() -> None:
    body = "int ret;\nret = f(lumo);\nif (ret)\ngoto out;\nn = h(lumo);\nif (n < 0)\ngoto out;\n"
    lost = list(lost_codes(_sight(body + "ret = g(lumo);\nout:\nundo(lumo);\nreturn ret;")))
    assert [one.unwinds for one in lost] == [False]


def test_a_label_that_success_jumps_to_is_told_apart() -> None:
    assert [one.unwinds for one in lost_codes(_sight(_failing("if (n < 0)\ngoto err;")))] == [True]
    jumps = TAIL.replace("return 0;", "goto err;")
    sight = _sight(_failing("if (n < 0)\ngoto err;").replace(TAIL, jumps))
    assert [one.unwinds for one in lost_codes(sight)] == [False]


def test_an_assertion_that_is_asked_prints_no_error() -> None:
    body = "int ret;\nret = f(lumo);\nif (ret || WARN_ON(lumo->a))\ngoto out;\nlumo->n = 1;\n"
    assert list(lost_codes(_sight(body + "out:\nreturn ret;"))) == []


def test_the_text_of_a_function_tells_whether_it_says_that_it_failed() -> None:
    others = (
        "static int says(int n)\n{\nint ret = 0;\nif (n)\nret = -EIO;\nreturn ret;\n}\n"
        "static int silent(int n)\n{\nreturn n + 1;\n}\n"
    )
    file = parse_file("lumo.c", f"{others}static int probe(int n)\n{{\nreturn 0;\n}}\n".encode())
    function = file.function("probe")
    assert function is not None
    sight = Sight(function, file, Side("after", {"lumo.c": file}), frozenset(), FACTS)
    assert says_failure(sight, "says")
    assert says_failure(sight, "clk_prepare_enable")
    assert not says_failure(sight, "silent")
    assert not says_failure(sight, "unknown")


def test_an_error_print_with_a_code_of_zero_is_lost() -> None:
    body = "int ret;\nret = f(lumo);\nif (ret)\nreturn ret;\nif (n > 3)\n"
    found = list(
        lost_codes(_sight(body + 'return dev_err_probe(lumo->dev, ret, "n\\n");\nreturn 0;'))
    )
    assert [one.name for one in found] == ["ret"]


@pytest.mark.parametrize(
    ("returns", "code"),
    [("int", True), ("ssize_t", True), ("bool", False), ("void", False), ("u32", False)],
)
def test_only_some_types_hold_an_error_code(returns: str, code: bool) -> None:
    assert returns_code(_sight("return 0;", returns).function) is code


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("int ret;\nif (n)\nret = -EIO;\nreturn n;", ["ret"]),
        ("int ret;\nret = f(lumo);\nreturn 0;", ["ret"]),
        ("int ret;\nret = -EIO;\nret = f(lumo);\nreturn ret;", []),
        ("int ret;\nret = f(lumo);\nreturn ret;", []),
        ("int ret;\nkeep(&ret);\nret = f(lumo);\nreturn 0;", []),
        ("int ret;\nwhile (n) {\nif (ret)\nbreak;\nret = f(lumo);\n}\nreturn 0;", []),
    ],
)
def test_a_store_that_no_path_reads_is_found(body: str, names: list[str]) -> None:
    assert [store.name for store in unread_stores(_sight(body).function)] == names
