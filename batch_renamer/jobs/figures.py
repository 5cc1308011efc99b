"""The figures of a past run, from the journal."""

from __future__ import annotations

from batch_renamer.jobs.facts import with_facts
from batch_renamer.journal import EndNote, Journal, RunRecord, RunState
from batch_renamer.model import BAD_RESULTS, RunSummary

__all__ = ["broken_off", "summary_of"]

_KILLED = "It was killed, or the machine went down, before its end."
_NEVER_BEGUN = "Its spreadsheet was not read to the end; nothing was sent."


def broken_off(run: RunRecord) -> bool:
    """Tell whether a run of a command that renames ended, or was killed, before its plan was complete."""
    return run.state in (RunState.LOADING, RunState.READING) and run.spec.writes


def summary_of(journal: Journal, run: RunRecord, *, at_work: bool = False) -> RunSummary:
    """Return the figures of a past run and the facts about it; those that the journal does not have are left at zero.

    ``at_work``: another process works on it at this moment.
    """
    counts = journal.results.checked_counts(run, over=broken_off(run))
    bad = any(result in BAD_RESULTS for result in counts)
    noted, written = run.end_note or EndNote(), run.written_back if run.reported_at is not None else None
    summary = RunSummary(
        run_id=run.id,
        command=run.command,
        counts=counts,
        changed_otherwise=journal.results.changed_otherwise(run),
        exit_code=int(bad) if run.exit_code is None else run.exit_code,
        stopped=run.stopped or ("" if at_work else _why_unfinished(run)),
        seconds=run.seconds or 0.0,
        requests=noted.requests,
        throttled=noted.throttled,
        warnings=noted.warnings,
        reports=run.reports if run.reported_at is not None else (),
        workbook=written.file if written is not None else "",
        backup=written.backup if written is not None else "",
    )
    return with_facts(
        summary,
        journal,
        run,
        command_line=noted.command_line,
        settings=noted.settings,
        ended_at=run.finished_at,
        resumed=noted.resumed,
        dry=run.spec.dry,
        at_work=at_work,
    )


def _why_unfinished(run: RunRecord) -> str:
    """Return why a run that is not at work has no end in the journal; "" if it has one."""
    if run.state is RunState.LOADING:
        return _NEVER_BEGUN
    return _KILLED if run.state is RunState.RENAMING else ""
