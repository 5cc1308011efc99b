"""`check`: reports the bad rows of a spreadsheet. It stays offline."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from batch_renamer.cli.running import run_job
from batch_renamer.cli.session import Session, within
from batch_renamer.cli.sheets import sheet_source
from batch_renamer.commands import CHECK
from batch_renamer.jobs import nowhere
from batch_renamer.journal import Journal

__all__ = ["check"]


def check(file: Path, given: Mapping[str, object]) -> int:
    """Report every bad row of a spreadsheet; return the exit code."""

    def body(session: Session) -> int:
        # An offline check keeps nothing, so it works where no state can be written.
        with (
            sheet_source(file, session) as sheet,
            Journal.temporary() as journal,
            session.screen() as progress,
        ):
            connection = session.connection(journal=journal, progress=progress, destination=nowhere())
            return run_job(connection.job(sheet), session.given)

    return within(CHECK, given, body)
