"""The scripts that shells load for completion, one beside this file for each shell."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["SHELLS", "script_of", "usual_shell"]

SHELLS = ("bash", "zsh", "fish")


def script_of(shell: str) -> str:
    """Return the script that a shell loads."""
    return (Path(__file__).parent / f"batch-renamer.{shell}").read_text("utf-8")


def usual_shell() -> str:
    """Return the name of the user's shell; nothing if the environment does not say it."""
    return Path(os.environ.get("SHELL", "")).name
