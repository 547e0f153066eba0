"""What single rules ask about their own examples: the remedy that fits the code at hand."""

from __future__ import annotations

import pytest

from reviewbot.csource.factfile import load_facts
from reviewbot.diff import file_diffs
from reviewbot.mail.comment import comment_words, render_comment
from reviewbot.model import Address, Context, Images, Mail, Patch, PatchImages, Status
from reviewbot.registry import load_rule
from reviewbot.resources import rules_dir
from reviewbot.review import review_patch


def comment(rule: str, example: str) -> str:
    """The paragraph on the first new finding of an example, as one line."""
    loaded = load_rule(rules_dir() / rule)
    text = next(one.mails[0] for one in loaded.examples if one.name == example)
    diff = text[text.index("diff --git") :].removesuffix("-- \n")
    mail = Mail("example@example.org", "[PATCH] example", Address("", "a@example.org"), "", text)
    files = tuple(Images(file) for file in file_diffs(diff))
    images = PatchImages(Patch(mail, 1, "", diff), files, Context.DIFF)
    facts = load_facts(rules_dir() / "facts")
    found = review_patch(images, (loaded,), facts).findings
    one = next(finding for finding in found if finding.status is Status.NEW)
    return " ".join(render_comment(loaded.comment, comment_words(one) | dict(one.words)).split())


@pytest.mark.parametrize(
    ("rule", "example", "asked"),
    [
        ("early_return", "bad-2", "The return goes around err_clk, where fennel_probe() calls clk"),
        ("enable_leak", "bad-2", "leave by goto err_clk, which calls clk_disable_unprepare("),
        ("pm_get_sync", "bad-1", "pm_runtime_get_sync() raises the usage count even when it fails"),
        ("lock_leak", "bad-1", "(raw & JUNIPER_BUSY is true). Another path calls mutex_unlock("),
        ("child_loop_leak", "bad-1", "Is of_node_put() missing before the loop is left?"),
        ("errno_sign", "bad-1", "Is -EINVAL meant?"),
        ("irq_unsigned", "bad-1", "Should irq be an int?"),
        ("uninit", "bad-4", "Should cfg be cleared where it is declared?"),
        ("uninit", "bad-6", "Before this patch status was 0 there."),
        ("work_left_running", "bad-2", "or should this be timer_delete_sync()?"),
    ],
)
def test_the_question_fits_the_code(rule: str, example: str, asked: str) -> None:
    assert asked in comment(rule, example)


def test_a_comment_begins_as_a_sentence_does() -> None:
    assert comment("early_return", "bad-1").startswith("The memory map is not freed when")
