"""Says what a person must repair before a command can help.

An order that this account does not have, or that is deleted, fails each time it is tried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from batch_renamer.jobs import Run
from batch_renamer.model import BAD_RESULTS, ReasonGroup, Result, RunSummary
from batch_renamer.planning import NO_SUCH_ORDER, ORDER_DELETED
from batch_renamer.progress import NextStep
from batch_renamer.text import counted

__all__ = ["can_be_tried_again", "never_there", "things_to_repair", "what_to_repair"]


def never_there(reasons: Sequence[ReasonGroup]) -> int:
    """Return how many failed rows name an order that does not exist; trying these again changes nothing."""
    return sum(group.count for group in reasons if group.reason in (NO_SUCH_ORDER, ORDER_DELETED))


def can_be_tried_again(run: Run, summary: RunSummary) -> bool:
    """Tell whether there are failed or unknown rows that may get another result if they are tried again."""
    failed, unknown = summary.counts.get(Result.FAILED, 0), summary.counts.get(Result.UNKNOWN, 0)
    return bool(unknown) or (failed > 0 and failed > never_there(run.reasons()))


def what_to_repair(run: Run, summary: RunSummary) -> tuple[NextStep, ...]:
    """Return what to repair in the spreadsheet; empty if nothing is, or if the run had no spreadsheet."""
    if not run.record.spec.from_sheet or not summary.exit_code:
        return ()
    again = f"repair the spreadsheet and {'apply' if run.job.command.writes else 'plan'} it again."
    if things := things_to_repair(summary.counts, run.reasons()):
        return (NextStep(f"{things}: {again}"),)
    refused = run.stop.cause is not None or run.would_be_refused
    return (NextStep(f"{again[0].upper()}{again[1:]}"),) if refused and BAD_RESULTS & summary.counts.keys() else ()


def things_to_repair(counts: Mapping[Result, int], reasons: Sequence[ReasonGroup]) -> str:
    """Return which rows only a person can repair; "" for none.

    Example:
        >>> things_to_repair({Result.INVALID: 7, Result.RENAMED: 2}, [])
        '7 rows are invalid'
    """
    invalid, missing = counts.get(Result.INVALID, 0), never_there(reasons)
    found = [f"{counted(invalid, 'row')} {'is' if invalid == 1 else 'are'} invalid"] if invalid else []
    if missing:
        found.append(f"{counted(missing, 'order')} {'is' if missing == 1 else 'are'} not in this account")
    return " and ".join(found)
