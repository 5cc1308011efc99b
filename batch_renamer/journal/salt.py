"""The salt of a journal: 32 random bytes, with which keys are told apart without being stored.

Earlier versions kept it in a file beside the journal. If that file is whole, its salt is used, so that earlier runs
still belong to their keys.
"""

from __future__ import annotations

import secrets
import sqlite3
from pathlib import Path

from batch_renamer.files import read_regular

__all__ = ["OLD_FILE", "salt_of"]

OLD_FILE = "account.salt"

_BYTES = 32


def salt_of(connection: sqlite3.Connection, *, folder: Path) -> bytes:
    """Return the salt; if none is stored yet, store that of the old file in ``folder``, or else a new one."""
    if found := connection.execute("SELECT bytes FROM salt").fetchone():
        return bytes(found[0])
    salt = _of_old_file(folder / OLD_FILE) or secrets.token_bytes(_BYTES)
    connection.execute("INSERT INTO salt VALUES (1, ?)", (salt,))
    return salt


def _of_old_file(path: Path) -> bytes | None:
    try:
        salt, _ = read_regular(path, limit_bytes=_BYTES)
    except OSError:
        return None
    # If the disk was full when the file was made, it is empty, and no run belongs to it.
    return salt if len(salt) == _BYTES else None
