"""The product from inside, for what its command line doesn't offer: rows and a rate enter, results leave.

Whatever the benchmarks know of the product's rooms is known here and nowhere else.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel

from batch_renamer.client.orders_api import ListQuery, OrderPage, OrdersApi
from batch_renamer.commands import COMMANDS
from batch_renamer.jobs import stages
from batch_renamer.jobs.destinations import Destination, to_api
from batch_renamer.jobs.job import Job, SheetSource
from batch_renamer.jobs.pipeline import perform
from batch_renamer.jobs.run import JobContext, Run
from batch_renamer.jobs.state import open_journal
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.loader import open_sheet
from batch_renamer.model import Change, Order, Outcome
from batch_renamer.progress import make_progress
from batch_renamer.renaming.pool import rename_all
from batch_renamer.settings import ApiKey, Settings, resolve_settings
from tests.support.pictureless import Pictureless

__all__ = ["KEY", "UNPACED_PER_S", "FakeApi", "first_request", "rename_only", "run_dry", "run_job", "warm_up"]

KEY = "a-key-for-measuring"

UNPACED_PER_S = 1e6
"""A rate that no client reaches on one core."""

_BATCH = 500


def _settings(folder: Path, base_url: str, rate: float | None, workers: int | None) -> Settings:
    """Return settings; ``rate`` may be `UNPACED_PER_S`, which the command line refuses."""
    given: dict[str, Any] = {"state_dir": folder, "base_url": base_url, "yes": True}
    if rate is not None and rate != UNPACED_PER_S:
        given["rate"] = rate
    if workers is not None:
        given["workers"] = workers
    settings = resolve_settings(given, environ={})
    if rate == UNPACED_PER_S:
        object.__setattr__(settings, "rate", rate)  # past the check
    return settings


async def rename_only(
    rows: Sequence[tuple[str, str]],
    *,
    base_url: str,
    rate: float | None = None,
    workers: int | None = None,
    state_dir: Path | None = None,
) -> Counter[str]:
    """Send renames through pool, gateway, retrier and client; nothing is read before, nothing is kept.

    All that have the same ``state_dir`` share one limit.
    """
    results: Counter[str] = Counter()

    # Made before the first leaves: the journal, too, makes them outside of the event loop.
    read_at = time.time()
    changes = [
        Change(row=row, new_name=name, order=Order(order_id=order_id, name="Old name"), read_at=read_at)
        for row, (order_id, name) in enumerate(rows, 2)
    ]

    async def batches() -> AsyncIterator[list[Change]]:
        for begin in range(0, len(changes), _BATCH):
            yield changes[begin : begin + _BATCH]

    async def record(outcomes: list[Outcome]) -> None:
        results.update(outcome.result.value for outcome in outcomes)

    with _journal(base_url, rate, workers, state_dir) as (settings, journal):
        context = _context("apply", Path(), settings, journal, to_api(settings, ApiKey(KEY)))
        async with _run_of(context, journal.runs.begin(context.job.new_run())) as run:
            session = await stages.connect(run)
            await rename_all(batches(), record, gateway=session.gateway, workers=session.most_at_once, stop=run.stop)
    return results


async def run_job(sheet: Path, *, base_url: str, rate: float | None = None, workers: int | None = None) -> Counter[str]:
    """Do the whole of ``apply`` but for the command line and the report."""
    with _journal(base_url, rate, workers) as (settings, journal):
        return await _perform(_context("apply", sheet, settings, journal, to_api(settings, ApiKey(KEY))))


async def run_dry(sheet: Path, api: OrdersApi) -> Counter[str]:
    """Do the whole of ``plan`` with an API inside the process, unpaced."""

    @asynccontextmanager
    async def connect(_: Iterable[tuple[str, str | None]]) -> AsyncIterator[OrdersApi]:
        yield api

    with _journal("http://127.0.0.1:9", UNPACED_PER_S, None) as (settings, journal):
        nearby = Destination(connect=connect, base_url=settings.base_url, account="measuring")
        return await _perform(_context("plan", sheet, settings, journal, nearby))


def warm_up() -> None:
    """Have everything imported that is imported where it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / "one.csv"
        sheet.write_text("order_id,new_name\norder-0000000,New name\n", encoding="utf-8")
        anyio.run(run_dry, sheet, FakeApi(1))


