"""Where files are, as a page says it: the person has the folder, but perhaps by another path than this machine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePath
from typing import NamedTuple
from urllib.parse import quote

from batch_renamer.model import Night
from batch_renamer.visible import visible

__all__ = ["Place", "left_in_problems", "place_from"]


class Place(NamedTuple):
    """A file in words, and its address on the page ("": it can't be linked, or is ``gone``)."""

    text: str
    address: str = ""
    gone: bool = False


def place_from(page_folder: Path, path: str, *, inbox: str) -> Place:
    """Return the place of a file as seen from a page in ``page_folder``.

    The text is the path within the inbox, or the whole path of a file elsewhere. The address is relative.
    """
    file = Path(path)
    within = inbox and file.is_relative_to(inbox)
    text = visible(PurePath(os.path.relpath(file, inbox)).as_posix() if within else str(file))
    try:
        if not file.exists():
            return Place(text, gone=True)
        relative = PurePath(os.path.relpath(file, page_folder)).as_posix()
    except (OSError, ValueError):  # a folder that can't be read, or another drive of Windows
        return Place(text)
    return Place(text, quote(os.fsencode(relative)))


def left_in_problems(nights: Sequence[Night]) -> list[str]:
    """Return the names of spreadsheets of earlier dates that needed a person and are still where they were put.

    ``nights`` are those of one inbox, the newest first. A spreadsheet that was taken away counts as dealt with.
    """
    found: dict[str, str] = {}
    for night in nights:
        for file in night.files:
            if night.date != nights[0].date and file.end.needs_a_person and file.moved_to is not None:
                with suppress(OSError):  # a folder that can't be read says nothing
                    if Path(file.moved_to).is_file():
                        found[file.moved_to] = file.name
    return list(found.values())
