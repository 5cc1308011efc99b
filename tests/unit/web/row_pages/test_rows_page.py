"""The values of the table of rows."""

from __future__ import annotations

import re

import pytest

from batch_renamer.journal import Journal, RowFilter, RowOrder, SortKey
from batch_renamer.model import Result, RowNumbers
from batch_renamer.web.row_pages import RowsPage, RowsQuery, rows_page
from batch_renamer.web.row_pages.rows_page import Column
from tests.support.plans import Row, plan_of, planned

BAD: Row = (1, Result.FAILED, "gone", "9 Oak Way", "")


def shown(rows: list[Row], query: RowsQuery, *, unchecked: str = "", can_choose: bool | None = None) -> RowsPage:
    """Return a page of a plan with these rows, of which some are unchecked."""
    with Journal.temporary() as journal:
        plan = plan_of(journal, rows)
        if unchecked:
            journal.unchecked.uncheck(plan, RowNumbers.parse(unchecked))
        return rows_page(journal, plan, query, can_choose=can_choose)


@pytest.mark.parametrize(
    ("page", "rows", "words"),
    [
        (1, range(2, 102), "Rows 1–100 of 250"),
        (3, range(202, 252), "Rows 201–250 of 250"),
        (4, range(202, 252), "Rows 201–250 of 250"),
    ],
)
def test_a_page_has_a_hundred_rows(page: int, rows: range, words: str) -> None:
    """The last page has what is left; a page beyond it is the last one."""
    found = shown(planned(250), RowsQuery(page=page))
    assert [row.number for row in found.rows] == list(rows)
    assert found.in_words == words
    assert found.pages == 3


def test_the_first_page_leads_to_the_next_but_not_to_one_before() -> None:
    """The addresses keep the filter and the order."""
    query = RowsQuery(wanted=RowFilter(text="elm"), order=RowOrder(SortKey.NEW_NAME, descending=True))
    found = shown(planned(250), query)
    assert found.page_address(2).endswith("/rows?text=elm&sort=-new_name&page=2")
    assert found.page_address(0) == found.page_address(1) == found.page_address(4) == ""


def test_a_search_starts_at_the_first_page_in_words_of_what_is_found() -> None:
    """It is told how many rows were found, and of how many each result is in the whole run."""
    found = shown([*planned(3), BAD], RowsQuery(wanted=RowFilter(text="oak way")))
    assert (found.in_words, found.total) == ("1 row found", 4)
    assert [(chip.result, chip.count) for chip in found.chips] == [(Result.PLANNED, 3), (Result.FAILED, 1)]


def test_no_row_is_like_what_is_looked_for() -> None:
    """The page says so, and offers nothing to check."""
    found = shown(planned(3), RowsQuery(wanted=RowFilter(text="no such text")))
    assert (found.in_words, found.renames, found.rows) == ("No row is like this.", 0, ())


def test_only_renames_can_be_checked() -> None:
    """Each row of a plan is checked, unchecked, or has nothing to choose."""
    found = shown([*planned(2), BAD], RowsQuery(), unchecked="3")
    assert [row.checked for row in found.rows] == [True, False, None]
    assert found.columns[0].name == "check"
    assert not found.all_checked


def test_rows_of_a_plan_that_is_committed_can_not_be_chosen_any_more() -> None:
    """The same table, without checkboxes."""
    found = shown(planned(2), RowsQuery(), can_choose=False)
    assert [row.checked for row in found.rows] == [None, None]
    assert "check" not in [column.name for column in found.columns]
    assert found.chosen is None


@pytest.mark.parametrize(
    ("wanted", "renames"),
    [
        (RowFilter(), 3),
        (RowFilter(text="3 elm"), 1),
        (RowFilter(unchecked=True), 1),
        (RowFilter(results=frozenset({Result.FAILED})), 0),
        (RowFilter(results=frozenset({Result.FAILED, Result.PLANNED})), 3),
    ],
)
def test_the_buttons_name_the_renames_that_are_found(wanted: RowFilter, renames: int) -> None:
    """As many as they would check or uncheck."""
    assert shown([*planned(3), BAD], RowsQuery(wanted=wanted), unchecked="4").renames == renames


