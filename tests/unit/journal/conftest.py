"""A new journal for a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_renamer.journal import Journal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a journal that isn't there yet will be."""
    return tmp_path / "state" / "journal.sqlite3"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    """Open a new journal."""
    with Journal.open(path) as opened:
        yield opened
