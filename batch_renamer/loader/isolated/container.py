"""Tells which kind of workbook an untrusted file is, or why it can't be read.

The parts of an archive are found as calamine finds them, whatever the case and slashes of their names. A stricter
search would refuse workbooks that every program opens.
"""

from __future__ import annotations

import zipfile
from contextlib import suppress
from typing import IO, BinaryIO

from . import compound
from .refusal import Refusal
from .xml_parsing import BROKEN_XML, local_attributes, local_name, parse

__all__ = ["NO_ARCHIVE", "Parts", "kind_of"]

NO_ARCHIVE = (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError)
"""What `zipfile` raises for files that it can't unpack."""

_ODF_ENCRYPTION = b"encryption-data"
_OFFICE_DOCUMENT = "/relationships/officeDocument"


class Parts:
    """The parts of an archive by name, without regard to case and kind of slash."""

    def __init__(self, file: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(file)
        self._names = {_key(name.orig_filename): name for name in self._archive.infolist()}

    def __enter__(self) -> Parts:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._names

    def open(self, name: str) -> IO[bytes]:
        """Open a part for reading.

        Raises:
            KeyError: there is none of this name.
        """
        return self._archive.open(self._names[_key(name)])

    def read(self, name: str, at_most: int = -1) -> bytes:
        """Read a part, or its beginning."""
        with self.open(name) as part:
            return part.read(at_most)

    def folder_of_workbook(self) -> str:
        """Return the folder of the workbook of an .xlsx: ``xl/`` unless the archive names another."""
        targets: list[str] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            plain = local_attributes(attributes)
            if local_name(name) == "Relationship" and plain.get("Type", "").endswith(_OFFICE_DOCUMENT):
                targets.append(plain.get("Target", ""))

        # Without this part, or if it can't be read, calamine decides.
        with suppress(KeyError, BROKEN_XML), self.open("_rels/.rels") as part:
            parse(part, start)
        folder, slash, _ = targets[-1].replace("\\", "/").rpartition("/") if targets else ("xl", "/", "")
        return (folder + slash).removeprefix("/")


def _key(name: str) -> str:
    return name.replace("\\", "/").lower()


def kind_of(file: BinaryIO) -> str:
    """Tell the kinds of workbooks apart by content: ``xlsx`` (also .xlsm), ``xlsb``, ``ods`` or ``xls``.

    Raises:
        Refusal: ``password``, ``damaged`` or ``foreign``.
    """
    file.seek(0)
    if file.read(8) == compound.SIGNATURE:
        return _kind_of_compound(file)
    try:
        with Parts(file) as parts:
            return _kind_of_archive(parts)
    except NO_ARCHIVE as error:
        raise Refusal("damaged") from error


def _kind_of_compound(file: BinaryIO) -> str:
    """Tell an old workbook from an encrypted new one; both use the same small file system."""
    file.seek(0)
    try:
        names = compound.names_of_streams(file.read())
    except compound.BROKEN:
        return "xls"  # calamine may still be able to read it
    if "EncryptedPackage" in names:
        raise Refusal("password")
    if names and not names & compound.WORKBOOKS:
        raise Refusal("foreign")
    return "xls"


def _kind_of_archive(parts: Parts) -> str:
    """Tell the kinds of zipped workbooks apart by their parts."""
    if "xl/workbook.bin" in parts:
        return "xlsb"
    if f"{parts.folder_of_workbook()}workbook.xml" in parts:
        return "xlsx"
    if "content.xml" in parts:
        if b"spreadsheet" not in parts.read("mimetype" if "mimetype" in parts else "content.xml", 4096):
            raise Refusal("foreign")
        if "META-INF/manifest.xml" in parts and _ODF_ENCRYPTION in parts.read("META-INF/manifest.xml", 1 << 20):
            raise Refusal("password")
        return "ods"
    raise Refusal("foreign")
