"""Patches that a mailer wrapped and stuffed (RFC 3676) come back as they were."""

from __future__ import annotations

from reviewbot.sources.flowed import undone

DIFF = """\
diff --git a/x.c b/x.c
--- a/x.c
+++ b/x.c
@@ -1,3 +1,3 @@
 int a;
-int b = first_of_many_words(one, two, three);
+int b = first_of_many_words(one, two, three, four);
 int c;
"""


def stuffed(text: str) -> str:
    return "\n".join(f" {line}" if line[:1] in (" ", ">") else line for line in text.split("\n"))


def test_stuffed_lines() -> None:
    assert undone(stuffed(DIFF), delsp=False) == DIFF


def test_wrapped_and_stuffed_lines() -> None:
    wrapped = stuffed(DIFF).replace("(one, two, three", "(one, two, \nthree")
    assert undone(wrapped, delsp=False) == DIFF


def test_wrapped_without_the_blank() -> None:
    wrapped = stuffed(DIFF).replace("(one, two, three", "(one, two,  \nthree")
    assert undone(wrapped, delsp=True) == DIFF


def test_mail_that_only_claims_to_be_flowed() -> None:
    text = DIFF + "-- \n2.43.0\n"
    assert undone(text, delsp=False) == text
