"""What a spreadsheet has to choose from, where it can't be read without a choice."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.loader import LoadOptions, Need, UndecidedSheetError, open_sheet
from tests.support.workbooks import xlsx, xlsx_row


def undecided(path: Path, **options: str) -> UndecidedSheetError:
    """Return the error with which a spreadsheet asks for a choice."""
    with pytest.raises(UndecidedSheetError) as asked, open_sheet(path, LoadOptions(**options)) as sheet:  # type: ignore[arg-type]  # texts alone
        list(sheet.chunks())
    return asked.value


def written(folder: Path, text: str | bytes) -> Path:
    """Return a text file with this content."""
    path = folder / "orders.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    ("text", "options", "needs"),
    [
        pytest.param("Ref,New name\n1,a\n", {}, (Need("id_column"),), id="no id"),
        pytest.param("order_id,Title\n1,a\n", {}, (Need("name_column"),), id="no name"),
        pytest.param("Ref,Title\n1,a\n", {}, (Need("id_column"), Need("name_column")), id="neither"),
        pytest.param("id,order,new_name\n1,2,a\n", {}, (Need("id_column", ("id", "order")),), id="two ids"),
        pytest.param(
            "order_id,new_name\n1,a\n", {"id_column": "x"}, (Need("id_column"),), id="a heading that is not there"
        ),
        pytest.param(
            "order_id,new_name\n1,a\n",
            {"name_column": "order_id"},
            (Need("id_column"), Need("name_column")),
            id="one column for both",
        ),
        pytest.param(
            "new_name\na\n", {"match_by": "current-name"}, (Need("current_name_column"),), id="no current name"
        ),
        pytest.param(
            "order_id,new_name\n1,a\n",
            {"match_by": "current-name", "current_name_column": "none"},
            (Need("current_name_column"),),
            id="current names, and none are to be read",
        ),
        pytest.param(
            "order_id;new_name\n1;a\n", {"delimiter": ","}, (Need("delimiter", (";",)),), id="another delimiter"
        ),
        pytest.param('"order_id,new_name"\n"1,a"\n', {}, (), id="whole lines in quotes: no option helps"),
        pytest.param(b"order_id,new_name\n1,\xc3\xa4\xff\n", {}, (Need("encoding"),), id="damaged UTF-8"),
        pytest.param(b"order_id,new_name\n1,\x81\n", {}, (Need("encoding"),), id="unknown encoding"),
        pytest.param(
            "order_id,new_name\n" + "".join(f"House {row},3f2504e0-4f89-41d3-9a0c-{row:012}\n" for row in range(20)),
            {},
            (Need("id_column"), Need("name_column")),
            id="swapped columns",
        ),
    ],
)
def test_an_error_says_which_options_help(
    tmp_path: Path, text: str | bytes, options: dict[str, str], needs: tuple[Need, ...]
) -> None:
    """By their names, so that a page can show the fields for them."""
    assert undecided(written(tmp_path, text), **options).needs == needs


def test_an_error_has_the_columns_that_can_be_chosen(tmp_path: Path) -> None:
    """Each with the text of the option that means it: the heading, or the letter where two are the same."""
    contents = undecided(written(tmp_path, "Ref,Title,,Title,none\n1,a,b,c,d\n")).contents
    assert contents.heading_row == 1
    assert [column.heading for column in contents.columns] == ["Ref", "Title", "Title", "none"]
    assert [column.option for column in contents.columns] == ["Ref", "B", "D", "E"]


def test_every_column_can_be_chosen_by_its_option(tmp_path: Path) -> None:
    """What a page offers is what the loader takes."""
    path = written(tmp_path, "Ref,Title,,Title\n1,a,b,c\n")
    _, second, third = undecided(path).contents.columns
    for column, name in ((second, "a"), (third, "c")):
        with open_sheet(path, LoadOptions(id_column="Ref", name_column=column.option)) as sheet:
            assert [row.new_name for chunk in sheet.chunks() for row in chunk] == [name]


def test_a_title_above_the_table_is_not_taken_for_its_headings(tmp_path: Path) -> None:
    """It fills one cell, and two headings are needed."""
    contents = undecided(written(tmp_path, "Orders of March\n\nRef,Title,Agent\n1,a,b\n")).contents
    assert (contents.heading_row, [column.heading for column in contents.columns]) == (3, ["Ref", "Title", "Agent"])


def test_several_sheets_are_named(tmp_path: Path) -> None:
    """Those that fit, and all that are visible."""
    rows = xlsx_row(1, "order_id", "new_name") + xlsx_row(2, "a1", "b")
    path = written(tmp_path, xlsx({"March": rows, "April": rows, "Notes": xlsx_row(1, "call", "owner")}))
    error = undecided(path)
    assert error.needs == (Need("sheet", ("March", "April")),)
    assert (error.contents.sheets, error.contents.sheet) == (("March", "April", "Notes"), None)


def test_a_sheet_that_was_read_says_what_it_has(tmp_path: Path) -> None:
    """A wrong guess can be corrected, too."""
    rows = xlsx_row(1, "order_id", "new_name", "Title")
    path = written(tmp_path, xlsx({"March": rows, "Notes": xlsx_row(1, "call", "owner")}))
    with open_sheet(path) as sheet:
        contents = sheet.contents
    assert (contents.sheets, contents.sheet, contents.heading_row) == (("March", "Notes"), "March", 1)
    assert [column.letters for column in contents.columns] == ["A", "B", "C"]
