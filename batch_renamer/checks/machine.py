"""Checks of this machine: Python and SQLite, open files, the terminal."""

from __future__ import annotations

import codecs
import os
import platform
import sqlite3
from collections.abc import Mapping
from typing import TextIO

from batch_renamer.checks.finding import Finding, ok, problem, warning
from batch_renamer.journal import OLDEST_SQLITE

__all__ = ["check_open_files", "check_python", "check_terminal"]

_FEW_CONNECTIONS = 64


def check_python(*, sqlite: tuple[int, ...] = sqlite3.sqlite_version_info) -> Finding:
    """Check that the journal can be kept: it needs a SQLite that is not too old."""
    found, oldest = ".".join(map(str, sqlite)), ".".join(map(str, OLDEST_SQLITE))
    said = f"{platform.python_version()}, with SQLite {found}"
    if sqlite < OLDEST_SQLITE:
        return problem("Python", f"{said}; SQLite {oldest} or newer is needed", "Use a newer Python, or update SQLite.")
    return ok("Python", said)


def check_open_files(*, possible: int, wanted: int) -> Finding:
    """Check that there are file descriptors for the connections that a run may want."""
    if possible >= wanted:
        return ok("Open files", f"enough for {wanted:,} requests at once")
    said = f"enough for {possible:,} requests at once, {wanted:,} may be of use"
    if possible >= _FEW_CONNECTIONS:
        return ok("Open files", said)
    return warning("Open files", said, "Raise the limit of open files (in a shell: ulimit -n 4096).")


def check_terminal(stream: TextIO, *, columns: int, environ: Mapping[str, str]) -> Finding:
    """Check how much of names a screen can show, and whether in colours."""
    encoding = codecs.lookup(getattr(stream, "encoding", None) or "utf-8").name
    if not stream.isatty():
        shown = "none here: plain lines without colours"
    elif environ.get("TERM") == "dumb":
        shown = "a plain one (TERM=dumb): plain lines without colours"
    else:
        colours = "without colours (NO_COLOR is set)" if environ.get("NO_COLOR") else "with colours"
        shown = f"{columns} columns, {colours}"
    if encoding.startswith("utf"):
        return ok("Terminal", shown)
    repair = "Set PYTHONUTF8=1." if os.name == "nt" else "Set LC_ALL=C.UTF-8, or another locale in UTF-8."
    return warning("Terminal", f"{shown}; its encoding is {encoding}, so some letters of names can't be shown", repair)
