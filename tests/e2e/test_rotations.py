"""Names that are passed around in a circle: applied, killed in the middle, resumed, undone, and the truth each time."""

from __future__ import annotations

import os

import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.support.gate import Gate
from tests.support.served import Command

ORDERS = int(os.environ.get("ROTATED_ORDERS", "60"))
"""The length of the circle; `ROTATED_ORDERS=1000` tries a long one."""


async def killed(renamer: Command, *words: object, method: str, nth: int) -> None:
    """Run a command, and kill it (-9) when the ``nth`` request of this method has taken effect."""
    gate = renamer.sandbox.sleep = Gate()
    fault = Fault(kind=FaultKind.SLOW_AFTER)
    renamer.sandbox.faults = FaultPlan(rules=[Rule(fault=fault, method=method, nth=nth, times=None)])
    # With few requests at once, not all orders are on their way when that one is held.
    async with renamer.start(*renamer.line(str(words[0]), *words[1:], "--workers", "4")) as command:
        await gate.until_waiting(1)
        command.process.kill()
        assert await command.process.wait() == -9
    gate.open()
    renamer.sandbox.faults = FaultPlan()


@pytest.mark.parametrize("policy", ["warn", "number"])
async def test_names_are_passed_around_through_a_kill_and_back(renamer: Command, policy: str) -> None:
    """Each order gets the name of the next one; at each moment every order has its old name or its new one."""
    before = {f"o{number}": f"House {number}" for number in range(ORDERS)}
    after = {f"o{number}": f"House {(number + 1) % ORDERS}" for number in range(ORDERS)}
    renamer.begin_with(before)
    sheet = renamer.sheet(after.items())
    await killed(renamer, "apply", sheet, "--same-name", policy, method="PATCH", nth=ORDERS // 2)
    in_the_middle = renamer.names
    assert all(name in (before[order], after[order]) for order, name in in_the_middle.items())
    assert in_the_middle != before
    assert in_the_middle != after
    resumed = await renamer.do("resume", "--json")
    assert (resumed.code, set(resumed.results), len(resumed.results)) == (0, {"renamed"}, ORDERS)
    assert renamer.names == after
    assert {row["order_id"]: (row["old_name"], row["final_name"]) for row in resumed.rows} == {
        order: (before[order], after[order]) for order in before
    }
    undone = await renamer.do("undo", "--json")
    assert (undone.code, set(undone.results), len(undone.results)) == (0, {"renamed"}, ORDERS)
    assert renamer.names == before
    assert all(ever == {before[order], after[order]} for order, ever in renamer.names_ever().items())


async def test_names_are_passed_around_by_a_rule(renamer: Command) -> None:
    """The names that were made before the kill are not made again from what the orders have now."""
    before = {f"o{number}": f"House {number}" for number in range(ORDERS)}
    after = {f"o{number}": f"House House {number}" for number in range(ORDERS)}
    renamer.begin_with(before)
    sheet = renamer.sheet(((order,) for order in before), headings=("order_id",))
    await killed(renamer, "apply", sheet, "--replace", "House=House House", method="PATCH", nth=ORDERS // 2)
    resumed = await renamer.do("resume", "--json")
    assert (resumed.code, set(resumed.results), len(resumed.results)) == (0, {"renamed"}, ORDERS)
    assert renamer.names == after
    undone = await renamer.do("undo", "--json")
    assert (undone.code, set(undone.results)) == (0, {"renamed"})
    assert renamer.names == before


async def test_rule_is_kept_for_rows_that_were_not_read(renamer: Command) -> None:
    """A run that is killed while it reads is resumed without the option: the journal has it."""
    renamer.begin_with({f"o{number}": f"House {number}" for number in range(ORDERS)})
    sheet = renamer.sheet(((order,) for order in renamer.seeds), headings=("order_id",))
    await killed(renamer, "apply", sheet, "--replace", "House=Haus", method="GET", nth=ORDERS // 2)
    assert renamer.patched == []
    resumed = await renamer.do("resume", "--json")
    assert (resumed.code, set(resumed.results), len(resumed.results)) == (0, {"renamed"}, ORDERS)
    assert renamer.names == {f"o{number}": f"Haus {number}" for number in range(ORDERS)}
