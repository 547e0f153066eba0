"""One tree of errors; each leaf knows its exit status and its HTTP status.

    ReviewbotError                 3  500  our own fault
      BadInput                     2  422  what was asked for cannot be read
        BadUsage                   2  400  an option or argument makes no sense
        BadSetting                 2  500  the configuration is wrong
        NotAPatch                  2  422  mail was read, but none of it is a patch
        UnreadableMail             2  422  a mail or mbox is damaged
        UnreadableDiff             2  422  a patch's diff is damaged (wrapped lines and the like)
        NoSuchRevision             2  404  the thread has no such revision
        UnknownRule                2  404  no rule has this id
        TreeUnusable               2  422  --tree is neither a git repository nor a folder
        GitRangeUnusable           2  422  --git with a range that names no patches
        DraftClosed                2  409  a draft was sent or discarded before it was changed
        StoreUnusable              2  503  the database does not answer, or is not ours
        BadDelivery                2  422  a webhook's body names no series
        TooLarge                   2  413  a webhook's body is too long
        NotSigned                  2  401  a webhook's body was not signed by one of ours
        TooOften                   2  429  somebody calls more often than is allowed
        NotKept                    2  404  nothing with this number is in the store
        LoginNeeded                2  401  nobody is logged in who may do this
        NotAllowed                 2  403  somebody is, but may not; or a form is not ours
      SourceFailed                 2  502  the archive did not give what was asked for
        NotFound                   2  404  the archive does not know this Message-ID
        Unreachable                2  503  the archive did not answer
        BotWall                    2  502  a web page came instead of mail
      DeliveryFailed               2  502  a mail could not be handed over
        OutboxUnusable             2  500  the place cannot be reached or written; later it may be
        MailRefused                2  502  the server will not take this mail, now or later
        CheckRefused               2  502  a patchwork will not take this check, now or later
        DeliveryUnclear            2  502  the mail may be out: nobody may send it again unseen
      BadRule                      3  500  a rule folder or facts table is wrong
      Failed                       3  500  a defect of reviewbot itself

Every message says what happened, to what, and what to do about it, in one line.
"""

from __future__ import annotations

from typing import ClassVar


class ReviewbotError(Exception):
    """The root; `str()` is the one line that the user reads."""

    exit_status: ClassVar[int] = 3
    http_status: ClassVar[int] = 500


class BadInput(ReviewbotError):
    exit_status = 2
    http_status = 422


class BadUsage(BadInput):
    http_status = 400


class BadSetting(BadInput):
    http_status = 500


class NotAPatch(BadInput):
    pass


class UnreadableMail(BadInput):
    pass


class UnreadableDiff(BadInput):
    pass


class NoSuchRevision(BadInput):
    http_status = 404


class UnknownRule(BadInput):
    http_status = 404


class TreeUnusable(BadInput):
    pass


class GitRangeUnusable(BadInput):
    pass


class BadDelivery(BadInput):
    pass


class TooLarge(BadInput):
    http_status = 413


class NotSigned(BadInput):
    http_status = 401


class TooOften(BadInput):
    """`wait` is the number of seconds after which to try again."""

    http_status = 429

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


class DraftClosed(BadInput):
    http_status = 409


class StoreUnusable(BadInput):
    http_status = 503


class NotKept(BadInput):
    http_status = 404


class LoginNeeded(BadInput):
    http_status = 401


class NotAllowed(BadInput):
    http_status = 403


class SourceFailed(ReviewbotError):
    exit_status = 2
    http_status = 502


class NotFound(SourceFailed):
    http_status = 404


class Unreachable(SourceFailed):
    http_status = 503


class BotWall(SourceFailed):
    pass


class DeliveryFailed(ReviewbotError):
    exit_status = 2
    http_status = 502


class OutboxUnusable(DeliveryFailed):
    http_status = 500


class MailRefused(DeliveryFailed):
    pass


class CheckRefused(DeliveryFailed):
    pass


class DeliveryUnclear(DeliveryFailed):
    pass


class BadRule(ReviewbotError):
    pass


class Failed(ReviewbotError):
    pass
