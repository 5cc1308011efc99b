"""Says what a person must repair before a command can help.

An order that this account does not have, or that is deleted, fails each time it is tried.
"""

from __future__ import annotations

from batch_renamer.jobs import Run, never_there, things_to_repair
from batch_renamer.model import BAD_RESULTS, Result, RunSummary
from batch_renamer.progress import NextStep

__all__ = ["can_be_tried_again", "what_to_repair"]


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
