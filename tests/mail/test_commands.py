"""What counts as a command: said by a person, to us, in words of one's own."""

from __future__ import annotations

import email
from dataclasses import replace

import pytest

from reviewbot.mail.commands import Command, Wish, answered, commands_in, is_addressed
from reviewbot.model import Address, Mail
from tests.mail import invented
from tests.mail.invented import SETTINGS

ADA = Address("Ada Example", "ada@example.com")
LIST = Address("", "linux-demo@lists.example.org")
OURS = invented.drafts("single")[0].message_id
MAIL = Mail("m@example.com", "Re: x", ADA, "", "", in_reply_to=OURS, to=(LIST,))
NO_MAIL = Command(Wish.NO_MORE_MAIL)


def said(body: str, mail: Mail = MAIL) -> tuple[Command, ...]:
    return commands_in(replace(mail, body=body), SETTINGS)


def refused(*rules: str) -> tuple[Command, ...]:
    return (Command(Wish.NOT_A_BUG, rules),)


@pytest.mark.parametrize(
    ("line", "rules"),
    [
        ("not a bug: null-lookup", ("null-lookup",)),
        ("Not a bug:  null-lookup.", ("null-lookup",)),
        ('  "not a bug: uninit"', ("uninit",)),
        ("not a bug: null-lookup, ref-leak and uninit", ("null-lookup", "ref-leak", "uninit")),
        ("NOT A BUG : Null-Lookup", ("null-lookup",)),
        ("not a bug: null-lookup (the bus keeps it)", ("null-lookup",)),
        ("not a bug: null-lookup - see above", ("null-lookup",)),
    ],
)
def test_a_rule_is_refused_by_name(line: str, rules: tuple[str, ...]) -> None:
    assert said(f"Hi,\n\n{line}\n\nAda\n") == refused(*rules)


def test_words_behind_the_rule_may_be_taken_for_rules_and_are_none() -> None:
    [command] = said("not a bug: null-lookup, the bus keeps it\n")
    assert command.rules[0] == "null-lookup"


@pytest.mark.parametrize(
    "line", ["no more mail", "No more mail!", "*no more mail*", '"no more mail".']
)
def test_mail_is_stopped(line: str) -> None:
    assert said(line) == (NO_MAIL,)


def test_mail_is_wanted_again() -> None:
    assert said("Mail again.\n") == (Command(Wish.MAIL_AGAIN),)


def test_several_commands_count_each_once() -> None:
    body = "not a bug: a-b\nno more mail\nnot a bug: a-b\n"
    assert said(body) == (*refused("a-b"), NO_MAIL)


@pytest.mark.parametrize(
    "body",
    [
        "This is not a bug: null-lookup\n",
        "It is not a bug.\n",
        "not a bug\n",
        "Please, no more mail of this kind\n",
        "no more mail is needed here\n",
        "",
    ],
)
def test_prose_is_no_command(body: str) -> None:
    assert said(body) == ()


@pytest.mark.parametrize("mark", [">", "> ", ">> ", "  > ", "| ", ": "])
def test_what_is_quoted_never_counts(mark: str) -> None:
    body = f"{mark}not a bug: null-lookup\n{mark}no more mail\n"
    assert said(body) == ()


@pytest.mark.parametrize(
    "above",
    [
        "-- ",
        "--",
        "-----Original Message-----",
        "---------- Forwarded message ---------",
        "_" * 32,
        "Begin forwarded message:",
        "From: reviewbot <reviewbot@bots.example.org>",
    ],
)
def test_what_stands_below_a_signature_or_in_a_copied_mail_never_counts(above: str) -> None:
    assert said(f"Thanks\n\n{above}\nno more mail\nnot a bug: null-lookup\n") == ()
    assert said(f"no more mail\n{above}\n") == (NO_MAIL,)


@pytest.mark.parametrize("mark", ["", "> "])
@pytest.mark.parametrize("case", invented.CASES)
def test_our_own_mail_below_a_reply_says_nothing_quoted_or_not(case: str, mark: str) -> None:
    for draft in invented.drafts(case):
        body = draft.message.decode().partition("\n\n")[2]
        copied = "".join(f"{mark}{line}\n" for line in body.split("\n"))
        assert said(f"Thanks, will fix.\n\n{copied}") == ()
        without_mark = copied.replace("\n-- \n", "\n")
        assert said(f"Thanks, will fix.\n\n{without_mark}") == ()


@pytest.mark.parametrize(
    "change",
    [
        {"in_reply_to": "patch@example.com"},
        {"in_reply_to": "patch@example.com", "references": (OURS, "patch@example.com")},
        {"in_reply_to": OURS.replace("bots.example.org", "evil.example")},
        {"in_reply_to": ""},
    ],
)
def test_where_the_bot_is_not_addressed_nothing_counts(change: dict[str, object]) -> None:
    assert said("no more mail\n", replace(MAIL, **change)) == ()  # type: ignore[arg-type]


@pytest.mark.parametrize("email", ["Reviewbot@bots.example.org", "ada+reviewbot@example.com"])
def test_a_mail_to_one_of_our_addresses_addresses_us(email: str) -> None:
    elsewhere = replace(MAIL, in_reply_to="patch@example.com")
    for change in ({"to": (Address("", email),)}, {"cc": (LIST, Address("", email))}):
        assert said("no more mail\n", replace(elsewhere, **change)) == (NO_MAIL,)


@pytest.mark.parametrize(
    "change",
    [
        {"author": SETTINGS.sender},
        {"author": SETTINGS.reply_to},
        {"auto_submitted": "auto-replied"},
        {"author": Address("", "mailer-daemon@example.com")},
        {"author": Address("", "patchwork-bot+demo@kernel.org")},
    ],
)
def test_programs_are_never_obeyed(change: dict[str, object]) -> None:
    assert said("no more mail\n", replace(MAIL, **change)) == ()  # type: ignore[arg-type]


def test_ours_above_a_mail_are_named_the_nearest_first() -> None:
    other = OURS.replace("reviewbot-", "reviewbot-0", 1)[:-1]
    first = f"reviewbot-{'0' * 32}@bots.example.org"
    mail = replace(MAIL, in_reply_to="bo@example.com", references=(first, OURS, other, "bo@x"))
    assert list(answered(mail, SETTINGS)) == [OURS, first]
    assert not is_addressed(mail, SETTINGS)


def test_a_reply_as_mail_programs_write_it_is_read() -> None:
    [draft] = invented.drafts("single")
    body = draft.message.decode().partition("\n\n")[2]
    quoted = "\n".join(f"> {line}" for line in body.split("\n"))
    raw = (
        f"From: Ada Example <ada@example.com>\nTo: {SETTINGS.sender.email}\nSubject: Re: x\n"
        f"Date: Mon, 2 Nov 2026 09:30:00 +0000\nMessage-ID: <a@example.com>\n"
        f"In-Reply-To: <{draft.message_id}>\n\n"
        f"On Monday, reviewbot wrote:\n{quoted}\n\nThe bus keeps it.\nnot a bug: null-lookup\n"
    )
    mail = invented.as_mail(email.message_from_string(raw))
    assert commands_in(mail, SETTINGS) == refused("null-lookup")
