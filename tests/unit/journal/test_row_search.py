"""Rows of a run as a page shows them: by result and text, in any order, a few at a time."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.journal import Journal, RowFilter, RowOrder, RunRecord, SortKey
from batch_renamer.model import ReportLine, ReportRow, Result, RowNumbers
from tests.support.plans import Row, plan_of

_LETTERS = "aAeEéÉe\u0301ßsSI\u0130i 12,%_\\"
NAMES = st.text(alphabet=_LETTERS, max_size=6)
IDS = st.text(alphabet=_LETTERS, min_size=1, max_size=6)
RESULTS = st.sampled_from([Result.PLANNED, Result.UNCHANGED, Result.FAILED, Result.SKIPPED, Result.INVALID, None])
CELLS = st.lists(st.text(alphabet=f'{_LETTERS}"[]\n\x85\u2028\xb5\u017f', max_size=6), max_size=3).map(tuple)
ROWS = st.lists(st.tuples(st.integers(1, 3), RESULTS, IDS, NAMES, NAMES), min_size=0, max_size=12)


def has_text(line: ReportLine, text: str) -> bool:
    """Tell whether a row or one of its other cells has a text, as people compare texts: by the letters alone."""
    row, cells = line.row, [" ".join(cell.splitlines()) for cell in line.other_cells]
    wanted = letters(text.strip())
    texts = (row.order_id, row.old_name or "", row.new_name, row.final_name or "", row.reason, row.warning, *cells)
    return any(wanted in letters(one) for one in texts) or wanted in (str(row.row), f"{row.row:,}")


def letters(text: str | None) -> str:
    """Return a text without case and accents."""
    parts = unicodedata.normalize("NFD", (text or "").casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def key_of(row: ReportRow, key: SortKey) -> str:
    """Return the text that a row is sorted by; numbers have leading zeros."""
    match key:
        case SortKey.ROW:
            return f"{row.row:09}"
        case SortKey.RESULT:
            return f"{list(Result).index(row.result):09}"
        case SortKey.ORDER_ID:
            return letters(row.order_id)
        case SortKey.OLD_NAME:
            return letters(row.old_name)
        case SortKey.NEW_NAME:
            return letters(row.new_name)


def in_order(rows: Sequence[ReportRow], order: RowOrder) -> list[ReportRow]:
    """Sort rows; those that are equal stay in sheet order."""
    return sorted(rows, key=lambda row: key_of(row, order.key), reverse=order.descending)


class Search(NamedTuple):
    """What is asked for."""

    text: str
    results: frozenset[Result]
    unchecked: bool
    order: RowOrder
    offset: int
    limit: int


SEARCHES = st.builds(
    Search,
    text=st.one_of(
        NAMES, st.sampled_from(["", "no ORDER", "3", "Repair", '"', ",", "[", '", "', "\\n", "\xb5", "\u03bc"])
    ),
    results=st.frozensets(st.sampled_from(list(Result)), max_size=3),
    unchecked=st.booleans(),
    order=st.builds(RowOrder, st.sampled_from(SortKey), st.booleans()),
    offset=st.integers(0, 13),
    limit=st.integers(1, 5),
)


def add_texts(journal: Journal, run: RunRecord) -> None:
    """Make the texts that a search of this run is faster with."""
    assert journal.row_search.texts.begin(run)
    while journal.row_search.texts.add(run):
        pass


@given(
    rows=ROWS,
    cells=st.lists(CELLS, max_size=12),
    unchecked=st.frozensets(st.integers(1, 30)),
    search=SEARCHES,
    with_texts=st.booleans(),
)
def test_a_page_has_the_rows_that_a_plain_search_of_all_rows_finds(
    rows: Sequence[Row],
    cells: Sequence[tuple[str, ...]],
    unchecked: frozenset[int],
    search: Search,
    with_texts: bool,
) -> None:
    """Filter, order, page and counts are those of a few lines of Python, with texts made before and without."""
    with Journal.temporary() as journal:
        plan = plan_of(journal, rows, other_cells=cells)
        if with_texts:
            add_texts(journal, plan)
        if unchecked:
            journal.unchecked.uncheck(plan, RowNumbers.parse(unchecked))
        wanted = RowFilter(results=search.results, text=search.text, unchecked=search.unchecked)
        found = journal.row_search.find(plan, wanted, order=search.order, offset=search.offset, limit=search.limit)
        renames = journal.row_search.renames(plan, wanted)
        lines = list(journal.results.report_lines(plan))
    every = [line.row for line in lines]
    with_text = [line.row for line in lines if has_text(line, search.text)]
    not_wanted = [row for row in with_text if row.result is Result.PLANNED and row.row in unchecked]
    passing = [
        row
        for row in (not_wanted if search.unchecked else with_text)
        if not search.results or row.result in search.results
    ]
    assert list(found.rows) == in_order(passing, search.order)[search.offset : search.offset + search.limit]
    assert found.found == len(passing)
    assert found.unchecked == len(not_wanted)
    assert found.counts == {
        result: count for result in Result if (count := sum(row.result is result for row in with_text))
    }
    planned = [row for row in every if row.result is Result.PLANNED]
    assert [row.row for row in planned if row.row in renames] == [
        row.row for row in passing if row.result is Result.PLANNED
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("STRASSE", "Lange Straße 4", id="sharp s"),
        pytest.param("lange straße", "LANGE STRASSE 4", id="sharp s in the search"),
        pytest.param("élan", "ÉLAN Homes", id="accent"),
        pytest.param("eglise", "4 Église Road", id="accent not typed"),
        pytest.param("Königsallee", "konigsallee 9", id="accent typed alone"),
        pytest.param("лодой", "Молодои", id="accent of Cyrillic"),
        pytest.param("Élan", "E\u0301lan Homes", id="accent in two characters"),
        pytest.param("  elm ", "12 Elm St", id="spaces around"),
        pytest.param("100%", "100% Sold", id="no wildcards"),
    ],
)
def test_text_is_found_as_people_expect_it(text: str, name: str) -> None:
    """Case, accents and the way they are stored, and spaces around the text make no difference."""
    with Journal.temporary() as journal:
        plan = plan_of(journal, [(1, Result.PLANNED, "a1", name, "was"), (1, Result.PLANNED, "a2", "Other", "was")])
        found = journal.row_search.find(plan, RowFilter(text=text))
    assert [row.row for row in found.rows] == [2]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x0b", "\x85", "\u2028", "\u2029"], ids=ascii)
def test_a_cell_of_several_lines_is_searched_as_one(end: str) -> None:
    """Whatever ends its lines, and whether or not its text was made ready before."""
    with Journal.temporary() as journal:
        row = (1, Result.PLANNED, "a1", "b", "c")
        plan = plan_of(journal, [row, row], other_cells=[(f"12 \xc9lm Street{end}Berlin",)])
        wanted = RowFilter(text="elm street berlin")
        found = [journal.row_search.find(plan, wanted).found]
        add_texts(journal, plan)
        found.append(journal.row_search.find(plan, wanted).found)
    assert found == [1, 1]


@pytest.mark.parametrize("text", ["1003", "1,003"])
def test_a_number_finds_the_row_of_this_number(text: str) -> None:
    """It is typed with a comma, as pages show it, or without."""
    with Journal.temporary() as journal:
        plan = plan_of(journal, [(1, Result.PLANNED, "a1", "b", "c"), (1001, Result.PLANNED, "a2", "b", "c")])
        found = journal.row_search.find(plan, RowFilter(text=text))
    assert [row.row for row in found.rows] == [1003]


def test_a_committed_run_shows_what_is_left_as_pending() -> None:
    """The results are those of the report, not those that the table stores."""
    with Journal.temporary() as journal:
        plan = plan_of(journal, [(1, Result.PLANNED, "a1", "b", "c"), (1, None, "a2", "b", "c")])
        run = journal.runs.commit(plan)
        found = journal.row_search.find(run, RowFilter(results=frozenset({Result.PENDING})))
    assert [row.row for row in found.rows] == [2, 3]
    assert found.counts == {Result.PENDING: 2}


def test_a_name_that_has_changed_is_found_by_what_it_is_now(tmp_path: Path) -> None:
    """Texts that were made before are not used when a row has changed since, here or in another process."""
    path = tmp_path / "journal.sqlite3"
    with Journal.open(path) as journal, Journal.open(path) as other:
        plan = plan_of(journal, [(1, Result.PLANNED, "a1", "Elm", "was"), (1, Result.PLANNED, "a2", "Oak", "was")])
        for at_work, name in ((journal, "Ash"), (other, "Yew")):
            add_texts(journal, plan)
            at_work.same_names.settle(plan, names={2: name}, warnings={2: ""}, refused={})
            assert [row.row for row in journal.row_search.find(plan, RowFilter(text=name)).rows] == [2]


def test_texts_of_another_run_end_those_that_were_begun() -> None:
    """There is one table of texts: the run that was shown last has it."""
    with Journal.temporary() as journal:
        first, second = (plan_of(journal, [(1, Result.PLANNED, "a1", name, "was")]) for name in ("Elm", "Oak"))
        texts = journal.row_search.texts
        assert texts.begin(first)
        assert texts.begin(second)
        assert not texts.add(first)
        assert not texts.add(second)
        assert not texts.begin(second)
        found = [journal.row_search.find(run, RowFilter(text="oak")).found for run in (first, second)]
    assert found == [0, 1]
