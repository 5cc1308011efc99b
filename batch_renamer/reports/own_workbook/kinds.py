"""Tells which kind of spreadsheet a file is, by its content, and why results can't be written into some kinds."""

from __future__ import annotations

import zipfile
from enum import Enum, auto
from pathlib import Path

from batch_renamer.errors import WriteBackError
from batch_renamer.files import read_regular

__all__ = ["Kind", "kind_of"]

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES = ("_xmlsignatures/", "META-INF/documentsignatures.xml")


class Kind(Enum):
    """A kind of spreadsheet that results can be written into."""

    TEXT = auto()
    XLSX = auto()
    ODS = auto()


def kind_of(path: Path) -> Kind:
    """Return the kind of a spreadsheet that results can be written into.

    Raises:
        WriteBackError: they can't be written into this one; the sentence says why.
        OSError: it can't be read.

    Example:
        >>> kind_of(Path("sample_data/orders.csv"))
        <Kind.TEXT: 1>
    """
    head, _ = read_regular(path, limit_bytes=len(_COMPOUND))
    if head.startswith(_COMPOUND):
        raise WriteBackError("It is an .xls workbook, or has a password: save it as .xlsx without one.")
    if not head.startswith(_ZIP):
        return Kind.TEXT
    try:
        with zipfile.ZipFile(path) as archive:
            names = frozenset(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise WriteBackError("It is damaged: open it in a spreadsheet program and save it.") from error
    if any(name.startswith(_SIGNATURES) for name in names):
        raise WriteBackError("It is signed, and a change would break its signature.")
    if "xl/workbook.bin" in names:
        raise WriteBackError("It is an .xlsb workbook: save it as .xlsx.")
    return Kind.ODS if "content.xml" in names and "mimetype" in names else Kind.XLSX
