"""Text files enter; their rows leave exactly as typed, with the numbers that a spreadsheet program shows."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch_renamer.errors import SheetError
from batch_renamer.loader import LoadOptions, Sheet, open_sheet
from batch_renamer.loader import text as text_room
from batch_renamer.loader.delimiter import find_delimiter
from batch_renamer.model import BLANK_NAME, COLUMNS, RenameRequest, RowProblem


def load(folder: Path, content: str | bytes, **options: Any) -> tuple[Sheet, list[RenameRequest | RowProblem]]:
    """Write a file and read it to its end."""
    path = folder / "orders.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with open_sheet(path, LoadOptions(**options)) as sheet:
        return sheet, [row for chunk in sheet.chunks() for row in chunk]


def pairs(rows: list[RenameRequest | RowProblem]) -> list[tuple[int, str, str]]:
    """Reduce rows to number, id and name."""
    return [(row.row, row.order_id, row.new_name) for row in rows]


def refusal(folder: Path, content: str | bytes, **options: Any) -> str:
    """Return the one line with which a file is refused."""
    with pytest.raises(SheetError) as refused:
        load(folder, content, **options)
    assert str(refused.value).isprintable()
    return str(refused.value).removeprefix(str(folder / "orders.csv"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    """Each of the four is recognized, with the others inside the names."""
    others = "".join({",", ";", "|"} - {delimiter})
    sheet, rows = load(tmp_path, f"order_id{delimiter}new_name\na1{delimiter}b{others}c\n")
    assert sheet.delimiter == delimiter
    assert pairs(rows) == [(2, "a1", f"b{others}c")]


def test_headings_decide_where_characters_would_mislead() -> None:
    """A frequent comma in names does not beat the semicolon of the headings."""
    text = "My orders, May, 2025\n\nid;rename to\n" + "1;a, b, c\n" * 50
    assert find_delimiter(text, LoadOptions(), complete=True) == ";"


def test_regular_field_count_decides_between_usable_headings() -> None:
    """Two delimiters give headings; the one that the rows agree with is right."""
    text = "id,new_name|order_id,rename to\n1,a|2,b\n3,c|4,d\n"
    options = LoadOptions(id_column="id", name_column="rename to")
    assert find_delimiter(text, options, complete=True) == ","


@pytest.mark.parametrize("asked", [":", "tab", r"\t", "TAB"])
def test_delimiter_can_be_said(tmp_path: Path, asked: str) -> None:
    """Any single character, or the word for the one that is hard to type."""
    delimiter = asked if len(asked) == 1 else "\t"
    sheet, rows = load(tmp_path, f"order_id{delimiter}new_name\na1{delimiter}b\n", delimiter=asked)
    assert (sheet.delimiter, pairs(rows)) == (delimiter, [(2, "a1", "b")])


@pytest.mark.parametrize("asked", ["", ";;", '"', "\n", "é"])
def test_delimiter_that_cannot_be_one_is_refused(tmp_path: Path, asked: str) -> None:
    """Said before anything is read."""
    assert "is not one plain character" in refusal(tmp_path, "order_id,new_name\n", delimiter=asked)


@pytest.mark.parametrize("line", ["sep=;\r\n", "SEP=;\n", '"sep=;"\r\n', "\ufeffsep=;\n"])
def test_sep_line_is_understood_and_not_counted(tmp_path: Path, line: str) -> None:
    """Excel takes the line away: the headings after it stand in its row 1."""
    sheet, rows = load(tmp_path, f"{line}order_id;new_name\r\na1;b\r\n")
    assert (sheet.delimiter, pairs(rows)) == (";", [(2, "a1", "b")])


def test_said_delimiter_beats_the_sep_line(tmp_path: Path) -> None:
    """What the user says counts; the line is passed over all the same."""
    sheet, rows = load(tmp_path, "sep=;\norder_id,new_name\na1,b\n", delimiter=",")
    assert (sheet.delimiter, pairs(rows)) == (",", [(2, "a1", "b")])


ENCODED = "order_id,new_name\r\na1,Straße 5 · 山\r\na2,naïve\r\n"


@pytest.mark.parametrize(
    "content",
    [
        ENCODED.encode(),
        ENCODED.encode("utf-8-sig"),
        ENCODED.encode("utf-16"),
        b"\xfe\xff" + ENCODED.encode("utf-16-be"),
        ENCODED.encode("utf-16-le"),
        ENCODED.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 bom", "utf-16 bom", "utf-16-be bom", "utf-16-le", "utf-16-be"],
)
def test_unicode_is_recognized(tmp_path: Path, content: bytes) -> None:
    """With or without a byte order mark, without a warning, even where nothing may be guessed."""
    sheet, rows = load(tmp_path, content, allow_guessed_encoding=False)
    assert pairs(rows) == [(2, "a1", "Straße 5 · 山"), (3, "a2", "naïve")]
    assert sheet.warnings == ()


def test_other_encoding_is_read_as_windows_1252_with_three_names(tmp_path: Path) -> None:
    """The warning shows what the guess makes of the names."""
    content = "order_id,new_name\n" + "\n".join(["1,plain", "2,Café", "3,Straße", "4,„Hof“", "5,Öland", ""])
    sheet, rows = load(tmp_path, content.encode("cp1252"))
    assert [row.new_name for row in rows] == ["plain", "Café", "Straße", "„Hof“", "Öland"]
    (warning,) = sheet.warnings
    assert 'Windows-1252: it reads "Café", "Straße", "„Hof“".' in warning


def test_guess_that_touches_no_name_says_so(tmp_path: Path) -> None:
    """Only another column goes beyond ASCII."""
    sheet, _ = load(tmp_path, "order_id,new_name,note\n1,a,é\n".encode("cp1252"))
    assert "no name is affected" in sheet.warnings[0]


def test_guess_at_the_very_last_byte_is_no_cut_off_file(tmp_path: Path) -> None:
    """A lone é at the end looks like the beginning of a UTF-8 character, and isn't."""
    _, rows = load(tmp_path, "order_id,new_name\n1,Café".encode("cp1252"))
    assert pairs(rows) == [(2, "1", "Café")]


