"""A workbook and results enter; four columns beside the user's leave, as readers of several makes find them."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from tests.support.workbooks import rezipped
from tests.support.written_back import MOMENT, READERS, back, changed_parts, written


def _plain() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, ["Order ID", "New name", "Photos"], book.add_format({"bold": True}))
        for row in range(1, 4):
            sheet.write_row(row, 0, [f"id{row}", f"{row} Elm St", row])
    return file.getvalue()


@pytest.mark.parametrize("reader", READERS)
def test_three_readers_find_the_results_beside_the_users_cells(reader: str) -> None:
    """Texts are texts, a time is a time in the local zone, and what has no value is blank."""
    rows = [
        back(2, final_name="=1+1", renamed_at=MOMENT),
        back(4, "failed", '404: no <such> order & no "name"'),
    ]
    found = READERS[reader](written(_plain(), rows), "Orders")
    local = MOMENT.astimezone().replace(tzinfo=None)
    assert [[cell or None for cell in row] for row in found] == [
        ["Order ID", "New name", "Photos", "result", "reason", "final_name", "renamed_at"],
        ["id1", "1 Elm St", 1, "renamed", None, "=1+1", local],
        ["id2", "2 Elm St", 2, None, None, None, None],
        ["id3", "3 Elm St", 3, "failed", '404: no <such> order & no "name"', None, None],
    ]


def test_only_the_sheet_and_the_styles_change() -> None:
    """Every other part is the same, and stands at the same place of the archive."""
    content = _plain()
    after = written(content, [back(2, renamed_at=MOMENT)])
    assert changed_parts(content, after) == {"xl/worksheets/sheet1.xml", "xl/styles.xml"}


def test_a_very_long_tag_moves_nothing() -> None:
    """A parser that waits for the rest of a tag tells no place meanwhile."""

    def with_long_tag(part: bytes) -> bytes:
        long = part.replace(b'<row r="2"', b'<row r="2" x:note="%b"' % (b"n" * 700_000))
        return long.replace(b"<worksheet ", b'<worksheet xmlns:x="urn:x" ')

    content = rezipped(_plain(), {"xl/worksheets/sheet1.xml": with_long_tag})
    after = written(content, [back(2), back(4, "failed")])
    assert [row[3] for row in READERS["openpyxl"](after, "Orders")] == ["result", "renamed", None, "failed"]


def test_written_twice_is_written_once() -> None:
    """The same results again change nothing, and others go into the same columns."""
    once = written(_plain(), [back(2, final_name="1 Elm St", renamed_at=MOMENT), back(3, "failed", "why")])
    assert written(once, [back(2, final_name="1 Elm St", renamed_at=MOMENT), back(3, "failed", "why")]) == once
    again = READERS["openpyxl"](written(once, [back(3, "unchanged"), back(4, "renamed")]), "Orders")
    assert [row[3:] for row in again] == [
        ["result", "reason", "final_name", "renamed_at"],
        ["renamed", None, "1 Elm St", MOMENT.astimezone().replace(tzinfo=None)],
        ["unchanged", None, None, None],
        ["renamed", None, None, None],
    ]
