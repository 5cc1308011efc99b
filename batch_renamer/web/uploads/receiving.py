"""Writes what a browser sends into a private file, as it comes, up to a limit; a broken upload leaves nothing."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator
from pathlib import Path

import anyio.to_thread

from batch_renamer.errors import InputError
from batch_renamer.files import open_regular

__all__ = ["UploadError", "refuse_large", "write_stream"]

_BLOCK_BYTES = 1 << 20
_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class UploadError(InputError):
    """A spreadsheet can't be taken from the browser; nothing of it is kept."""


def refuse_large(size_bytes: int, *, name: str, largest_bytes: int) -> None:
    """Refuse a spreadsheet that has more bytes than are taken.

    Raises:
        UploadError: it has.
    """
    if size_bytes > largest_bytes:
        raise UploadError(
            f'"{name}" is larger than {_megabytes(largest_bytes)}. Remove pictures and unused sheets from it, '
            "or split it, and choose it again."
        )


async def write_stream(
    stream: AsyncIterator[bytes], path: Path, *, name: str, length: int | None, largest_bytes: int
) -> None:
    """Write a stream to a new file that only this user can read; its bytes are on the disk when this returns.

    ``length`` is the number of bytes that the browser has announced. The caller removes the file if this fails.

    Raises:
        UploadError: it is too large or incomplete, or can't be stored.
    """
    refuse_large(length or 0, name=name, largest_bytes=largest_bytes)
    try:
        descriptor = await anyio.to_thread.run_sync(_create, path)
    except OSError as error:
        raise _not_stored(name, error) from error
    received, waiting = 0, bytearray()
    try:
        async for piece in stream:
            received += len(piece)
            refuse_large(received, name=name, largest_bytes=largest_bytes)
            waiting += piece
            if len(waiting) >= _BLOCK_BYTES:
                await anyio.to_thread.run_sync(_write, descriptor, bytes(waiting))
                waiting.clear()
        await anyio.to_thread.run_sync(_finish, descriptor, bytes(waiting))
    except ConnectionError as error:
        raise _incomplete(name) from error
    except OSError as error:
        raise _not_stored(name, error) from error
    finally:
        os.close(descriptor)
    if length is not None and received != length:
        raise _incomplete(name)


def _create(path: Path) -> int:
    return open_regular(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, follow_links=False)


def _write(descriptor: int, block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _finish(descriptor: int, block: bytes) -> None:
    _write(descriptor, block)
    os.fsync(descriptor)


def _incomplete(name: str) -> UploadError:
    return UploadError(f'"{name}" did not arrive as a whole. Choose it again.')


def _not_stored(name: str, error: OSError) -> UploadError:
    if error.errno in _DISK_FULL:
        return UploadError(
            f'"{name}" can\'t be stored, because the disk is full. Free some space, and choose it again.'
        )
    return UploadError(f'"{name}" can\'t be stored: {error.strerror or error}.')


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:g} MB"
