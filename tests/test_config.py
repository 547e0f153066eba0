"""Where settings come from, which of them wins, and what is refused."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from reviewbot.config import Settings, load_settings
from reviewbot.errors import BadSetting
from reviewbot.model import Confidence, Severity


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text('archive = "https://file.example.org/all"\nmin_severity = "medium"\n')
    return path


def test_nothing_set_gives_the_public_archive_and_shows_all() -> None:
    settings = load_settings(environ={})
    assert settings == Settings()
    assert settings.archive == "https://lore.kernel.org/all"
    assert (settings.min_severity, settings.min_confidence) == (Severity.LOW, Confidence.LOW)


def test_a_variable_beats_the_file_and_a_flag_beats_both(file: Path) -> None:
    environ = {
        "REVIEWBOT_ARCHIVE": "https://variable.example.org/all",
        "REVIEWBOT_MIN_SEVERITY": "high",
        "REVIEWBOT_CACHE_DIR": "/var/cache/reviews",
    }
    settings = load_settings(file, environ, archive="https://flag.example.org/all", contact=None)
    assert settings.archive == "https://flag.example.org/all"
    assert settings.min_severity is Severity.HIGH
    assert settings.cache_dir == Path("/var/cache/reviews")
    assert load_settings(file, {}).archive == "https://file.example.org/all"


def test_the_file_may_be_named_by_a_variable_or_lie_in_the_xdg_folder(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings(environ={"REVIEWBOT_CONFIG": str(file)}).min_severity is Severity.MEDIUM
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "reviewbot").mkdir()
    file.rename(tmp_path / "reviewbot" / "config.toml")
    assert load_settings(environ={}).min_severity is Severity.MEDIUM


def test_an_empty_variable_counts_as_unset() -> None:
    assert load_settings(environ={"REVIEWBOT_ARCHIVE": ""}) == Settings()


def test_what_other_parts_read_is_no_setting() -> None:
    assert load_settings(environ={"REVIEWBOT_DEBUG": "1", "REVIEWBOT_CORPUS": "x"}) == Settings()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('archiv = "https://example.org"', "archiv: no such setting"),
        ("archive = 3", "archive: '3' will not do"),
        ('archive = "lore"', "archive: 'lore' is no http"),
        ('min_confidence = "sure"', "min_confidence: 'sure' will not do"),
        ("archive", "is not TOML"),
    ],
)
def test_a_wrong_file_is_refused_by_key(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(BadSetting, match=named) as caught:
        load_settings(path, {})
    assert "\n" not in str(caught.value)


def test_a_wrong_variable_is_refused_by_its_own_name() -> None:
    with pytest.raises(BadSetting, match=r"^REVIEWBOT_ARCHIV: no such setting"):
        load_settings(environ={"REVIEWBOT_ARCHIV": "https://example.org"})
    with pytest.raises(BadSetting, match=r"^REVIEWBOT_MIN_SEVERITY: 'bad' will not do"):
        load_settings(environ={"REVIEWBOT_MIN_SEVERITY": "bad"})


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="cannot be read"):
        load_settings(tmp_path / "none.toml", {})


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().archive = "https://example.org"  # type: ignore[misc]


def test_a_part_of_the_service_is_a_table_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    secret = tmp_path / "secret"
    secret.write_text("whsec_abc\n")
    file.write_text(
        f'[service]\nhook_secrets = ["file:{secret}"]\n'
        '[lists."linux-wimble@lists.example"]\nmuted = false\nwrite_to = ["author", "list"]\n'
    )
    settings = load_settings(file, {})
    assert settings.service.hook_secrets == ("whsec_abc",)
    policy = settings.policy("Linux-Wimble@lists.example")
    assert (policy.muted, [str(one) for one in policy.write_to]) == (False, ["author", "list"])
    assert settings.policy("other@lists.example").muted
    assert settings.list_among(("ada@x.example", "LINUX-wimble@lists.example")) == (
        "linux-wimble@lists.example"
    )


def test_variables_reach_into_the_parts_and_may_be_lists() -> None:
    environ = {
        "REVIEWBOT_SERVICE__LISTEN": "[::1]:99",
        "REVIEWBOT_SERVICE__HOOK_SECRETS": '["a", "b"]',
    }
    service = load_settings(environ=environ).service
    assert (service.host, service.port, service.hook_secrets) == ("::1", 99, ("a", "b"))


@pytest.mark.parametrize(
    ("environ", "complaint"),
    [
        ({"SERVICE__HOOK_RAET": "1"}, "REVIEWBOT_SERVICE__HOOK_RAET: no such setting"),
        ({"SERVICE__HOOK_RATE": "x"}, "REVIEWBOT_SERVICE__HOOK_RATE: 'x' will not do"),
        ({"SERVICE__DATABASE": "mysql://x"}, "neither sqlite:///PATH nor"),
        ({"SERVICE__LISTEN": "localhost"}, "is not HOST:PORT"),
        ({"OUTBOX__CHANNEL": "smtp"}, "outbox.smtp.host: missing"),
        ({"OUTBOX__SMTP__PASSWORD": "file:/nonexistent/x"}, "/nonexistent/x: named by a setting"),
    ],
)
def test_what_is_wrong_in_a_part_is_named(environ: dict[str, str], complaint: str) -> None:
    with pytest.raises(BadSetting, match=re.escape(complaint)):
        load_settings(environ={f"REVIEWBOT_{name}": value for name, value in environ.items()})


def test_a_secret_that_will_not_do_is_not_shown() -> None:
    with pytest.raises(BadSetting) as refused:
        load_settings(environ={"REVIEWBOT_SERVICE__HOOK_SECRETS": "whsec_abc"})
    assert "whsec_abc" not in str(refused.value)
