"""A file that may be only half there: a warning, or a refusal where no person is there to be warned."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from batch_renamer.errors import SheetError
from batch_renamer.loader import LoadOptions, open_sheet

WHOLE = "order_id,new_name\na1,8 Rue de Rivoli\n"
CUT = WHOLE[:-9]
WRITTEN_S = 1_000_000.0


def warnings_of(path: Path, *, age_s: float, unattended: bool, growing: str = "") -> tuple[str, ...]:
    """Read a file of that age to its end; ``growing`` is added to it meanwhile."""
    os.utime(path, (WRITTEN_S, WRITTEN_S))
    options = LoadOptions(unattended=unattended)
    with open_sheet(path, options, wall_clock=lambda: WRITTEN_S + age_s) as sheet:
        if growing:
            with path.open("a", encoding="utf-8") as file:
                file.write(growing)
        for _ in sheet.chunks():
            pass
        return sheet.warnings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the sheet is."""
    return tmp_path / "orders.csv"


@pytest.mark.parametrize("age_s", [0.0, 59.0, -3600.0], ids=["just now", "59 s", "a clock that is behind"])
def test_young_file_without_a_last_line_end_is_refused_unattended(path: Path, age_s: float) -> None:
    """Cut inside a name, an order would be called “8 Rue de”."""
    path.write_text(CUT)
    with pytest.raises(SheetError, match="is it still being written"):
        warnings_of(path, age_s=age_s, unattended=True)


@pytest.mark.parametrize(("age_s", "unattended"), [(0.0, False), (61.0, True), (1e6, True)])
def test_otherwise_a_last_line_without_an_end_is_warned_about(path: Path, age_s: float, unattended: bool) -> None:
    """Many programs write none; a person, or a report, says so."""
    path.write_text(CUT)
    [warning] = warnings_of(path, age_s=age_s, unattended=unattended)
    assert warning == f"The last line of {path} has no line end: make sure that the file is whole."


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\x1a", "\n  "])
def test_whole_file_is_read_without_a_word(path: Path, codec: str, end: str) -> None:
    """Whatever its line ends and its encoding."""
    path.write_bytes((WHOLE[:-1] + end).encode(codec))
    assert warnings_of(path, age_s=0.0, unattended=True) == ()


def test_growing_file_is_refused_unattended_and_warned_about_otherwise(path: Path) -> None:
    """Cut at a row's end, 179 of 400 rows would be “done”."""
    path.write_text(WHOLE)
    with pytest.raises(SheetError, match="has grown or shrunk while it was read: is it still being written"):
        warnings_of(path, age_s=3600.0, unattended=True, growing="a2,9 Rue\n")
    [warning] = warnings_of(path, age_s=3600.0, unattended=False, growing="a3,10 Rue\n")
    assert "has grown or shrunk while it was read" in warning
