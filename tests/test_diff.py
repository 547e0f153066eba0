"""Diffs as they come in mails: whole, odd and damaged."""

from __future__ import annotations

import pytest

from reviewbot.diff import after_line, changed_lines, diff_line, file_diffs, read_diff
from reviewbot.errors import UnreadableDiff
from reviewbot.model import Change, FileDiff

PLAIN = """\
diff --git a/drivers/demo/fan.c b/drivers/demo/fan.c
index 1a2b3c4d5e6f..6f5e4d3c2b1a 100644
--- a/drivers/demo/fan.c
+++ b/drivers/demo/fan.c
@@ -10,6 +10,7 @@ static int fan_start(struct fan *fan)
 {
 \tint ret;

-\tret = fan_on(fan);
+\tret = fan_on(fan, FAN_FULL);
+\tfan->on = true;
 \treturn ret;
 }
@@ -40,3 +41,2 @@ static void fan_stop(struct fan *fan)
 \tfan_off(fan);
-\tfan->on = false;
 }
"""


def only(diff: str) -> FileDiff:
    (one,) = file_diffs(diff)
    return one


def reason(diff: str) -> str:
    _, (skipped,) = read_diff(diff)
    return skipped.reason


def test_both_numberings_and_the_line_in_the_mail() -> None:
    one = only(PLAIN)
    assert (one.path, one.change, one.diff) == ("drivers/demo/fan.c", Change.MODIFIED, 1)
    assert (one.old_blob, one.new_blob) == ("1a2b3c4d5e6f", "6f5e4d3c2b1a")
    first, second = one.hunks
    assert (first.old_start, first.new_start, first.diff) == (10, 10, 5)
    assert first.section == "static int fan_start(struct fan *fan)"
    assert [(x.kind, x.old, x.new, x.diff) for x in first.lines] == [
        (" ", 10, 10, 6),
        (" ", 11, 11, 7),
        (" ", 12, 12, 8),
        ("-", 13, None, 9),
        ("+", None, 13, 10),
        ("+", None, 14, 11),
        (" ", 14, 15, 12),
        (" ", 15, 16, 13),
    ]
    assert first.lines[4].text == "\tret = fan_on(fan, FAN_FULL);"
    assert [(x.old, x.new, x.diff) for x in second.lines] == [
        (40, 41, 15),
        (41, None, 16),
        (42, 42, 17),
    ]


def test_every_diff_number_names_its_line() -> None:
    texts = PLAIN.split("\n")
    for hunk in only(PLAIN).hunks:
        for line in hunk.lines:
            assert texts[line.diff - 1] in (line.kind + line.text, line.text)


def test_changed_lines() -> None:
    one = only(PLAIN)
    assert changed_lines(one, "before") == {13, 41}
    assert changed_lines(one, "after") == {13, 14}


def test_after_line() -> None:
    one = only(PLAIN)
    pairs = {1: 1, 9: 9, 10: 10, 13: 13, 14: 15, 15: 16, 16: 17, 39: 40, 41: 42, 42: 42, 99: 99}
    assert {line: after_line(one, line) for line in pairs} == pairs


def test_after_line_of_what_the_hunk_removes_last() -> None:
    one = only("--- a/x.c\n+++ b/x.c\n@@ -1,3 +1 @@\n keep\n-gone\n-too\n")
    assert [after_line(one, line) for line in (1, 2, 3)] == [1, 1, 1]


def test_after_line_around_an_insertion_without_context() -> None:
    one = only("--- a/x.c\n+++ b/x.c\n@@ -2,0 +3,2 @@\n+new\n+new\n")
    assert [after_line(one, line) for line in (1, 2, 3, 4)] == [1, 2, 5, 6]


def test_diff_line() -> None:
    one = only(PLAIN)
    assert [diff_line(one, line) for line in (9, 10, 14, 16, 17, 41)] == [None, 6, 11, 13, None, 15]
    assert [diff_line(one, line, "before") for line in (13, 14, 41)] == [9, 12, 16]


NEW = "new file mode 100644\nindex 000000000000..ce0136250000\n--- /dev/null\n+++ b/x.c\n"
GONE = "deleted file mode 100644\nindex ce0136250000..000000000000\n--- a/x.c\n+++ /dev/null\n"


def test_new_and_deleted_files() -> None:
    new = only(f"diff --git a/x.c b/x.c\n{NEW}@@ -0,0 +1 @@\n+int x;\n")
    assert (new.change, new.old_path, new.new_path) == (Change.ADDED, "x.c", "x.c")
    assert [(x.old, x.new) for x in new.hunks[0].lines] == [(None, 1)]
    gone = only(f"diff --git a/x.c b/x.c\n{GONE}@@ -1 +0,0 @@\n-int x;\n")
    assert (gone.change, gone.path) == (Change.DELETED, "x.c")
    assert [(x.old, x.new) for x in gone.hunks[0].lines] == [(1, None)]


