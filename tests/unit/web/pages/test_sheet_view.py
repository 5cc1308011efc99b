"""What stands on the page of a spreadsheet, from what a check has said."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.model import ReasonGroup, ReportRow, Result, WarningGroup
from batch_renamer.settings import Settings
from batch_renamer.web.accounts import Account
from batch_renamer.web.pages.sheet_view import SheetView
from batch_renamer.web.uploads import CheckedSheet, Upload


def view(checked: CheckedSheet) -> SheetView:
    """Return the page of a spreadsheet in the sandbox."""
    settings = Settings(state_dir=Path("state"), sandbox=True)
    account = Account(name="sandbox", title="Practice", base_url="", colour=0, settings=settings)
    upload = Upload(id="abcdefghjk", folder=Path(), name="orders.csv", account="sandbox", uploaded_at=0)
    return SheetView(upload=upload, account=account, accounts=(account,), checked=checked)


def row(number: int, *, warning: str = "", reason: str = "", order_id: str = "a1", new_name: str = "Barn") -> ReportRow:
    """Return a row of a check."""
    return ReportRow(
        row=number, order_id=order_id, new_name=new_name, result=Result.INVALID, reason=reason, warning=warning
    )


@pytest.mark.parametrize(
    ("numbers", "count", "others"),
    [
        ([2, 3], 2, ""),
        ([2, 3, 4, 5, 6], 5, ""),
        ([2, 3, 4, 5, 6, 9], 6, "Also row 9."),
        ([2, 3, 4, 5, 6, 9, 10, 11, 20], 9, "Also rows 9-11, 20."),
        ([2, 3, 4, 5, 6, 9, 10], 1_000, "Also rows 9-10 and 993 more."),
    ],
)
def test_a_few_rows_of_a_reason_are_shown_and_the_others_named(numbers: list[int], count: int, others: str) -> None:
    """So that every row can be found in the spreadsheet, and the page stays short."""
    group = ReasonGroup(result=Result.INVALID, reason="Why.", count=count, rows=tuple(map(row, numbers)))
    [shown] = view(CheckedSheet(problems=(group,))).problems
    assert ([one.number for one in shown.rows], shown.others) == (numbers[:5], others)


def test_of_many_reasons_the_first_are_shown() -> None:
    """A spreadsheet may have as many reasons as rows."""
    groups = [ReasonGroup(result=Result.INVALID, reason=f"Why {at}.", count=2) for at in range(25)]
    found = view(CheckedSheet(problems=tuple(groups)))
    assert len(found.problems) == 20
    assert found.problems_not_shown == "10 more rows to repair, for other reasons. Repair these first."


@pytest.mark.parametrize(
    ("warning", "remark"),
    [("Odd: it looks the same.", "it looks the same"), ('Odd: "Barn".', ""), ("Other: x.\nOdd: why\nMore: y", "why")],
)
def test_what_a_warning_says_of_a_row_stands_beside_it(warning: str, remark: str) -> None:
    """It is left out where the row shows it already."""
    group = WarningGroup(kind="Odd", numbers=(2,), count=1, rows=(row(2, warning=warning),))
    [shown] = view(CheckedSheet(row_warnings=(group,))).row_warnings
    assert (shown.title, shown.rows[0].remark) == ("1 row: Odd.", remark)


def test_long_cells_are_cut() -> None:
    """A cell of a workbook may have 32,767 characters."""
    [shown] = view(CheckedSheet(first_rows=(row(2, order_id="1" * 5_000, new_name="x" * 5_000),))).first_rows
    assert (len(shown.order_id), len(shown.new_name)) == (60, 300)
