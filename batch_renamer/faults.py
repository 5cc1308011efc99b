"""Keeps what is known of a fault of the program, for the person who repairs it, and says where it is.

A fault is an exception that is no sentence for the user. Its traceback goes into a private file, because there may be
no log.
"""

from __future__ import annotations

import os
import secrets as random_names
import tempfile
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from batch_renamer.errors import BatchRenamerError
from batch_renamer.files import make_folder, open_regular
from batch_renamer.settings import redact

__all__ = ["kept_fault"]


def kept_fault(error: BaseException, *, state_dir: Path | None, secrets: Iterable[str]) -> BatchRenamerError:
    """Return a fault as one sentence, with the file that has its traceback, without the ``secrets``.

    The file is in the state directory, or where that can't be in the folder of temporary files.

    Example:
        >>> str(kept_fault(KeyError("row"), state_dir=None, secrets=[])).partition(" What")[0]
        'A fault in batch-renamer: KeyError.'
    """
    text = redact("".join(traceback.format_exception(error)), secrets)
    what = f"A fault in batch-renamer: {_kind_of(error)}."
    name = f"fault-{datetime.now(UTC).strftime('%Y%m%dT%H%M%S')}-{random_names.token_hex(3)}.log"
    for folder in filter(None, (state_dir, Path(tempfile.gettempdir()))):
        try:
            make_folder(folder)
            place = open_regular(folder / name, os.O_CREAT | os.O_WRONLY | os.O_EXCL)
            with os.fdopen(place, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError:
            continue  # the next place
        return BatchRenamerError(f"{what} What happened is in {folder / name}.")
    return BatchRenamerError(f"{what} Its log could not be written.")


def _kind_of(error: BaseException) -> str:
    """Return what was raised; a task group puts that into a group."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return type(error).__name__