def test_guess_is_refused_where_nothing_can_be_asked(tmp_path: Path) -> None:
    """Without a question the encoding must be said."""
    content = "order_id,new_name\n1,a\n2,Café\n".encode("cp1252")
    line = refusal(tmp_path, content, allow_guessed_encoding=False)
    assert line == (
        " is not UTF-8 (see line 3), and an encoding is guessed only where a person is asked: "
        "say what it is with --encoding (for example --encoding cp1252)."
    )
    sheet, rows = load(tmp_path, content, allow_guessed_encoding=False, encoding="cp1252")
    assert (sheet.warnings, rows[1].new_name) == ((), "Café")


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [("UTF-8", "utf-8"), ("utf8", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("cp437", "cp437")],
)
def test_encoding_can_be_said(tmp_path: Path, encoding: str, codec: str) -> None:
    """By any name that Python knows."""
    _, rows = load(tmp_path, "order_id,new_name\n1,Café\n".encode(codec), encoding=encoding)
    assert pairs(rows) == [(2, "1", "Café")]


@pytest.mark.parametrize("encoding", ["klingon", "base64", "rot13", "", "a\0b"])
def test_unknown_encoding_is_refused(tmp_path: Path, encoding: str) -> None:
    """Codecs that are not for text are unknown, too."""
    assert "is not known" in refusal(tmp_path, "order_id,new_name\n", encoding=encoding)


