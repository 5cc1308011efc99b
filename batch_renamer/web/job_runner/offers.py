"""What can be done with a run now, on the page or by a command, and the commands that do the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from batch_renamer.command_line import carried_options, command_line, options_to_paste
from batch_renamer.commands import APPLY, AUDIT, RENAMING, RESUME, RUNS, UNDO
from batch_renamer.errors import InputError
from batch_renamer.jobs import (
    Left,
    committed,
    left_to_do,
    listed_now,
    merely_planned,
    never_there,
    unfinished,
    why_closed,
)
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import ALL_ROWS, Result, RowChoice
from batch_renamer.text import counted
from batch_renamer.web.accounts import Account, Accounts
from batch_renamer.web.job_runner.preparing import committed_by

__all__ = ["Offers", "offers_for", "reminder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What can be done with one run now; where something can't, the field is False, 0 or "".

    ``at_work``: some process works on it, so nothing else is offered. ``account`` is the account that it belongs to;
    where the page has none, or one that can't be used, ``trouble`` is the sentence that says so, and nothing that sends
    requests is offered. ``left`` are the rows that it did not reach or that may have been renamed, ``failed`` those
    that failed and may succeed when they are tried again, ``undoable`` those whose orders can get their old names back.
    ``renamed_since`` are rows of a plan whose orders an earlier run of the same rows renamed, and that have another
    name now: these are renamed again where the spreadsheet is planned with the setting ``again``. ``committed_by`` is
    the run that has committed the plan, ``rest`` how many of its renames were not chosen then. ``undone``: its names
    were put back. ``another_key``: the run was made with another key, so it may be another account's; where the user
    says that it is the same account, what is offered is begun with ``same_account``. ``closed`` says why it can't be
    finished. ``commands`` has the command line that does the same, for
    each of ``commit``, ``resume``, ``retry``, ``undo``, ``audit`` and ``dismiss`` that is offered.
    """

    account: Account | None = None
    trouble: str = ""
    at_work: bool = False
    can_commit: bool = False
    can_resume: bool = False
    can_retry_failed: bool = False
    can_undo: bool = False
    can_audit: bool = False
    can_dismiss: bool = False
    left: int = 0
    failed: int = 0
    undoable: int = 0
    renamed_since: int = 0
    committed_by: str = ""
    rest: int = 0
    undone: bool = False
    another_key: bool = False
    closed: str = ""
    commands: Mapping[str, str] = field(default_factory=dict)


def offers_for(
    accounts: Accounts,
    journal: Journal,
    run: RunRecord,
    *,
    choice: RowChoice = ALL_ROWS,
    is_being_committed: bool = False,
) -> Offers:
    """Return what can be done with a run now; ``choice`` are the rows of a plan that are to be committed.

    ``is_being_committed``: a job is about to commit this plan, and may wait for the account.

    Must not be called in the event loop.

    Raises:
        BatchRenamerError: the run was forgotten, or the journal can't be read.
    """
    listed = listed_now(journal, run)
    run = listed.run
    account, trouble = _account_of(accounts, run)
    counts, is_plan, renames = listed.counts, merely_planned(run), run.spec in RENAMING
    by = committed_by(journal, run) if is_plan else None
    found = Offers(
        account=account,
        trouble=trouble,
        at_work=listed.at_work or is_being_committed,
        left=sum(counts.get(one, 0) for one in (Result.PENDING, Result.PLANNED, Result.UNKNOWN)) if renames else 0,
        failed=counts.get(Result.FAILED, 0) - never_there(journal.results.reasons(run, [Result.FAILED])),
        undoable=journal.lineage.count_undoable(run) if renames and committed(run) else 0,
        renamed_since=journal.lineage.renamed_since(run) if is_plan and run.spec.from_sheet else 0,
        committed_by=by.id if by is not None else "",
        rest=journal.lineage.count_left_of_plan(by) if by is not None and run.spec.from_sheet else 0,
        undone=listed.undone,
        another_key=account is not None and accounts.has_another_key(account, run, salt=journal.salt()),
        closed=why_closed(run),
    )
    if found.at_work:
        return found
    found = replace(found, can_dismiss=renames and listed.state == "interrupted")
    if account is not None and not trouble:
        found = _with_requests(found, journal, run)
    parent = journal.runs.parent(run)
    return replace(found, commands=dict(_commands(found, accounts, run, parent, choice)))


def reminder(journal: Journal, run: RunRecord) -> str:
    """Return the reminder of an earlier run of the account that was interrupted; "" if there is none."""
    if not run.spec.from_sheet or (found := unfinished(journal, run)) is None:
        return ""
    earlier, left = found
    what = counted(left, "row") if left else "its report"
    return f"Run {earlier.id} of this account is unfinished: {what}. Open it to go on with it."


def _account_of(accounts: Accounts, run: RunRecord) -> tuple[Account | None, str]:
    try:
        account = accounts.of_run(run)
    except InputError as error:
        return None, str(error)
    return account, account.trouble


def _with_requests(found: Offers, journal: Journal, run: RunRecord) -> Offers:
    """Add what sends requests."""
    renames = run.spec in RENAMING
    return replace(
        found,
        can_commit=merely_planned(run) and not found.another_key and (not found.committed_by or found.rest > 0),
        can_resume=renames and _has_rows_left(journal, run, failed=False),
        can_retry_failed=renames and found.failed > 0 and _has_rows_left(journal, run, failed=True),
        can_undo=found.undoable > 0 and not found.undone,
        can_audit=renames and committed(run),
    )


def _has_rows_left(journal: Journal, run: RunRecord, *, failed: bool) -> bool:
    try:
        return left_to_do(journal, run, failed=failed) is Left.ROWS
    except InputError:  # it is closed, and `closed` says why
        return False


def _commands(
    found: Offers, accounts: Accounts, run: RunRecord, parent: RunRecord | None, choice: RowChoice
) -> Iterator[tuple[str, str]]:
    """Yield what is offered, with the command line that does it; an undo is planned again there."""
    account = found.account
    if account is None:
        return
    given = carried_options(options_to_paste(accounts.given(account), account.settings, accounts.environ))
    same = {"same_account": True} if found.another_key else {}
    chosen = {"only": choice.only, "except_rows": choice.except_rows}
    if found.can_commit and run.spec.from_sheet:
        yield "commit", command_line(APPLY, [], {"plan": run.id, **given, **chosen})
    elif found.can_commit and parent is not None:
        yield "commit", command_line(UNDO, [parent.id], {**given, **chosen})
    if found.can_resume:
        yield "resume", command_line(RESUME, [run.id], {**same, **given})
    if found.can_retry_failed:
        yield "retry", command_line(RESUME, [run.id], {"failed": True, **same, **given})
    if found.can_undo:
        yield "undo", command_line(UNDO, [run.id], {**same, **given})
    if found.can_audit:
        yield "audit", command_line(AUDIT, [run.id], {**same, **given})
    if found.can_dismiss:
        yield "dismiss", command_line(RUNS, [], {"dismiss": run.id, **given})