async def first_request(sheet: Path, *, base_url: str) -> dict[str, float]:
    """Go as far as the first request; return what each step took, in seconds."""
    steps: dict[str, float] = {}
    last = time.perf_counter()

    def done(step: str) -> None:
        nonlocal last
        now = time.perf_counter()
        steps[step], last = now - last, now

    with tempfile.TemporaryDirectory() as folder:
        settings = _settings(Path(folder), base_url, None, None)
        done("settings")
        with open_journal(settings) as journal:
            done("open the journal")
            source = _source(sheet, settings)
            context = _context("apply", sheet, settings, journal, to_api(settings, ApiKey(KEY)))
            done("account")
            record = await stages.load(context, source)
            done("load")
            async with _run_of(context, record) as run:
                await stages.check_report_targets(run)
                done("check the reports")
                session = await stages.connect(run)
                done("connect")
                await stages.verify_key(run, session)
                done("verify the key")
    return steps


@contextmanager
def _journal(
    base_url: str, rate: float | None, workers: int | None, state_dir: Path | None = None
) -> Iterator[tuple[Settings, Journal]]:
    with tempfile.TemporaryDirectory() as folder:
        settings = _settings(state_dir or Path(folder), base_url, rate, workers)
        with open_journal(settings) as journal:
            yield settings, journal


async def _perform(context: JobContext) -> Counter[str]:
    _, summary = await perform(context)
    if summary.stopped:
        raise RuntimeError(summary.stopped)
    return Counter({result.value: count for result, count in summary.counts.items()})


@asynccontextmanager
async def _run_of(context: JobContext, record: RunRecord) -> AsyncIterator[Run]:
    async with anyio.create_task_group() as background, AsyncExitStack() as opened:
        yield Run(context=context, record=record, background=background, opened=opened, in_hand=True)
        background.cancel_scope.cancel()


def _source(sheet: Path, settings: Settings) -> SheetSource:
    return SheetSource(open=lambda stopped: open_sheet(sheet, stages.load_options(settings), stopped=stopped))


def _context(command: str, sheet: Path, settings: Settings, journal: Journal, destination: Destination) -> JobContext:
    return JobContext(
        Job(
            command=COMMANDS[command],
            settings=settings,
            journal=journal,
            progress=make_progress(io.StringIO(), quiet=True),
            destination=destination,
            source=_source(sheet, settings),
            own_process=True,
        )
    )


class FakeApi(Pictureless):
    """An API inside the process that has every order, lists so many of them, and keeps none."""

    def __init__(self, listed: int) -> None:
        self._listed = listed

    async def get(self, order_id: str) -> Order | None:
        """Answer after giving way once, as an answer that is there already would."""
        await anyio.lowlevel.checkpoint()
        return Order(order_id=order_id, name="Old name", status="processed", is_deleted=False, total_images=3)

    async def rename(self, order_id: str, new_name: str) -> Order:
        """Refuse: nothing is renamed in a dry run."""
        raise AssertionError(f"{order_id} was to be renamed to {new_name!r} in a dry run")

    async def page(self, *, per_page: int, offset: str | None = None, query: ListQuery | None = None) -> OrderPage:
        """Answer with the next of the orders, a hundred at most."""
        await anyio.lowlevel.checkpoint()
        begin = int(offset or 0)
        end = min(begin + min(per_page, 100), self._listed)
        orders = tuple(Order(order_id=f"order-{number:07d}", name="Old name") for number in range(begin, end))
        return OrderPage(orders=orders, next_offset=str(end) if end < self._listed else None)
