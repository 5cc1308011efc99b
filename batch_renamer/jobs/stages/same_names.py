"""What becomes of orders that would have the same name when the plan is done: a warning, a refusal, or a number.

It is decided when the orders of the sheet have been read: an order that gives its name up leaves it free for others.
"""

from __future__ import annotations

import anyio.to_thread

from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.tally import log_bad_row
from batch_renamer.loader import quoted
from batch_renamer.model import HERE, Result
from batch_renamer.naming import HouseRules, NamingRules, Renamed, number, share_names
from batch_renamer.text import counted

__all__ = ["settle_same_names"]

_SHARED = f"Another order has this name or gets it: give each its own.{HERE}"


async def settle_same_names(run: Run) -> None:
    """Settle the planned rows whose orders would have the name of another order, as the user wants it.

    Raises:
        InputError: the pattern of the house rules takes too long on a name with a number.
    """
    if not run.record.spec.from_sheet:
        return  # an undo gives names back, whatever they are
    rules = NamingRules.from_text(run.record.naming)
    if rules.same_name == "warn":
        await run.job.journal.in_thread(run.job.journal.same_names.warn, run.record)
    else:
        await anyio.to_thread.run_sync(_settle, run, rules)


def _settle(run: Run, rules: NamingRules) -> None:
    table = run.job.journal.same_names
    renames, kept = [Renamed(*one) for one in table.given(run.record)], table.kept(run.record)
    wanted = {one.row: one.new_name for one in renames}
    if rules.same_name == "refuse":
        names, refused = {}, {row: f"{_SHARED}{quoted(wanted[row])}." for row in share_names(renames, kept)}
    else:
        numbered = number(renames, kept, HouseRules(rules.house).broken_by)
        names, refused = numbered.names, numbered.refused
    warnings = {row: f"A number tells the name from that of another order: {quoted(wanted[row])}." for row in names}
    table.settle(run.record, names=names, warnings=warnings, refused=refused)
    for row, reason in refused.items():
        log_bad_row(row, "", Result.INVALID, reason)
    others = counted(table.count_seen(run.record), "order")
    text = f"Same names were looked for in the spreadsheet and in {others} beside it"
    note = f"{text}; the account may have more orders."
    if note not in run.context.warnings:
        run.context.warnings.append(note)
