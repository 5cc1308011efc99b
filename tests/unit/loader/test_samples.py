"""Every file in sample_data/ is loaded, and holds what its README says."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.loader import Sheet, open_sheet
from batch_renamer.model import RenameRequest, RowProblem

SAMPLES = Path(__file__).parents[3] / "sample_data"


def load(name: str) -> tuple[Sheet, list[RenameRequest | RowProblem]]:
    """Read a sample to its end."""
    with open_sheet(SAMPLES / name) as sheet:
        return sheet, [row for chunk in sheet.chunks() for row in chunk]


@pytest.mark.parametrize(
    ("name", "heading_row", "rows", "bad"),
    [
        ("orders.csv", 1, range(2, 14), set()),
        ("orders.xlsx", 1, range(2, 14), set()),
        ("semicolon-german.csv", 3, range(4, 8), set()),
        ("windows-1252.csv", 1, range(2, 6), set()),
        ("skip-and-guard.csv", 1, range(2, 5), set()),
        ("report.csv", 1, range(2, 6), set()),
        ("troubles.csv", 1, range(2, 14), set(range(2, 12))),
        ("troubles.xlsx", 1, range(2, 11), set(range(3, 10))),
    ],
)
def test_each_sample_gives_its_rows(name: str, heading_row: int, rows: range, bad: set[int]) -> None:
    """A sample has the rows, and the bad rows, that it was made with."""
    sheet, loaded = load(name)
    assert sheet.columns.row == heading_row
    assert [row.row for row in loaded] == list(rows)
    assert {row.row for row in loaded if isinstance(row, RowProblem)} == bad


def test_every_sample_is_listed_here_and_in_the_readme() -> None:
    """No sample is forgotten."""
    # The README's first command leaves its report there.
    files = {path.name for path in SAMPLES.iterdir() if ".report-" not in path.name} - {"README.md"}
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert files == {
        "orders.csv",
        "orders.xlsx",
        "report.csv",
        "semicolon-german.csv",
        "skip-and-guard.csv",
        "troubles.csv",
        "troubles.xlsx",
        "windows-1252.csv",
    }
    assert all(f"`{name}`" in readme for name in files)


def test_orders_are_the_same_as_text_and_as_workbook() -> None:
    """The first sample says the same in both forms."""
    assert load("orders.csv")[1] == load("orders.xlsx")[1]


def test_troubles_each_have_a_reason_of_their_own() -> None:
    """No two kinds of trouble in the sample are told apart by their row alone."""
    reasons = [row.reason for row in load("troubles.csv")[1] if isinstance(row, RowProblem)]
    assert len(set(reasons)) == len(reasons)


def test_report_fed_back_in_loses_its_guards() -> None:
    """Names and ids of a report come back as they were before the report made them formula-safe."""
    rows = load("report.csv")[1]
    assert [row.new_name for row in rows] == ["=1+1 Lane", "'s-Hertogenbosch 4", "Left out", "At home"]
    assert [row.current_name for row in rows] == ["Untitled order", "-draft-", "Untitled order", None]
    assert [row.skip for row in rows] == ["", "", "x", ""]
    assert rows[3].order_id == "@home"
