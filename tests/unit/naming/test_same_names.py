"""Orders that would have the same name are found, and numbered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.naming.same_names import Renamed, number, share_names
from batch_renamer.text import name_key

FEW = st.sampled_from(["A", "B", "A (2)", "A (3)", "B (2)", "Caf\u00e9", "Cafe\u0301"])


def rows(*names: tuple[str, str]) -> list[Renamed]:
    """Return rows from 2 on that give their orders a new name in the place of an old one."""
    return [Renamed(row, new, old) for row, (old, new) in enumerate(names, start=2)]


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Renamed], list[str]]:
    """Draw a plan, and names of orders that keep them."""
    several = draw(st.lists(st.tuples(FEW, FEW), max_size=12))
    return rows(*several), draw(st.lists(FEW, max_size=4))


@pytest.mark.parametrize(
    ("plan", "kept", "shared"),
    [
        pytest.param(rows(("x", "A"), ("y", "B")), [], [], id="none"),
        pytest.param(rows(("x", "A"), ("y", "A")), [], [2, 3], id="two rows"),
        pytest.param(rows(("x", "A")), ["A"], [2], id="an order that keeps it"),
        pytest.param(rows(("x", "Cafe\u0301")), [" Caf\u00e9\u200b"], [2], id="another form of it"),
        pytest.param(rows(("A", "B"), ("B", "A")), [], [], id="swapped"),
        pytest.param(rows(("A", "B"), ("B", "C"), ("C", "A")), ["D"], [], id="passed around"),
        pytest.param(rows(("A", "B"), ("B", "C"), ("C", "D")), ["D"], [2, 3, 4], id="a chain that can't begin"),
        pytest.param(rows(("A", "B"), ("C", "B"), ("E", "A")), [], [2, 3, 4], id="a name that is not given up"),
    ],
)
def test_rows_that_would_share_a_name(plan: list[Renamed], kept: list[str], shared: list[int]) -> None:
    """The name that an order gives up is free, unless its own row is refused."""
    assert share_names(plan, kept) == shared


@pytest.mark.parametrize(
    ("plan", "kept", "names"),
    [
        pytest.param(rows(("x", "A"), ("y", "A"), ("z", "A")), [], {3: "A (2)", 4: "A (3)"}, id="in sheet order"),
        pytest.param(rows(("x", "A"), ("y", "A")), ["A"], {2: "A (2)", 3: "A (3)"}, id="an order that keeps it"),
        pytest.param(rows(("x", "A"), ("y", "A"), ("z", "A (2)")), [], {3: "A (3)"}, id="a name that a row wants"),
        pytest.param(rows(("x", "A"), ("y", "A")), ["A (2)"], {3: "A (3)"}, id="a name that an order keeps"),
        pytest.param(rows(("A", "B"), ("B", "A")), [], {}, id="swapped"),
        pytest.param(rows(("x", "A"), ("A (2)", "A")), [], {3: "A (2)"}, id="the name that it has"),
    ],
)
def test_names_are_numbered(plan: list[Renamed], kept: list[str], names: dict[int, str]) -> None:
    """The first row keeps its name; the next ones get the first free numbers."""
    assert number(plan, kept).names == names


def test_numbered_name_that_breaks_a_rule_is_refused() -> None:
    """Its order keeps its name, so that no other order can have it."""
    plan = rows(("x", "Abcd"), ("A", "Abcd"), ("z", "A"))
    numbered = number(plan, [], lambda name: "too long" if len(name) > 7 else "")
    assert numbered.refused == {3: "too long"}
    assert numbered.names == {4: "A (2)"}


@given(plans())
def test_numbers_leave_no_two_orders_with_the_same_name(plan: tuple[list[Renamed], list[str]]) -> None:
    """Neither among the rows nor with an order that keeps its name; and the result is the same each time."""
    renames, kept = plan
    names = number(renames, kept).names
    given_names = [name_key(names.get(one.row, one.new_name)) for one in renames]
    assert len(set(given_names)) == len(given_names)
    assert not set(given_names) & set(map(name_key, kept))
    assert all(names[one.row].startswith(one.new_name) for one in renames if one.row in names)
    assert number(renames, kept).names == names


@given(plans())
def test_numbers_rise_in_sheet_order(plan: tuple[list[Renamed], list[str]]) -> None:
    """Of rows that want the same name, a later one never has the lower number."""
    renames, kept = plan
    names = number(renames, kept).names
    by_name: dict[str, list[int]] = {}
    for one in renames:
        made = names.get(one.row)
        by_name.setdefault(name_key(one.new_name), []).append(int(made.rpartition("(")[2][:-1]) if made else 1)
    assert all(numbers == sorted(numbers) for numbers in by_name.values())


@given(plans())
def test_rows_that_are_not_refused_share_no_name(plan: tuple[list[Renamed], list[str]]) -> None:
    """Whatever is refused, the names that are given then are free."""
    renames, kept = plan
    refused = set(share_names(renames, kept))
    taken = [name_key(one.old_name) for one in renames if one.row in refused]
    given_names = [name_key(one.new_name) for one in renames if one.row not in refused]
    assert len(set(given_names)) == len(given_names)
    assert not set(given_names) & {*taken, *map(name_key, kept)}
