"""What a tree says as a whole, and when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewbot.trees.directory import Directory
from reviewbot.trees.index import TreeIndex

ROOT = """\
mainmenu "Invented"
source "lamps/Kconfig"
source "arch/$(SRCARCH)/Kconfig"
source scripts/extra.include
"""


@pytest.fixture
def index(tmp_path: Path) -> TreeIndex:
    files = {
        "Kconfig": ROOT,
        "lamps/Kconfig": "menuconfig LAMPS\n\tbool\nconfig\tLAMP_OIL\n\thelp\n\t  config of x\n",
        "arch/one/Kconfig": "config OIL\n",
        "arch/two/Kconfig": "if X\n  config OIL\nendif\n# config GAS\n",
        "include/lamp.h": "int lamp_light(void);\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return TreeIndex(Directory(tmp_path))


@pytest.mark.parametrize(
    ("symbol", "count"), [("LAMPS", 1), ("LAMP_OIL", 1), ("OIL", 2), ("GAS", 0), ("LAMP", 0)]
)
def test_how_often_a_symbol_is_defined(index: TreeIndex, symbol: str, count: int) -> None:
    assert index.configs(symbol) == count


def test_a_tree_without_all_of_its_kconfig_says_nothing(index: TreeIndex, tmp_path: Path) -> None:
    (tmp_path / "lamps/Kconfig").unlink()
    assert index.configs("OIL") is None


def test_a_folder_with_some_files_of_a_kernel_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "Kconfig").write_text("config OIL\n")
    assert TreeIndex(Directory(tmp_path)).configs("OIL") is None
    (tmp_path / "Kconfig").unlink()
    assert TreeIndex(Directory(tmp_path)).configs("OIL") is None


def test_a_word_of_a_file(index: TreeIndex) -> None:
    assert index.mentions("include/lamp.h", "lamp_light") is True
    assert index.mentions("include/lamp.h", "lamp") is False
    assert index.mentions("include/oil.h", "lamp") is None


def test_the_text_of_a_function(tmp_path: Path) -> None:
    text = """struct lamp *lamp_clone(struct lamp *from, gfp_t gfp);

/* lamp_clone() { is told of here } */
struct lamp *lamp_clone(struct lamp *from,
			gfp_t gfp)
{
	if (!from)
		return NULL;
	return lamp_copy(from, gfp);
}

static void lamp_off(struct lamp *lamp)
{
}
"""
    (tmp_path / "lamps").mkdir()
    (tmp_path / "lamps/lamp.c").write_text(text)
    index = TreeIndex(Directory(tmp_path))
    found = index.definition("lamps/lamp.c", "lamp_clone")
    assert found is not None
    assert found.startswith(b"struct lamp *lamp_clone(struct lamp *from,\n")
    assert found.endswith(b"return lamp_copy(from, gfp);\n}")
    assert index.definition("lamps/lamp.c", "lamp_copy") is None
    assert index.definition("lamps/oil.c", "lamp_clone") is None
