"""Real patches: 740 fixes and the three versions of the seed series (skipped where missing)."""

from __future__ import annotations

import email
import os
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewbot.model import Context
from reviewbot.trees.git import open_tree
from reviewbot.trees.image import is_blob, patch_images

from .conftest import series
from .test_image import Files

PROJECT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("REVIEWBOT_CORPUS") or PROJECT.parent / "shared" / "corpus")


def need(name: str) -> Path:
    path = CORPUS / name
    if not path.exists():
        pytest.skip(f"the corpus is not here: {path}")
    return path


def diff_of(mail: bytes) -> str:
    payload = email.message_from_bytes(mail).get_payload(decode=True)
    assert isinstance(payload, bytes)
    text = payload.decode().replace("\r\n", "\n")
    return re.split(r"^-- \n", text[text.index("diff --git ") :], flags=re.MULTILINE)[0]


def cases(archive: Path) -> Iterator[tuple[str, dict[str, bytes]]]:
    """The members of each case, which stand together in the archive."""
    name, files = "", dict[str, bytes]()
    with tarfile.open(archive) as tar:
        for member in tar:
            case, _, path = re.sub(r"^(\./)?fixes/", "", member.name).partition("/")
            if case != name and files:
                yield name, files
                files = {}
            name = case
            content = tar.extractfile(member) if member.isfile() else None
            if content is not None:
                files[path] = content.read()
    yield name, files


def side(files: dict[str, bytes], name: str) -> Files:
    return Files({p.removeprefix(name): t for p, t in files.items() if p.startswith(name)})


def test_every_fix_gives_the_fixed_files_byte_for_byte() -> None:
    seen = 0
    for name, files in cases(need("fixes.tar.xz")):
        (one,) = patch_images(series(diff_of(files["fix.patch"])), side(files, "buggy/"))
        fixed = side(files, "fixed/")
        assert (one.context, one.note) == (Context.TREE, ""), name
        for each in one.files:
            assert each.after == fixed.get(each.diff.new_path, b""), (name, each.diff.path)
            assert is_blob(each.after, each.diff.new_blob), (name, each.diff.path)
        seen += 1
    assert seen >= 740


def test_the_seed_series_fits_at_an_offset() -> None:
    folder = need("seed")
    mails = (folder / "v14.mbox").read_bytes().split(b"\nFrom mboxrd@z")
    (mail,) = [m for m in mails if re.search(rb"^Subject: \[PATCH v14 4/7\]", m, re.MULTILINE)]
    (one,) = patch_images(series(diff_of(mail.split(b"\n", 1)[1])), open_tree(folder / "tree"))
    found = {f.diff.path: f for f in one.files if f.after is not None}
    event = "arch/s390/pci/pci_event.c"
    assert sorted(found) == [event, "drivers/vfio/pci/vfio_pci_zdev.c"]
    assert one.context is Context.TREE
    assert one.note.endswith("lacks arch/s390/include/asm/pci.h, arch/s390/pci/pci.c")
    images = found[event]
    assert images.before is not None and images.after is not None
    before, after = images.before.decode().split("\n"), images.after.decode().split("\n")
    for hunk in images.diff.hunks:
        for line in hunk.lines:
            assert line.old is None or before[line.old - 1] == line.text
            assert line.new is None or after[line.new - 1] == line.text
