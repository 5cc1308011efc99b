"""Finds the Chromium of this machine. It imports nothing, so that the gate can ask it before anything is installed.

``python3 tests/support/browsing/finding.py`` prints the path of the browser, or fails where there is none.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

__all__ = ["NEEDED", "find_chromium"]

NEEDED = "needs Chromium, for example: apt-get install chromium"
"""Why a test in a browser is skipped on a machine that has none."""

# The last one is no browser on Ubuntu, but a script that asks for another way to install it.
_PROGRAMS = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
_ELSEWHERE = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)


def find_chromium() -> str | None:
    """Return the path of the browser, or None where there is none."""
    for program in _PROGRAMS:
        if found := shutil.which(program):
            return found
    return next((str(path) for path in _ELSEWHERE if path.exists()), None)


if __name__ == "__main__":
    found = find_chromium()
    sys.stdout.write(f"{found or NEEDED}\n")
    sys.exit(found is None)
