"""The settings of one run: defaults, then a TOML file, then REVIEWBOT_* variables, then flags."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from reviewbot.errors import BadSetting
from reviewbot.model import Confidence, Severity

PREFIX = "REVIEWBOT_"
NOT_SETTINGS = frozenset({"CONFIG", "CORPUS", "DEBUG"})
"""Variables with our prefix that other parts read: the file's name, the tests', the traceback."""


def _xdg(variable: str, fallback: str) -> Path:
    """The XDG base directory specification: an empty or relative value counts as unset."""
    value = Path(os.environ.get(variable, ""))
    return (value if value.is_absolute() else Path.home() / fallback) / "reviewbot"


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """All that a user may set; each name is the file's key and, in capitals, the variable's end.

    `archive` is a public-inbox with all lists that may be asked. `contact` goes into the
    User-Agent, so that an archive's keeper can write to a person. `mail_*` say who signs the
    drafts. What is below `min_severity` or `min_confidence` is not reported, and what is below
    `mail_min_confidence` is not drafted.
    """

    archive: str = "https://lore.kernel.org/all"
    cache_dir: Path = dataclasses.field(default_factory=lambda: _xdg("XDG_CACHE_HOME", ".cache"))
    contact: str = ""
    mail_name: str = "reviewbot"
    mail_address: str = "reviewbot@reviewbot.invalid"
    mail_reply_to: str = ""
    min_severity: Severity = Severity.LOW
    min_confidence: Confidence = Confidence.LOW
    mail_min_confidence: Confidence = Confidence.MEDIUM

    def __post_init__(self) -> None:
        if not self.archive.startswith(("https://", "http://")):
            raise BadSetting(f"archive: '{self.archive}' is no http(s) address; give the whole URL")


def load_settings(
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    **flags: object,
) -> Settings:
    """The settings of this run; a flag that is None was not given. Raises BadSetting.

    Without `file` REVIEWBOT_CONFIG names the file, else `reviewbot/config.toml` in the XDG
    configuration folder is read where it is there.
    """
    environ = os.environ if environ is None else environ
    path = file or _default_file(environ)
    given = {name: value for name, value in flags.items() if value is not None}
    variables = _variables(environ)
    if path is None and not variables:
        return dataclasses.replace(Settings(), **given)  # type: ignore[arg-type]
    values = {**(_read(path) if path else {}), **variables, **given}
    return _validated(values, {key: PREFIX + key.upper() for key in variables}, path)


def _default_file(environ: Mapping[str, str]) -> Path | None:
    if named := environ.get(f"{PREFIX}CONFIG"):
        return Path(named)
    path = _xdg("XDG_CONFIG_HOME", ".config") / "config.toml"
    return path if path.is_file() else None


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSetting(f"{path}: cannot be read: {error.strerror}; name another file") from error
    except ValueError as error:  # TOML and UTF-8 errors are both
        raise BadSetting(f"{path}: is not TOML: {error}; mend the file") from error


def _variables(environ: Mapping[str, str]) -> dict[str, str]:
    """The settings among the variables, by key; an empty variable counts as unset."""
    ours = {
        name.removeprefix(PREFIX): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and value
    }
    return {key.lower(): value for key, value in ours.items() if key not in NOT_SETTINGS}


def _validated(
    values: Mapping[str, object], variables: Mapping[str, str], file: Path | None
) -> Settings:
    """`variables` names the variable that a key came from. pydantic takes 0.1 s to import."""
    for key in sorted(values.keys() - {field.name for field in dataclasses.fields(Settings)}):
        raise BadSetting(f"{_origin(key, variables, file)}: no such setting; take one of {_KEYS}")

    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Settings).validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = _origin(str(first["loc"][0]), variables, file)
        problem = first["msg"][:1].lower() + first["msg"][1:]
        raise BadSetting(f"{where}: '{first['input']}' will not do: {problem}") from error


def _origin(key: str, variables: Mapping[str, str], file: Path | None) -> str:
    return variables.get(key) or f"{file}: {key}"


_KEYS = ", ".join(field.name for field in dataclasses.fields(Settings))
