"""A sheet in which only some orders have a new name."""

from __future__ import annotations

import pytest

from tests.support.served import Command

HEADINGS = ("order_id", "new_name", "agent")


def rows(names: int, orders: int) -> list[tuple[str, str, str]]:
    """Return the rows of orders of which the first few have a new name."""
    return [(f"order-{n}", f"New name {n}" if n <= names else "", "Ann") for n in range(1, orders + 1)]


async def test_orders_without_a_new_name_are_left_as_they_are(renamer: Command) -> None:
    """30 of 400 are renamed, the others are counted apart, and a second time there is nothing to rename."""
    renamer.seed(400)
    sheet = renamer.sheet(rows(30, 400), headings=HEADINGS)
    first = await renamer.apply(sheet)
    assert first.code == 0
    assert "  370  skipped    left as it is: the new name is blank" in first.out
    assert len(renamer.patched) == 30
    again = await renamer.apply(sheet)
    assert again.code == 0
    assert len(renamer.patched) == 30


async def test_sheet_in_which_every_name_is_blank_is_said(renamer: Command) -> None:
    """Nothing is wrong with it, and still it is most often the wrong sheet, or one that was never filled in."""
    ran = await renamer.apply(renamer.sheet(rows(0, 3), headings=HEADINGS))
    assert ran.code == 0
    assert 'Every new name is blank. Fill in "new_name" where an order is to be renamed.' in ran.out


async def test_blank_name_is_a_mistake_on_request(renamer: Command) -> None:
    """The row is named, and the others are renamed."""
    renamer.seed(2)
    ran = await renamer.apply(renamer.sheet(rows(1, 2), headings=HEADINGS), "--blank-new-name", "invalid", "--json")
    assert (ran.code, ran.results) == (1, ["renamed", "invalid"])
    assert ran.rows[1]["reason"] == "The new name is blank."


@pytest.mark.parametrize(("bad", "code"), [(10, 0), (20, 4)])
async def test_rows_without_a_name_do_not_hide_that_most_others_are_bad(renamer: Command, bad: int, code: int) -> None:
    """The share of bad rows is one of the rows that ask for something."""
    renamer.seed(400)
    asked = [(f"no/{order_id}" if n < bad else order_id, *cells) for n, (order_id, *cells) in enumerate(rows(30, 400))]
    ran = await renamer.apply(renamer.sheet(asked, headings=HEADINGS))
    assert ran.code == (code or 1)
    assert len(renamer.patched) == (0 if code else 30 - bad)
