"""Files that are written beside their target, and the names that they take."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pytest

from batch_renamer.temporary import complete_file, take_name


def _write(file: BinaryIO, _scratch: Path) -> None:
    file.write(b"whole")


def _fail(file: BinaryIO, scratch: Path) -> None:
    (scratch / "rows").write_bytes(b"half")
    file.write(b"half")
    raise OSError("the disk is full")


def test_a_file_takes_its_name_when_it_is_complete(tmp_path: Path) -> None:
    """Nothing but the file under its name is left."""
    with complete_file(tmp_path, _write) as temporary:
        assert take_name(temporary, tmp_path / "orders.csv")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"orders.csv": b"whole"}


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
def test_a_name_that_is_taken_is_never_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    """The other file keeps its name and its content, and the new one is removed."""

    def refuse(_self: Path, _target: Path) -> None:
        raise OSError("not supported")

    if not links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    mine = tmp_path / "orders.csv"
    mine.write_bytes(b"mine")
    with complete_file(tmp_path, _write) as temporary:
        assert not take_name(temporary, mine)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"orders.csv": b"mine"}


def test_a_file_that_can_not_be_written_leaves_nothing(tmp_path: Path) -> None:
    """The file and the folder for its writer's own files are removed."""
    with pytest.raises(OSError, match="the disk is full"), complete_file(tmp_path, _fail):
        pass
    assert not list(tmp_path.iterdir())
