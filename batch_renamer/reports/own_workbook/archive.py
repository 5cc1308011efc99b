"""Reads the members of a workbook's archive, and writes the archive again with some of them replaced.

`zipfile` can't copy a member without packing it again. So the bytes of each kept member (its header, its packed
content, what follows) are copied from file to file, and the directory is written from the old entries with new
offsets. Times, order, methods and extra fields stay.
"""

from __future__ import annotations

import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, BinaryIO

from batch_renamer.errors import WriteBackError

__all__ = ["BROKEN_ARCHIVE", "Archive", "Packed", "damaged"]

BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error)
"""What reading a damaged or unusual archive may raise."""

_ENTRY = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_END = struct.Struct("<4s4H2IH")
_END_OF_ENTRIES = 0xFFFF
_BEYOND_32_BITS = 0xFFFFFFFF
_ENCRYPTED, _HAS_DESCRIPTOR = 0x01, 0x08
_ZIP64 = 1
_COPIED_BYTES = 1 << 20
_IN_MEMORY_BYTES = 32 << 20


def damaged() -> WriteBackError:
    """Return the error for a damaged workbook."""
    return WriteBackError("The workbook is damaged: open it in a spreadsheet program, save it, and try again.")


@dataclass(frozen=True, slots=True)
class Packed:
    """The new content of a member, packed already."""

    file: IO[bytes]
    packed_bytes: int
    bytes: int
    crc: int

    def __enter__(self) -> Packed:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


class Archive:
    """The members of a workbook, found without regard to case and kind of slash, as spreadsheet programs find them.

    Raises:
        WriteBackError: Two members have one name, or the archive is longer than 4 GiB.
        Exception: One of `BROKEN_ARCHIVE`; also while a member is read.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._zip = zipfile.ZipFile(file)
        members = self._zip.infolist()
        self._members = {_key(member.orig_filename): member for member in members}
        places = {member.header_offset for member in members}
        if len(self._members) < len(members) or len(places) < len(members):
            raise damaged()
        if any(member.flag_bits & _ENCRYPTED for member in members):
            raise WriteBackError("It is protected with a password: save it without one.")
        if self._zip.start_dir >= _BEYOND_32_BITS or len(members) >= _END_OF_ENTRIES:
            raise WriteBackError("It is longer than 4 GB.")

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._members

    def __iter__(self) -> Iterator[str]:
        """Yield the names in lower case and with ``/``."""
        return iter(self._members)

    def open(self, name: str) -> IO[bytes]:
        """Open a member for reading.

        Raises:
            WriteBackError: There is none of this name.
        """
        member = self._members.get(_key(name))
        if member is None:
            raise damaged()
        return self._zip.open(member)

    def pack(self, name: str, pieces: Iterable[bytes]) -> Packed:
        """Pack new content for a member by the member's method."""
        method = self._members[_key(name)].compress_type
        if method not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise damaged()
        with ExitStack() as stack:
            file = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES))
            packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
            length = crc = 0
            for piece in pieces:
                length += len(piece)
                crc = zlib.crc32(piece, crc)
                file.write(packer.compress(piece) if method else piece)
            if method:
                file.write(packer.flush())
            stack.pop_all()  # the file is closed with what is returned
        return Packed(file, file.tell(), length, crc)

    def copy_to(self, target: BinaryIO, replaced: Mapping[str, Packed]) -> None:
        """Write the archive with the members of these names replaced; all others keep their bytes."""
        contents = {_key(name): content for name, content in replaced.items()}
        start = self._zip.start_dir
        members = sorted(self._members.values(), key=lambda member: member.header_offset)
        ends = [member.header_offset for member in members[1:]] + [start]
        offsets: dict[int, int] = {}
        position = 0
        for member, end in zip(members, ends, strict=True):
            offsets[member.header_offset] = position
            content = contents.get(_key(member.orig_filename))
            if content is None:
                position += self._copy(target, member.header_offset, end)
            else:
                position += self._write(target, member.header_offset, content)
        entries = [
            _entry(raw, member, offsets[member.header_offset], contents.get(_key(member.orig_filename)))
            for raw, member in zip(self._raw_entries(), self._zip.infolist(), strict=True)
        ]
        directory = b"".join(entries)
        if position + len(directory) >= _BEYOND_32_BITS:
            raise WriteBackError("It is longer than 4 GB.")
        comment = self._zip.comment
        count = len(entries)
        target.write(directory)
        target.write(_END.pack(b"PK\5\6", 0, 0, count, count, len(directory), position, len(comment)) + comment)

    def _copy(self, target: BinaryIO, start: int, end: int) -> int:
        self._file.seek(start)
        left = end - start
        while left > 0:
            piece = self._file.read(min(left, _COPIED_BYTES))
            if not piece:
                raise damaged()
            target.write(piece)
            left -= len(piece)
        return end - start

    def _write(self, target: BinaryIO, start: int, content: Packed) -> int:
        """Write a replaced member: its old header with new sizes, and its new content."""
        self._file.seek(start)
        header = list(_LOCAL.unpack(self._file.read(_LOCAL.size)))
        name = self._file.read(header[9])
        extra = _without_zip64(self._file.read(header[10]))
        header[2] &= ~_HAS_DESCRIPTOR
        header[6:9] = content.crc, content.packed_bytes, content.bytes
        header[10] = len(extra)
        target.write(_LOCAL.pack(*header) + name + extra)
        content.file.seek(0)
        while piece := content.file.read(_COPIED_BYTES):
            target.write(piece)
        return _LOCAL.size + len(name) + len(extra) + content.packed_bytes

    def _raw_entries(self) -> Iterator[bytes]:
        """Yield the entries of the directory, which `zipfile` has read already."""
        self._file.seek(self._zip.start_dir)
        for _ in self._zip.infolist():
            fixed = self._file.read(_ENTRY.size)
            yield fixed + self._file.read(sum(_ENTRY.unpack(fixed)[10:13]))


def _entry(raw: bytes, member: zipfile.ZipInfo, offset: int, content: Packed | None) -> bytes:
    """Return the entry of a member at its new place; sizes and places fit in 32 bits, so ZIP64 fields go."""
    fields = list(_ENTRY.unpack_from(raw))
    name_end = _ENTRY.size + fields[10]
    extra_end = name_end + fields[11]
    extra = raw[name_end:extra_end]
    if content is not None:
        fields[3] &= ~_HAS_DESCRIPTOR
        fields[7:10] = content.crc, content.packed_bytes, content.bytes
        extra = _without_zip64(extra)
    elif _BEYOND_32_BITS in {fields[8], fields[9], fields[16]}:
        fields[8:10] = member.compress_size, member.file_size
        extra = _without_zip64(extra)
    fields[11], fields[16] = len(extra), offset
    return _ENTRY.pack(*fields) + raw[_ENTRY.size : name_end] + extra + raw[extra_end:]


def _without_zip64(extra: bytes) -> bytes:
    """Return the extra fields without the one that has sizes of 64 bits."""
    kept = b""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind != _ZIP64:
            kept += extra[at : at + 4 + length]
        at += 4 + length
    return kept + extra[at:]


def _key(name: str) -> str:
    return name.replace("\\", "/").lower()