def test_the_heading_that_sorts_says_in_which_direction() -> None:
    """The others say nothing."""
    found = shown(planned(2), RowsQuery(order=RowOrder(SortKey.OLD_NAME, descending=True)))
    directions = {column.name: found.direction(column) for column in found.columns}
    assert {name: found for name, found in directions.items() if found} == {"old": "descending"}
    assert found.sorted_by(Column("check", "Rename")) == ""


def shown_cells(query: RowsQuery, *cells: str) -> list[tuple[str, str, bool]]:
    """Return what is shown of the other cells of one row: heading, text, and whether it was found."""
    with Journal.temporary() as journal:
        headings = ["Adresse", "Agent", ""]
        plan = plan_of(journal, planned(1), other_headings=headings, other_cells=[cells])
        [row] = rows_page(journal, plan, query).rows
    return [(cell.heading, cell.text, cell.found) for cell in row.others]


def test_a_cell_in_which_a_text_was_found_is_shown() -> None:
    """The others are shown where all of them are asked for; a blank one never is."""
    cells = ("7 Oak\nWay", "Ann", " ", "past the headings")
    assert shown_cells(RowsQuery(), *cells) == []
    assert shown_cells(RowsQuery(wanted=RowFilter(text="OAK way")), *cells) == [("Adresse", "7 Oak Way", True)]
    every = [("Adresse", "7 Oak Way", False), ("Agent", "Ann", True), ("", "past the headings", False)]
    assert shown_cells(RowsQuery(wanted=RowFilter(text="ann"), with_others=True), *cells) == every


def test_a_long_cell_is_cut_but_what_was_found_in_it_is_shown() -> None:
    """In the middle, or around what was found; characters that can't be seen are escapes."""
    cell = f"{'a' * 200}\u202e Oak {'z' * 200}"
    [(_, every, _)] = shown_cells(RowsQuery(with_others=True), cell)
    [(_, found, _)] = shown_cells(RowsQuery(wanted=RowFilter(text="oak")), cell)
    assert re.fullmatch("a{50,}…z{50,}", every)
    assert re.fullmatch(r"…a{30,}\\u202e Oak z{50,}…", found)


def test_a_row_of_a_very_wide_spreadsheet_says_where_its_last_cells_are() -> None:
    """A page stays small."""
    cells = shown_cells(RowsQuery(with_others=True), *map(str, range(1000)))
    assert len(cells) < 100
    assert cells[-1] == ("", "and more, which are in the report", False)


def test_words_that_differ_are_marked_in_both_names() -> None:
    """And nothing of a name reaches a page unescaped: characters that can't be seen are shown as escapes."""
    [row] = shown([(1, Result.PLANNED, "a\x1b1", "12 Elm Street\u202e", "12 Elm St")], RowsQuery()).rows
    assert [part.text for part in row.old if part.changed] == ["St"]
    assert "\\u202e" in "".join(part.text for part in row.new)
    assert row.order_id == "a\\x1b1"


def test_a_row_that_was_not_chosen_says_so_in_words_of_the_page() -> None:
    """Its reason in reports names an option of the command line, which the reader has never typed."""
    with Journal.temporary() as journal:
        plan = plan_of(journal, planned(2))
        choice = journal.unchecked.uncheck(plan, RowNumbers.parse("2")).choice
        run = plan_of(journal, [], command="apply", parent=plan)
        journal.lineage.load_plan(run, plan, choice)
        found = rows_page(journal, run, RowsQuery(wanted=RowFilter(results=frozenset({Result.SKIPPED}))))
    assert [row.remarks for row in found.rows] == [("Left out: this rename was not wanted.",)]
