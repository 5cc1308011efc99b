"""What the end-to-end tests share: a bench with an empty sandbox, served for one test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.bench import Bench, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """Serve an empty sandbox; the test seeds it, and exchanges its faults."""
    async with serving(tmp_path) as made:
        yield made
