"""The command line: options and arguments become a job; its result is shown and becomes the exit code."""

from __future__ import annotations

from batch_renamer.cli.main import main

__all__ = ["main"]
