"""What the user wants written enters; a place that is free leaves, or a refusal."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from batch_renamer.errors import ReportTargetError
from batch_renamer.exporting import resolve_target

TODAY = datetime.date(2026, 11, 26)


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_name_is_made_up() -> None:
    """It has the date; if there is such a file, a number, too."""
    names = []
    for _ in range(3):
        target = resolve_target(None, stem="orders", date=TODAY)
        target.touch()
        names.append(str(target))
    assert names == ["orders-2026-11-26.xlsx", "orders-2026-11-26-2.xlsx", "orders-2026-11-26-3.xlsx"]


def test_a_named_file_is_the_target() -> None:
    """Nothing is left of the test of its folder."""
    assert resolve_target(Path("a.CSV"), stem="orders") == Path("a.CSV")
    assert [*Path.cwd().iterdir()] == []


@pytest.mark.parametrize(
    ("file", "said"),
    [
        pytest.param("there.csv", '"there.csv" exists and is not overwritten', id="a file"),
        pytest.param("link.csv", '"link.csv" exists and is not overwritten', id="a link to nothing"),
        pytest.param("orders.ods", "must end in .xlsx or .csv", id="another ending"),
        pytest.param("orders", "must end in .xlsx or .csv", id="no ending"),
        pytest.param("none/a.csv", 'there is no folder "none"', id="no folder"),
        pytest.param("there.csv/a.csv", "can't be written", id="a file as folder"),
    ],
)
def test_a_place_that_is_not_free_is_refused(file: str, said: str) -> None:
    """An export never replaces anything."""
    Path("there.csv").touch()
    Path("link.csv").symlink_to("nowhere")
    with pytest.raises(ReportTargetError) as refused:
        resolve_target(Path(file), stem="orders")
    assert said in str(refused.value)
