"""The command line: options and arguments become a job; what it came to is shown, and ends in an exit code."""

from __future__ import annotations

from batch_renamer.cli.main import main

__all__ = ["main"]
