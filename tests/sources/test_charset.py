"""Whatever charset a mail names, its text is read."""

from __future__ import annotations

import pytest

from reviewbot.sources.charset import decode


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        ("Привет", "koi8-r", "KOI8-R"),
        ("中文补丁", "gb18030", "gb2312"),
        ("中文補丁", "big5", '"Big5"'),
        ("日本語", "iso-2022-jp", "ISO-2022-JP"),
        ("한국어", "cp949", "ks_c_5601-1987"),
        ("Grüße – “x”", "cp1252", "iso-8859-1"),
        ("Grüße", "cp1252", "windows-1252"),
        ("Żółć", "cp1250", "Windows-1250"),
        ("Grüße", "cp850", "cp-850"),
        ("Grüße", "utf-8", "unknown-8bit"),
        ("Grüße", "cp1252", "x-unknown"),
        ("Grüße", "utf-8", "y"),
        ("Grüße", "utf-8", "us-ascii"),
        ("Grüße", "utf-8", ""),
    ],
)
def test_text_is_read(text: str, codec: str, name: str) -> None:
    assert decode(text.encode(codec), name) == text


def test_a_file_in_another_charset_keeps_its_lines() -> None:
    raw = "+Ünïcode\n".encode() + "+/* Müller */\n".encode("latin-1")
    assert decode(raw, "utf-8") == "+Ünïcode\n+/* Müller */\n"


@pytest.mark.parametrize("name", ["base64", "rot13", "idna", "unicode_escape", "\0", "a" * 500])
def test_codecs_that_are_no_charsets_do_not_run(name: str) -> None:
    assert decode(b"+\\n x\n", name) == "+\\n x\n"
