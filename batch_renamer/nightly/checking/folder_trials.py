"""Tries the folders of the night: a small file is made in each and removed again."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import stat
from pathlib import Path

from batch_renamer.checks import Finding, Verdict, nearest_folder, ok, problem, room_of, warning
from batch_renamer.files import same_place
from batch_renamer.text import counted

__all__ = ["check_inbox", "check_metrics_file", "check_target"]

_MOST_NAMED = 3
_NOT_THERE = "is not there"


def check_inbox(folder: Path) -> Finding:
    """Check that the inbox is there, that its spreadsheets can be read, and that they can be moved out of it."""
    if why := _why_no_folder(folder):
        repair = f"Run: mkdir -p {shlex.quote(str(folder))}" if why == _NOT_THERE else "Name another folder."
        return problem("Inbox", f"{folder} {why}", repair)
    try:
        with os.scandir(folder) as entries:
            files = [entry for entry in entries if not entry.name.startswith(".") and entry.is_file()]
    except OSError as error:
        return problem("Inbox", f"{folder} can't be read: {error.strerror}", "Give this user the right to read it.")
    if why := _why_not_writable(folder):
        return problem("Inbox", f"nothing can be moved out of {folder}: {why}", _allow(folder))
    if foreign := _kept_by_sticky_bit(folder, files):
        said = f"{_named(foreign)} can't be moved out of {folder}: in it, only a file's owner may do that (sticky bit)"
        return problem("Inbox", said, f"Run: chmod -t {shlex.quote(str(folder))}")
    if closed := [entry.name for entry in files if not os.access(entry.path, os.R_OK)]:
        said = f"{_named(closed)} in {folder} can't be read by this user"
        return warning("Inbox", said, "Give the folder a group that this user is in, and the setgid bit (chmod g+s).")
    return ok("Inbox", f"{folder}, with {counted(len(files), 'file')}")


def check_target(name: str, folder: Path, *, inbox: Path) -> Finding:
    """Check that spreadsheets or reports can be put into a folder, which is made where there is none."""
    if same_place(folder, inbox):
        return problem(name, f"{folder} is the inbox itself", f"Name another folder: {name.lower()} in [nightly].")
    there = nearest_folder(folder)
    if why := _why_no_folder(there):
        return problem(name, f"{folder}: {there} {why}", f"Name another folder: {name.lower()} in [nightly].")
    if why := _why_not_writable(there):
        return problem(name, f"nothing can be written to {folder}: {why}", _allow(there))
    try:
        room = room_of(shutil.disk_usage(there).free)
        elsewhere = not _why_no_folder(inbox) and there.stat().st_dev != inbox.stat().st_dev
    except OSError as error:
        return problem(name, f"{folder} can't be examined: {error.strerror}", "Mount its file system again.")
    said = f"{folder}{'' if there == folder else ' (the first night makes it)'}"
    if elsewhere:
        said += "; on another file system than the inbox, so files are copied and compared"
    if room.verdict is not Verdict.OK:
        return warning(name, f"{said}; {room.said}", "Make room there.")
    return ok(name, said)


def check_metrics_file(path: Path) -> Finding:
    """Check that the file of figures can be replaced."""
    if why := _why_no_folder(path.parent):
        return problem("Metrics", f"{path}: {path.parent} {why}", "Make this folder, or correct metrics_file.")
    if why := _why_not_writable(path.parent):
        return problem("Metrics", f"{path} can't be written: {why}", _allow(path.parent))
    return ok("Metrics", str(path))


def _allow(folder: Path) -> str:
    return f"Give this user the right to make and remove files in {folder}."


def _why_no_folder(path: Path) -> str:
    """Return why there is no folder, or "" if there is one."""
    try:
        return "" if stat.S_ISDIR(path.stat().st_mode) else "is no folder"
    except FileNotFoundError:
        return _NOT_THERE
    except OSError as error:
        return f"can't be reached: {error.strerror}"


def _why_not_writable(folder: Path) -> str:
    """Make a file in a folder and remove it again; return what kept it from that."""
    trial = folder / f".batch-renamer-check-{secrets.token_hex(4)}.tmp"
    try:
        os.close(os.open(trial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        trial.unlink()
    except OSError as error:
        return error.strerror or "the reason is not known"
    return ""


def _kept_by_sticky_bit(folder: Path, files: list[os.DirEntry[str]]) -> list[str]:
    """Return the files that only another user may move, as in /tmp."""
    if os.name != "posix" or (user := os.geteuid()) == 0:
        return []
    found = folder.stat()
    if not found.st_mode & stat.S_ISVTX or found.st_uid == user:
        return []
    return [entry.name for entry in files if entry.stat(follow_symlinks=False).st_uid != user]


def _named(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:_MOST_NAMED])
    return shown if len(names) <= _MOST_NAMED else f"{shown} and {len(names) - _MOST_NAMED} more"
