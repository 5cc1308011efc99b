"""What a caller's type checker sees of the library."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import batch_renamer

ROOT = Path(__file__).parents[3]

CALLER = """
from typing import assert_type
import pandas as pd
from batch_renamer import Audit, Plan, Renaming, RunProgress, open_plan, open_run, plan_orders, rename_orders
from batch_renamer import Options, rename_orders_async

def show(now: RunProgress) -> None:
    done: int = now.done

orders = pd.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]})
plan = plan_orders(orders, api_key="key", rate=20, state_dir=None, progress=show)
assert_type(plan, Plan)
assert_type(plan.apply(wait=60, progress=show), Renaming)
usual: Options = {"rate": 20, "sandbox": True}
assert_type(rename_orders(orders, **usual).undo(dry_run=True), Renaming)
renaming = rename_orders(orders, sandbox=True, report=["out.csv"], progress=True).raise_for_problems()
assert_type(renaming, Renaming)
assert_type(renaming.outcomes, pd.DataFrame)
assert_type(renaming.audit(), Audit)
assert_type(open_run("k3f9ab", sandbox=True).undo(first=3), Renaming)
assert_type(open_plan().run_id, str)

async def main() -> Renaming:
    return await (await rename_orders_async(orders, sandbox=True)).undo_async()
"""
WRONG = {
    'rename_orders(orders, rate="fast")': "arg-type",
    "rename_orders(orders, raet=5)": "call-arg",
    "rename_orders(orders, progress=main)": "arg-type",
    "renaming.audit(max_renames=5)": "call-arg",
    "plan.apply(dry_run=True)": "call-arg",
    "plan.undo()": "attr-defined",
    'open_run(state_dir=None, run_id="k3")': "arg-type",
}


def test_a_callers_program_is_type_checked(tmp_path: Path) -> None:
    """Strictly, and without a hint from us: what is right passes, each mistake is found at its line."""
    (caller := tmp_path / "caller.py").write_text(CALLER + "\n".join(WRONG) + "\n", "utf-8")
    first = CALLER.count("\n") + 1
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={ROOT / '.mypy_cache'}", caller],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    *found, _ = ran.stdout.splitlines()
    errors = [line for line in found if ": error: " in line]
    assert [(line.split(":")[1], line.rpartition("[")[2].rstrip("]")) for line in errors] == [
        (str(first + place), code) for place, code in enumerate(WRONG.values())
    ], ran.stdout + ran.stderr


@pytest.mark.parametrize("name", ["plan_orders", "rename_orders", "open_run", "open_plan"])
def test_every_verb_has_both_forms(name: str) -> None:
    """They take the same arguments."""
    blocking, awaited = (inspect.signature(getattr(batch_renamer, each)) for each in (name, f"{name}_async"))
    assert blocking.parameters == awaited.parameters
