"""What cannot be seen, or turns text about, is named."""

from __future__ import annotations

import pytest

from reviewbot.web.visible import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain äöü 日本 👍\n\tok", "plain äöü 日本 👍\n\tok"),
        ("a\u202eb\u2066c", "a⟨U+202E⟩b⟨U+2066⟩c"),
        (
            "nul\0 esc\x1b[31m del\x7f csi\x9b",
            "nul⟨U+0000⟩ esc⟨U+001B⟩[31m del⟨U+007F⟩ csi⟨U+009B⟩",
        ),
        ("no\u200bwidth\ufeff", "no⟨U+200B⟩width⟨U+FEFF⟩"),
        ("line\u2028end\r", "line⟨U+2028⟩end⟨U+000D⟩"),
        ("half \udc80", "half ⟨U+DC80⟩"),
        ("tag \U000e0041", "tag ⟨U+E0041⟩"),
    ],
)
def test_odd_characters_are_named(text: str, shown: str) -> None:
    assert visible(text) == shown
