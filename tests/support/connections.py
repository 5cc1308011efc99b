"""A journal enters; what it has asked of SQLite, and its own connection, leave: `sqlite3.connect` tells of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

__all__ = ["connections"]


@contextmanager
def connections() -> Iterator[list[sqlite3.Connection]]:
    """Keep a list of the connections that are opened meanwhile, the oldest first."""
    made: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def connect_and_keep(*args: Any, **options: Any) -> sqlite3.Connection:
        made.append(connect(*args, **options))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect_and_keep)
        yield made
