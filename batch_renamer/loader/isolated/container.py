"""An untrusted workbook file enters; which of the known kinds it is leaves, or why it can't be read.

Parts of an archive are found as the reader of the cells finds them, whatever case or slashes their names are written
with: a look into the file that is stricter would refuse workbooks that every program opens.
"""

from __future__ import annotations

import zipfile
from contextlib import suppress
from typing import IO, TYPE_CHECKING, BinaryIO

from . import compound
from .refusal import Refusal
from .xml_parsing import BROKEN_XML, local_attributes, local_name, parse

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["NO_ARCHIVE", "Parts", "kind_of"]

NO_ARCHIVE = (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError)
"""What Python's archive reader raises for files that it can't unpack."""

_ODF_ENCRYPTION = b"encryption-data"
_OFFICE_DOCUMENT = "/relationships/officeDocument"


class Parts:
    """The parts of an archive by their names, without case and with any slashes."""

    def __init__(self, file: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(file)
        self._names = {_key(name.orig_filename): name for name in self._archive.infolist()}

    def __enter__(self) -> Parts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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
        """Say in which folder the workbook of an .xlsx is: ``xl/`` unless the archive says otherwise."""
        targets: list[str] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            plain = local_attributes(attributes)
            if local_name(name) == "Relationship" and plain.get("Type", "").endswith(_OFFICE_DOCUMENT):
                targets.append(plain.get("Target", ""))

        # Without it, or where it can't be followed, calamine has the last word.
        with suppress(KeyError, BROKEN_XML), self.open("_rels/.rels") as part:
            parse(part, start)
        folder, slash, _ = targets[-1].replace("\\", "/").rpartition("/") if targets else ("xl", "/", "")
        return (folder + slash).removeprefix("/")


def _key(name: str) -> str:
    return name.replace("\\", "/").lower()


def kind_of(file: BinaryIO) -> str:
    """Tell the kinds apart by content: ``xlsx`` (also .xlsm), ``xlsb``, ``ods`` or ``xls``.

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
    """Tell an old workbook from an encrypted new one; both are packed in the same small file system."""
    file.seek(0)
    try:
        names = compound.names_of_streams(file.read())
    except compound.BROKEN:
        return "xls"  # the reader of the cells may make more of it
    if "EncryptedPackage" in names:
        raise Refusal("password")
    if names and not names & compound.WORKBOOKS:
        raise Refusal("foreign")
    return "xls"


def _kind_of_archive(parts: Parts) -> str:
    """Tell kinds of zipped workbooks apart by the parts inside."""
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
