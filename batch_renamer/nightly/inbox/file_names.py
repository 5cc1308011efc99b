"""What the name of a file in the inbox says: that it is to be passed over, or is still being downloaded."""

from __future__ import annotations

import re
from pathlib import Path

from batch_renamer.nightly.own_names import own_name
from batch_renamer.text import caseless

__all__ = ["in_order_of_name", "is_silent", "unfinished_name", "why_passed"]

_SILENT = frozenset(
    {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "system volume information", "$recycle.bin"}
    | {"@eadir", "#recycle", "lost+found"}
)
"""What operating systems and storage devices put into every folder, in lower case."""

_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".opdownload", ".filepart", ".swp")
"""Endings of files that browsers and programs for transfers rename when they are complete."""

_NUMBER = re.compile("([0-9]+)")


def in_order_of_name(name: str) -> tuple[list[str | int], str]:
    """Return a key that sorts names as file managers do: numbers as numbers, without regard to case or ending.

    Example:
        >>> sorted(["orders 10.csv", "Orders 2.csv", "orders.xlsx"], key=in_order_of_name)
        ['orders.xlsx', 'Orders 2.csv', 'orders 10.csv']
    """
    parts = _NUMBER.split(caseless(Path(name).stem))
    # Texts and numbers alternate, so that a text is never compared with a number.
    return [int(part) if place % 2 else part for place, part in enumerate(parts)], name


def is_silent(name: str) -> bool:
    """Tell whether a name is never mentioned: hidden files, lock files, and what systems leave in folders.

    Example:
        >>> [is_silent(name) for name in (".DS_Store", "~$orders.xlsx", "Thumbs.db", "orders.xlsx")]
        [True, True, True, False]
    """
    return name.startswith((".", "~$")) or name.casefold() in _SILENT


def unfinished_name(name: str) -> str:
    """Return the name that the placeholder of a cloud drive stands for; "" for any other name.

    Example:
        >>> unfinished_name(".orders.xlsx.icloud"), unfinished_name("orders.xlsx")
        ('orders.xlsx', '')
    """
    hidden = name.startswith(".") and name.endswith(".icloud") and len(name) > len("..icloud")
    return name[1 : -len(".icloud")] if hidden else ""


def why_passed(name: str) -> str:
    """Return why a file of this name is not read, as the end of a sentence; "" if it may be a spreadsheet.

    Example:
        >>> why_passed("orders.csv.part")
        'its name ends with .part, as that of an unfinished download. If it is whole, rename it.'
    """
    if (own := own_name(name)) is not None:
        return f"it is {own.what} (run {own.run_id}). To use it as a spreadsheet, give it another name."
    ending = next((ending for ending in _UNFINISHED if name.casefold().endswith(ending)), "")
    if ending:
        return f"its name ends with {ending}, as that of an unfinished download. If it is whole, rename it."
    return ""
