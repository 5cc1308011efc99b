"""`report`: writes the reports of a past run again. It stays offline."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from batch_renamer.cli.past_runs import find_run
from batch_renamer.cli.session import Session, within
from batch_renamer.cli.standard_output import to_standard_output
from batch_renamer.commands import RECORDED, REPORT
from batch_renamer.jobs import broken_off, files_taken, summary_of
from batch_renamer.progress import visible
from batch_renamer.reports import check_writable, resolve_targets, write_reports

__all__ = ["report_again"]


def report_again(run_id: str | None, given: Mapping[str, object]) -> int:
    """Write the report of a past run again; return the exit code."""

    def body(session: Session) -> int:
        with (
            session.journal(only_read=True) as journal,
            journal.runs.pin(run := find_run(session, journal, run_id, commands=RECORDED), to_read=True),
        ):
            targets = resolve_targets(
                session.settings.report or run.reports,
                run_id=run.id,
                date=datetime.date.today(),  # noqa: DTZ011 - the day as the user's calendar has it
                sheet=Path(run.sheet) if run.sheet is not None else None,
                state_dir=session.settings.state_dir,
                taken=files_taken(session.settings),
            )
            check_writable(targets)
            written, failures = write_reports(
                targets,
                partial(journal.results.report_rows, run, over=broken_off(run)),
                summary=summary_of(journal, run),
                delimiter=run.delimiter or ",",
            )
        code = failures[0].exit_code if failures else 0
        with session.screen() as progress, to_standard_output():
            for failure in failures:
                progress.message(str(failure), error=True)
            if session.settings.json:
                answer = {"command": "report", "run_id": run.id, "exit_code": code, "reports": [*map(str, written)]}
                sys.stdout.write(json.dumps(answer) + "\n")
            else:
                # A program gets the path as it is; on a terminal, control characters in a path must not steer it.
                shown = visible if sys.stdout.isatty() else str
                sys.stdout.writelines(f"{shown(str(report))}\n" for report in written)
        return code

    return within(REPORT, given, body)
