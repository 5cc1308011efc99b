"""The stages of a job in their order: a command and its run enter, a run in figures leaves.

::

    check   load
    plan    load ─> aim ─> connect ─> prove ─> read ─> weigh
    apply   load ─> aim ─> connect ─> prove ─> read ─> weigh ─> confirm ─> rename

A stage is a function of the `Run`; it reads and writes the journal. An error that ends the run becomes the cause of its
stop, the stages that are left are passed over, and the run is concluded all the same.
"""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import dataclass

import anyio
import anyio.abc
import anyio.to_thread

from batch_renamer.breaker import Breaker
from batch_renamer.connect import Connect
from batch_renamer.errors import BatchRenamerError, InputError, TooManyFailuresError
from batch_renamer.gateway import Gateway
from batch_renamer.journal import RunState
from batch_renamer.loader import LoadOptions, Sheet
from batch_renamer.lookup import read_current
from batch_renamer.model import BAD_RESULTS, Change, Outcome, Reading, RenameRequest, Result, RunSummary
from batch_renamer.pacing import Pacer
from batch_renamer.planner import decide
from batch_renamer.pool import rename_all
from batch_renamer.reports import prove_writable, resolve_targets
from batch_renamer.retrying import Retrier
from batch_renamer.run import Run
from batch_renamer.settings import Settings
from batch_renamer.stopping import Stopping

__all__ = ["Job", "load_options", "perform"]

log = logging.getLogger("batch_renamer")

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a run needs from outside: the spreadsheet, the API, the account, and who says yes.

    ``confirm`` shows the plan and asks; without one nobody is asked. ``account`` names what the run is bound to.
    """

    open_sheet: Callable[[], AbstractContextManager[Sheet]]
    connect: Connect
    account: str
    base_url: str
    confirm: Callable[[Run], Awaitable[bool]] | None = None


def load_options(settings: Settings) -> LoadOptions:
    """Return how the spreadsheet is to be read; without anybody to ask, its encoding is never guessed."""
    return LoadOptions(
        sheet=settings.sheet,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        id_column=settings.id_column,
        name_column=settings.name_column,
        current_name_column=settings.current_name_column,
        allow_guessed_encoding=not settings.yes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    run: Run
    job: Job
    background: anyio.abc.TaskGroup
    opened: AsyncExitStack


async def perform(run: Run, job: Job) -> RunSummary:
    """Take a run through the stages of its command and conclude it.

    Raises:
        SheetError: the spreadsheet can't be read, so there is nothing to conclude.
        JournalError: nor is there when not even its rows could be kept.
    """
    async with anyio.create_task_group() as background, AsyncExitStack() as opened:
        context = _Context(run=run, job=job, background=background, opened=opened)
        for stage in _STAGES[run.command]:
            try:
                await stage(context)
            except BatchRenamerError as error:
                run.stop.request(error)
            except Stopping:
                log.debug("%s was interrupted", stage.__name__)
            if run.stop.requested:
                break
        background.cancel_scope.cancel()
    run.progress.close()
    if not run.begun_in_journal and run.stop.cause is not None:
        raise run.stop.cause
    return await run.conclude()


async def _load(context: _Context) -> None:
    run, job = context.run, context.job
    run.progress.stage("Reading the spreadsheet", None)
    await anyio.to_thread.run_sync(_load_rows, run, job)
    if run.settings.strict:
        await _be_strict(run)


def _load_rows(run: Run, job: Job) -> None:
    with job.open_sheet() as sheet:
        run.warnings.extend(sheet.warnings)
        record = run.journal.begin(
            command=run.command,
            base_url=job.base_url,
            account=job.account,
            sheet=str(run.sheet) if run.sheet is not None else None,
            delimiter=sheet.delimiter,
        )
        loaded = 0
        for chunk in sheet.chunks():
            if run.stop.requested:
                raise Stopping
            run.journal.add_rows(record, chunk)
            loaded += len(chunk)
            run.progress.advance(loaded)
    run.journal.settle_repeats(record)
    run.enter(run.journal.run(record.id))


async def _aim(context: _Context) -> None:
    """Find out before the first request whether the reports can be written."""
    run = context.run
    if run.command == "apply" or run.settings.report:
        run.targets = resolve_targets(
            run.settings.report,
            run_id=run.record.id,
            date=datetime.date.today(),  # noqa: DTZ011 - the day as the user's calendar has it
            sheet=run.sheet,
            state_dir=run.settings.state_dir,
        )
    try:
        await anyio.to_thread.run_sync(prove_writable, run.targets)
    except InputError:
        run.targets = ()
        raise


async def _connect(context: _Context) -> None:
    run, settings = context.run, context.run.settings
    orders = run.journal.order_names(run.record)
    api = await context.opened.enter_async_context(context.job.connect(orders))
    pacer = Pacer(rate_per_s=settings.rate)
    breaker = Breaker(patience_s=settings.patience, stop=run.stop, notify=run.progress.message)
    retrier = Retrier(attempts=settings.attempts, pacer=pacer, breaker=breaker, stop=run.stop)
    run.connect(Gateway(api, retrier), pacer)
    context.background.start_soon(breaker.watch, run.gateway.answers)


async def _prove(context: _Context) -> None:
    await context.run.gateway.prove_key()


async def _read(context: _Context) -> None:
    """Read every order's current name, and decide row by row as the readings come in."""
    run = context.run
    journal, record, first = run.journal, run.record, run.settings.first
    await journal.off_loop(journal.enter, record, RunState.READING)
    run.progress.stage("Reading current names", await journal.off_loop(journal.undecided, record))
    begun, planned, tally = time.monotonic(), 0, _Tally()

    async def batches() -> AsyncIterator[list[RenameRequest]]:
        after = 0
        while first is None or planned < first:
            batch = await journal.off_loop(journal.requests, record, after_row=after, limit=_BATCH)
            if not batch:
                return
            after = batch[-1].row
            yield batch

    async def record_decisions(readings: list[tuple[RenameRequest, Reading]]) -> None:
        nonlocal planned
        decisions = [decide(request, reading) for request, reading in readings]
        await journal.off_loop(journal.settle, record, decisions)
        planned += sum(isinstance(decision, Change) for decision in decisions)
        tally.add(decisions)
        run.progress.advance(tally.done, failures=tally.bad)

    await read_current(batches(), record_decisions, gateway=run.gateway, workers=run.settings.workers, stop=run.stop)
    run.read_in_s = time.monotonic() - begun
    if run.stop.requested:
        return
    if first is not None:
        await journal.off_loop(journal.skip_after_first, record, first)
    await journal.off_loop(journal.enter, record, RunState.PLANNED)


