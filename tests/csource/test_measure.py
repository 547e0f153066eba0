"""The script that counts what the front end cannot read runs on any tree and on any mails."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import measure_frontend

TREE = """int good(void)
{
\tlist_for_each_entry(a, b, c)
\t\tuse(a);
}

int bad(void)
{
\tif (x {
}
"""
MAIL = """From: A <a@example.org>
Subject: [PATCH] pump: go

---
diff --git a/pump.c b/pump.c
--- a/pump.c
+++ b/pump.c
@@ -10,3 +10,4 @@ static int pump_go(struct pump *p)
 \tif (p->busy)
 \t\treturn 0;
+\tgo(p);
 \treturn 1;
"""


def run(monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    monkeypatch.setattr(sys, "argv", ["measure_frontend.py", *args])
    return measure_frontend.main()


def test_counts_of_a_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pump.c").write_text(TREE)
    assert run(monkeypatch, str(tmp_path), "--list") == 0
    told = capsys.readouterr().out
    assert "functions, after pre-pass  2, with an error 1 (50.00%)" in told
    assert "pump.c:7 bad" in told


def test_counts_of_mails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.eml").write_text(MAIL)
    assert run(monkeypatch, "--mails", str(tmp_path)) == 0
    told = capsys.readouterr().out
    assert "added statements           1, found 1 (100.00%)" in told
