"""The way in from a shell: the commands, and what every end means as an exit status.

0  nothing to say        2  bad usage or input       130  interrupted
1  findings              3  our own fault
"""

from __future__ import annotations

import os
import sys

import typer

from reviewbot.cli.answers import answers
from reviewbot.cli.check import check
from reviewbot.cli.migrate import migrate
from reviewbot.cli.notify import notify
from reviewbot.cli.rules import rules
from reviewbot.cli.serve import serve
from reviewbot.cli.token import token
from reviewbot.cli.version import version
from reviewbot.cli.watch import watch
from reviewbot.cli.worker import worker
from reviewbot.errors import ReviewbotError

BAD_USAGE = 2
OUR_FAULT = 3
INTERRUPTED = 130

app = typer.Typer(
    name="reviewbot",
    help="Reviews kernel patch series from the shell, and proves what it says.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
app.command()(check)
app.command()(rules)
app.command()(serve)
app.command()(watch)
app.command()(notify)
app.command()(worker)
app.command()(answers)
app.command()(migrate)
app.add_typer(token, name="token")
app.command()(version)


def main() -> None:
    """Runs the command line and ends the process."""
    status = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _close_stdout()
    sys.exit(status)


def run(arguments: list[str]) -> int:
    """Runs one command; the exit status.

    Not by typer's own main(), which has other statuses for interrupts and closed pipes.
    """
    try:
        command = typer.main.get_command(app)
        with command.make_context("reviewbot", arguments) as context:
            status = command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except ReviewbotError as error:
        return _say(str(error), error.exit_status)
    except typer.TyperException as error:
        return _say(f"{_line(error)} (see reviewbot --help)", BAD_USAGE)
    except (KeyboardInterrupt, typer.Abort):
        return _say("interrupted", INTERRUPTED)
    except BrokenPipeError:
        _close_stdout()  # the reader has seen enough: `reviewbot ... | head`
        return 0
    except Exception as error:
        return _defect(error)
    return int(status or 0)


def _line(error: typer.TyperException) -> str:
    """The message on one line, without what pydantic puts before it."""
    return " ".join(error.format_message().replace("Value error, ", "").split()).rstrip(".")


def _say(message: str, status: int) -> int:
    print(f"reviewbot: {message}", file=sys.stderr)
    return status


def _defect(error: Exception) -> int:
    if os.environ.get("REVIEWBOT_DEBUG"):
        import traceback

        traceback.print_exception(error)
    what = " ".join(f"{type(error).__name__}: {error}".split())
    return _say(
        f"a defect of reviewbot, please report it with the output under REVIEWBOT_DEBUG=1: {what}",
        OUR_FAULT,
    )


def _close_stdout() -> None:
    """Python flushes standard output at exit and would complain of the closed pipe again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
