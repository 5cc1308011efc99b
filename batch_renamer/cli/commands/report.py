"""`report`: writes the reports of a past run again. It stays offline."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from batch_renamer.cli.past_runs import find_run
from batch_renamer.cli.session import Session, within
from batch_renamer.cli.standard_output import to_standard_output
from batch_renamer.commands import RECORDED, REPORT
from batch_renamer.errors import InputError, ReportWriteError, SettingsError
from batch_renamer.jobs import broken_off, files_taken, write_reports_of, write_results_into
from batch_renamer.journal import Journal, RunRecord, RunState
from batch_renamer.progress import visible
from batch_renamer.reports import check_writable, resolve_targets, write_csv_result

__all__ = ["report_again", "write_back"]


def report_again(run_id: str | None, given: Mapping[str, object]) -> int:
    """Write the report of a past run again; return the exit code."""

    def body(session: Session) -> int:
        with _held(session, run_id) as (journal, run, at_work):
            written, failures = _write_held(session, journal, run, at_work=at_work)
        code = failures[0].exit_code if failures else 0
        with session.screen() as progress, to_standard_output():
            for failure in failures:
                progress.message(str(failure), error=True)
            if session.settings.json:
                answer = {"command": "report", "run_id": run.id, "exit_code": code, "reports": [*map(str, written)]}
                sys.stdout.write(json.dumps(answer) + "\n")
            else:
                # A program gets the path as it is; on a terminal, control characters in a path must not steer it.
                stream = sys.stderr if session.settings.reports_to_output else sys.stdout
                _list_files(written, stream)
        return code

    return within(REPORT, given, body)


def write_back(run_id: str | None, file: Path, given: Mapping[str, object]) -> int:
    """Write the results of a past run into a spreadsheet that has its rows; return the exit code."""

    def body(session: Session) -> int:
        if "report" in session.flags:
            raise SettingsError("--write-back writes no report: leave --report out, or --write-back.")
        with _held(session, run_id) as (journal, run, at_work):
            if at_work:
                raise InputError(f"Run {run.id} is at work at this moment. Wait until it has ended.")
            rows = journal.results.report_rows(run, over=broken_off(run))
            written, notes = write_results_into(file, journal, run, rows)
        with session.screen() as progress, to_standard_output():
            for note in notes:
                progress.message(note)
            if session.settings.json:
                answer = {"command": "report", "run_id": run.id, "exit_code": 0, "reports": []}
                answer |= {"workbook": written.file, "backup": written.backup or None}
                sys.stdout.write(json.dumps(answer) + "\n")
            else:
                _list_files(filter(None, (written.file, written.backup)), sys.stdout)
        return 0

    return within(REPORT, given, body)


@contextmanager
def _held(session: Session, run_id: str | None) -> Iterator[tuple[Journal, RunRecord, bool]]:
    """Give the journal, and in it the run that was asked for, and tell whether that is at work; it can't be pruned."""
    with session.journal(only_read=True) as journal:
        others = journal.runs.at_work()  # asked first: a run that ends in between is reported as ended
        run = find_run(session, journal, run_id, commands=RECORDED)
        with journal.runs.pin(run, to_read=True):
            yield journal, run, run.id in others and run.state is not RunState.FINISHED


def _list_files(files: Iterable[str | Path], stream: TextIO) -> None:
    shown = visible if stream.isatty() else str
    stream.writelines(f"{shown(str(file))}\n" for file in files)


def _write_held(
    session: Session, journal: Journal, run: RunRecord, *, at_work: bool
) -> tuple[list[Path], list[ReportWriteError]]:
    """Write the reports; return those that were written, and an error for each of the others."""
    targets = _targets(session, run)
    check_writable(targets)
    written = write_reports_of(run, targets, settings=session.settings, journal=journal, at_work=at_work)
    if session.settings.reports_to_output:
        rows = journal.results.report_rows(run, over=broken_off(run))
        with to_standard_output():
            write_csv_result(sys.stdout.buffer, rows, delimiter=run.delimiter or ",")
    return written


def _targets(session: Session, run: RunRecord) -> tuple[Path, ...]:
    """Return the files that are asked for, or else those that the run had."""
    settings = session.settings
    if settings.reports_to_output and not settings.report_files:
        return ()
    return resolve_targets(
        settings.report_files or run.reports,
        run_id=run.id,
        date=datetime.date.today(),  # noqa: DTZ011 - the day as the user's calendar has it
        sheet=Path(run.sheet) if run.sheet is not None else None,
        state_dir=settings.state_dir,
        taken=files_taken(settings),
    )
