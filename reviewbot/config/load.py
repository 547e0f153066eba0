"""Reads the settings: defaults, then a TOML file, then REVIEWBOT_* variables, then flags."""

from __future__ import annotations

import dataclasses
import json
import os
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from reviewbot.config.settings import Settings, xdg
from reviewbot.errors import BadSetting

PREFIX = "REVIEWBOT_"
NOT_SETTINGS = frozenset({"CONFIG", "CORPUS", "DEBUG"})
"""Variables with our prefix that other parts read: the file's name, the tests', the traceback."""
PART = "__"
FILE = "file:"
_SECRET = ("secret", "password", "token")

Place = tuple[str, ...]
"""The keys that lead to a setting: ("service", "database")."""


def load_settings(
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    **flags: object,
) -> Settings:
    """The settings of this run; a flag that is None was not given. Raises BadSetting.

    Without `file` REVIEWBOT_CONFIG names the file, else `reviewbot/config.toml` in the XDG
    configuration folder is read where it is there. A setting of a part is named with two
    underscores in a variable: REVIEWBOT_SERVICE__DATABASE. Text that begins with `file:` stands
    for what that file holds, so that secrets need not be in the settings themselves.
    """
    environ = os.environ if environ is None else environ
    path = file or _default_file(environ)
    given = {name: value for name, value in flags.items() if value is not None}
    variables = _variables(environ)
    if path is None and not variables:
        return dataclasses.replace(Settings(), **given)  # type: ignore[arg-type]
    values = _read(path) if path else {}
    for place, value in variables.items():
        _put(values, place, value)
    return _validated({**values, **given}, variables, path)


def _default_file(environ: Mapping[str, str]) -> Path | None:
    if named := environ.get(f"{PREFIX}CONFIG"):
        return Path(named)
    path = xdg("XDG_CONFIG_HOME", ".config") / "config.toml"
    return path if path.is_file() else None


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSetting(f"{path}: cannot be read: {error.strerror}; name another file") from error
    except ValueError as error:  # TOML and UTF-8 errors are both
        raise BadSetting(f"{path}: is not TOML: {error}; mend the file") from error


def _variables(environ: Mapping[str, str]) -> dict[Place, object]:
    """The settings among the variables, by place; an empty variable counts as unset."""
    ours = {
        name.removeprefix(PREFIX): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and value
    }
    return {
        tuple(key.lower().split(PART)): _several(value)
        for key, value in ours.items()
        if key not in NOT_SETTINGS
    }


def _several(value: str) -> object:
    """A variable with several values is a JSON list."""
    if not value.startswith("["):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _put(values: dict[str, object], place: Place, value: object) -> None:
    *parts, last = place
    inner = values
    for part in parts:
        found = inner.setdefault(part, {})
        if not isinstance(found, dict):
            found = inner[part] = {}
        inner = found
    inner[last] = value


def _validated(
    values: Mapping[str, object], variables: Collection[Place], file: Path | None
) -> Settings:
    """pydantic takes 0.1 s to import, and most runs have no settings of their own."""
    for key in sorted(values.keys() - set(_KEYS)):
        where = _origin((key,), variables, file)
        raise BadSetting(f"{where}: no such setting; take one of {', '.join(_KEYS)}")

    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Settings).validate_python(_with_files(values))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = _origin(tuple(str(part) for part in first["loc"]), variables, file)
        raise BadSetting(f"{where}: {_problem(first)}") from error


def _with_files(value: object) -> object:
    match value:
        case dict():
            return {key: _with_files(inner) for key, inner in value.items()}
        case list():
            return [_with_files(inner) for inner in value]
        case str() if value.startswith(FILE):
            return _read_secret(Path(os.path.expandvars(value.removeprefix(FILE))))
        case _:
            return value


def _read_secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise BadSetting(f"{path}: named by a setting, but cannot be read: {error}") from error


def _problem(error: Mapping[str, Any]) -> str:
    if error["type"] == "unexpected_keyword_argument":
        return "no such setting; deploy/reviewbot.toml lists them all"
    if any(word in str(error["loc"]) for word in _SECRET):
        return f"the value will not do: {_lower(error['msg'])}"
    return f"'{error['input']}' will not do: {_lower(error['msg'])}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _origin(place: Place, variables: Collection[Place], file: Path | None) -> str:
    for length in range(len(place), 0, -1):
        if place[:length] in variables:
            return PREFIX + PART.join(place[:length]).upper()
    return f"{file}: {'.'.join(place)}"


_KEYS = tuple(field.name for field in dataclasses.fields(Settings))
