"""The report of a run in one format, and the user's own spreadsheet with the results: made of the journal anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from aiohttp import web

from batch_renamer.errors import InputError
from batch_renamer.jobs import broken_off, open_journal, write_reports_of, write_results_into
from batch_renamer.journal import Journal, RunRecord, RunState
from batch_renamer.reports import FORMATS, report_name
from batch_renamer.settings import Settings
from batch_renamer.web.downloads.sending import send_made_file
from batch_renamer.web.workspace import Workspace

__all__ = ["download_report", "download_spreadsheet"]


async def download_report(request: web.Request, workspace: Workspace) -> web.StreamResponse:
    """Answer with the report of a run in the format that the address ends with; of a run at work, as it stands."""
    ending = f".{request.match_info['format']}"
    if ending not in FORMATS:
        raise web.HTTPNotFound
    return await send_made_file(request, partial(_report, workspace.settings, request.match_info["run"], ending))


async def download_spreadsheet(request: web.Request, workspace: Workspace) -> web.StreamResponse:
    """Answer with a copy of the spreadsheet that a run was made from, with the results in it."""
    return await send_made_file(request, partial(_spreadsheet, workspace.settings, request.match_info["run"]))


def _report(settings: Settings, run_id: str, ending: str, folder: Path) -> tuple[Path, str]:
    with _held(settings, run_id) as (journal, run, at_work):
        target = folder / f"report{ending}"
        _, failures = write_reports_of(run, [target], settings=settings, journal=journal, at_work=at_work)
    for failure in failures:
        raise failure
    return target, report_name(run.id, Path(run.sheet) if run.sheet is not None else None, ending=ending)


def _spreadsheet(settings: Settings, run_id: str, folder: Path) -> tuple[Path, str]:
    with _held(settings, run_id) as (journal, run, at_work):
        if at_work:
            raise InputError(f"Run {run.id} is at work. Download the spreadsheet with results when it has ended.")
        if run.sheet is None:
            raise InputError(f"Run {run.id} has no spreadsheet. Download its report instead.")
        sheet = Path(run.sheet)
        copy = folder / sheet.name
        try:
            shutil.copyfile(sheet, copy)
        except OSError as error:
            raise InputError(
                f'The spreadsheet "{sheet.name}" of run {run.id} can\'t be read any more ({error.strerror}). '
                "Download the report instead."
            ) from error
        rows = journal.results.report_rows(run, over=broken_off(run))
        written, _ = write_results_into(copy, journal, run, rows)
    return Path(written.file), f"{sheet.stem}.results-{run.id}{sheet.suffix}"


@contextmanager
def _held(settings: Settings, run_id: str) -> Iterator[tuple[Journal, RunRecord, bool]]:
    """Give a journal of its own and the run in it, and tell whether that is at work; it can't be forgotten meanwhile.

    A report of many rows takes seconds. Pages are made from another connection, and don't wait for it.
    """
    with open_journal(settings, only_read=True) as journal:
        at_work = journal.runs.at_work()  # asked first: a run that ends in between is reported as ended
        run = journal.runs.get(run_id)
        with journal.runs.pin(run, to_read=True):
            yield journal, run, run.id in at_work and run.state is not RunState.FINISHED
