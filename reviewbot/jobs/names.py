"""The names under which workflows and queues are known in the database: keep them stable."""

from __future__ import annotations

APPLICATION = "reviewbot"
VERSION = "1"
"""Changes when the steps of a workflow change, so that nobody resumes what he does not know."""

FETCH_QUEUE = "fetch"
REVIEW_QUEUE = "review"
SEND_QUEUE = "send"
TELL_QUEUE = "tell"
LISTEN_QUEUE = "listen"

CLASS = "Reviewing"
INSTANCE = "reviewing"
FETCH = "fetch_series"
REVIEW = "review_series"

SENDING_CLASS = "Sending"
SENDING_INSTANCE = "sending"
SEND = "send_draft"

TELLING_CLASS = "Telling"
TELLING_INSTANCE = "telling"
TELL = "set_checks"

LISTENING_CLASS = "Listening"
LISTENING_INSTANCE = "listening"
LISTEN = "hear_answers"

NO_LIST = "(none)"
"""The partition of what came by no list that is known."""
