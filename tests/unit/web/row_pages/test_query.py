"""What the address of a page of rows asks for."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict

from batch_renamer.journal import RowFilter, RowOrder, SortKey
from batch_renamer.model import Result
from batch_renamer.web.row_pages import RowsQuery
from batch_renamer.web.row_pages.query import filter_of

FILTERS = st.builds(
    RowFilter,
    results=st.frozensets(st.sampled_from(Result), max_size=4),
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    unchecked=st.booleans(),
)
QUERIES = st.builds(
    RowsQuery,
    wanted=FILTERS,
    order=st.builds(RowOrder, st.sampled_from(SortKey), st.booleans()),
    page=st.integers(1, 99_999),
    with_others=st.booleans(),
)


@given(query=QUERIES)
def test_an_address_says_all_that_is_asked_for(query: RowsQuery) -> None:
    """So a reload, the way back and a second tab show the same rows."""
    address = query.address(page=query.page)
    assert RowsQuery.of(MultiDict(parse_qsl(address.removeprefix("?")))) == query


@given(query=QUERIES)
def test_an_action_means_the_rows_that_are_shown(query: RowsQuery) -> None:
    """The filter that a button sends is the filter of the page."""
    assert filter_of(query.filter_json) == query.wanted


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({"results": "lost,<b>"}, id="results that do not exist"),
        pytest.param({"sort": "-price"}, id="a column that does not exist"),
        pytest.param({"page": "0"}, id="page 0"),
        pytest.param({"page": "-3"}, id="a negative page"),
        pytest.param({"page": "9" * 400}, id="a page with 400 digits"),
        pytest.param({"page": "٣"}, id="a page in other digits"),
    ],
)
def test_what_can_not_be_understood_is_left_out(query: dict[str, str]) -> None:
    """An old or mistyped link shows the first page of all rows, in sheet order."""
    assert RowsQuery.of(MultiDict(query)) == RowsQuery()


@pytest.mark.parametrize(
    "asked",
    [
        None,
        [],
        {},
        {"results": "failed", "text": "", "unchecked": False},
        {"results": [], "text": 3, "unchecked": False},
    ],
)
def test_a_filter_that_is_none_means_no_rows(asked: object) -> None:
    """An action that is not understood must not change all rows."""
    assert filter_of(asked) is None


def test_a_second_press_on_a_heading_turns_the_order_around() -> None:
    """And another heading begins upwards."""
    by_name = RowsQuery(order=RowOrder(SortKey.OLD_NAME))
    assert by_name.sorted_by(SortKey.OLD_NAME) == RowOrder(SortKey.OLD_NAME, descending=True)
    assert by_name.sorted_by(SortKey.NEW_NAME) == RowOrder(SortKey.NEW_NAME)
