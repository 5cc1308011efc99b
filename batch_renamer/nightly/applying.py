"""One job of a night and its end: a spreadsheet that goes through `apply`, or a run of an earlier night."""

from __future__ import annotations

from dataclasses import dataclass

from batch_renamer.errors import (
    BatchRenamerError,
    InputError,
    NeverBeganError,
    ReportTargetError,
    TooManyFailuresError,
)
from batch_renamer.jobs import Job, JobContext
from batch_renamer.journal import RunRecord
from batch_renamer.model import BAD_RESULTS, FileEnd, NightFile, Result, RunSummary
from batch_renamer.nightly.contents import Tries, tries_of
from batch_renamer.nightly.context import NightContext
from batch_renamer.nightly.wording import after_problems, after_refusal, after_stop
from batch_renamer.progress import every_line

__all__ = ["Applied", "applied", "as_it_ended", "never_began"]

_OF_THIS_MACHINE = (NeverBeganError, ReportTargetError)
"""Refusals that are not the spreadsheet's fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a job came to: the entry of the night, and the error that ended it early (None: it came to its end)."""

    file: NightFile
    cause: BatchRenamerError | None = None
    limit_per_s: float | None = None


def applied(context: NightContext, job: Job, *, name: str, remark: str = "", is_in_inbox: bool = True) -> Applied:
    """Take a job to its end, and return what it came to as the entry of ``name``.

    ``remark`` begins its sentence. ``is_in_inbox`` is False for a spreadsheet that an earlier night has moved.
    """
    try:
        with every_line(file=name):
            run, summary = context.perform(JobContext(job))
    except BatchRenamerError as error:
        return never_began(name, error)
    end = _end_of(run.stop.cause, summary)
    tries = tries_of(context.journal, run.record, retry_nights=context.nightly.retry_nights)
    file = NightFile(
        name=name,
        end=end,
        sentence=f"{remark} {_sentence(end, summary, tries, is_in_inbox=is_in_inbox)}".strip(),
        run_id=summary.run_id,
        exit_code=summary.exit_code,
        counts={result.value: count for result, count in summary.counts.items()},
        reports=summary.reports,
        tries_left=tries.left if end is FileEnd.PROBLEMS else 0,
        seconds=summary.seconds,
        requests=summary.requests,
        throttled=summary.throttled,
    )
    return Applied(file=file, cause=run.stop.cause, limit_per_s=run.learnt_per_s)


def never_began(name: str, error: BatchRenamerError) -> Applied:
    """Return the entry of a file whose job has no rows because of an error."""
    refused = isinstance(error, InputError) and not isinstance(error, _OF_THIS_MACHINE)
    end, sentence = (FileEnd.REFUSED, after_refusal) if refused else (FileEnd.STOPPED, after_stop)
    file = NightFile(name=name, end=end, sentence=sentence(str(error)), exit_code=error.exit_code)
    return Applied(file=file, cause=error)


def as_it_ended(context: NightContext, run: RunRecord, *, name: str) -> NightFile:
    """Return the entry of a file whose run has ended before, and that was not moved yet."""
    counts = context.journal.results.counts(run)
    bad = any(result in BAD_RESULTS for result in counts)
    tries = tries_of(context.journal, run, retry_nights=context.nightly.retry_nights)
    return NightFile(
        name=name,
        end=FileEnd.PROBLEMS if bad else FileEnd.DONE,
        sentence=_after_problems(counts, tries) if bad else "",
        run_id=run.id,
        exit_code=int(bad),
        counts={result.value: count for result, count in counts.items()},
        reports=run.reports,
        tries_left=tries.left if bad else 0,
    )


def _end_of(cause: BatchRenamerError | None, summary: RunSummary) -> FileEnd:
    if cause is None and not summary.stopped:
        return FileEnd.PROBLEMS if summary.exit_code else FileEnd.DONE
    refused = isinstance(cause, InputError | TooManyFailuresError) and not isinstance(cause, _OF_THIS_MACHINE)
    return FileEnd.REFUSED if refused else FileEnd.STOPPED


def _sentence(end: FileEnd, summary: RunSummary, tries: Tries, *, is_in_inbox: bool) -> str:
    match end:
        case FileEnd.PROBLEMS:
            return _after_problems(summary.counts, tries)
        case FileEnd.REFUSED:
            return after_refusal(summary.stopped, missing=tries.missing)
        case FileEnd.STOPPED:
            return after_stop(summary.stopped, is_in_inbox=is_in_inbox)
    return ""


def _after_problems(counts: dict[Result, int], tries: Tries) -> str:
    by_result = {result.value: count for result, count in counts.items()}
    not_again = bool(tries.sentence) and (tries.missing > 0 or not tries.left)
    return after_problems(by_result, tries=tries.sentence, renamed_since=tries.renamed_since, not_again=not_again)
