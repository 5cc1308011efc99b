"""Any workbook and any results enter: the user's cells stay, the results are right, and again is the same as once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from batch_renamer.reports.own_workbook import COLUMNS_BACK, RowBack
from tests.support.empty_workbook import MAIN, SHEET, workbook_of
from tests.support.workbooks import column_letters
from tests.support.written_back import READERS, changed_parts, written

_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="_\ufffe\uffff"), max_size=8
)
"""openpyxl does not read the escapes of control characters and underlines; they have tests of their own."""

_VALUES = st.one_of(_TEXTS.filter(bool), st.integers(1, 10**9), st.just(True), st.none())


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A workbook with its cells by row and column, from 1 on."""

    content: bytes = field(repr=False)
    heading_row: int
    last_heading: int
    cells: dict[tuple[int, int], Any]


@st.composite
def _workbooks(draw: st.DrawFn) -> Made:
    """Make a sheet with gaps, notes beside the orders, styles, ranges of columns, a filter, a prefix."""
    heading_row = draw(st.integers(1, 3))
    first = draw(st.integers(1, 3))
    last = first + draw(st.integers(1, 3))
    cells: dict[tuple[int, int], Any] = {(heading_row, column): f"h{column}" for column in range(first, last + 1)}
    for row in draw(st.sets(st.integers(1, 9))):
        if row != heading_row:
            for column in draw(st.sets(st.sampled_from([*range(1, last + 1), last + 3, 15]))):
                cells[row, column] = draw(_VALUES)
    prefix = draw(st.sampled_from(["", "x:"]))
    rows = "".join(_row(draw, number, cells, prefix) for number in range(1, 10))
    before = draw(st.sampled_from(["", "<{p}dimension ref='A1'/>", "<{p}dimension ref='A1:Z9'/>"]))
    before += draw(st.sampled_from(["", "<{p}cols><{p}col min='2' max='16384' width='9'/></{p}cols>"]))
    after = draw(st.sampled_from(["", f"<{{p}}autoFilter ref='{_area(first, heading_row, last, 9)}'/>"]))
    after += draw(st.sampled_from(["", "<{p}mergeCells><{p}mergeCell ref='T1:U2'/></{p}mergeCells>"]))
    space = f"xmlns:x='{MAIN}'" if prefix else f"xmlns='{MAIN}'"
    sheet = f"<{{p}}worksheet {space}>{before}<{{p}}sheetData>@</{{p}}sheetData>{after}</{{p}}worksheet>"
    content = workbook_of(sheet.replace("{p}", prefix).replace("@", rows))
    return Made(content=content, heading_row=heading_row, last_heading=last, cells=cells)


def _area(first_column: int, first_row: int, last_column: int, last_row: int) -> str:
    return f"{column_letters(first_column)}{first_row}:{column_letters(last_column)}{last_row}"


def _row(draw: st.DrawFn, number: int, cells: dict[tuple[int, int], Any], prefix: str) -> str:
    columns = sorted(column for row, column in cells if row == number)
    if not columns and draw(st.booleans()):
        return ""  # blank rows may not be in the file
    gapless = columns == list(range(1, len(columns) + 1)) and draw(st.booleans())
    written = "".join(
        _cell(draw, number, column, cells[number, column], prefix, named=not gapless) for column in columns
    )
    spans = draw(st.sampled_from(["", " spans='1:3'", " spans='2:2 4:5' s='1' customFormat='1'"]))
    return f"<{prefix}row r='{number}'{spans}>{written}</{prefix}row>" if written else f"<{prefix}row r='{number}'/>"


def _cell(draw: st.DrawFn, row: int, column: int, value: object, prefix: str, *, named: bool) -> str:
    place = f" r='{column_letters(column)}{row}'" if named else ""
    match value:
        case None:
            return f"<{prefix}c{place} s='1'/>"
        case bool():
            return f"<{prefix}c{place} t='b'><{prefix}v>1</{prefix}v></{prefix}c>"
        case int():
            return f"<{prefix}c{place}><{prefix}v>{value}</{prefix}v></{prefix}c>"
    kind, inner = draw(
        st.sampled_from(
            [
                ("inlineStr", "is><{p}t xml:space='preserve'>{v}</{p}t></{p}is"),
                ("str", "v xml:space='preserve'>{v}</{p}v"),
            ]
        )
    )
    inner = inner.replace("{p}", prefix).replace("{v}", escape(str(value)))
    return f"<{prefix}c{place} t='{kind}'><{prefix}{inner}></{prefix}c>"


_MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001 - the zone is set here


@st.composite
def _results(draw: st.DrawFn) -> dict[int, tuple[Any, ...]]:
    """Make results by the distance of their row from the headings."""
    return draw(
        st.dictionaries(
            st.integers(1, 9),
            st.tuples(st.sampled_from(["renamed", "failed"]), _TEXTS, st.none() | _TEXTS, st.none() | _MOMENTS),
        )
    )


@settings(max_examples=40, deadline=None)
@given(made=_workbooks(), first=_results(), second=_results())
def test_the_results_come_in_and_nothing_else_changes(
    made: Made, first: dict[int, tuple[Any, ...]], second: dict[int, tuple[Any, ...]]
) -> None:
    """For each workbook and two rounds of results, in the eyes of three readers."""
    once = _written(made.content, first, made)
    assert changed_parts(made.content, once) <= {SHEET, "xl/styles.xml"}
    assert _written(once, first, made) == once
    twice = _written(once, second, made)
    expected = dict(made.cells)
    column = _new_column(made)
    for at, heading in enumerate(COLUMNS_BACK):
        expected[made.heading_row, column + at] = heading
        for distance, values in (first | second).items():
            expected[made.heading_row + distance, column + at] = _shown(values[at])
    wanted = {place: value for place, value in expected.items() if value not in {None, ""}}
    for read in READERS.values():
        found = {
            (row, column): value
            for row, values in enumerate(read(twice, "Orders"), 1)
            for column, value in enumerate(values, 1)
            if value not in {None, ""}
        }
        assert found == wanted


def _written(content: bytes, results: dict[int, tuple[Any, ...]], made: Made) -> bytes:
    rows = [
        RowBack(row=made.heading_row + distance, result=result, reason=reason, final_name=name, renamed_at=moment)
        for distance, (result, reason, name, moment) in results.items()
    ]
    return written(content, rows, heading_row=made.heading_row)


def _new_column(made: Made) -> int:
    """Return the first of four free columns, found another way than the program does."""
    used = {column for (_, column), value in made.cells.items() if value is not None} | {20, 21}
    return next(column for column in range(made.last_heading + 1, 99) if not used & set(range(column, column + 4)))


def _shown(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone().replace(tzinfo=None, microsecond=0)
    return value
