"""Writes the reports of a run from what the journal has of it, as often as they are wanted."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from batch_renamer.errors import ReportWriteError
from batch_renamer.jobs.figures import broken_off, summary_of
from batch_renamer.jobs.page import page_extras
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.reports import write_reports
from batch_renamer.settings import Settings

__all__ = ["write_reports_of"]


def write_reports_of(
    run: RunRecord, targets: Iterable[Path], *, settings: Settings, journal: Journal, at_work: bool
) -> tuple[list[Path], list[ReportWriteError]]:
    """Write every report that can be written; return the paths of those, and the errors of the others.

    ``at_work``: the run is at work, so that they show it as it stands.
    """
    return write_reports(
        targets,
        partial(journal.results.report_lines, run, over=broken_off(run)),
        summary=summary_of(journal, run, at_work=at_work),
        page=page_extras(settings, journal, run),
        delimiter=run.delimiter or ",",
        other_headings=run.other_headings,
    )