@pytest.mark.parametrize(
    ("content", "encoding", "sentence"),
    [
        (ENCODED.encode()[:-11] + b"\xe5\xb1", None, "cut off"),
        (ENCODED.encode("utf-16") + b"\x41", None, "cut off"),
        (ENCODED.encode("utf-8-sig") + b"3,\xe9\n", None, "not what UTF-8 looks like (line 4: byte 0xE9)"),
        (ENCODED.encode() + b"3,\xe9\n", None, "not what UTF-8 looks like (line 4: byte 0xE9)"),
        (ENCODED.encode(), "ascii", "not what ascii looks like (line 2: byte 0xC3)"),
        (b"order_id,new_name\n1,\x81\n", None, "neither UTF-8 (see line 2) nor Windows-1252 (see line 2)"),
    ],
    ids=["utf-8 cut", "utf-16 cut", "bom and damage", "damage", "said wrongly", "neither"],
)
def test_damaged_text_is_refused(tmp_path: Path, content: bytes, encoding: str | None, sentence: str) -> None:
    """No character is replaced silently; the line is named."""
    assert sentence in refusal(tmp_path, content, encoding=encoding)


@pytest.mark.parametrize(
    "content",
    [bytes(range(256)) * 20, b"order_id,new_name\na1,b\0c\n", b"\x01\x02\xff\xfe binary \x9c" * 50],
    ids=["all bytes", "one zero", "control characters"],
)
def test_binary_junk_is_refused(tmp_path: Path, content: bytes) -> None:
    """Bytes that no text has."""
    assert "neither a workbook nor text" in refusal(tmp_path, content)


def test_endless_line_is_refused_before_it_is_held(tmp_path: Path) -> None:
    """A file without line ends would be one cell as large as the file."""
    assert "a line of more than 16 MB" in refusal(tmp_path, b"order_id,new_name\na," + b"x" * (18 << 20))


@pytest.mark.parametrize("content", ["\n\n", " \r\n\t\n", "\ufeff", "\ufeff\n"])
def test_file_of_nothing_but_blanks_is_empty(tmp_path: Path, content: str) -> None:
    """It says so rather than speaking of headings."""
    assert refusal(tmp_path, content) == " is empty."


def test_no_usable_heading_is_refused_in_one_line(tmp_path: Path) -> None:
    """The headings found and the option that helps."""
    assert refusal(tmp_path, "order_id;name\n1;a\n") == (
        " has no heading for the new name (new_name, new title, rename to, name to be). "
        'Headings found in row 1: "order_id", "name". Change the heading to "new_name", or say which '
        "column it is: --name-column name."
    )


def test_sheet_of_a_text_file_is_refused(tmp_path: Path) -> None:
    """A name of a sheet that can't be there must not be passed over."""
    assert 'is a text file and has no sheet "May"' in refusal(tmp_path, "order_id,new_name\n", sheet="May")


def test_headings_without_rows_give_no_rows(tmp_path: Path) -> None:
    """Nothing to do is no mistake."""
    assert load(tmp_path, "order_id,new_name\n")[1] == []


def test_text_stays_as_typed(tmp_path: Path) -> None:
    """Nothing is taken for a number, a date, a truth value or a missing one."""
    names = ["007", "NA", "null", "None", "nan", "1e5", "TRUE", "1.0", "2024-05-01", "=1+1", "#N/A", "'x", "-"]
    content = "order_id,new_name\n" + "".join(f"{i:03},{name}\n" for i, name in enumerate(names))
    rows = load(tmp_path, content)[1]
    assert pairs(rows) == [(i + 2, f"{i:03}", name) for i, name in enumerate(names)]


def test_blank_rows_count_and_are_passed_over(tmp_path: Path) -> None:
    """Row numbers are those of the spreadsheet program, whatever a blank row is made of."""
    content = "\n\ntitle,\norder_id,new_name,note\n\na1,b,\n , \u200b,\n,,\n,,only a note\na2,c,\n\n"
    rows = load(tmp_path, content)[1]
    assert pairs(rows) == [(6, "a1", "b"), (9, "", ""), (10, "a2", "c")]


def test_cell_over_several_lines_is_one_row(tmp_path: Path) -> None:
    """A quoted line break doesn't shift the numbers after it."""
    rows = load(tmp_path, 'order_id,new_name\na1,"12 Elm St\nSpringfield, IL"\r\na2,c\n')[1]
    assert pairs(rows) == [(2, "a1", "12 Elm St Springfield, IL"), (3, "a2", "c")]


