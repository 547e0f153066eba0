"""Parameters that several routes take, with the limits that databases have."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Number = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Text = Annotated[str, Query(max_length=1000)]
Cursor = Annotated[str, Query(alias="at", max_length=1000)]
"""The place in a list where a page begins, as the page beside it named it."""
