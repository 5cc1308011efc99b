"""What the end-to-end tests share: the command beside an empty sandbox, served for one test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.served import Command, served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def renamer(tmp_path: Path) -> AsyncIterator[Command]:
    """Serve an empty sandbox; the test seeds it, and exchanges its faults."""
    async with served(tmp_path) as made:
        yield made
