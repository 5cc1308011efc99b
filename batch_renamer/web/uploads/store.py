"""The uploaded spreadsheets, each in a private folder of its own, until nothing needs them any more."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import replace
from pathlib import Path

import anyio
import anyio.to_thread

from batch_renamer.errors import InputError
from batch_renamer.files import private_folder
from batch_renamer.web.uploads.file_names import safe_file_name
from batch_renamer.web.uploads.reading_options import ReadingOptions
from batch_renamer.web.uploads.receiving import UploadError, refuse_large, write_stream
from batch_renamer.web.uploads.upload import Upload, read_about, write_about

__all__ = ["LARGEST_BYTES", "UNUSED_S", "Uploads"]

LARGEST_BYTES = 100_000_000
"""A spreadsheet of a million rows is smaller; pictures in a workbook are what makes one larger."""

_SAME_AGAIN_S = 86_400.0
"""A spreadsheet of the same name is the repaired one if it comes within this time."""

UNUSED_S = 7 * 86_400.0
"""So long a spreadsheet is kept that no run needs."""

_ID_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_ID = re.compile(f"[{_ID_LETTERS}]{{10}}")


class Uploads:
    """The spreadsheets in a folder, which is made when the first one comes.

    ``largest_bytes`` is the most that is taken of one. ``wall_clock`` gives seconds since the epoch.
    """

    def __init__(
        self, folder: Path, *, largest_bytes: int = LARGEST_BYTES, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self.folder = folder
        self._largest_bytes = largest_bytes
        self._wall_clock = wall_clock

    async def receive(
        self, stream: AsyncIterator[bytes], *, name: str, account: str, length: int | None = None
    ) -> Upload:
        """Store what a browser sends, and return it; ``length`` is the number of bytes that it has announced.

        ``name`` is what the browser calls the file, ``account`` the name of the account that it is for. It is read as
        an earlier spreadsheet of this name and account was: a person repairs a spreadsheet, and gives it again.

        Raises:
            UploadError: it is too large or incomplete, or can't be stored. Nothing of it is kept then.
        """
        name = safe_file_name(name)
        refuse_large(length or 0, name=name, largest_bytes=self._largest_bytes)
        folder = self.folder / "".join(secrets.choice(_ID_LETTERS) for _ in range(10))
        upload = Upload(id=folder.name, folder=folder, name=name, account=account, uploaded_at=self._wall_clock())
        try:
            await anyio.to_thread.run_sync(self._make_folder, upload)
            await write_stream(stream, upload.path, name=name, length=length, largest_bytes=self._largest_bytes)
            reading = await anyio.to_thread.run_sync(self._reading_before, upload)
            upload = replace(upload, reading=reading, is_as_before=bool(reading.chosen()))
            await self._write_about(upload)
        except BaseException:  # a cancelled upload, too, leaves nothing
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(_remove, folder)
            raise
        return upload

    def get(self, upload_id: str) -> Upload:
        """Return an upload.

        Raises:
            InputError: there is none of this id.
        """
        upload = read_about(self.folder / upload_id) if _ID.fullmatch(upload_id) else None
        if upload is None:
            raise InputError("This spreadsheet is not kept any more. Choose it again.")
        return upload

    async def with_reading(self, upload_id: str, reading: ReadingOptions, *, account: str | None = None) -> Upload:
        """Write down how a spreadsheet is to be read, and for which account it is (None: as before); return it.

        Raises:
            InputError: there is none of this id.
            UploadError: it can't be written down.
        """
        upload = await anyio.to_thread.run_sync(self.get, upload_id)
        account = upload.account if account is None else account
        upload = replace(upload, reading=reading, account=account, is_as_before=False)
        await self._write_about(upload)
        return upload

    def remove_old(self, *, in_use: Collection[Path] = ()) -> int:
        """Remove what is older than a week and not one of the files ``in_use``, those of runs; return how many.

        What a killed server has left of an upload goes, too.
        """
        needed = {path.parent.name for path in in_use}  # a link may lead to the folder by another path
        oldest = self._wall_clock() - UNUSED_S
        old = [folder for folder in self._folders() if folder.name not in needed and _last_change(folder) < oldest]
        for folder in old:
            _remove(folder)
        return len(old)

    def _reading_before(self, upload: Upload) -> ReadingOptions:
        """Return how the newest spreadsheet of the same name and account was read, if it came today."""
        others = (read_about(folder) for folder in self._folders())
        same = [
            other
            for other in others
            if other is not None
            and (other.name, other.account) == (upload.name, upload.account)
            and other.uploaded_at > upload.uploaded_at - _SAME_AGAIN_S
        ]
        return max(same, key=lambda other: other.uploaded_at).reading if same else ReadingOptions()

    def _folders(self) -> list[Path]:
        try:
            return [entry for entry in self.folder.iterdir() if _ID.fullmatch(entry.name) and not entry.is_symlink()]
        except OSError:  # no spreadsheet has come yet
            return []

    def _make_folder(self, upload: Upload) -> None:
        try:
            private_folder(self.folder)
            upload.folder.mkdir(mode=0o700)
        except OSError as error:
            raise UploadError(f"{upload.folder} can't be made: {error.strerror or error}.") from error

    async def _write_about(self, upload: Upload) -> None:
        try:
            await anyio.to_thread.run_sync(write_about, upload)
        except OSError as error:
            raise UploadError(f'What is known of "{upload.name}" can\'t be stored: {error.strerror}.') from error


def _last_change(folder: Path) -> float:
    """Return when an upload was stored or corrected last, in seconds since the epoch; 0.0 where it is not known."""
    try:
        return max([folder.stat().st_mtime, *(entry.stat().st_mtime for entry in folder.iterdir())])
    except OSError:
        return 0.0


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
