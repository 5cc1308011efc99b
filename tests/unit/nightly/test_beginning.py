"""What is known of a night before anything is read, and what keeps it from beginning."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.errors import SettingsError
from batch_renamer.nightly.beginning import check_folders, night_of
from batch_renamer.settings import NightlySettings, Settings


@pytest.mark.parametrize("name", ["done", "problems", "reports"])
def test_a_night_does_not_begin_if_it_would_read_what_it_puts_away(tmp_path: Path, name: str) -> None:
    """The page of a night would be taken for a spreadsheet, and moved to the problems each night."""
    nightly = NightlySettings(inbox=tmp_path, **{name: tmp_path / "x" / ".."})  # type: ignore[arg-type]  # a path
    (tmp_path / "x").mkdir()
    with pytest.raises(SettingsError, match=f"The folder {name} can't be the inbox itself"):
        check_folders(Settings(state_dir=tmp_path, nightly=nightly))


def test_such_a_night_writes_no_page_among_the_spreadsheets(tmp_path: Path) -> None:
    """It would be read when the configuration is corrected."""
    settings = Settings(state_dir=tmp_path, nightly=NightlySettings(inbox=tmp_path, reports=tmp_path))
    assert night_of(settings, began_at=0.0).reports == ""
    usual = Settings(state_dir=tmp_path, nightly=NightlySettings(inbox=tmp_path))
    assert night_of(usual, began_at=0.0).reports == str(tmp_path / "reports")
