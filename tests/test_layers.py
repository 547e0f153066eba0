"""The layers are a contract: imports run downward, and each library has one room.

    cli -> web | jobs | watch -> intake, batch, cases
      -> pipeline
      -> outbox, store, mail, history, report
      -> review (with asking, compare, touched)
      -> registry -> rule (with telling, teller, remedy, claim), reader, patchsight -> csource
      -> around -> trees, diff, sources
      -> config, errors, logs, model, message, resources, spacing

Imports inside functions and for the type checker count like any other.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

LAYERS = (
    ("cli",),
    ("web", "jobs", "watch"),
    ("intake", "batch", "cases"),
    ("pipeline",),
    ("outbox", "store", "mail", "history", "report"),
    ("review",),
    ("asking",),
    ("compare", "touched"),
    ("registry",),
    ("rule",),
    ("telling",),
    ("teller",),
    ("remedy",),
    ("claim",),
    ("reader",),
    ("patchsight",),
    ("csource",),
    ("around",),
    ("trees", "sources"),
    ("diff", "message"),
    ("diffheader",),
    ("config", "resources", "logs", "spacing"),
    ("model", "errors"),
)
RANK = {room: rank for rank, layer in enumerate(LAYERS) for room in layer}

LIBRARIES = {
    "alembic": ("store",),
    "b4": ("sources",),
    "dbos": ("jobs",),
    "fastapi": ("web",),
    "httpx": ("trees", "sources", "watch", "outbox", "cli/notify.py", "cli/watch.py"),
    "jinja2": ("mail", "web/pages.py"),
    "liblore": ("sources",),
    "markdown_it": ("web/markdown.py",),
    "markupsafe": ("web",),
    "prometheus_client": ("web/metrics.py",),
    "pydantic": ("config", "web"),
    "pygit2": ("trees",),
    "pygments": ("web/colour.py",),
    "requests": ("sources",),
    "standardwebhooks": ("web/signature.py",),
    "sqlalchemy": ("store", "jobs/queue.py"),
    "starlette": ("web",),
    "tree_sitter": ("csource",),
    "tree_sitter_c": ("csource",),
    "typer": ("cli",),
    "unidiff": ("diff.py",),
    "urllib3": ("sources",),
    "uvicorn": ("web/server.py",),
}
"""Who may import what is not of the standard library: rooms or files below reviewbot/."""


def modules(folder: str) -> list[Path]:
    found = sorted((PROJECT / folder).rglob("*.py"))
    assert found, f"no modules in {folder}/: has it moved?"
    return found


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of all that a module imports, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: write imports in full"
            yield node.lineno, str(node.module)
            if node.module == "reviewbot":
                yield from ((node.lineno, f"reviewbot.{alias.name}") for alias in node.names)


def room_of(path: Path) -> str:
    """`reviewbot/mail/quote.py` is of `mail`, `reviewbot/diff.py` of `diff`."""
    return path.relative_to(PROJECT / "reviewbot").with_suffix("").parts[0]


def outside(name: str) -> bool:
    return name.split(".")[0] not in {*sys.stdlib_module_names, "reviewbot"}


def breaches(path: Path) -> Iterator[str]:
    here = room_of(path)
    for line, name in imports(path):
        there = name.removeprefix("reviewbot.").split(".")[0]
        if not name.startswith("reviewbot.") or there not in RANK or there == here:
            continue
        if RANK[here] >= RANK[there]:  # nor do rooms of one layer know each other
            yield f"{path.relative_to(PROJECT)}:{line}: {here} must not import {there}"


def strangers(path: Path) -> Iterator[str]:
    place = path.relative_to(PROJECT / "reviewbot").as_posix()
    for line, name in imports(path):
        library = name.split(".")[0]
        allowed = LIBRARIES.get(library, ())
        if outside(name) and not any(
            place == one or place.startswith(f"{one}/") for one in allowed
        ):
            yield f"reviewbot/{place}:{line}: must not import {library}"


def test_every_module_has_a_layer() -> None:
    rooms = {room_of(path) for path in modules("reviewbot")}
    assert rooms - {*RANK, "__init__", "__main__"} == set(), "name their layer in this test"


def test_imports_run_downward() -> None:
    rooms = [path for path in modules("reviewbot") if room_of(path) in RANK]
    assert not [breach for path in rooms for breach in breaches(path)]


def test_each_library_stays_in_its_room() -> None:
    assert not [stranger for path in modules("reviewbot") for stranger in strangers(path)]


def test_a_rule_knows_only_what_rules_may() -> None:
    wrong = [
        f"{path.relative_to(PROJECT)}:{line}: a rule must not import {name}"
        for path in modules("rules")
        for line, name in imports(path)
        if outside(name) or (name.startswith("reviewbot") and not allowed_in_rules(name))
    ]
    assert not wrong


def allowed_in_rules(name: str) -> bool:
    return name == "reviewbot.rule" or name.startswith("reviewbot.rule.")


def test_the_reader_of_imports_sees_them_all(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "import os.path\n"
        "from reviewbot import mail\n"
        "def late():\n    import b4\n    from reviewbot.diff import read_diff\n"
    )
    names = [name for _, name in imports(module)]
    assert names == ["os.path", "reviewbot", "reviewbot.mail", "b4", "reviewbot.diff"]
