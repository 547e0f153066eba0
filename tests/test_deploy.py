"""What is installed is pinned with hashes, from no address; the scripts are sound."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from reviewbot.config import Settings, load_settings
from reviewbot.config.lists import EVERY_LIST, ListPolicy

PINS = ("requirements.txt", "requirements-test.txt")


def pins(project: Path, name: str) -> dict[str, str]:
    """Each requirement's version, by name; every line of the file must fit."""
    text = (project / "deploy" / name).read_text().replace("\\\n", " ")
    form = r"(?P<name>[a-z0-9-]+)==(?P<version>[\w.]+)( ; [^-]+)?( +--hash=sha256:[0-9a-f]{64})+"
    found = [re.fullmatch(form, line.rstrip()) for line in text.splitlines() if line.strip()]
    assert found and all(found), f"deploy/{name} has a line that is no pin with hashes"
    return {pin["name"]: pin["version"] for pin in found if pin}


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=[]", requirement)[0] for requirement in requirements}


def test_every_dependency_is_pinned(project: Path) -> None:
    given = tomllib.loads((project / "pyproject.toml").read_text())
    run, test = (pins(project, name) for name in PINS)
    needed = names(given["project"]["dependencies"] + given["build-system"]["requires"])
    assert needed <= run.keys()
    assert names(given["project"]["optional-dependencies"]["test"]) <= test.keys()


def test_the_tests_run_with_what_is_deployed(project: Path) -> None:
    run, test = (pins(project, name) for name in PINS)
    assert {name: test.get(name) for name in run} == run


@pytest.mark.parametrize(
    "script", ["deploy/run.sh", "deploy/venv.sh", "deploy/pin.sh", "tests/run.sh", ".ci/run"]
)
def test_scripts_parse(project: Path, script: str) -> None:
    done = subprocess.run(["bash", "-n", project / script], capture_output=True, check=False)
    assert done.stderr == b""


SAME = """
set -euo pipefail
. deploy/venv.sh
stamp "$1"
echo "# changed" >>"$1"
stamp "$1"
"""


def test_a_changed_pin_makes_the_environment_anew(project: Path, tmp_path: Path) -> None:
    pin = tmp_path / "requirements.txt"
    pin.write_text("typer==1\n")
    done = subprocess.run(
        ["bash", "-c", SAME, "bash", pin], cwd=project, capture_output=True, text=True, check=True
    )
    before, place, after, same_place = done.stdout.splitlines()
    assert before != after
    assert place == same_place == str(project)


def test_the_example_configuration_names_every_setting_with_its_default(project: Path) -> None:
    text = (project / "deploy" / "reviewbot.toml").read_text()
    shown = tomllib.loads(text)
    policy = shown.pop("lists")[EVERY_LIST]
    ours = asdict(Settings())
    del ours["lists"]
    left_out = {("cache_dir",), ("service", "database")}  # where they lie depends on the user
    assert flat(shown) == {
        place: value for place, value in flat(ours).items() if place not in left_out
    }
    assert flat(policy) == flat(asdict(ListPolicy()))
    for place in left_out:
        assert re.search(rf"^#{place[-1]} = ", text, re.MULTILINE)


def test_the_example_configuration_loads(project: Path) -> None:
    settings = load_settings(project / "deploy" / "reviewbot.toml", {})
    assert settings.policy("any@lists.example") == ListPolicy()


UNITS = ("reviewbot.service", "reviewbot-worker@.service", "reviewbot-watch@.service")
MOST_EXPOSED = 25  # tenths; systemd calls less than that "OK"


@pytest.mark.parametrize("unit", UNITS)
def test_the_units_are_hardened(project: Path, tmp_path: Path, unit: str) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed: tests/debian-packages.txt lists what to add")
    place = tmp_path / unit.replace("@", "@1")
    place.write_text((project / "deploy" / "systemd" / unit).read_text())
    asked = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}"]
    done = subprocess.run([*asked, place], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


@pytest.mark.parametrize("unit", UNITS)
def test_the_units_start_commands_that_there_are(project: Path, unit: str) -> None:
    text = (project / "deploy" / "systemd" / unit).read_text()
    started = re.findall(r"^ExecStart(?:Pre)?=/opt/reviewbot/.venv/bin/reviewbot (.+)$", text, re.M)
    assert started
    for line in started:
        words = line.replace("%i", "wimble").split()
        done = subprocess.run(
            [sys.executable, "-m", "reviewbot", *words, "--help"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"Usage: reviewbot {words[0]} ")


def test_every_unit_is_named_here(project: Path) -> None:
    assert {path.name for path in (project / "deploy" / "systemd").iterdir()} == set(UNITS)


def flat(values: dict[str, Any], *place: str) -> dict[tuple[str, ...], object]:
    """Each value by the keys that lead to it, as TOML has it."""
    found: dict[tuple[str, ...], object] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            found |= flat(value, *place, key)
        else:
            found[(*place, key)] = list(value) if isinstance(value, tuple) else value
    return found
