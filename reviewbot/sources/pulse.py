"""Asks an archive for a sign of life, without asking it for mail."""

from __future__ import annotations

import requests

from reviewbot.errors import Unreachable
from reviewbot.sources.interface import Archive
from reviewbot.sources.manners import user_agent


def ask_archive(archive: Archive) -> None:
    """One HEAD of the archive's front page. Raises Unreachable for no answer and for 5xx."""
    headers = {"User-Agent": user_agent(archive.contact)}
    try:
        answer = requests.head(f"{archive.url}/", headers=headers, timeout=archive.patience)
    except requests.RequestException as error:
        what = type(error).__name__
        raise Unreachable(f"{archive.url} does not answer ({what}); try later") from error
    if answer.status_code >= 500:
        raise Unreachable(f"{archive.url} answers {answer.status_code}; try later")
