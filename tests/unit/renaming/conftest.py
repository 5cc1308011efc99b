"""Every test of renames has the same jitter."""

from __future__ import annotations

import random

import pytest


@pytest.fixture(autouse=True)
def _same_jitter_every_time() -> None:
    random.seed(2024)