@pytest.mark.parametrize(("word", "change"), [("rename", "renamed"), ("copy", "copied")])
def test_renamed_and_copied_files(word: str, change: str) -> None:
    head = f"diff --git a/old.c b/new.c\nsimilarity index 90%\n{word} from old.c\n{word} to new.c\n"
    bare = only(head)
    assert (bare.old_path, bare.new_path, bare.change) == ("old.c", "new.c", change)
    assert bare.hunks == ()
    index = "index 1111..2222 100644\n--- a/old.c\n+++ b/new.c\n"
    assert len(only(f"{head}{index}@@ -1 +1 @@\n-a\n+b\n").hunks) == 1


def test_a_change_of_mode_alone() -> None:
    one = only("diff --git a/tools/a b.sh b/tools/a b.sh\nold mode 100644\nnew mode 100755\n")
    assert (one.path, one.change, one.hunks) == ("tools/a b.sh", Change.MODIFIED, ())


def test_binary_files() -> None:
    literal = "GIT binary patch\nliteral 5\nMcmZQzWMT#Y01f~L\n\nliteral 0\nHcmV?d00001\n\n"
    after = "diff --git a/y.c b/y.c\n--- a/y.c\n+++ b/y.c\n@@ -1 +1 @@\n-a\n+b\n"
    first, second = file_diffs(f"diff --git a/l.bin b/l.bin\nindex 1111..2222\n{literal}{after}")
    assert (first.path, first.binary, first.hunks) == ("l.bin", True, ())
    assert (second.path, second.binary, second.diff) == ("y.c", False, 10)
    differ = "index 1111..2222 100644\nBinary files a/l.bin and b/l.bin differ\n"
    assert only(f"diff --git a/l.bin b/l.bin\n{differ}").binary
    assert only("Binary files old/l.bin and new/l.bin differ\n").path == "l.bin"


def test_no_newline_at_the_end() -> None:
    mark = "\\ No newline at end of file\n"
    one = only(f"--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@\n a\n-b\n{mark}+c\n{mark}")
    assert [(x.text, x.ends) for x in one.hunks[0].lines] == [
        ("a", True),
        ("b", False),
        ("c", False),
    ]
    assert [x.diff for x in one.hunks[0].lines] == [4, 5, 7]
    local = only("--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-b\n+c\n\\ Kein Zeilenumbruch am Dateiende.\n")
    assert [x.ends for x in local.hunks[0].lines] == [True, False]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("a/drivers/x.c", "b/drivers/x.c", "drivers/x.c"),
        ("drivers/x.c", "drivers/x.c", "drivers/x.c"),
        ("./drivers/x.c", "./drivers/x.c", "drivers/x.c"),
        ("linux.orig/drivers/x.c", "linux/drivers/x.c", "drivers/x.c"),
        ("drivers/x.c.orig", "drivers/x.c", "drivers/x.c"),
        ("a/my file.c\t", "b/my file.c\t", "my file.c"),
        ("a/x.c\t2024-01-02 03:04:05.000000000 +0100", "b/x.c\tnow", "x.c"),
        ("a/x.c 2024-01-02 03:04:05 +0100", "b/x.c Tue Jan  2 03:04:05 2024", "x.c"),
        ('"a/\\303\\244.c"', '"b/\\303\\244.c"', "ä.c"),
        ('"a/\\344.c"', '"b/\\344.c"', "ä.c"),
        ('"a/tab\\there.c"', '"b/tab\\there.c"', "tab\there.c"),
    ],
)
def test_names_without_diff_git(old: str, new: str, path: str) -> None:
    one = only(f"--- {old}\n+++ {new}\n@@ -1 +1 @@\n-a\n+b\n")
    assert (one.path, one.change, one.diff) == (path, Change.MODIFIED, 1)


def test_new_and_deleted_files_without_diff_git() -> None:
    epoch = "1970-01-01 01:00:00.000000000 +0100"
    assert only("--- /dev/null\n+++ b/x.c\n@@ -0,0 +1 @@\n+a\n").change is Change.ADDED
    assert only(f"--- a/x.c\t{epoch}\n+++ b/x.c\n@@ -0,0 +1 @@\n+a\n").change is Change.ADDED
    assert only(f"--- a/x.c\n+++ b/x.c\t{epoch}\n@@ -1 +0,0 @@\n-a\n").change is Change.DELETED


def test_names_in_git_headers() -> None:
    quoted = 'diff --git "a/\\303\\244.c" "b/\\303\\244.c"\nold mode 100644\nnew mode 100755\n'
    assert only(quoted).path == "ä.c"
    bare = "diff --git fan.c fan.c\nindex 1111..2222\n--- fan.c\n+++ fan.c\n@@ -1 +1 @@\n-a\n+b\n"
    assert only(bare).path == "fan.c"
    mnemonic = "diff --git i/x.c w/x.c\n--- i/x.c\n+++ w/x.c\n@@ -1 +1 @@\n-a\n+b\n"
    assert only(mnemonic).path == "x.c"