def test_short_rows_are_read_and_long_ones_refused(tmp_path: Path) -> None:
    """Missing cells at the end are blank; a cell too many moves the others, also far from the heading."""
    content = "order_id,new_name,skip\n" + "a,b\na,b,x,y,z\na,b,x,, \n" * 8_000 + "a\n"
    rows = load(tmp_path, content)[1]
    assert len(rows) == 24_001
    assert [isinstance(row, RowProblem) for row in rows[-4:]] == [False, True, False, False]
    assert rows[-1].skip == BLANK_NAME
    assert rows[-3].skip == ""  # it may be a piece of the name


def test_row_numbers_go_on_across_chunks(tmp_path: Path) -> None:
    """Pieces that the file is read in leave no trace."""
    content = "title\n\norder_id,new_name\n" + "".join(f"{i},n{i}\n" if i % 7 else "\n" for i in range(25_000))
    path = tmp_path / "orders.csv"
    path.write_text(content, encoding="utf-8")
    with open_sheet(path) as sheet:
        chunks = list(sheet.chunks(1000))
    assert {len(chunk) for chunk in chunks[:-1]} == {1000}
    rows = [row for chunk in chunks for row in chunk]
    assert pairs(rows) == [(i + 4, str(i), f"n{i}") for i in range(25_000) if i % 7]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_understood(tmp_path: Path, line_end: str) -> None:
    """Unix, Windows, and Macs of old."""
    rows = load(tmp_path, line_end.join(["order_id,new_name", "a1,b", "", "a2,c"]).encode())[1]
    assert pairs(rows) == [(2, "a1", "b"), (4, "a2", "c")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('order_id,new_name\na1,"b\na2,c\na3,d\n', "row 2: a quotation mark is opened and never closed"),
        ('order_id,new_name\na1,b\na2,"c', "row 3: a quotation mark is opened and never closed"),
        ('order_id,new_name\na1,"b\na2,"c, d"\na3,e\n', "row 2: a quotation mark is out of place, and 2 lines"),
        ('order_id,new_name\na1,"' + "b" * 140_000 + '"\n', "row 2: a cell has more than 131072 characters"),
    ],
    ids=["to the end", "in the last line", "to the next mark", "giant"],
)
def test_stray_quotation_mark_that_runs_rows_together_is_refused(tmp_path: Path, content: str, sentence: str) -> None:
    """Rows must not vanish inside a name."""
    assert sentence in refusal(tmp_path, content)


def test_rows_swallowed_between_two_stray_marks_are_found(tmp_path: Path) -> None:
    """Both marks stand where marks may stand; what is between them is rows."""
    rows = load(tmp_path, 'order_id,new_name\na1,"b\na2,c\na3,12"\na4,d\n')[1]
    assert isinstance(rows[0], RowProblem)
    assert 'Here: from "a2,c" on' in rows[0].reason
    assert pairs(rows[1:]) == [(3, "a4", "d")]


def test_lines_inside_a_row_without_an_id_are_its_own(tmp_path: Path) -> None:
    """A row too short to have an id has nothing to compare its lines with."""
    rows = load(tmp_path, 'new_name,order_id\n"b\nc"\nd,a2\n')[1]
    assert pairs(rows) == [(2, "", "b\nc"), (3, "a2", "d")]


def test_marks_inside_a_cell_are_harmless(tmp_path: Path) -> None:
    """Doubled, in the middle, or followed by text on the same line: as they were typed."""
    rows = load(tmp_path, 'order_id,new_name\na1,"12"" pipe"\na2,12" pipe\na3,"x" y\n')[1]
    assert pairs(rows) == [(2, "a1", '12" pipe'), (3, "a2", '12" pipe'), (4, "a3", '"x" y')]


