"""`resume`: finishes an interrupted run, or says why there is nothing to finish."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from batch_renamer.cli.next_steps import reminder
from batch_renamer.cli.past_runs import find_run
from batch_renamer.cli.running import run_job
from batch_renamer.cli.session import Session, within
from batch_renamer.cli.standard_output import to_standard_output
from batch_renamer.command_line import carried_options, command_line
from batch_renamer.commands import APPLY, RENAMING, RESUME
from batch_renamer.jobs import Left, as_this_account, begun, left_to_do, never_there, taken_back, things_to_repair
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import BAD_RESULTS, Result, RunSummary
from batch_renamer.reports import write_csv_result, write_json_result
from batch_renamer.text import counted

__all__ = ["resume"]


def resume(run_id: str | None, given: Mapping[str, object], *, failed: bool, same_account: bool = False) -> int:
    """Finish an interrupted run; ``failed`` also tries failed rows again. Return the exit code."""

    def body(session: Session) -> int:
        session.needs_yes()
        with session.connected() as connection:
            journal = connection.journal
            past = find_run(
                session, journal, run_id, commands=RENAMING, newest=_can_be_finished, wanted="has begun to rename"
            )
            if same_account:
                past = as_this_account(journal, past, connection.destination)
            job = connection.job(past)
            if (nothing := _nothing_left(session, journal, past, failed=failed)) is not None:
                return _nothing_to_do(session, journal, past, nothing)
            job = replace(job, again_failed=failed, notes=(*job.notes, *taken_back(journal, past)))
            return run_job(job, session.given)

    return within(RESUME, given, body)


def _can_be_finished(run: RunRecord) -> bool:
    return begun(run) and not run.closed


def _nothing_left(session: Session, journal: Journal, past: RunRecord, *, failed: bool) -> str | None:
    """Return the sentence that says why there is nothing to resume; None if there is something."""
    match left_to_do(journal, past, failed=failed):
        case Left.ROWS:
            return None
        case Left.PLAN:
            commit = command_line(APPLY, [], {"plan": past.id, **carried_options(session.given)})
            how = f"`{commit}` does it" if past.spec.from_sheet else "undo that run again"
            return f"Run {past.id} was planned and never begun; {how}."
        case Left.ALL:
            return f"Run {past.id} was stopped while its rows were read; nothing was sent. Begin it again."
        case Left.NOTHING:
            return f"Run {past.id} has nothing left to finish."
        case never:
            assert_never(never)


def _nothing_to_do(session: Session, journal: Journal, past: RunRecord, sentence: str) -> int:
    """Say why a run is not resumed; return the exit code with which it ended."""
    counts, code = journal.results.counts(past), 0
    if begun(past):
        code = int(any(result in BAD_RESULTS for result in counts))
        reasons = journal.results.reasons(past, [Result.FAILED])
        if failed := counts.get(Result.FAILED, 0) - never_there(reasons):
            command = command_line(RESUME, [past.id], {"failed": True, **carried_options(session.given)})
            left = counted(failed, "failed row")
            sentence = f"Run {past.id} has nothing left to finish but {left}. To try again what failed:\n{command}"
        elif repairs := things_to_repair(counts, reasons):
            sentence = f"{sentence} {repairs}: repair the spreadsheet and apply it again."
        if another := reminder(journal, past, session.given):
            sentence = f"{another}\n{sentence}"
    with to_standard_output():
        if session.settings.json:
            summary = RunSummary(run_id=past.id, command=session.command.word, counts=counts, exit_code=code)
            write_json_result(sys.stdout, journal.results.report_rows(past), summary=summary)
            sys.stderr.write(sentence + "\n")
        elif session.settings.reports_to_output:
            rows = journal.results.report_rows(past)
            write_csv_result(sys.stdout.buffer, rows, delimiter=past.delimiter or ",")
            sys.stderr.write(sentence + "\n")
        else:
            sys.stdout.write(sentence + "\n")
    return code
