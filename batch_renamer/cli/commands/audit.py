"""`audit`: tells which orders of a past run still have its names. It renames nothing."""

from __future__ import annotations

from collections.abc import Mapping

from batch_renamer.cli.past_runs import find_run
from batch_renamer.cli.running import run_job
from batch_renamer.cli.session import Session, within
from batch_renamer.commands import AUDIT, RENAMING
from batch_renamer.jobs import as_this_account, committed, renamed_something

__all__ = ["audit"]


def audit(run_id: str | None, given: Mapping[str, object], *, same_account: bool = False) -> int:
    """Re-read the orders of a run and say which still have its names; return the exit code."""

    def body(session: Session) -> int:
        with session.connected() as connection:
            journal = connection.journal
            past = find_run(session, journal, run_id, commands=RENAMING, newest=committed, wanted="has begun to rename")
            renamed_something(past)
            if same_account:
                past = as_this_account(journal, past, connection.destination)
            return run_job(connection.job(past), session.given)

    return within(AUDIT, given, body)
