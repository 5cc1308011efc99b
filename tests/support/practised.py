"""Runs in the sandbox, in this process: the options, a run that is applied, and one that was killed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from batch_renamer.cli.commands.apply import apply


def practised_in(folder: Path) -> dict[str, object]:
    """Return the options that keep everything in this folder, and write two spreadsheets into it."""
    (folder / "oak.csv").write_text("order_id,new_name\na1,12 Oak\na2,14 Oak\na3,16 Oak\n", encoding="utf-8")
    (folder / "elm.csv").write_text("order_id,new_name\nb1,12 Elm\n", encoding="utf-8")
    return {"sandbox": True, "yes": True, "state_dir": str(folder / "state")}


def applied(sheet: Path, practice: dict[str, object], capsys: pytest.CaptureFixture[str], *, code: int = 0) -> str:
    """Apply a spreadsheet, and return the run's id."""
    assert apply(sheet, practice | {"json": True}) == code
    run: str = json.loads(capsys.readouterr().out)["run_id"]
    return run


def changed(practice: dict[str, object], *statements: str) -> None:
    """Change the journal of the sandbox."""
    with sqlite3.connect(Path(str(practice["state_dir"])) / "sandbox" / "journal.sqlite3") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def killed(practice: dict[str, object], *, while_reading: bool = False) -> None:
    """Leave the only run as if it had been killed before its last two rows, or while current names were read."""
    reading = ("UPDATE rows SET handed_out = 0", "UPDATE runs SET state = 'reading', committed_at = NULL")
    changed(
        practice,
        "UPDATE rows SET result = 'planned'" if while_reading else "UPDATE rows SET result = 'planned' WHERE row > 2",
        "UPDATE runs SET state = 'renaming', finished_at = NULL, reported_at = NULL",
        *(reading if while_reading else ()),
    )
