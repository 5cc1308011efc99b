"""What a command is about: a spreadsheet, a past run, the folders of a night; as typer's arguments with their help."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = [
    "SCHEDULERS",
    "SHEET_ENDINGS",
    "DoneFolder",
    "Inbox",
    "NewSpreadsheet",
    "ProblemsFolder",
    "ReportsFolder",
    "RunToAudit",
    "RunToFinish",
    "RunToShow",
    "RunToUndo",
    "Scheduler",
    "Spreadsheet",
    "SpreadsheetOrPlan",
    "with_folders",
]

SHEET_ENDINGS = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")

# Typer does not check that the file can be read: the loader does, with a better message.
_SHEET: Any = typer.Argument(
    metavar="FILE",
    readable=False,
    help=f"The spreadsheet: {', '.join(SHEET_ENDINGS[:-1])} or {SHEET_ENDINGS[-1]}; - reads one from standard input.",
    show_default=False,
)
Spreadsheet = Annotated[Path, _SHEET]
SpreadsheetOrPlan = Annotated[Path | None, _SHEET]


NewSpreadsheet = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE",
        help="The file to write: .xlsx or .csv, never an existing one; - writes CSV to standard output. Without it: "
        "orders-DATE.xlsx in this folder.",
        show_default=False,
    ),
]


def _run(without: str) -> Any:
    """Return the argument for a run; ``without`` says which one is meant where it is not given."""
    text = f"The id, its first letters, or latest. Without it: the newest {without}."
    return Annotated[str | None, typer.Argument(metavar="ID", help=text, show_default=False)]


RunToFinish: Any = _run("apply or undo of this account, not counting kept plans")
RunToUndo: Any = _run("apply or undo of this account that gave names to put back")
RunToAudit: Any = _run("apply or undo of this account that began to rename")
RunToShow: Any = _run("of this account")

SCHEDULERS = ("systemd", "cron", "launchd", "windows", "kubernetes")
Scheduler = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME",
        help=f"What is to start the nights: {', '.join(SCHEDULERS[:-1])} or {SCHEDULERS[-1]}.",
        show_default=False,
    ),
]


def _folder(name: str, text: str) -> Any:
    return Annotated[Path | None, typer.Option(f"--{name}", help=text, metavar="DIR")]


Inbox: Any = _folder("inbox", "The folder with the spreadsheets.")
DoneFolder: Any = _folder("done", "Where finished spreadsheets go; usual: INBOX/done.")
ProblemsFolder: Any = _folder("problems", "Where spreadsheets go that need a person; usual: INBOX/problems.")
ReportsFolder: Any = _folder("reports", "Where the reports and the page of each night go; usual: INBOX/reports.")


def with_folders(given: Mapping[str, object], folders: Mapping[str, Path | None]) -> dict[str, object]:
    """Return the options together with the folders that were named, as the settings take them."""
    named = {name: folder for name, folder in folders.items() if folder is not None}
    return {**given, "nightly": named or None}
