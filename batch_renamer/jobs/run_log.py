"""What the log says of a whole run: a line at its beginning, its notes, and a line at its end with its exit code."""

from __future__ import annotations

import logging

from batch_renamer.jobs.job import Job
from batch_renamer.jobs.run import Run
from batch_renamer.model import RunSummary
from batch_renamer.progress import about, level_of

__all__ = ["log_beginning", "log_end"]

log = logging.getLogger("batch_renamer")


def log_beginning(job: Job) -> None:
    """Log which command begins, with which rows, and where."""
    origin, destination = job.origin, job.destination
    without_path = "standard input" if job.own_process else "a DataFrame"
    rows = str(job.sheet) if job.sheet is not None else f"run {origin.id}" if origin is not None else without_path
    log.info(
        "%s begins: %s at %s",
        job.command,
        rows,
        destination.base_url or "no address",
        extra=about(
            command=str(job.command),
            sheet=str(job.sheet) if job.sheet is not None else None,
            of=origin.id if origin is not None else None,
            base_url=destination.base_url or None,
            profile=destination.profile,
        ),
    )


def log_end(run: Run, summary: RunSummary) -> None:
    """Log how the run ended: one line with its exit code, and one line for each of its notes."""
    run_id = run.logged_id
    for note in summary.warnings:
        log.warning("%s", note, extra=about(on_screen=True, run_id=run_id))
    said = ", ".join(f"{count} {result}" for result, count in summary.counts.items())
    log.log(
        level_of(summary.exit_code),
        "%s ended (exit code %d): %s%s",
        f"run {run_id}" if run_id else run.job.command,
        summary.exit_code,
        said,
        f"; {summary.stopped}" if summary.stopped else "",
        extra=about(
            command=str(run.job.command),
            run_id=run_id,
            sheet=str(run.sheet_path) if run.sheet_path is not None else None,
            exit_code=summary.exit_code,
            error=summary.stopped or None,
            counts={result.value: count for result, count in summary.counts.items()},
            seconds=round(summary.seconds, 1),
            requests=summary.requests,
            throttled=summary.throttled,
            limit_per_s=run.learnt_per_s,
            reports=list(summary.reports),
        ),
    )
