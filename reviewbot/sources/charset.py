"""Bytes of a mail to text, whatever the mail calls their charset."""

from __future__ import annotations

import codecs
import re

# What mailers write, and what they mean: the larger set of the same family.
_MEANT = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "windows-1252",
    "latin-1": "windows-1252",
    "latin1": "windows-1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-8-i": "iso-8859-8",
}
_NUMBERED = re.compile(r"(?:x-)?(?:cp|windows|win|ibm|dos)[-_]?(\d{3,4})")
# Codecs of Python that are no charsets of mail, or that change line ends.
_REFUSED = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})


def decode(raw: bytes, charset: str = "") -> str:
    """The text of `raw`; never fails.

    A charset that Python does not know ("y", "unknown-8bit", "x-unknown") is guessed: UTF-8
    line by line, and Windows-1252 for the lines that are not. The same guess serves where
    the stated charset does not fit, for git sends a file's own bytes under any label.
    """
    codec = _codec(charset)
    if codec not in ("", "utf-8"):
        try:
            return raw.decode(codec)
        except (UnicodeDecodeError, ValueError):
            pass
    return _guess(raw)


def _codec(charset: str) -> str:
    name = charset.strip().strip("\"'").lower()
    name = _MEANT.get(name, name)
    numbered = _NUMBERED.fullmatch(name)
    for one in (name, f"cp{numbered[1]}" if numbered else ""):
        try:
            info = codecs.lookup(one)
        except (LookupError, ValueError):
            continue
        if one and info.name not in _REFUSED and info._is_text_encoding:
            return info.name
    return ""


def _guess(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return "\n".join(_guess_line(line) for line in raw.split(b"\n"))


def _guess_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("windows-1252", errors="replace")
