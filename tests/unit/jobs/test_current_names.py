"""Readings of orders enter, in whatever order they come; what is said of a rule as a whole leaves."""

from __future__ import annotations

from itertools import permutations

import pytest

from batch_renamer.jobs.stages.naming import CurrentNames
from batch_renamer.model import Found, Order, RenameRequest
from batch_renamer.naming import NamingRules
from batch_renamer.settings import Replacement

ORDERS = {2: "1 Elm St", 3: "2 Elm St", 4: "3 Elm Street"}


@pytest.mark.parametrize("rows", [*permutations(ORDERS)], ids=str)
def test_the_example_is_that_of_the_uppermost_row(rows: tuple[int, ...]) -> None:
    """Answers overtake one another, and the same spreadsheet is told the same all the same."""
    names = CurrentNames(NamingRules(replace=(Replacement("St", "Street"),)))
    for row in rows:
        order = Order(order_id=f"a{row}", name=ORDERS[row])
        names.made(
            RenameRequest(row=row, order_id=order.order_id, new_name="", name_rule="{current_name}"),
            Found(order=order, read_at=0.0),
        )
    assert (names.again, names.changed_again) == (3, '"1 Elm Street" to "1 Elm Streetreet"')
