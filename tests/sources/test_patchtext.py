"""Where a patch begins and ends in the text of a mail."""

from __future__ import annotations

from reviewbot.sources.patchtext import split, whole_hunks

DIFF = """\
diff --git a/drivers/misc/wimble.c b/drivers/misc/wimble.c
index 1111111..2222222 100644
--- a/drivers/misc/wimble.c
+++ b/drivers/misc/wimble.c
@@ -10,4 +10,5 @@ int wimble_start(void)
 \tint ret;
\x20
-\told();
+\tnew();
+\tnewer();
 \treturn 0;
"""
MESSAGE = "Wimble: say why.\n\nSigned-off-by: Ada <ada@wimble.example>"


def mail(message: str = MESSAGE, diff: str = DIFF, end: str = "-- \n2.43.0\n") -> str:
    return f"{message}\n---\n wimble.c | 3 ++-\n 1 file changed\n\n{diff}{end}"


def test_message_diff_and_signature_are_told_apart() -> None:
    patch = split(mail())
    assert (patch.message, patch.diff) == (MESSAGE, DIFF)
    assert "2.43.0" in patch.rest


def test_list_footer_and_base_commit_are_not_diff() -> None:
    end = "\nbase-commit: 0123456789abcdef\n-- \n2.43.0\n\n____\nwimble mailing list\n"
    patch = split(mail(end=end))
    assert patch.diff == DIFF
    assert "base-commit: 0123456789abcdef" in patch.rest


def test_removed_line_that_looks_like_a_signature_stays() -> None:
    diff = DIFF.replace("-\told();", "-- ")
    assert split(mail(diff=diff)).diff == diff


def test_prose_that_looks_like_a_file_header_is_message() -> None:
    message = "Compare:\n\n--- the old way\n+++ the new way\n\nEnough."
    patch = split(mail(message))
    assert (patch.message, patch.diff) == (message, DIFF)


def test_diff_quoted_in_the_message_is_not_the_patch() -> None:
    quoted = DIFF.replace("wimble", "phantom")
    patch = split(mail(f"This mends what came with\n\n{quoted}\nAs seen."))
    assert patch.diff == DIFF


def test_removed_line_of_dashes_is_no_separator() -> None:
    diff = DIFF.replace("-\told();", "---")
    assert split(mail(diff=diff)).diff == diff
    assert split(f"{MESSAGE}\n\n{diff}").diff == diff


def test_plain_diff_begins_at_the_pair() -> None:
    plain = "\n".join(DIFF.split("\n")[2:])
    patch = split(f"{MESSAGE}\n\nIndex: linux/wimble.c\n{'=' * 67}\n{plain}")
    assert patch.diff == plain


def test_empty_context_lines_may_have_lost_their_blank() -> None:
    diff = DIFF.replace("\n \n", "\n\n")
    assert split(mail(diff=diff)).diff == diff
    assert whole_hunks(diff) == 1


def test_hunkless_changes_are_diffs() -> None:
    for change in ("old mode 100644\nnew mode 100755\n",
                   "similarity index 100%\nrename from a.c\nrename to b.c\n",
                   "index 1..2\nBinary files a/x.bin and b/x.bin differ\n"):  # fmt: skip
        diff = f"diff --git a/a.c b/a.c\n{change}"
        assert split(mail(diff=diff)).diff == diff


def test_binary_patch_ends_at_its_last_block() -> None:
    diff = (
        "diff --git a/fw.bin b/fw.bin\nindex 111..222 100644\nGIT binary patch\n"
        "literal 5\nMcmZQzWMT#Y01f~L\n\nliteral 0\nHcmV?d00001\n\n"
    )
    assert split(mail(diff=diff)).diff == diff


def test_no_newline_marker_belongs_to_the_hunk() -> None:
    diff = DIFF + "\\ No newline at end of file\n"
    assert split(mail(diff=diff)).diff == diff


def test_wrapped_diff_is_kept_to_the_signature() -> None:
    wrapped = DIFF.replace("+\tnewer();", "+\tnewer(one,\ntwo);")
    assert split(mail(diff=wrapped)).diff == wrapped


def test_scissors_cut_only_above_a_mail_header() -> None:
    cut = f"I think so too.\n\n-- >8 --\nFrom: Ada <ada@wimble.example>\nSubject: x\n\n{MESSAGE}"
    kept = f"It prints:\n  --- 8< ---\n  warning\n  --- >8 ---\n\n{MESSAGE}"
    assert split(mail(cut)).message == MESSAGE
    assert split(mail(kept)).message == kept


def test_in_body_headers_are_not_message() -> None:
    assert split(mail(f"From: Bea <bea@x.example>\n\n{MESSAGE}")).message == MESSAGE


def test_text_without_patch() -> None:
    patch = split("A reply.\n\n> diff --git a/x b/x\n> @@ -1 +1 @@\n\n--- really?\n")
    assert patch.diff == ""
