"""Makes a file in a private temporary folder, sends it piece by piece, and removes the folder."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
from aiohttp import web

from batch_renamer.errors import InputError
from batch_renamer.web.downloads.file_names import attachment

__all__ = ["send_made_file"]

_PIECE_BYTES = 256 * 1024
_STALLED_S = 60.0
"""A page that takes nothing for so long is hung up on, so that the file does not stay for ever."""

_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ANY_TYPE = "application/octet-stream"


async def send_made_file(request: web.Request, make: Callable[[Path], tuple[Path, str]]) -> web.StreamResponse:
    """Answer with a file, to be saved; ``make`` makes it in the folder that it gets, in a thread, and names it.

    Raises:
        BatchRenamerError: as ``make`` raises it, or there is no place for the file; nothing was sent then.
    """
    try:
        folder = await anyio.to_thread.run_sync(partial(tempfile.TemporaryDirectory, prefix="batch-renamer-"))
    except OSError as error:
        raise InputError(
            f"The file can't be made in {tempfile.gettempdir()}: {error.strerror}. "
            "Check that this folder exists and has room."
        ) from error
    try:
        file, name = await anyio.to_thread.run_sync(make, Path(folder.name))
        return await _sent(request, file, name)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(folder.cleanup)


async def _sent(request: web.Request, file: Path, name: str) -> web.StreamResponse:
    size = (await anyio.to_thread.run_sync(file.stat)).st_size
    content_type = _TYPES.get(file.suffix.lower(), _ANY_TYPE)
    answer = web.StreamResponse(headers={"Content-Type": content_type, "Content-Disposition": attachment(name)})
    answer.content_length = size
    await answer.prepare(request)
    async with await anyio.open_file(file, "rb") as content:
        while piece := await content.read(_PIECE_BYTES):
            await _write(request, answer, piece)
    await answer.write_eof()
    return answer


async def _write(request: web.Request, answer: web.StreamResponse, piece: bytes) -> None:
    """Send a piece.

    Raises:
        ConnectionError: the page has gone, or takes nothing any more.
    """
    try:
        async with asyncio.timeout(_STALLED_S):
            await answer.write(piece)
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionAbortedError("the page takes nothing any more") from None
