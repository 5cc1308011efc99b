"""What tests of the page share: runs in the sandbox that were made by the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.practised import applied, practised_in


@pytest.fixture
def practice(tmp_path: Path) -> dict[str, object]:
    """Return the options that keep everything in the folder of the test, which gets two spreadsheets."""
    return practised_in(tmp_path)


@pytest.fixture
def run_id(tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]) -> str:
    """Rename three orders of the sandbox by the command line, and return the run's id."""
    return applied(tmp_path / "oak.csv", practice, capsys)
