"""Two nights of one inbox never work at the same time."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from batch_renamer.model import Night
from batch_renamer.nightly.inbox import locked_folder
from batch_renamer.nightly.night import PreviousNightError, _alone
from batch_renamer.settings import Settings


def test_an_inbox_is_held_by_whatever_path_it_is_named(tmp_path: Path) -> None:
    """Else two nights would read the same spreadsheet, and there would be two of it afterwards."""
    inbox, link = tmp_path / "inbox", tmp_path / "link"
    inbox.mkdir()
    link.symlink_to(inbox)
    state, other_state = tmp_path / "state", tmp_path / "other"
    night = Night(date="2026-11-26", began_at=0.0, id="n-1")
    with _alone(context(inbox, state), night):
        for folder, state_dir in ((link, state), (inbox, other_state)):
            with pytest.raises(PreviousNightError), _alone(context(folder, state_dir), night):
                pytest.fail("two nights hold one inbox")
    with _alone(context(inbox, other_state), night):
        pass  # the first night has let it go


def test_a_night_waits_for_one_with_another_state_directory(tmp_path: Path) -> None:
    """As for one with its own, `--wait` says for how many seconds."""
    first, waited = ExitStack(), list[float]()

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            first.close()

    first.enter_context(locked_folder(tmp_path, wait_s=0, sleep=sleep))
    with locked_folder(tmp_path, wait_s=9, sleep=sleep):
        assert waited == [1.0, 1.0]


def context(inbox: Path, state_dir: Path) -> Any:
    """Return what a night needs to hold its inbox."""
    return SimpleNamespace(settings=Settings(state_dir=state_dir), inbox=inbox, sleep=pytest.fail)
