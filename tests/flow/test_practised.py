"""The commands one after the other on the sandbox's kept orders, as a careful person uses them."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from batch_renamer.commands import apply_plan, audit, resume, undo, with_sheet

SHEET = "order_id,current_name,new_name\na1,12 Elm,12 Elm Street\na2,14 Elm,14 Elm Street\na3,16 Elm,16 Elm Street\n"


@pytest.fixture
def practice(tmp_path: Path) -> dict[str, object]:
    """Give the options that keep everything in a folder of the test's own."""
    (tmp_path / "orders.csv").write_text(SHEET, encoding="utf-8")
    return {"sandbox": True, "yes": True, "json": True, "quiet": True, "state_dir": str(tmp_path / "state")}


def results(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the results of the rows that the last command printed."""
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return [row["result"] for row in answer["rows"]]


def test_a_dry_run_of_an_undo_is_never_carried_out_by_resume(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """What was only looked at stays as it is, whatever is taken up afterwards."""
    assert with_sheet("apply", tmp_path / "orders.csv", practice) == 0
    assert results(capsys) == ["renamed"] * 3
    assert undo(None, practice, dry_run=True) == 0
    assert results(capsys) == ["planned"] * 3
    assert resume(None, practice, failed=False) == 0
    capsys.readouterr()
    assert audit(None, practice) == 0
    assert results(capsys) == ["unchanged"] * 3


def test_an_undo_can_be_undone_and_audited(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """There and back and there again; in the end every order has the name that the last run gave it."""
    assert with_sheet("apply", tmp_path / "orders.csv", practice) == 0
    for _ in range(2):
        assert undo(None, practice, dry_run=False) == 0
    capsys.readouterr()
    assert audit(None, practice) == 0
    assert results(capsys) == ["unchanged"] * 3


def test_a_kept_plan_finds_what_changed_since(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """An order that was right when the plan was made, and isn't any more, is drifted and left alone."""
    other = tmp_path / "other.csv"
    other.write_text("order_id,new_name\na1,12 Elm Street\n", encoding="utf-8")
    assert with_sheet("plan", tmp_path / "orders.csv", practice) == 0  # makes the orders
    assert with_sheet("apply", other, practice) == 0
    capsys.readouterr()
    assert with_sheet("plan", tmp_path / "orders.csv", practice) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["counts"] == {"unchanged": 1, "planned": 2}
    assert undo(None, practice, dry_run=False) == 0  # somebody changes their mind
    capsys.readouterr()
    assert apply_plan(plan["run_id"], practice) == 1
    assert results(capsys) == ["drifted", "renamed", "renamed"]


def test_an_audit_calls_a_name_that_only_looks_the_same_another_one(
    tmp_path: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    """A guard passes over Unicode's forms; an audit does not, and leaves no row ``pending``."""
    composed, apart = "Caf\u00e9", unicodedata.normalize("NFD", "Caf\u00e9")
    for name in (composed, apart):
        (tmp_path / f"{len(name)}.csv").write_text(f"order_id,new_name\na1,{name}\n", encoding="utf-8")
    assert with_sheet("apply", tmp_path / f"{len(composed)}.csv", practice) == 0
    first = json.loads(capsys.readouterr().out)["run_id"]
    assert with_sheet("apply", tmp_path / f"{len(apart)}.csv", practice) == 0
    capsys.readouterr()
    assert audit(first, practice) == 1
    assert results(capsys) == ["drifted"]
