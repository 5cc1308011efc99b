"""Temporary files beside a report or an export: the one still being written, and the one that tests a folder."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from batch_renamer.errors import ReportTargetError

__all__ = ["OURS", "cause", "new_file_in", "place_of", "probe", "remove_unfinished"]

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
    temporary, file = new_file_in(folder)
    try:
        with file:
            file.write(_PROBE)
    finally:
        temporary.unlink()


def new_file_in(folder: Path) -> tuple[Path, BinaryIO]:
    """Create a new file in the folder. Unlike `tempfile`, which always uses 0600, this respects the umask."""
    path = folder / f"{OURS}{secrets.token_hex(4)}.tmp"
    return path, path.open("xb")


def cause(error: OSError) -> str:
    """Return the reason of an OSError in words."""
    return error.strerror or str(error)
