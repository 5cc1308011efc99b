"""What lies in the inbox: spreadsheets to look at, files that wait, and what is never read. No content is read here."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from batch_renamer.errors import SettingsError
from batch_renamer.files import same_place
from batch_renamer.nightly.inbox.file_names import in_order_of_name, is_silent, unfinished_name, why_passed
from batch_renamer.nightly.inbox.locks import open_in
from batch_renamer.nightly.inbox.values import PassedFile
from batch_renamer.nightly.wording import LOOKED_AT_AGAIN, called
from batch_renamer.temporary import cause

__all__ = ["Found", "files_in", "why_waiting"]

_BESIDE = re.compile(r"\.[0-9][0-9.-]*(?:\.gz)?|\.lock|-wal|-shm")
"""What follows the name of a file of ours in names of files that belong to it: ``log.jsonl.1``, ``journal-wal``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What lies in the inbox, by the order of names: files that may be spreadsheets, and those that are none."""

    files: tuple[Path, ...]
    placeholders: Mapping[Path, str]
    passed: tuple[PassedFile, ...]


def files_in(inbox: Path, *, own: Collection[Path]) -> Found:
    """Return what lies directly in the inbox; ``own`` are files and folders of this program, which are not mentioned.

    Links are not followed: what they lead to is elsewhere, and moving them would not move it.

    Raises:
        SettingsError: the inbox is no folder or can't be read.
    """
    try:
        with os.scandir(inbox) as entries:
            names = sorted((entry.name for entry in entries), key=in_order_of_name)
    except OSError as error:
        raise SettingsError(
            f"The inbox {called(str(inbox))} can't be read: {cause(error)}. Make that folder, or correct "
            "inbox in [nightly] or --inbox."
        ) from error
    ours = {place.name for place in own if same_place(place.parent, inbox)}
    files: list[Path] = []
    placeholders: dict[Path, str] = {}
    passed: list[PassedFile] = []
    for name in names:
        path = inbox / name
        if name in ours or any(_BESIDE.fullmatch(name.removeprefix(other)) for other in ours if name.startswith(other)):
            continue
        if awaited := unfinished_name(name):
            placeholders[path] = (
                f"{called(awaited)} is not on this machine yet: the cloud drive has only a placeholder for it. "
                f"{LOOKED_AT_AGAIN}"
            )
        elif not is_silent(name) and (why := _why_passed(path)) is not None:
            if why:
                passed.append(PassedFile(path=path, sentence=f"{called(name)} is not read: {why}"))
            else:
                files.append(path)
    return Found(files=tuple(files), placeholders=placeholders, passed=tuple(passed))


def _why_passed(path: Path) -> str | None:
    """Return why a file is not read, "" if it may be a spreadsheet, or None if it has gone meanwhile."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"{cause(error)}."
    if stat.S_ISLNK(mode):
        return "it is a link. Put the file itself into the inbox."
    if stat.S_ISDIR(mode):
        return "it is a folder. Put its spreadsheets directly into the inbox."
    if not stat.S_ISREG(mode):
        return "it is no regular file. Remove it."
    return why_passed(path.name)


def why_waiting(path: Path, found: os.stat_result) -> str:
    """Return the sentence about a file that is open in a program or empty; "" if it can be looked at.

    Raises:
        OSError: the folder can't be read.
    """
    if sentence := open_in(path):
        return sentence
    if not found.st_size:
        return f"{called(path.name)} is empty (0 bytes). If nothing is copied into it, remove it. {LOOKED_AT_AGAIN}"
    return ""
