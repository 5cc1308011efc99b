"""Orders that would have the same name: in the sheet, or in the account as far as it was read."""

from __future__ import annotations

import pytest

from tests.support.served import Command

HEADINGS = ("order_id", "new_name", "current_name")
A, B, C = "12 Elm", "14 Elm", "16 Elm"


def told(row: dict[str, object]) -> str:
    """Return the warning of a row."""
    return str(row["warning"])


async def test_name_that_another_order_keeps_is_warned_of(renamer: Command) -> None:
    """An order that is left as it is, one that was only seen in the list, and a name that is given up."""
    renamer.begin_with({"a1": A, "a2": B, "a3": C})
    rows = [("a1", B, A), ("a2", "", B), ("a3", A, C)]
    plan = await renamer.plan(renamer.sheet(rows, headings=HEADINGS), "--json")
    assert told(plan.rows[0]) == "Another order keeps this name: a2, row 3."
    assert not told(plan.rows[2])


async def test_name_of_an_order_in_the_list_is_warned_of(renamer: Command) -> None:
    """Where pages of the list were read, their orders count, too."""
    rows = renamer.seed(40)
    renamer.sandbox.store.seed("other", "New name 7")
    plan = await renamer.plan(renamer.sheet(rows), "--json")
    assert [row["row"] for row in plan.rows if told(row)] == [8]
    assert told(plan.rows[6]) == "Another order keeps this name: other."


async def test_same_made_names_are_warned_of(renamer: Command) -> None:
    """They are known when the orders were read."""
    renamer.begin_with({"a1": "12 Elm St", "a2": "12 Elm Rd"})
    sheet = renamer.sheet([("a1",), ("a2",)], headings=("order_id",))
    plan = await renamer.plan(sheet, "--replace-regex", " (St|Rd)$=", "--json")
    assert told(plan.rows[0]) == "Several orders are given the same new name: 2 of them, the first in row 2."


async def test_same_names_are_refused(renamer: Command) -> None:
    """The rows are invalid, also in a check where the sheet alone shows it; an order that is refused keeps its name."""
    renamer.begin_with({"a1": A, "a2": B, "a3": C, "a4": "x"})
    twice = renamer.sheet([("a1", "y"), ("a2", "y"), ("a3", "z")])
    checked = await renamer.check(twice, "--same-name", "refuse", "--json")
    assert checked.results == ["invalid", "invalid", "planned"]
    assert "Several orders are given the same new name: give each its own." in checked.rows[0]["reason"]
    chain = renamer.sheet([("a1", B, A), ("a2", C, B), ("a3", "", C), ("a4", A, "x")], headings=HEADINGS)
    ran = await renamer.apply(chain, "--same-name", "refuse", "--max-failures", "100%", "--json")
    assert ran.results == ["invalid", "invalid", "skipped", "invalid"]
    assert renamer.patched == []
    assert ran.rows[0]["reason"] == f'Another order has this name or gets it: give each its own. Here: "{B}".'


async def test_same_names_are_numbered(renamer: Command) -> None:
    """In sheet order, around the names of other rows and orders; the second time, everything is right already."""
    renamer.begin_with({f"a{number}": f"old {number}" for number in range(1, 6)} | {"kept": f"{A} (2)"})
    rows = [("a1", A, ""), ("a2", A, ""), ("a3", f"{A} (3)", ""), ("a4", A, ""), ("kept", "", f"{A} (2)")]
    sheet = renamer.sheet(rows, headings=HEADINGS)
    ran = await renamer.apply(sheet, "--same-name", "number", "--json")
    assert [row["new_name"] for row in ran.rows] == [A, f"{A} (4)", f"{A} (3)", f"{A} (5)", ""]
    assert told(ran.rows[1]) == f'A number tells the name from that of another order: "{A}".'
    assert [renamer.names[f"a{number}"] for number in range(1, 5)] == [A, f"{A} (4)", f"{A} (3)", f"{A} (5)"]
    sent = len(renamer.patched)
    again = await renamer.apply(sheet, "--same-name", "number", "--json")
    assert again.results == ["unchanged"] * 4 + ["skipped"]
    assert len(renamer.patched) == sent


@pytest.mark.parametrize("policy", ["refuse", "number"])
async def test_names_may_be_swapped_and_passed_around(renamer: Command, policy: str) -> None:
    """The name that an order gives up is free."""
    renamer.begin_with({"a1": A, "a2": B, "a3": C})
    ran = await renamer.apply(renamer.sheet([("a1", B), ("a2", C), ("a3", A)]), "--same-name", policy, "--json")
    assert ran.results == ["renamed"] * 3
    assert renamer.names == {"a1": B, "a2": C, "a3": A}


async def test_a_numbered_order_that_was_renamed_since_is_left_alone(renamer: Command) -> None:
    """As one without a number is: the sheet that is applied again does not undo what another person did."""
    renamer.begin_with({"a1": A, "a2": B, "a3": C})
    sheet = renamer.sheet([(order, "House") for order in renamer.seeds])
    assert (await renamer.apply(sheet, "--same-name", "number")).code == 0
    numbered = {"a1": "House", "a2": "House (2)", "a3": "House (3)"}
    assert renamer.names == numbered
    again = await renamer.apply(sheet, "--same-name", "number", "--json")
    assert (again.code, set(again.results), renamer.names) == (0, {"unchanged"}, numbered)
    renamer.sandbox.store.rename("a3", "By another person")
    again = await renamer.apply(sheet, "--same-name", "number", "--json")
    assert (again.code, again.results) == (1, ["unchanged", "unchanged", "drifted"])
    assert (again.rows[2]["old_name"], again.rows[2]["final_name"]) == ("House (3)", "By another person")
    assert renamer.names == numbered | {"a3": "By another person"}
