"""What the name of an unknown function tells."""

from __future__ import annotations

import pytest

from reviewbot.csource.names import only_tells


@pytest.mark.parametrize(
    ("name", "tells"),
    [
        ("dev_err_probe", True),
        ("pr_info", True),
        ("brisk_dbg", True),
        ("seq_printf", True),
        ("PTR_ERR_OR_ZERO", True),
        ("WARN_ON_ONCE", True),
        ("brisk_start", False),
        ("devm_kzalloc", False),
        ("put_device", False),
        ("ERR_PTR", False),
    ],
)
def test_what_only_tells(name: str, tells: bool) -> None:
    assert only_tells(name) is tells
