"""`reviewbot version`: which program and which rules gave an answer."""

from __future__ import annotations

import reviewbot


def version() -> None:
    """Print the version and the digest of the rules and facts."""
    from reviewbot.config import load_settings
    from reviewbot.pipeline import Reviewer

    print(f"reviewbot {reviewbot.__version__} (rule set {Reviewer.load(load_settings()).rule_set})")
