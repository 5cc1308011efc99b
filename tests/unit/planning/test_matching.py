"""Names that a sheet gives and the pages of an account's list enter; the orders with these names leave."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.model import Order
from batch_renamer.planning import NameMatcher

UUID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"


def order(order_id: str, name: str | None, *, deleted: bool = False) -> Order:
    """Return an order as the list shows it."""
    return Order(order_id=order_id, name=name, is_deleted=deleted)


@pytest.mark.parametrize(
    ("orders", "found"),
    [
        ([order("a1", "Oak")], ["a1"]),
        ([order("a1", " Oak\u00a0")], ["a1"]),
        ([order("a1", "oak")], []),
        ([order("a1", "Oaks"), order("a2", None)], []),
        ([order("a1", "Oak"), order("a2", "Oak")], ["a1", "a2"]),
        ([order("a1", "Oak"), order("a2", "Oak", deleted=True)], ["a1"]),
        ([order("a1", "Oak"), order("a1", "Oak")], ["a1"]),
        ([order(UUID.upper(), "Oak"), order(UUID, "Oak")], 1),
        ([order("", "Oak"), order("a2", "Oak")], ["a2"]),
        ([order(f"a{n}", "Oak") for n in range(9)], ["a0", "a1", "a2", "a3"]),
    ],
    ids=["one", "white-space", "case", "others", "two", "deleted", "again", "again-in-capitals", "no-id", "many"],
)
def test_only_an_equal_name_is_found(orders: list[Order], found: list[str] | int) -> None:
    """Trimmed and in NFC; each order once, and deleted ones not at all."""
    matcher = NameMatcher(["Oak"])
    matcher.add(orders)
    assert len(matcher.found("Oak")) == found if isinstance(found, int) else matcher.found("Oak") == found


def test_accents_are_the_same_in_any_form() -> None:
    """A sheet from macOS has letters and accents apart."""
    matcher = NameMatcher(["Cafe\u0301"])
    matcher.add([order("a1", "Caf\u00e9")])
    assert matcher.found("Cafe\u0301") == ["a1"]


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("12 Elm Street", "12 Elm Stret"),
        ("12 Elm Street", "12 Elm Strreet"),
        ("12 Elm Street", "12 Elm Streat"),
        ("12 Elm Street", "12 Elm Steret"),
        ("12 Elm Street", "12 elm street."),
        ("12 Elm Street", "12 Elm St"),
        ("12 Elm Street", "12 Elm Street North"),
        ("IMG_2041", "IMG 2041"),
        ("Caf\u00e9", "Cafe"),
    ],
    ids=["missing", "doubled", "other", "swapped", "case", "word", "more", "sign", "accent"],
)
def test_a_nearly_equal_name_is_suggested_and_never_found(wanted: str, there: str) -> None:
    """A person decides whether it is a slip."""
    matcher = NameMatcher([wanted])
    matcher.add([order("x", "Something else"), order("a1", there)])
    assert matcher.found(wanted) == []
    assert [(one.order_id, one.name) for one in matcher.suggestions(wanted)] == [("a1", there)]


def test_the_nearest_three_are_suggested() -> None:
    """The nearest comes first; a name that has little in common is none."""
    matcher = NameMatcher(["12 Elm Street"])
    matcher.add([order(f"w{n}", f"{n} Elm Street") for n in range(30, 60)])
    matcher.add([order("a1", "12 Elm Streat"), order("a2", "12 ELM STREET"), order("a3", "12 Elm")])
    assert [one.order_id for one in matcher.suggestions("12 Elm Street")][:2] == ["a2", "a1"]
    assert len(matcher.suggestions("12 Elm Street")) == 3


NAMES = st.text(alphabet="ab \u00e9e\u0301", max_size=4)


@given(wanted=st.sets(NAMES, min_size=1, max_size=5), names=st.lists(NAMES, max_size=12))
def test_a_match_is_an_equal_name_that_no_other_order_has(wanted: set[str], names: list[str]) -> None:
    """Against a plain comparison of every name with every other."""
    matcher = NameMatcher(wanted)
    orders = [order(f"a{n}", name) for n, name in enumerate(names)]
    for one in orders:
        matcher.add([one])
    for name in wanted:
        same = NameMatcher([name])
        expected = [one.order_id for one in orders if one.name and _plain(one.name) == _plain(name)]
        assert matcher.found(name) == expected[:4]
        same.add(orders)
        assert same.found(name) == expected[:4]


def _plain(name: str) -> str:
    return name.replace("e\u0301", "\u00e9").strip(" ")


def test_a_street_with_many_houses_is_no_suggestion_for_each_of_them() -> None:
    """Names that share a street with hundreds of others don't make the comparison slow."""
    matcher = NameMatcher([f"{n} Main Street" for n in range(500)])
    begun = time.process_time()
    for n in range(5_000):
        matcher.add([order(f"a{n}", f"{n + 1_000} Main Street")])
    assert time.process_time() - begun < 20
    assert all(matcher.found(f"{n} Main Street") == [] for n in range(500))
