"""Where a run without a state directory keeps its journal: nothing stays of it unless it is needed."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from batch_renamer.errors import JournalError, LockedError
from batch_renamer.journal.lock import writing_lock
from batch_renamer.library.temporary_state import temporary_state


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an own folder of temporary files."""
    (folder := tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_nothing_stays_of_a_run_that_is_done(tmp_path: Path) -> None:
    """Neither its folder, nor the locks beside it, nor the folders that were made for them."""
    with temporary_state(tmp_path / "new" / "state") as place:
        place.folder.mkdir(parents=True)
        with writing_lock(place.folder, account="docs", run_id="k3f9"):
            pass
    assert list(tmp_path.iterdir()) == []


def test_what_is_needed_stays_and_what_others_use_too(tmp_path: Path) -> None:
    """A second run beside it, and a journal that is kept."""
    with temporary_state(tmp_path / "state") as kept:
        with temporary_state(tmp_path / "state") as other:
            for place in (kept, other):
                place.folder.mkdir(parents=True)
        assert (kept.folder.exists(), other.folder.exists()) == (True, False)
        kept.keep = True
    assert kept.folder.is_dir()


def test_a_run_of_the_library_and_a_command_keep_each_other_out(tmp_path: Path) -> None:
    """Both ways: a command in the state directory, and one that takes up a run of the library later."""
    with temporary_state(tmp_path / "state") as one, temporary_state(tmp_path / "state") as two:
        for first, second in (
            (one.folder, tmp_path / "state"),
            (tmp_path / "state", one.folder),
            (one.folder, two.folder),
        ):
            with (
                writing_lock(first, account="docs", run_id="k3f9"),
                pytest.raises(LockedError, match="run k3f9"),
                writing_lock(second, account="docs", run_id="other"),
            ):
                pass


def test_a_home_that_cannot_be_used_is_replaced(tmp_path: Path, temporary: Path) -> None:
    """The same folder for every run of this user, so that they still keep one another out."""
    (tmp_path / "home").touch()
    with temporary_state(tmp_path / "home" / "state") as one, temporary_state(tmp_path / "home" / "state") as two:
        assert one.folder.parent == two.folder.parent
        assert one.folder.is_relative_to(temporary)
        assert one.folder != two.folder


def test_no_place_at_all_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the argument that helps."""
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    with (
        pytest.raises(JournalError, match="Give state_dir, a folder that can be written"),
        temporary_state(tmp_path / "file" / "state"),
    ):
        pass