def test_text_that_looks_like_a_header() -> None:
    one = only(
        "--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@\n--- old\n+++ new\n same\n@@ -9 +9 @@\n-a\n+b\n"
    )
    assert [len(hunk.lines) for hunk in one.hunks] == [3, 2]
    assert one.hunks[0].lines[0].text == "-- old"
    tricky = "--- a/q.sql\n+++ b/q.sql\n@@ -1 +1 @@\n--- a\n+++ b\n@@ -9 +9 @@\n-a\n+b\n"
    assert [len(hunk.lines) for hunk in only(tricky).hunks] == [2, 2]


def test_prose_between_and_after_the_files_is_ignored() -> None:
    prose = "\nAnd now the second one, see diff --git:\n--- not a file\n+++ either\n\n"
    signature = "-- \n2.43.0\n\nOn Monday somebody wrote:\n> @@ -1 +1 @@\n"
    second = "--- a/y.c\n+++ b/y.c\n@@ -1 +1 @@\n-a\n+b\n"
    files, skipped = read_diff(PLAIN + prose + second + signature)
    assert ([one.path for one in files], skipped) == (["drivers/demo/fan.c", "y.c"], ())
    assert [len(one.hunks) for one in files] == [2, 1]
    assert files[1].diff == 23


def test_blank_lines_that_lost_their_space_and_form_feeds() -> None:
    one = only("--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n\n-a\x0cb\n+a\u2028b\n \n")
    assert [x.text for x in one.hunks[0].lines] == ["", "a\x0cb", "a\u2028b", ""]


def test_blank_context_chopped_off_the_end_of_a_mail() -> None:
    one = only("--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,4 @@\n a\n+b\n c\n")
    assert [(x.kind, x.text, x.new) for x in one.hunks[0].lines][-1] == (" ", "", 4)


def test_crlf_of_the_mail_goes_and_crlf_of_the_file_stays() -> None:
    mail = only(PLAIN.replace("\n", "\r\n"))
    assert mail == only(PLAIN)
    file = only("--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\r\n+b\r\n")
    assert [x.text for x in file.hunks[0].lines] == ["a\r", "b\r"]


def test_nothing_to_read() -> None:
    assert read_diff("") == ((), ())
    assert read_diff("only prose\n--- \n") == ((), ())


def test_a_wrapped_line_names_file_and_line() -> None:
    wrapped = PLAIN.replace("fan_on(fan, FAN_FULL)", "fan_on(fan,\nFAN_FULL)")
    with pytest.raises(UnreadableDiff, match=r'^drivers/demo/fan.c: line 11 of .*"FAN_FULL\);"'):
        file_diffs(wrapped)


def test_a_damaged_file_does_not_spoil_the_others() -> None:
    damaged = "diff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@\n-a\nwrapped\n+b\n c\n"
    files, (skipped,) = read_diff(PLAIN + damaged + PLAIN.replace("fan.c", "pump.c"))
    assert [one.path for one in files] == ["drivers/demo/fan.c", "drivers/demo/pump.c"]
    assert skipped.file == "x.c"
    assert 'line 23 of the diff ("wrapped")' in skipped.reason


def test_wrong_counts() -> None:
    head = "--- a/x.c\n+++ b/x.c\n"
    short = f"{head}@@ -1,9 +1,10 @@\n a\n+b\n c\n"
    assert "hunk at line 3 of the diff ends before" in reason(short)
    assert "hunk at line 3 of the diff ends before" in reason(f"{short}-- \n2.43.0\n")
    assert 'line 7 of the diff ("+d")' in reason(f"{head}@@ -1,2 +1,3 @@\n a\n+b\n c\n+d\n")
    assert 'line 5 of the diff ("-c")' in reason(f"{head}@@ -1 +1,2 @@\n a\n-c\n+b\n+d\n")


def test_a_hunk_that_begins_with_the_end_of_a_file() -> None:
    text = "--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n\\ No newline at end of file\n-a\n+b\n"
    assert "line 4 of the diff" in reason(text)


def test_a_header_without_hunks() -> None:
    head = "diff --git a/x.c b/x.c\nindex 1111..2222 100644\n"
    assert "no hunk follows its header at line 1" in reason(head)
    assert "no hunk follows its header at line 1" in reason(f"{head}--- a/x.c\n+++ b/x.c\nwhat?\n")


def test_the_diff_of_a_merge_is_named_and_not_read() -> None:
    files, (skipped,) = read_diff("diff --cc x.c\nindex 1,2..3\n@@@ -1 -1 +1 @@@\n" + PLAIN)
    assert (skipped.file, len(files)) == ("x.c", 1)
    assert "merge" in skipped.reason
