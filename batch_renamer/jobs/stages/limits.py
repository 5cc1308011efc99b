"""The limits that the user has set: a plan beyond them is refused, and a run at work is stopped."""

from __future__ import annotations

from collections.abc import Mapping

from batch_renamer.errors import InputError, TooManyFailuresError
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages.same_names import settle_same_names
from batch_renamer.jobs.stages.tally import Tally
from batch_renamer.model import BAD_RESULTS, Result
from batch_renamer.planning import NO_SUCH_ORDER
from batch_renamer.settings import as_given
from batch_renamer.text import counted

__all__ = ["ask_again", "enforce_limits", "failures_in", "refuse_bad_rows", "stop_at_too_many"]

_SUSPICIOUS = 2
"""If at least this many orders are asked for and all are missing, the cause is not a mistyped id."""


async def ask_again(run: Run) -> None:
    """Ask whether orders that were renamed since an earlier run of the same rows are to be renamed again."""
    if run.context.confirm_again is None or run.stop.requested:
        return
    run.job.progress.close()
    renamed_since = await run.job.journal.in_thread(run.job.journal.lineage.renamed_since, run.record)
    if not renamed_since:
        return
    undos = await run.job.journal.in_thread(run.job.journal.lineage.put_back_since, run.record)
    if await run.context.confirm_again(run, renamed_since, undos):
        await run.job.journal.in_thread(run.job.journal.lineage.rename_again, run.record)
        if (first := run.job.bounds.first) is not None:
            # The trial was chosen while these rows were left alone.
            await run.job.journal.in_thread(run.job.journal.rows.skip_after_first, run.record, first)
        await settle_same_names(run)


async def enforce_limits(run: Run) -> None:
    """Refuse a plan that is beyond the limits."""
    if run.record.committed_at is not None:
        return  # The limits were checked before the first rename; now the user wants the rest.
    settings, most = run.job.settings, run.job.bounds.max_renames
    counts = await run.job.journal.in_thread(run.counts)
    await _warn_of_another_account(run, counts)
    await refuse_bad_rows(run)
    # In a run that is resumed the counts call planned rows ``pending``.
    renames = await run.job.journal.in_thread(run.job.journal.rows.count_planned, run.record)
    if most is not None and renames > most:
        limit = as_given(settings, "max_renames", most)
        raise InputError(
            f"The plan would rename {counted(renames, 'order')}, more than {limit} allows; nothing was sent. "
            "Raise that limit, or rename a few with --first N."
        )
    failures, rows = failures_in(counts, puts_back=run.puts_back)
    if settings.max_failures.exceeded(failed=failures, rows=rows):
        limit = as_given(settings, "max_failures", settings.max_failures)
        bad_rows = f"{failures:,} of {counted(rows, 'row')} {'is' if failures == 1 else 'are'} bad"
        msg = f"{bad_rows}, more than {limit} allows; nothing was sent."
        if renames:
            msg += f" To rename the other {renames:,} all the same, give --max-failures {failures}."
        if run.job.command.dry:
            run.would_be_refused = True
            run.context.warnings.append(f"{run.job.command.done_by} would refuse this plan: {msg}")
        else:
            raise TooManyFailuresError(msg)


async def _warn_of_another_account(run: Run, counts: dict[Result, int]) -> None:
    """Warn if none of the sheet's orders exists: most often the key, address or profile is the wrong one."""
    read = sum(counts.values()) - sum(counts.get(result, 0) for result in (Result.SKIPPED, Result.INVALID))
    if read < _SUSPICIOUS or counts.get(Result.FAILED, 0) != read:
        return
    groups = await run.job.journal.in_thread(run.job.journal.results.reasons, run.record, [Result.FAILED])
    if [group.reason for group in groups] == [NO_SUCH_ORDER]:
        profile = f", profile {run.job.destination.profile}" if run.job.destination.profile else ""
        run.context.warnings.append(
            f"None of the {read:,} orders is in this account ({run.job.destination.base_url}{profile}):"
            " is it the right one? Check the key, --profile and --base-url."
        )


async def refuse_bad_rows(run: Run) -> None:
    """Refuse to go on if any row is bad and ``--strict`` was given."""
    if not run.job.bounds.strict:
        return
    counts = await run.job.journal.in_thread(run.counts)
    bad = sum(counts.get(result, 0) for result in BAD_RESULTS)
    if bad and not run.job.command.offline:
        bad_rows = f"{bad:,} of {counted(sum(counts.values()), 'row')} {'is' if bad == 1 else 'are'} bad"
        strict = as_given(run.job.settings, "strict")
        raise InputError(
            f"{bad_rows}, and {strict} allows none; nothing was sent. Repair them, or rename the others without strict."
        )


def failures_in(counts: Mapping[Result, int], *, puts_back: bool) -> tuple[int, int]:
    """Return how many rows of these counts are failures of a run, and of how many rows.

    Rows that are left out do not count: in a sheet with few new names, they would hide that most of these are bad.
    In an undo, a drifted row does not count at all: another run or person has renamed its order since, which is no
    reason not to undo the others.
    """
    drifted = counts.get(Result.DRIFTED, 0) if puts_back else 0
    rows = sum(counts.values()) - drifted - counts.get(Result.SKIPPED, 0)
    return sum(counts.get(result, 0) for result in BAD_RESULTS) - drifted, rows


def stop_at_too_many(run: Run, tally: Tally, *, bad_in_plan: int) -> bool:
    """Stop a run in which more rows fail than the user allows; tell whether rows that are not settled yet decide it.

    A number of rows counts those that were bad in the plan; a share is one of the rows sent, so that a plan with many
    rows to be repaired doesn't let the first failure stop the rest. Drifted rows of an undo don't count (see
    `failures_in`), and neither do those of a run that is resumed: nothing was sent for them, and they would stop the
    run each time it is resumed. Rows that are read again later don't count yet: an API that is some seconds late has
    renamed them by then.
    """
    limit = run.job.settings.max_failures
    spared = tally.drifted if run.job.command.resumes or run.puts_back else 0
    bad, rows = tally.bad - tally.unsettled - spared, tally.done - spared
    failed = bad + (bad_in_plan if limit.count is not None else 0)
    if limit.exceeded(failed=failed, rows=rows):
        allowed = as_given(run.job.settings, "max_failures", limit)
        run.stop.request(
            TooManyFailuresError(f"{bad} of the {rows} rows sent so far are bad, more than {allowed} allows.")
        )
        return False
    return limit.exceeded(failed=failed + tally.unsettled, rows=rows)
