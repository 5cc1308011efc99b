"""Files that are written beside their target and take its name when they are complete, and those that test a folder."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from batch_renamer.errors import ReportTargetError

__all__ = ["OURS", "cause", "complete_file", "numbered", "place_of", "probe", "remove_unfinished", "take_name"]

OURS = f".batch-renamer-{secrets.token_hex(4)}-"  # prefix of the temporary files of this process
_PROBE = bytes(4096)  # a full disk often still accepts empty files


def remove_unfinished(targets: Iterable[Path]) -> None:
    """Remove the unfinished files of this process beside these targets, because it ends before they are complete."""
    for folder in {place_of(target).parent for target in targets}:
        for left in folder.glob(f"{OURS}*"):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def place_of(target: Path) -> Path:
    """Return the real path of the target: if it is a link, the file that it points to is the one that is replaced.

    Every check and every write uses this path, so that all of them mean the same file.
    """
    try:
        return Path(os.path.realpath(target))
    except FileNotFoundError:
        raise ReportTargetError(
            f'The report "{target}" can\'t be written: the folder that this command was started in has been removed.'
        ) from None


def probe(folder: Path) -> None:
    """Write and remove a small file in the folder; raises OSError if that fails."""
    temporary, file = _new_file_in(folder)
    try:
        with file:
            file.write(_PROBE)
    finally:
        temporary.unlink()


def _new_file_in(folder: Path) -> tuple[Path, BinaryIO]:
    """Create a new file in the folder. Unlike `tempfile`, which always uses 0600, this respects the umask."""
    path = folder / f"{OURS}{secrets.token_hex(4)}.tmp"
    return path, path.open("xb")


@contextmanager
def complete_file(folder: Path, write: Callable[[BinaryIO, Path], None]) -> Iterator[Path]:
    """Give a new file in the folder that is complete and on the disk; it is removed if it does not get another name.

    ``write`` gets the file, and a folder for files of its own.

    Raises:
        OSError: it can't be written.
    """
    temporary, file = _new_file_in(folder)
    try:
        with file, tempfile.TemporaryDirectory(prefix=OURS, dir=folder, ignore_cleanup_errors=True) as scratch:
            write(file, Path(scratch))
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)  # it is already gone after a successful move


def take_name(temporary: Path, name: Path) -> bool:
    """Give a file a name that no other file has; return False if the name is taken.

    Raises:
        OSError: it can't be moved.
    """
    try:
        name.hardlink_to(temporary)  # unlike a rename, it fails if the name is taken
    except FileExistsError:
        return False
    except OSError:  # a disk without hard links
        if os.path.lexists(name):
            return False
        temporary.replace(name)
    else:
        temporary.unlink()
    return True


def numbered(path: Path, most: int) -> Iterator[Path]:
    """Yield a name for a file, and further ones with the numbers from 2 up to ``most``.

    Example:
        >>> [path.name for path in numbered(Path("orders.csv"), 3)]
        ['orders.csv', 'orders-2.csv', 'orders-3.csv']
    """
    yield path
    for number in range(2, most + 1):
        yield path.with_stem(f"{path.stem}-{number}")


def cause(error: OSError) -> str:
    """Return the reason of an OSError in words."""
    return error.strerror or str(error)
