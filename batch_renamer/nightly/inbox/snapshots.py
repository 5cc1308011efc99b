"""Private copies of settled files. A night reads only these, so nothing is ever read while it is being written."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from batch_renamer.errors import StoppedEarlyError
from batch_renamer.files import open_regular, private_folder
from batch_renamer.journal import MoveTable
from batch_renamer.nightly.inbox.values import SettledFile, Snapshot, WaitingFile
from batch_renamer.nightly.wording import LOOKED_AT_AGAIN, called
from batch_renamer.temporary import cause

__all__ = ["Snapshots"]

_BLOCK_BYTES = 1 << 20
_NAME_BYTES = 8


class Snapshots:
    """The snapshots of one inbox, each in a folder of its own in the state directory (0700), the copies 0600."""

    def __init__(self, state_dir: Path, inbox: Path) -> None:
        self._inbox = inbox
        name = hashlib.blake2b(os.fsencode(inbox), digest_size=_NAME_BYTES).hexdigest()
        self.folder = state_dir / "nightly" / name

    def take(self, file: SettledFile) -> Snapshot | WaitingFile | None:
        """Copy a settled file; one that is not any more what the look has shown waits. None: it has gone.

        Raises:
            StoppedEarlyError: the copy can't be written, as on a full disk.
        """
        try:
            descriptor = open_regular(file.path, follow_links=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            return _waiting(file, f"can't be read: {cause(error)}")
        with os.fdopen(descriptor, "rb") as source:
            try:
                private_folder(self.folder)
                copy = Path(tempfile.mkdtemp(dir=self.folder)) / file.name
                with os.fdopen(open_regular(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY), "wb") as target:
                    digest = _copied(source, target)
                found = os.fstat(source.fileno())
                os.utime(copy, ns=(found.st_atime_ns, found.st_mtime_ns))
            except _UnreadableError as error:
                return _waiting(file, f"can't be read: {cause(error.error)}")
            except OSError as error:
                raise StoppedEarlyError(
                    f"The private copy of {called(file.name)} can't be written to {self.folder}: {cause(error)}. "
                    "Correct that, or give another --state-dir; the next night goes on."
                ) from error
        look = file.look
        if (found.st_size, found.st_mtime_ns, digest) != (look.size, look.mtime_ns, look.digest):
            return _waiting(file, "is still being written: it changed while it was copied")
        return Snapshot(path=copy, inbox_path=file.path, digest=digest, mode=stat.S_IMODE(found.st_mode))

    def clear(self, moves: MoveTable) -> None:
        """Remove the snapshots that no unfinished move needs."""
        needed = {move.snapshot.parent for move in moves.unfinished(self._inbox)}
        with suppress(FileNotFoundError):  # no snapshot was ever taken
            for folder in sorted(self.folder.iterdir()):
                if folder not in needed:
                    shutil.rmtree(folder, ignore_errors=True)


class _UnreadableError(Exception):
    """The file in the inbox can't be read; ``error`` says why."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


def _copied(source: BinaryIO, target: BinaryIO) -> str:
    """Copy a file to the disk, and return its digest, which is that of `files.digest_of`."""
    digest = hashlib.blake2b(digest_size=16)
    while block := _read(source):
        digest.update(block)
        target.write(block)
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest()


def _read(source: BinaryIO) -> bytes:
    try:
        return source.read(_BLOCK_BYTES)
    except OSError as error:
        raise _UnreadableError(error) from error


def _waiting(file: SettledFile, why: str) -> WaitingFile:
    return WaitingFile(
        path=file.path, sentence=f"{called(file.name)} {why}. {LOOKED_AT_AGAIN}", since=file.look.known_since
    )
