"""Runs reviewbot, which kills itself (SIGKILL) before or after it calls one method.

python dying.py MODULE CLASS METHOD before|after ARGUMENTS...
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Any


def arm(module: str, name: str, method: str, when: str) -> None:
    owner = getattr(importlib.import_module(module), name)
    real = getattr(owner, method)

    def deadly(self: object, *args: Any, **kwargs: Any) -> None:
        if when == "after":
            real(self, *args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, method, deadly)


if __name__ == "__main__":
    arm(*sys.argv[1:5])
    sys.argv[1:] = sys.argv[5:]
    from reviewbot.cli.main import main

    main()
