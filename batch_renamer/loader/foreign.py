"""Recognizes files that are certainly no spreadsheet, and says in plain words what they are."""

from __future__ import annotations

import json
import re

__all__ = ["foreign_kind"]

_OPEN_IT = "open it in a spreadsheet program and save it as .xlsx or CSV"
_LOCK = "the lock file of a workbook that is open: give the workbook itself"
_LINK = "a link to a web document: download it as .xlsx"
_ELSEWHERE = "a place-holder for a file that is not on this machine yet: download it first"
_SHORTCUT = "a shortcut to another file: give the file itself"

_BEGINNINGS = (  # in lower case
    (b"%pdf", "a PDF"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a packed file (gzip): unpack it first"),
    (b"pk\x05\x06", "an empty archive"),
    (b"[internetshortcut]", _LINK),
    (b"[{000214a0-0000-0000-c000-000000000046}]", _LINK),
    (b"[desktop entry]", _SHORTCUT),
    (b"l\0\0\0\x01\x14\x02\0", _SHORTCUT),
    (b"book\0\0\0\0mark", _SHORTCUT),
    (b"bplist", "a property list of macOS"),
    (b"\0\x05\x16\x07", "what macOS keeps beside a file: give the file itself"),
    (b"<!doctype html", f"a web page: {_OPEN_IT}"),
    (b"<html", f"a web page: {_OPEN_IT}"),
    (b"<?xml", f"an XML file: {_OPEN_IT}"),
    (b"<!doctype", f"a web page: {_OPEN_IT}"),
    (b"<table", f"a web page: {_OPEN_IT}"),
)
_LINK_ENDINGS = (".gsheet", ".gdoc", ".gslides", ".url", ".webloc", ".website")
_WEBLOC = re.compile(rb"<plist.*<key>url</key>", re.DOTALL)
_LOCK_BYTES = 165
"""The length of a lock file of Microsoft Office: a user name twice, padded with spaces."""


def foreign_kind(name: str, head: bytes) -> str:
    """Return what a file is, from its name and its first 512 bytes; "" if it may be a spreadsheet.

    Example:
        >>> foreign_kind("orders.csv", b"%PDF-1.7"), foreign_kind("orders.csv", b"order_id,new_name")
        ('a PDF', '')
    """
    beginning = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if name.startswith("~$") or (name.startswith(".~lock.") and name.endswith("#")) or _is_lock(head):
        return _LOCK
    if name.lower().endswith(_LINK_ENDINGS) or _WEBLOC.search(beginning) or _is_pointer(head):
        return _LINK
    if name.lower().endswith((".icloud", ".part", ".crdownload", ".download")):
        return _ELSEWHERE
    return next((what for sign, what in _BEGINNINGS if beginning.startswith(sign)), "")


def _is_lock(head: bytes) -> bool:
    """Recognize a renamed lock file: the length of a name, the name, and spaces up to byte 55."""
    if len(head) != _LOCK_BYTES or not 0 < head[0] < 55:
        return False
    name, padding = head[1 : 1 + head[0]], head[1 + head[0] : 55]
    return b"\0" not in name and not padding.strip(b" ")


def _is_pointer(head: bytes) -> bool:
    """Recognize the JSON file that represents a document on the web."""
    if not head.lstrip().startswith(b"{"):
        return False
    try:
        found = json.loads(head)
    except ValueError:
        return False
    return isinstance(found, dict) and bool({"doc_id", "url", "resource_id"} & found.keys())
