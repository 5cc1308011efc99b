"""The bytes of a text file and results enter; the file with four more columns leaves, otherwise unchanged."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch_renamer.errors import WriteBackError
from batch_renamer.loader import open_sheet
from batch_renamer.model import COLUMNS_BACK, RenameRequest, RowProblem, SheetPlace
from batch_renamer.reports.own_workbook import RowBack
from batch_renamer.reports.own_workbook.text import write_back_text
from batch_renamer.text import trimmed
from tests.support.written_back import back


def written(content: bytes, *rows: RowBack, **where: object) -> tuple[bytes, tuple[str, ...]]:
    """Write results into a text file."""
    place = SheetPlace(**{"heading_row": 1, "encoding": "utf-8", "delimiter": ",", **where})  # type: ignore[arg-type]
    target = io.BytesIO()
    return (target, write_back_text(io.BytesIO(content), target, place=place, rows=rows))[0].getvalue(), ()


def noted(content: bytes, *rows: RowBack, **where: object) -> tuple[str, ...]:
    """Return what is said about the write-back."""
    place = SheetPlace(**{"heading_row": 1, "encoding": "utf-8", "delimiter": ",", **where})  # type: ignore[arg-type]
    return write_back_text(io.BytesIO(content), io.BytesIO(), place=place, rows=rows)


DONE = back(2, "unchanged", final_name="12 Elm")


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        pytest.param(
            b"order_id,new_name\r\na1,12 Elm\r\n",
            b"order_id,new_name,result,reason,final_name,renamed_at\r\na1,12 Elm,unchanged,,12 Elm,\r\n",
            {},
            id="CR LF",
        ),
        pytest.param(
            b"order_id\tnew_name\na1\t12 Elm",
            b"order_id\tnew_name\tresult\treason\tfinal_name\trenamed_at\na1\t12 Elm\tunchanged\t\t12 Elm\t",
            {"delimiter": "\t"},
            id="tabs, and no end of the last line",
        ),
        pytest.param(
            b'"order_id";"new_name"\n"a1";"12 Elm"\n',
            b'"order_id";"new_name";"result";"reason";"final_name";"renamed_at"\n'
            b'"a1";"12 Elm";"unchanged";;"12 Elm";\n',
            {"delimiter": ";"},
            id="every cell in quotes",
        ),
        pytest.param(
            b"sep=;\r\norder_id;new_name\r\na1;12 Elm\r\n",
            b"sep=;\r\norder_id;new_name;result;reason;final_name;renamed_at\r\na1;12 Elm;unchanged;;12 Elm;\r\n",
            {"delimiter": ";", "has_sep_line": True},
            id="a line that declares the delimiter",
        ),
        pytest.param(
            "\ufefforder_id,new_name\na1,Ünter\n".encode(),
            "\ufefforder_id,new_name,result,reason,final_name,renamed_at\na1,Ünter,unchanged,,12 Elm,\n".encode(),
            {"encoding": "utf-8-sig"},
            id="UTF-8 with BOM",
        ),
        pytest.param(
            "order_id,new_name\na1,Ünter\n".encode("utf-16"),
            "order_id,new_name,result,reason,final_name,renamed_at\na1,Ünter,unchanged,,12 Elm,\n".encode("utf-16"),
            {"encoding": "utf-16"},
            id="UTF-16",
        ),
        pytest.param(
            b"order_id,new_name,note\na1,12 Elm\n",
            b"order_id,new_name,note,result,reason,final_name,renamed_at\na1,12 Elm,,unchanged,,12 Elm,\n",
            {},
            id="a row shorter than the headings",
        ),
        pytest.param(
            b'order_id,new_name\na1,"12\nElm"  \n',
            b'order_id,new_name,result,reason,final_name,renamed_at\na1,"12\nElm"  ,unchanged,,12 Elm,\n',
            {},
            id="a record of two lines",
        ),
        pytest.param(
            b"order_id,new_name\ra1,12 Elm\r",
            b"order_id,new_name,result,reason,final_name,renamed_at\ra1,12 Elm,unchanged,,12 Elm,\r",
            {},
            id="CR alone",
        ),
        pytest.param(
            b'order_id,result,reason,final_name,renamed_at,new_name\na1,failed,"No, sir",,,12 Elm\n',
            b"order_id,result,reason,final_name,renamed_at,new_name\na1,unchanged,,12 Elm,,12 Elm\n",
            {},
            id="the columns are there already",
        ),
        pytest.param(
            b"November\norder_id,new_name\n\n",
            b"November\norder_id,new_name,result,reason,final_name,renamed_at\n\n",
            {"heading_row": 2, "rows": ()},
            id="headings further down, and no row",
        ),
    ],
)
def test_the_text_of_the_user_stays(before: bytes, after: bytes, where: dict[str, object]) -> None:
    """The delimiter, the encoding, the quotes and the line ends are those of the file."""
    rows = where.pop("rows", (DONE,))
    assert isinstance(rows, tuple)
    assert written(before, *rows, **where)[0] == after


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        pytest.param(
            back(2, "failed", reason='It said "no", twice.'), 'failed,"It said ""no"", twice.",,', id="quotes"
        ),
        pytest.param(back(2, "drifted", final_name="=1+1"), "drifted,,'=1+1,", id="a formula"),
        pytest.param(back(2, "drifted", final_name="a\r\nb\x00c"), "drifted,,a b\\x00c,", id="control characters"),
        pytest.param(back(2, "drifted", final_name=" a"), 'drifted,," a",', id="a space at the beginning"),
        pytest.param(
            back(2, renamed_at=datetime(2026, 1, 1, 12, 0, 5).astimezone(UTC)),
            "renamed,,,2026-01-01 12:00:05",
            id="time",
        ),
    ],
)
def test_a_cell_is_one_cell(row: RowBack, cells: str) -> None:
    """Whatever the API says stands in one cell of one line, and is no formula."""
    after, _ = written(b"order_id,new_name\na1,b\n", row)
    assert after.decode().splitlines()[1] == f"a1,b,{cells}"


def test_what_the_encoding_lacks_is_an_escape_and_is_said() -> None:
    """A name is never written with question marks for its letters."""
    content = "order_id;new_name\na1;Käse\n".encode("cp1252")
    rows, where = back(2, "drifted", final_name="Żółw ä"), {"encoding": "cp1252", "delimiter": ";"}
    assert written(content, rows, **where)[0].decode("cp1252").splitlines()[1] == r"a1;Käse;drifted;;\u017bó\u0142w ä;"
    [note] = noted(content, rows, **where)
    assert "cp1252" in note
    assert "row 2 there has escapes" in note


def test_a_row_with_a_cell_too_many_is_left_alone_and_said() -> None:
    """Its last cell stands where the result would: the row is damaged, and stays so."""
    content = b"order_id,new_name\na1,12 Elm,Springfield\na2,b\n"
    rows = (back(2, "invalid"), back(3, "unchanged"))
    assert written(content, *rows)[0].splitlines()[1:] == [b"a1,12 Elm,Springfield", b"a2,b,unchanged,,,"]
    assert noted(content, *rows) == (
        (
            "In the spreadsheet, row 2 has more cells than there are headings, so no result is written there; "
            "the report has it."
        ),
    )


def test_a_result_of_before_goes_where_there_is_none_now() -> None:
    """A row that was emptied says nothing of an order."""
    content = b"order_id,new_name,result,reason,final_name,renamed_at\n,,renamed,,a,2026\na2,b\n"
    assert written(content, back(3, "unchanged"))[0].splitlines()[1:] == [b",,,,,", b"a2,b,unchanged,,,"]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        pytest.param(b"order_id,new_name\n", {}, id="fewer rows"),
        pytest.param(b"order_id,new_name\na1,\xff\n", {}, id="another encoding"),
        pytest.param(b"order_id,new_name\na1,~\n\x1b(B\n", {"encoding": "iso2022_jp"}, id="idle bytes"),
    ],
)
def test_a_file_that_can_not_be_copied_exactly_is_refused(content: bytes, where: dict[str, object]) -> None:
    """The spreadsheet is then as it was."""
    with pytest.raises(WriteBackError):
        written(content, DONE, **where)


CELLS = st.text(st.sampled_from("ab1 \"\\,;\n\r='-ÄŻ"), max_size=8)
NAMES = st.text(st.sampled_from("ab1 \"\\,;\n\r='-ÄŻ\u2028\x07"), max_size=8)
RESULTS = st.tuples(st.sampled_from(["renamed", "invalid", "unchanged"]), NAMES, NAMES)


def rows_in(content: bytes, folder: Path) -> list[RenameRequest | RowProblem] | str:
    """Return the rows that the loader finds, or why it finds none."""
    path = folder / "orders.csv"
    path.write_bytes(content)
    try:
        with open_sheet(path) as sheet:
            return [row for chunk in sheet.chunks() for row in chunk]
    except Exception as error:
        return type(error).__name__


@settings(max_examples=60)
@given(
    st.lists(st.lists(CELLS, max_size=4), max_size=4),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, None]),
    st.lists(RESULTS, min_size=12, max_size=12),
    st.sampled_from([("order_id", "new_name"), ("order_id", "new_name", "note"), ("skip", "order_id", "new_name", "")]),
)
def test_the_rows_are_the_same_when_they_are_read_again(
    tmp_path_factory: pytest.TempPathFactory,
    cells: list[list[str]],
    quoting: int | None,
    results: list[tuple[str, str, str]],
    headings: tuple[str, ...],
) -> None:
    """Whatever is in the cells of the user, quoted or not: ids, names, flaws and row numbers don't change."""
    folder = tmp_path_factory.mktemp("again")
    file = io.StringIO(newline="")
    cells = [row[: max((i for i, cell in enumerate(row, 1) if trimmed(cell)), default=0)] for row in cells]
    if quoting is None:
        file.write("\n".join(",".join(row) for row in [headings, *cells]) + "\n")
    else:
        csv.writer(file, quoting=quoting).writerows([headings, *cells])  # type: ignore[arg-type]
    content = file.getvalue().encode()
    before = rows_in(content, folder)
    if isinstance(before, str):
        return
    with open_sheet(folder / "orders.csv") as sheet:
        where = {"heading_row": sheet.columns.row, "delimiter": sheet.delimiter, "encoding": sheet.codec}
    done = [
        back(row.row, result, reason, final_name)
        for row, (result, reason, final_name) in zip(before, results * len(before), strict=False)
    ]
    after, _ = written(content, *done, **where)
    assert rows_in(after, folder) == before
    again, _ = written(after, *done, **where)
    assert again == after


def test_the_headings_are_those_that_the_loader_knows() -> None:
    """They are not read, and not called unused."""
    assert COLUMNS_BACK == ("result", "reason", "final_name", "renamed_at")
