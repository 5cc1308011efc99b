"""Two nights of one inbox never work at the same time."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from batch_renamer.model import Night
from batch_renamer.nightly.night import PreviousNightError, _alone
from batch_renamer.settings import Settings


def test_an_inbox_is_held_by_whatever_path_it_is_named(tmp_path: Path) -> None:
    """Else two nights would read the same spreadsheet, and there would be two of it afterwards."""
    inbox, link = tmp_path / "inbox", tmp_path / "link"
    inbox.mkdir()
    link.symlink_to(inbox)
    settings, night = Settings(state_dir=tmp_path / "state"), Night(date="2026-11-26", began_at=0.0, id="n-1")

    def context(folder: Path) -> Any:
        return SimpleNamespace(settings=settings, inbox=folder)

    with _alone(context(inbox), night), pytest.raises(PreviousNightError), _alone(context(link), night):
        pass  # it is not reached
