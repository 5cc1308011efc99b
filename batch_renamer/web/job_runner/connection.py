"""Opens what a job of the page works with: its account, with the key that is read now, and a journal of its own."""

from __future__ import annotations

from dataclasses import replace

from batch_renamer.jobs import MADE_UP_ORDERS, Connection, open_journal
from batch_renamer.journal import RunRecord
from batch_renamer.settings import Settings
from batch_renamer.web.accounts import Account, Accounts
from batch_renamer.web.job_runner.job_at_work import JobAtWork
from batch_renamer.web.job_runner.offers import reminder

__all__ = ["connection_for"]

_UNTIL_IT_IS_STOPPED_S = 604_800.0
"""How long a job waits for another run of the account: the page says so, and has a button that gives up."""


def connection_for(job: JobAtWork, accounts: Accounts, settings: Settings | None) -> Connection:
    """Return what a job works with; its journal is to be closed. Must not be called in the event loop.

    ``settings`` are those of its account if none are given.

    Raises:
        SettingsError: the account can't be used.
        InputError: the run that the job is about belongs to none of the accounts.
        JournalError: the journal can't be used.
    """
    account = _account_of(job, accounts)
    given = settings or account.settings
    # Without pictures asked for, an order has no image; with a report, they would be fetched into that.
    pictures = given.pictures or not given.report_files
    chosen = replace(given, yes=False, wait=_UNTIL_IT_IS_STOPPED_S, pictures=pictures)
    destination, notes = accounts.destination(chosen)
    if chosen.sandbox and job.command.from_sheet:
        notes.append(MADE_UP_ORDERS)
    journal = open_journal(chosen)

    def reminded(ended: RunRecord) -> str:
        return reminder(journal, ended)

    return Connection(
        command=job.command,
        settings=chosen,
        journal=journal,
        progress=job.progress,
        destination=destination,
        reminder=reminded,
        notes=tuple(notes),
    )


def _account_of(job: JobAtWork, accounts: Accounts) -> Account:
    if job.account is None and job.about is not None:
        job.account = accounts.of_run(job.about)
    account = job.account or accounts.default
    return account.usable()
