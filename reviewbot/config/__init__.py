"""What a user or an operator may set, and how it is read: file, variables, flags."""

from __future__ import annotations

from reviewbot.config.load import NOT_SETTINGS as NOT_SETTINGS
from reviewbot.config.load import PREFIX as PREFIX
from reviewbot.config.load import load_settings as load_settings
from reviewbot.config.settings import Settings as Settings
