"""A caller's program, as type checkers see it: what is right passes, and each mistake is found at its line.

It is never run: the gate's mypy reads it, strictly. Every ``type: ignore`` names the one mistake of its line, and mypy
refuses an ignore that nothing needs, so a mistake that is not found any more fails the gate.
"""

from __future__ import annotations

from typing import assert_type

import pandas as pd

from batch_renamer import (
    Audit,
    Options,
    Plan,
    Renaming,
    RunProgress,
    open_plan,
    open_run,
    plan_orders,
    rename_orders,
    rename_orders_async,
)


def right(orders: pd.DataFrame) -> None:
    """Use every verb as the README does."""
    plan = plan_orders(orders, api_key="key", rate=20, state_dir=None, progress=_show)
    assert_type(plan, Plan)
    assert_type(plan.apply(wait=60, progress=_show), Renaming)
    usual: Options = {"rate": 20, "sandbox": True}
    assert_type(rename_orders(orders, **usual).undo(dry_run=True), Renaming)
    renaming = rename_orders(orders, sandbox=True, report=["out.csv"], progress=True).raise_for_problems()
    assert_type(renaming, Renaming)
    assert_type(renaming.outcomes, pd.DataFrame)
    assert_type(renaming.audit(), Audit)
    assert_type(open_run("k3f9ab", sandbox=True).undo(first=3), Renaming)
    assert_type(open_plan().run_id, str)


async def right_in_a_loop(orders: pd.DataFrame) -> Renaming:
    """Await the same."""
    return await (await rename_orders_async(orders, sandbox=True)).undo_async()


def wrong(orders: pd.DataFrame, plan: Plan, renaming: Renaming) -> None:
    """Make one mistake a line."""
    rename_orders(orders, rate="fast")  # type: ignore[arg-type]
    rename_orders(orders, raet=5)  # type: ignore[call-arg]
    rename_orders(orders, progress=right_in_a_loop)  # type: ignore[arg-type]
    renaming.audit(max_renames=5)  # type: ignore[call-arg]
    plan.apply(dry_run=True)  # type: ignore[call-arg]
    plan.undo()  # type: ignore[attr-defined]
    open_run(state_dir=None, run_id="k3")  # type: ignore[arg-type]


def _show(now: RunProgress) -> None:
    done: int = now.done
    assert done
