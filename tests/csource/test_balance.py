"""Whether a file leaves a count raised, and who lowers one that it does not."""

from __future__ import annotations

import pytest

from reviewbot.csource.balance import kept_for_good, kept_somewhere, unraised
from tests.csource.sights import sight

COUNT = "runtime-pm"
REMOVE = """
static void f(struct brisk *p)
{
	pm_runtime_put_sync(p->dev);
}
"""
READ = """
static int brisk_read(struct brisk *p)
{
	int ret;

	ret = pm_runtime_resume_and_get(p->dev);
	if (ret)
		%s
	ret = brisk_fetch(p);
out:
	%s
	return ret;
}
"""


def lowered(text: str) -> list[str]:
    seen = sight(text + REMOVE)
    return [each.call.name for each in unraised(seen, seen.function, [COUNT])]


@pytest.mark.parametrize(
    "text",
    [
        READ % ("return ret;", "pm_runtime_put(p->dev);"),
        READ % ("goto out;", "pm_runtime_put(p->dev);"),
        # A helper that keeps it for callers which all give it back.
        "static void brisk_up(struct brisk *p)\n{\n\tpm_runtime_get_sync(p->dev);\n}\n"
        "static int brisk_read(struct brisk *p)\n{\n\tint ret;\n\n\tbrisk_up(p);\n"
        "\tret = brisk_fetch(p);\n\tpm_runtime_put(p->dev);\n\treturn ret;\n}\n",
        # Only a way that fails keeps it, and that is another fault.
        "static int brisk_read(struct brisk *p)\n{\n\tpm_runtime_get_sync(p->dev);\n"
        "\tif (p->gone)\n\t\treturn -ENODEV;\n\tpm_runtime_put(p->dev);\n\treturn 0;\n}\n",
        # So it is where the end of a scope passes by the declaration that took it.
        "static struct device *brisk_up(struct brisk *p)\n{\n\tpm_runtime_get_sync(p->dev);\n"
        "\treturn p->dev;\n}\nstatic int brisk_read(struct brisk *p)\n{\n"
        "\tstruct device *dev __free(put_device) = brisk_up(p);\n\n"
        "\tif (p->gone)\n\t\treturn -ENODEV;\n\tpm_runtime_put(dev);\n\treturn 0;\n}\n",
    ],
)
def test_nothing_keeps_what_is_given_back(text: str) -> None:
    assert lowered(text) == ["pm_runtime_put_sync"]


@pytest.mark.parametrize(
    "text",
    [
        READ % ("return ret;", "p->used++;"),
        READ % ("return ret;", "if (p->idle)\n\t\tpm_runtime_put(p->dev);"),
        # Two are taken, and one is given back.
        READ % ("return ret;", "pm_runtime_get_noresume(p->dev);\n\tpm_runtime_put(p->dev);"),
        # A helper that is handed over: nobody here knows who calls it.
        "static void brisk_up(struct brisk *p)\n{\n\tpm_runtime_get_sync(p->dev);\n}\n"
        "static const struct brisk_ops ops = { .up = brisk_up };\n",
        # One caller keeps what the helper has taken.
        "static void brisk_up(struct brisk *p)\n{\n\tpm_runtime_get_sync(p->dev);\n}\n"
        "static int brisk_open(struct brisk *p)\n{\n\tbrisk_up(p);\n\treturn 0;\n}\n",
    ],
)
def test_something_keeps_it(text: str) -> None:
    assert lowered(text) == []
    assert kept_somewhere(sight(text + REMOVE), COUNT)


def test_a_file_that_takes_none_lowers_what_another_has_raised() -> None:
    assert lowered("") == []
    assert not kept_somewhere(sight(REMOVE), COUNT)


def test_a_function_that_takes_it_as_well() -> None:
    text = READ % ("return ret;", "pm_runtime_put(p->dev);")
    both = REMOVE.replace("{\n", "{\n\tpm_runtime_get_sync(p->dev);\n")
    seen = sight(text + both)
    assert not any(unraised(seen, seen.function, [COUNT]))


def test_a_helper_takes_what_the_function_gives_back() -> None:
    up = "static void brisk_up(struct brisk *p)\n{\n\tpm_runtime_get_sync(p->dev);\n}\n"
    seen = sight(up + REMOVE.replace("{\n", "{\n\tbrisk_up(p);\n"))
    assert not kept_somewhere(seen, COUNT)
    assert not any(unraised(seen, seen.function, [COUNT]))


PROBE = "static int f(struct brisk *p)\n{\n\tpm_runtime_get_sync(p->dev);\n\t%s\n\treturn 0;\n}\n"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (PROBE % "brisk_start(p);", True),
        # This one lowers what it has raised itself.
        (PROBE % "brisk_start(p);" + READ % ("return ret;", "pm_runtime_put(p->dev);"), True),
        (PROBE % "brisk_start(p);" + REMOVE.replace(" f(", " brisk_remove("), False),
        (PROBE % "pm_runtime_put(p->dev);", False),
        (PROBE % "if (p->idle)\n\t\tpm_runtime_put(p->dev);", True),
        # By another name it may well be the same device.
        (PROBE % "pm_runtime_put(&p->pdev->dev);", False),
    ],
)
def test_a_count_that_is_kept_for_good(text: str, kept: bool) -> None:
    assert (kept_for_good(sight(text), COUNT) is not None) is kept
