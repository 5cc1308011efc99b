"""One spreadsheet of a night: it becomes the job that ``apply FILE --yes`` makes, and its end is a `NightFile`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from batch_renamer.errors import (
    BatchRenamerError,
    InputError,
    NeverBeganError,
    ReportTargetError,
    TooManyFailuresError,
)
from batch_renamer.jobs import Job, JobContext, job_that_resumes, last_of_sheet, may_go_on, source_of
from batch_renamer.model import FileEnd, NightFile, RunSummary
from batch_renamer.nightly.sentences import after_problems, after_refusal, after_stop
from batch_renamer.nightly.tools import NightTools

__all__ = ["Applied", "applied", "apply_file"]

_OF_THIS_MACHINE = (NeverBeganError, ReportTargetError)
"""Refusals that are not the spreadsheet's fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a job came to: the entry of the night, and the error that ended it early (None: it came to its end)."""

    file: NightFile
    cause: BatchRenamerError | None = None


def apply_file(tools: NightTools, content: Path, *, name: str, place: Path, reports: Path) -> Applied:
    """Rename the orders of a spreadsheet.

    ``content`` is what is read, ``name`` and ``place`` are how people know it, and ``reports`` is the folder of its
    reports.
    """
    connection = tools.for_file(name, reports)
    try:
        source = source_of(content, connection.settings, unattended=True, label=name)
        job = connection.job(replace(source, path=place))
        if source.digest is not None:
            last = last_of_sheet(tools.journal, digest=source.digest, destination=job.destination)
            if last is not None and may_go_on(job, last):
                job = job_that_resumes(job, last)
    except BatchRenamerError as error:
        return _never_began(name, error)
    return applied(tools, job, name=name)


def applied(tools: NightTools, job: Job, *, name: str) -> Applied:
    """Take a job to its end, and return what it came to as the entry of ``name``."""
    context = JobContext(job)
    try:
        run, summary = tools.perform(context)
    except BatchRenamerError as error:
        return _never_began(name, error)
    cause = run.stop.cause
    end = _end_of(cause, summary)
    tries_left = tools.nightly.retry_nights if end is FileEnd.PROBLEMS else 0
    file = NightFile(
        name=name,
        end=end,
        sentence=_sentence(end, summary, tries_left=tries_left),
        run_id=summary.run_id,
        exit_code=summary.exit_code,
        counts={result.value: count for result, count in summary.counts.items()},
        reports=summary.reports,
        tries_left=tries_left,
        seconds=summary.seconds,
        requests=summary.requests,
        throttled=summary.throttled,
    )
    return Applied(file=file, cause=cause)


def _never_began(name: str, error: BatchRenamerError) -> Applied:
    refused = isinstance(error, InputError) and not isinstance(error, _OF_THIS_MACHINE)
    end, sentence = (FileEnd.REFUSED, after_refusal) if refused else (FileEnd.STOPPED, after_stop)
    file = NightFile(name=name, end=end, sentence=sentence(str(error)), exit_code=error.exit_code)
    return Applied(file=file, cause=error)


def _end_of(cause: BatchRenamerError | None, summary: RunSummary) -> FileEnd:
    if cause is None and not summary.stopped:
        return FileEnd.PROBLEMS if summary.exit_code else FileEnd.DONE
    refused = isinstance(cause, InputError | TooManyFailuresError) and not isinstance(cause, _OF_THIS_MACHINE)
    return FileEnd.REFUSED if refused else FileEnd.STOPPED


def _sentence(end: FileEnd, summary: RunSummary, *, tries_left: int) -> str:
    match end:
        case FileEnd.PROBLEMS:
            return after_problems({str(r): n for r, n in summary.counts.items()}, tries_left=tries_left)
        case FileEnd.REFUSED:
            return after_refusal(summary.stopped)
        case FileEnd.STOPPED:
            return after_stop(summary.stopped)
    return ""
