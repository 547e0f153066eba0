"""A repository gives blobs by name, then by path, and never runs what its configuration says."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from reviewbot.errors import TreeUnusable
from reviewbot.trees.directory import Directory
from reviewbot.trees.git import GitTree, open_tree
from reviewbot.trees.interface import Commit

from .conftest import Git, commit


def test_the_blob_that_the_diff_names_comes_first(repository: Path, git: Git) -> None:
    first, old = commit(git, repository, "drivers/fan.c", b"int old;\n")
    commit(git, repository, "drivers/fan.c", b"int new;\n")
    tree = open_tree(repository)
    assert tree.read("drivers/fan.c", old[:12]) == b"int old;\n"
    assert tree.read("elsewhere.c", old) == b"int old;\n"
    assert tree.read("drivers/fan.c") == b"int new;\n"
    assert tree.read("drivers/fan.c", "123456789abc") == b"int new;\n"
    assert tree.read("drivers/fan.c", "000000000000") == b"int new;\n"
    assert tree.name == f"{repository} at HEAD"
    at_base = open_tree(repository, first)
    assert at_base.read("drivers/fan.c") == b"int old;\n"
    assert at_base.name == f"{repository} at {first[:12]}"


def test_what_only_head_has_is_found_past_the_base(repository: Path, git: Git) -> None:
    first, _ = commit(git, repository, "a.c", b"a\n")
    commit(git, repository, "b.c", b"b\n")
    assert open_tree(repository, first).read("b.c") == b"b\n"


def test_an_unknown_base_commit_is_said(repository: Path, git: Git) -> None:
    commit(git, repository, "a.c", b"a\n")
    tree = open_tree(repository, "1234567890abcdef1234567890abcdef12345678")
    assert tree.read("a.c") == b"a\n"
    assert tree.name == f"{repository} at HEAD, as it lacks the base commit 1234567890ab"


@pytest.mark.parametrize("path", ["none.c", "drivers", "", "../x", "/a.c", "a.c\nHEAD:b.c", "\0"])
def test_no_such_file(repository: Path, git: Git, path: str) -> None:
    commit(git, repository, "drivers/fan.c", b"x\n")
    tree = open_tree(repository)
    assert tree.read(path) is None
    assert tree.read("drivers/fan.c") == b"x\n"  # the answers are still in step


@pytest.mark.parametrize("blob", ["HEAD", "HEAD:a.c", "--help", "1234\nHEAD:a.c", "abc"])
def test_what_is_no_object_name_is_not_asked_for(repository: Path, git: Git, blob: str) -> None:
    commit(git, repository, "a.c", b"a\n")
    tree = open_tree(repository)
    assert tree.read("none.c", blob) is None
    assert tree.read("a.c") == b"a\n"


def test_a_commit_is_not_a_file(repository: Path, git: Git) -> None:
    first, _ = commit(git, repository, "a.c", b"a\n")
    assert open_tree(repository).read("none.c", first) is None


def test_bytes_stay_as_they_are(repository: Path, git: Git) -> None:
    text = b"\xe4\r\n\0no end"
    (repository / ".gitattributes").write_bytes(b"*.c text eol=lf\n")
    _, blob = commit(git, repository, "plain.h", text)
    assert open_tree(repository).read("plain.h", blob[:7]) == text
    commit(git, repository, "empty.c", b"")
    assert open_tree(repository).read("empty.c") == b""


def test_a_bare_repository_and_a_linked_work_tree(repository: Path, git: Git) -> None:
    commit(git, repository, "a.c", b"a\n")
    bare, linked = repository.parent / "bare.git", repository.parent / "linked"
    git("clone", "-q", "--bare", ".", str(bare))
    git("worktree", "add", "-q", "--detach", str(linked))
    for path in (bare, linked):
        tree = open_tree(path)
        assert isinstance(tree, GitTree)
        assert tree.read("a.c") == b"a\n"


def test_a_folder_inside_a_repository_is_a_folder(repository: Path, git: Git) -> None:
    commit(git, repository, "case/fixed/a.c", b"committed\n")
    (repository / "case/fixed/a.c").write_bytes(b"changed\n")
    tree = open_tree(repository / "case/fixed")
    assert isinstance(tree, Directory)
    assert tree.read("a.c") == b"changed\n"


def test_a_repository_without_commits(repository: Path) -> None:
    tree = open_tree(repository)
    assert tree.read("a.c") is None
    assert tree.name == f"{repository} at no commit"


def test_what_cannot_be_a_tree(tmp_path: Path) -> None:
    (tmp_path / "file.c").write_bytes(b"")
    with pytest.raises(TreeUnusable, match="there is no such folder: name a git repository"):
        open_tree(tmp_path / "none")
    with pytest.raises(TreeUnusable, match="it is a file"):
        open_tree(tmp_path / "file.c")
    (tmp_path / ".git").mkdir()
    with pytest.raises(TreeUnusable, match=r"git cannot read the repository .*not a git repo"):
        open_tree(tmp_path)


def test_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    with pytest.raises(TreeUnusable, match="install git"):
        open_tree(repository)


def test_a_closed_tree_says_so(repository: Path) -> None:
    tree = open_tree(repository)
    assert isinstance(tree, GitTree)
    tree.close()
    with pytest.raises(TreeUnusable, match="it was closed"):
        tree.read("a.c", "1234abcd")


def test_a_partial_clone_does_not_fetch(repository: Path, git: Git) -> None:
    """Its configuration names a command for that; plain `git cat-file` runs it."""
    ran = repository.parent / "ran"
    commit(git, repository, "a.c", b"a\n")
    git("config", "core.repositoryformatversion", "1")
    git("config", "extensions.partialClone", "origin")
    git("config", "remote.origin.promisor", "true")
    git("config", "remote.origin.url", "ssh://host.invalid/linux")
    git("config", "core.sshCommand", f"touch '{ran}'; false")
    assert open_tree(repository).read("b.c", "1" * 40) is None
    assert not ran.exists()


def test_the_environment_does_not_lead_elsewhere(
    repository: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(git, repository, "a.c", b"a\n")
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "/nonexistent")
    assert open_tree(repository).read("a.c") == b"a\n"


def test_a_commit_by_the_first_digits_of_its_name(repository: Path, git: Git) -> None:
    one, _ = commit(git, repository, "a.c", b"1\n")
    assert open_tree(repository).commit(one[:12]) == Commit(one, "change a.c")


def test_a_name_that_two_commits_begin_with(repository: Path, git: Git) -> None:
    commit(git, repository, "a.c", b"1\n")
    who = "Ada <ada@example.org> 1000000000 +0000"
    head = f"tree {git('rev-parse', 'HEAD^{tree}')}\nauthor {who}\ncommitter {who}\n\n"
    seen: dict[str, bytes] = {}
    for number in range(1000):
        text = f"{head}try {number}\n".encode()
        start = hashlib.sha1(b"commit %d\0" % len(text) + text).hexdigest()[:4]
        if start in seen:
            break
        seen[start] = text
    for each in (seen[start], text):
        (repository / "raw").write_bytes(each)
        git("hash-object", "-t", "commit", "-w", str(repository / "raw"))
    assert open_tree(repository).commit(start) == "ambiguous"


def test_a_commit_is_missing_only_below_a_base_with_its_whole_history(
    repository: Path, git: Git, tmp_path: Path
) -> None:
    base, _ = commit(git, repository, "a.c", b"1\n")
    commit(git, repository, "a.c", b"2\n")
    nowhere = "0123456789ab"
    assert open_tree(repository).commit(nowhere) == "unknown"
    assert open_tree(repository, nowhere).commit(nowhere) == "unknown"
    assert open_tree(repository, base).commit(nowhere) == "missing"
    shallow = tmp_path / "shallow"
    git("clone", "-q", "--depth", "1", repository.as_uri(), str(shallow))
    tip = git("rev-parse", "HEAD")
    assert open_tree(shallow, tip).commit(nowhere) == "unknown"


@pytest.mark.parametrize("name", ["HEAD", "master", "123", "v1.0", "--all", ""])
def test_only_object_names_are_commits(repository: Path, git: Git, name: str) -> None:
    base, _ = commit(git, repository, "a.c", b"1\n")
    assert open_tree(repository, base).commit(name) == "unknown"


def test_a_blob_is_no_commit(repository: Path, git: Git) -> None:
    base, blob = commit(git, repository, "a.c", b"1\n")
    assert open_tree(repository, base).commit(blob) == "missing"


def test_files_by_the_start_of_their_names(repository: Path, git: Git) -> None:
    assert open_tree(repository).paths("K") == ()
    for path in ("b/Kconfig", "Kconfig", "b/Kconfig.more", "b/a.c"):
        commit(git, repository, path, b"1\n")
    (repository / "Kconfig.unborn").write_bytes(b"")
    assert open_tree(repository).paths("Kconfig") == ["Kconfig", "b/Kconfig", "b/Kconfig.more"]
