"""The pages of rules as HTML: plain Markdown (CommonMark), without HTML of its own."""

from __future__ import annotations

from functools import lru_cache

from markdown_it import MarkdownIt
from markupsafe import Markup


@lru_cache(maxsize=256)
def markdown(text: str) -> Markup:
    """HTML in the text is shown as text; links go to http(s) and mail addresses only."""
    reader = MarkdownIt("commonmark", {"html": False}).disable("image").enable("table")
    return Markup(reader.render(text))