def test_formula_guard_is_removed_only_from_a_report(tmp_path: Path) -> None:
    """Elsewhere an apostrophe is the user's own."""
    cells = ["'=1", "'+1", "'-1", "'@a", "''a", "'a", "a"]
    plain = "order_id,new_name\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells))
    assert [row.new_name for row in load(tmp_path, plain)[1]] == cells
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS)
    writer.writeheader()
    writer.writerows({"order_id": str(i), "new_name": cell, "old_name": cell} for i, cell in enumerate(cells))
    rows = load(tmp_path, written.getvalue())[1]
    assert [row.new_name for row in rows] == ["=1", "+1", "-1", "@a", "'a", "'a", "a"]
    assert [row.current_name for row in rows] == [row.new_name for row in rows]


def test_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Names of the API may begin with a space, and hold marks after backslashes: in a report they have one reading."""
    cells = {"order_id": "a1", "new_name": 'Barn \\"North\\", Flat 3', "final_name": " Barn", "old_name": '"Elm" x'}
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS)
    writer.writeheader()
    writer.writerow(cells)
    [row] = load(tmp_path, written.getvalue())[1]
    assert isinstance(row, RenameRequest)
    assert (row.new_name, row.current_name) == (cells["new_name"], cells["old_name"])


def test_file_changed_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was proven at the start may no longer hold."""
    path = tmp_path / "orders.csv"
    path.write_text("order_id,new_name\na1,b\n", encoding="utf-8")
    with open_sheet(path) as sheet:
        path.write_bytes(b'order_id,new_name\na1,"\xff')
        with pytest.raises(SheetError, match="changed meanwhile"):
            list(sheet.chunks())


LEGAL_ID = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=12)
LEGAL_NAME = st.text(
    st.one_of(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), st.sampled_from(" ,;\t|\"'=\n")),
    min_size=1,
    max_size=20,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    rows=st.lists(st.one_of(st.none(), st.tuples(LEGAL_ID, LEGAL_NAME)), max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    above=st.integers(0, 3),
)
def test_what_csv_writes_is_read_back_exactly(
    tmp_path: Path,
    *,
    rows: list[tuple[str, str] | None],
    delimiter: str,
    codec: str,
    line_end: str,
    above: int,
) -> None:
    """Any legal ids and names survive any delimiter and encoding, each with its row number."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator=line_end)
    writer.writerows([[]] * above)
    writer.writerow(["note", "New Name", "Order ID"])
    writer.writerows([] if row is None else ["", row[1], row[0]] for row in rows)
    raw = written.getvalue()
    _, read = load(tmp_path, raw.encode(codec))
    expected = [(n, *row) for n, row in enumerate(rows, above + 2) if row is not None]
    assert [(row.row, row.order_id) for row in read] == [(n, order_id) for n, order_id, _ in expected]
    for row, (_, _, name) in zip(read, expected, strict=True):
        if isinstance(row, RenameRequest):
            one_line = unicodedata.normalize("NFC", name.strip(" \t\n").replace("\n", " ").replace("\t", " "))
            assert row.new_name in (one_line, one_line.removeprefix("'").strip())
        else:
            assert row.new_name == name


def test_examples_of_a_guess_are_looked_for_without_holding_the_file(tmp_path: Path) -> None:
    """The search ends at the third name."""
    seen: list[int] = []

    def rows() -> Any:
        for number in range(10):
            seen.append(number)
            yield number, "1", "é", "", ""

    assert '"é", "é", "é"' in text_room._guess_warning(rows(), "orders.csv")
    assert seen == [0, 1, 2]


@pytest.mark.parametrize(
    ("content", "options"), [("order_id;new_name\na;b\n", {"delimiter": ","}), ("sep=,\norder_id;new_name\na;b\n", {})]
)
def test_wrong_delimiter_is_named_with_the_one_that_fits(tmp_path: Path, content: str, options: dict[str, Any]) -> None:
    """Nothing is said of quotation marks where there are none."""
    said = refusal(tmp_path, content, **options)
    assert 'delimiter ","' in said
    assert '";" would fit' in said