async def _weigh(context: _Context) -> None:
    """Refuse a plan that the user has ruled out beforehand."""
    run, settings = context.run, context.run.settings
    counts = await run.journal.off_loop(run.counts)
    if settings.strict:
        await _be_strict(run)
    renames = counts.get(Result.PLANNED, 0)
    if settings.max_renames is not None and renames > settings.max_renames:
        limit = f"--max-renames {settings.max_renames}"
        msg = f"The plan would rename {renames} orders, more than {limit} allows; nothing was sent."
        raise InputError(msg)
    bad = _bad_in(counts)
    if renames and settings.max_failures.exceeded(failed=bad, rows=sum(counts.values())):
        limit = f"--max-failures {settings.max_failures}"
        msg = f"{bad} of {sum(counts.values())} rows are bad, more than {limit} allows; nothing was sent."
        if run.command == "plan":
            run.warnings.append(f"apply would refuse this plan: {msg}")
        else:
            raise TooManyFailuresError(msg)


async def _be_strict(run: Run) -> None:
    counts = await run.journal.off_loop(run.counts)
    bad = _bad_in(counts)
    if bad and run.command != "check":
        raise InputError(f"{bad} of {sum(counts.values())} rows are bad, and --strict was asked for; nothing was sent.")


async def _confirm(context: _Context) -> None:
    run, confirm = context.run, context.job.confirm
    run.progress.close()
    counts = await run.journal.off_loop(run.counts)
    if counts.get(Result.PLANNED) and confirm is not None:
        run.declined = not await confirm(run)


async def _rename(context: _Context) -> None:
    run = context.run
    if run.declined:
        return
    journal, record = run.journal, run.record
    counts = await journal.off_loop(run.counts)
    await journal.off_loop(journal.enter, record, RunState.RENAMING)
    run.progress.stage("Renaming", counts.get(Result.PLANNED, 0))
    tally, bad_in_plan = _Tally(), _bad_in(counts)

    async def batches() -> AsyncIterator[list[Change]]:
        after = 0
        while batch := await journal.off_loop(journal.changes, record, after_row=after, limit=_BATCH):
            after = batch[-1].row
            yield batch

    async def record_outcomes(outcomes: list[Outcome]) -> None:
        await journal.off_loop(journal.settle, record, outcomes)
        tally.add(outcomes)
        run.progress.advance(tally.done, failures=tally.bad)
        _stop_at_too_many(run, tally, bad_in_plan=bad_in_plan)

    await rename_all(batches(), record_outcomes, gateway=run.gateway, workers=run.settings.workers, stop=run.stop)


def _bad_in(counts: dict[Result, int]) -> int:
    return sum(counts.get(result, 0) for result in BAD_RESULTS)


def _stop_at_too_many(run: Run, tally: _Tally, *, bad_in_plan: int) -> None:
    """Stop a run in which more rows fail than the user allows.

    A number of rows counts those that were bad in the plan; a share is one of the rows sent, so that a plan with many
    rows to be repaired doesn't let the first failure stop the rest.
    """
    limit = run.settings.max_failures
    failed = tally.bad + (bad_in_plan if limit.count is not None else 0)
    if limit.exceeded(failed=failed, rows=tally.done):
        msg = f"{tally.bad} of the {tally.done} rows sent so far are bad, more than --max-failures {limit} allows."
        run.stop.request(TooManyFailuresError(msg))


class _Tally:
    """How far a stage is, for those who watch; what counts in the end is counted in the journal."""

    def __init__(self) -> None:
        self.done = 0
        self.bad = 0

    def add(self, decisions: Sequence[Change | Outcome]) -> None:
        self.done += len(decisions)
        for decision in decisions:
            if isinstance(decision, Outcome) and decision.result in BAD_RESULTS:
                self.bad += 1
                log.warning("row %d is %s: %s", decision.row, decision.result, decision.reason)


Stage = Callable[[_Context], Awaitable[None]]

_PLAN: tuple[Stage, ...] = (_load, _aim, _connect, _prove, _read, _weigh)
_STAGES: dict[str, tuple[Stage, ...]] = {
    "check": (_load, _aim),
    "plan": _PLAN,
    "apply": (*_PLAN, _confirm, _rename),
}
