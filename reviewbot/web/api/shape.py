"""What all routes of the API have in common: their errors, and how lists are paged."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from reviewbot.store.paging import MOST
from reviewbot.web.api import models

ERRORS: dict[int | str, dict[str, Any]] = {
    401: {"model": models.ErrorAnswer, "description": "A token is needed."},
    404: {"model": models.ErrorAnswer, "description": "There is no such thing."},
    422: {"model": models.ErrorAnswer, "description": "What is asked for cannot be read."},
    503: {"model": models.ErrorAnswer, "description": "The database does not answer; try later."},
}
FOR_WRITERS: dict[int | str, dict[str, Any]] = {
    403: {"model": models.ErrorAnswer, "description": "The token has not the scope for this."},
    409: {"model": models.ErrorAnswer, "description": "It is too late for this."},
}

Place = Annotated[
    str, Query(max_length=1000, description="`older` or `newer` of another page of this list.")
]
Limit = Annotated[int, Query(ge=1, le=MOST)]
