"""An untrusted workbook file enters; which of the known kinds it is leaves, or why it can't be read."""

from __future__ import annotations

import zipfile
from typing import BinaryIO

__all__ = ["Refusal", "kind_of"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class Refusal(Exception):  # noqa: N818 - it names what is said to the user, not a fault of the program
    """The workbook can't be read; ``str()`` is one of the codes that the parent process turns into a sentence."""


def kind_of(file: BinaryIO) -> str:
    """Tell the kinds apart by content: ``xlsx`` (also .xlsm), ``xlsb``, ``ods`` or ``xls``.

    Raises:
        Refusal: ``password``, ``damaged`` or ``foreign``.
    """
    file.seek(0)
    if file.read(8) == _OLE:
        file.seek(0)
        if _ENCRYPTED in file.read():
            raise Refusal("password")
        return "xls"
    try:
        with zipfile.ZipFile(file) as archive:
            return _kind_of_archive(archive)
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise Refusal("damaged") from error


def _kind_of_archive(archive: zipfile.ZipFile) -> str:
    """Tell kinds of zipped workbooks apart by the parts inside."""
    names = set(archive.namelist())
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names:
        with archive.open("mimetype") if "mimetype" in names else archive.open("content.xml") as part:
            if b"spreadsheet" not in part.read(4096):
                raise Refusal("foreign")
        if "META-INF/manifest.xml" in names:
            with archive.open("META-INF/manifest.xml") as part:
                if b"encryption-data" in part.read(1 << 20):
                    raise Refusal("password")
        return "ods"
    raise Refusal("foreign")
