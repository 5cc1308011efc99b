"""The stages of a job in their order: a run enters, a run in figures leaves.

A stage is a function of the `Run`; it reads and writes the journal. An error that ends the run becomes the cause of its
stop, the stages that are left are passed over, and the run is concluded all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

import anyio

from batch_renamer.client import Stopping
from batch_renamer.commands import APPLY, APPLY_PLAN, AUDIT, CHECK, PLAN, RESUME, UNDO, UNDO_DRY_RUN, Command
from batch_renamer.errors import BatchRenamerError, JournalError, NeverBeganError
from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.run import Run
from batch_renamer.jobs.stages import (
    ask_again,
    check_lock_is_free,
    check_origin_unchanged,
    check_report_targets,
    conclude,
    confirm,
    connect,
    enforce_limits,
    load,
    load_interrupted,
    load_plan,
    lock,
    pin_run,
    plan_audit,
    plan_undo,
    read,
    refuse_bad_rows,
    rename,
    reopen_unfinished,
    verify_key,
)
from batch_renamer.journal import RunRecord
from batch_renamer.model import RunSummary
from batch_renamer.progress import about, level_of

__all__ = ["STAGES", "Online", "Stages", "perform"]

log = logging.getLogger("batch_renamer")

Stage = Callable[[Run], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Online:
    """A stage that sends requests."""

    stage: Callable[[Run, ApiSession], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Stages:
    """The stages of one command in their order.

    ``rows`` gives the run its rows and its entry in the journal, unless one of ``before`` ends it. Between ``offline``
    and ``online`` the API is opened.
    """

    rows: Callable[[Run], Awaitable[RunRecord]]
    offline: tuple[Stage, ...]
    online: tuple[Stage | Online, ...] = ()
    before: tuple[Stage, ...] = ()


_BEGIN = (pin_run, check_report_targets)
_LOOK = (Online(verify_key), Online(read))
_AGREE = (enforce_limits, confirm, lock)

STAGES: Mapping[Command, Stages] = {
    CHECK: Stages(load, (refuse_bad_rows, check_report_targets)),
    PLAN: Stages(load, (refuse_bad_rows, *_BEGIN), (*_LOOK, enforce_limits)),
    APPLY: Stages(load, (refuse_bad_rows, *_BEGIN), (*_LOOK, ask_again, *_AGREE, Online(rename))),
    APPLY_PLAN: Stages(load_plan, _BEGIN, (*_LOOK, *_AGREE, Online(rename))),
    RESUME: Stages(
        load_interrupted,
        _BEGIN,
        (Online(verify_key), confirm, lock, reopen_unfinished, Online(read), enforce_limits, Online(rename)),
    ),
    UNDO: Stages(
        plan_undo,
        _BEGIN,
        (*_LOOK, *_AGREE, check_origin_unchanged, Online(rename)),
        before=(check_lock_is_free,),
    ),
    UNDO_DRY_RUN: Stages(plan_undo, _BEGIN, (*_LOOK, enforce_limits)),
    AUDIT: Stages(plan_audit, _BEGIN, _LOOK),
}


async def perform(run: Run) -> RunSummary:
    """Take a run through the stages of its command and conclude it.

    Raises:
        SheetError: the spreadsheet can't be read, so there is nothing to conclude.
        NeverBeganError: nor is there when not even its rows could be kept.
    """
    async with AsyncExitStack() as run.opened:
        _log_beginning(run)
        async with anyio.create_task_group() as run.background:
            try:
                await _to_the_end(run, STAGES[run.job.command])
            except BatchRenamerError as error:
                run.stop.request(error)
            except Stopping:
                log.debug("%s was interrupted", run.job.command)
            run.background.cancel_scope.cancel()
        run.job.progress.close()
        if not run.begun_in_journal and run.stop.cause is not None:
            raise _never_began(run.stop.cause)
        # Still under the lock: the next process that takes the run up finds it concluded.
        summary = await conclude(run)
    _log_end(run, summary)
    return summary


async def _to_the_end(run: Run, stages: Stages) -> None:
    """Take a run through its stages, as far as it is not stopped.

    Raises:
        BatchRenamerError: the cause of its end.
        Stopping: it was stopped.
    """
    for stage in stages.before:
        await stage(run)
        _end_if_stopped(run)
    run.enter(await stages.rows(run))
    _end_if_stopped(run)
    for stage in stages.offline:
        await stage(run)
        _end_if_stopped(run)
    if not stages.online:
        return
    run.api = api = await connect(run)
    _end_if_stopped(run)
    for each in stages.online:
        await (each.stage(run, api) if isinstance(each, Online) else each(run))
        _end_if_stopped(run)


def _end_if_stopped(run: Run) -> None:
    if run.stop.requested:
        raise Stopping


def _never_began(cause: BatchRenamerError) -> BatchRenamerError:
    return NeverBeganError(str(cause)) if isinstance(cause, JournalError) else cause


def _log_beginning(run: Run) -> None:
    origin, destination = run.job.origin, run.job.destination
    rows = (
        str(run.job.sheet) if run.job.sheet is not None else f"run {origin.id}" if origin is not None else "a DataFrame"
    )
    log.info(
        "%s begins: %s at %s",
        run.job.command,
        rows,
        destination.base_url or "no address",
        extra=about(
            command=str(run.job.command),
            sheet=str(run.job.sheet) if run.job.sheet is not None else None,
            of=origin.id if origin is not None else None,
            base_url=destination.base_url or None,
            profile=destination.profile,
        ),
    )


def _log_end(run: Run, summary: RunSummary) -> None:
    """Log what the run came to: one line to be found by its exit code, and one for each of its notes."""
    # A check is no run: nothing of it is kept, so that its id would name nothing.
    run_id = summary.run_id if not run.job.command.offline else None
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
