"""The name under which an uploaded spreadsheet is kept: that of the user's file, as far as every system can have it."""

from __future__ import annotations

import re
import unicodedata

from batch_renamer.text import trimmed, without_invisible

__all__ = ["ABOUT_FILE", "safe_file_name"]

ABOUT_FILE = "about.json"
"""What is known of an upload; it lies beside the spreadsheet, which must not have its name."""

_UNNAMED = "spreadsheet"
_STEM_BYTES = 160
"""So many bytes of a name leave room for what is put behind it, as in ``orders.results-k3f9ab.xlsx``."""

_ENDING = re.compile(r"\.[^.\s]{1,10}$")
_REFUSED_IN_NAMES = re.compile(r'[<>:"|?*\x00-\x1f\x7f-\x9f\ud800-\udfff]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE | re.DOTALL)
"""Names that Windows keeps for devices, with any ending."""


def safe_file_name(given: str) -> str:
    r"""Return a name without folders that is safe to store and to show, and that the user recognizes.

    A name by which the loader tells what a file is, such as ``~$orders.xlsx`` or ``orders.gsheet``, stays as it is.

    Example:
        >>> safe_file_name("C:\\Users\\kim\\March orders.xlsx"), safe_file_name("../../etc/passwd")
        ('March orders.xlsx', 'passwd')
        >>> safe_file_name("a\x00b\u202ecsv.xlsx"), safe_file_name("con.csv"), safe_file_name("..")
        ('a_bcsv.xlsx', '_con.csv', 'spreadsheet')
    """
    last = re.split(r"[/\\]", given)[-1]
    name = without_invisible(_REFUSED_IN_NAMES.sub("_", unicodedata.normalize("NFC", last)))
    name = trimmed(_shortened(trimmed(name))).rstrip(". ")
    if not name.strip("._ "):
        return _UNNAMED
    if _RESERVED.fullmatch(name) or name.casefold() == ABOUT_FILE:
        return f"_{name}"
    return name


def _shortened(name: str) -> str:
    """Return a name of which every file system has room; it is cut before its ending."""
    found = _ENDING.search(name)
    stem, ending = (name[: found.start()], found[0]) if found else (name, "")
    return stem.encode()[:_STEM_BYTES].decode(errors="ignore") + ending
