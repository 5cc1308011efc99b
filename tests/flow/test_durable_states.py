"""Plan, apply, crash, resume, undo, and changes by another person, in any order: the journal against what is true.

Renames take effect late, other runs come in between, the clock jumps, and the list of orders is stale.

Everything runs in one process and on virtual time. A crash abandons a run at a boundary: from then on nothing that it
does reaches the journal's file or the orders, as if its process were dead.
"""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import anyio.to_thread
import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from batch_renamer.client.orders_api import ListQuery, OrderPage, TransientError
from batch_renamer.commands import COMMANDS
from batch_renamer.errors import InterruptedRunError
from batch_renamer.jobs.destinations import Destination
from batch_renamer.jobs.job import Job, SheetSource
from batch_renamer.jobs.pipeline import perform
from batch_renamer.jobs.run import JobContext, Run
from batch_renamer.jobs.standing import interrupted
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.loader import LoadOptions, open_frame
from batch_renamer.model import Order, ReportRow, Result, RunSummary
from batch_renamer.progress import make_progress
from batch_renamer.settings import Settings
from tests.support.clock import VirtualTimeLoop
from tests.support.mortal import Mishap, MortalJournal, Plug
from tests.support.pictureless import Pictureless

ORDERS = ("a", "b", "c")
ANOTHER_PERSON = "another person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A name that an order was given, and by which run."""

    order: str
    name: str
    by: str


Lost = Literal["before it arrived", "after it took effect", "for seconds", "until later"]
"""When the answer to a rename is lost, and what becomes of the rename: it takes effect at once, some seconds later, or
when the command has ended."""

SECONDS_LATE = 8.0


class JumpingClock:
    """The wall clock of the machine, which is set on the way."""

    def __init__(self) -> None:
        self._time = time.time
        self.ahead_s = 0.0

    def __call__(self) -> float:
        """Return the time that the clock shows."""
        return self._time() + self.ahead_s


CLOCK = JumpingClock()


class Orders(Pictureless):
    """The truth: names, and the whole story of them. Implements the `OrdersApi` protocol."""

    def __init__(self, names: dict[str, str | None]) -> None:
        self.names = names
        self.story: list[Given] = []
        self.lost: dict[str, Lost] = {}
        self.lost_now: set[str] = set()
        self._late: list[Given] = []
        self._seeds = dict(names)
        self.jump_h = 0.0
        self.plug = Plug()
        self.run_id: Callable[[], str] = str

    def give(self, order: str, name: str, *, by: str) -> None:
        """Give an order a name."""
        self.names[order] = name
        self.story.append(Given(order=order, name=name, by=by))

    def catch_up(self) -> None:
        """Let take effect what was on its way when a command ended, before anything else is done."""
        for given_ in self._late:
            self.give(given_.order, given_.name, by=given_.by)
        self._late.clear()
        self.lost_now.clear()

    async def get(self, order_id: str) -> Order | None:
        """Read one order."""
        await self._travel()
        return Order(order_id=order_id, name=self.names[order_id]) if order_id in self.names else None

    async def rename(self, order_id: str, new_name: str) -> Order:
        """Rename one order, unless the request is lost on its way."""
        await self._travel()
        lost = self.lost.pop(order_id, None)
        given_ = Given(order=order_id, name=new_name, by=self.run_id())
        if lost in (None, "after it took effect"):
            self.give(order_id, new_name, by=given_.by)
        elif lost in ("until later", "for seconds"):
            self._late.append(given_)
        if lost == "for seconds":
            asyncio.get_running_loop().call_later(SECONDS_LATE, self._take_effect, given_)
        CLOCK.ahead_s += self.jump_h * 3600
        self.jump_h = 0.0
        await self._travel()
        if lost is not None:
            self.lost_now.add(order_id)
            raise TransientError("no answer in time", may_be_applied=True, timed_out=lost != "for seconds")
        return Order(order_id=order_id, name=new_name)

    def _take_effect(self, late: Given) -> None:
        if late in self._late and not self.plug.pulled:
            self._late.remove(late)
            self.give(late.order, late.name, by=late.by)

    async def page(self, *, per_page: int, offset: str | None = None, query: ListQuery | None = None) -> OrderPage:
        """List the orders as they were called at first, from a cache that nothing makes forget."""
        await self._travel()
        orders = [Order(order_id=order, name=name) for order, name in self._seeds.items()]
        return OrderPage(orders=tuple(orders[:per_page]), next_offset=offset)

    async def _travel(self) -> None:
        self.plug.boundary()
        await asyncio.sleep(0.01)
        self.plug.boundary()


MISHAP = st.builds(Mishap, st.integers(min_value=1, max_value=16), st.booleans(), st.just(True)) | st.builds(
    Mishap, st.integers(min_value=1, max_value=50), st.booleans(), st.just(False)
)
PERHAPS = st.none() | MISHAP


class Durable(RuleBasedStateMachine):
    """One state directory and one account in the hands of a user with bad luck."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.api = Orders({})
        self.seeds: dict[str, str | None] = {}
        self.fresh = 0
        self.asked: dict[str, set[str | None]] = {}
        self.runs: list[str] = []
        self.began: dict[str, int] = {}
        self.plans: list[str] = []

    def teardown(self) -> None:
        """Remove the state directory."""
        shutil.rmtree(self.folder)

    @initialize(unnamed=st.booleans())
    def seed(self, unnamed: bool) -> None:
        """Begin with three orders, one of them perhaps without a name."""
        self.seeds = {order: None if unnamed and order == "c" else f"old {order}" for order in ORDERS}
        self.api = Orders(dict(self.seeds))
        self.asked = {order: {name} for order, name in self.seeds.items()}

    # What can happen

    @rule(order=st.sampled_from(ORDERS))
    def another_person_renames(self, order: str) -> None:
        """Rename an order behind the back of every run."""
        self.api.give(order, self._new_name(order), by=ANOTHER_PERSON)

    @rule(order=st.sampled_from(ORDERS), lost=st.sampled_from(get_args(Lost)))
    def the_next_answer_will_be_lost(self, order: str, lost: Lost) -> None:
        """Lose the answer to the next rename of an order."""
        self.api.lost[order] = lost

    @rule(orders=st.sets(st.sampled_from(ORDERS), min_size=1), same=st.sampled_from(ORDERS), mishap=PERHAPS)
    def apply(self, orders: set[str], same: str, mishap: Mishap | None) -> None:
        """Apply a new sheet."""
        self._command("apply", mishap, sheet=self._sheet(orders, same))

    @rule(orders=st.sets(st.sampled_from(ORDERS), min_size=1), same=st.sampled_from(ORDERS), mishap=PERHAPS)
    def plan(self, orders: set[str], same: str, mishap: Mishap | None) -> None:
        """Plan a new sheet."""
        self._command("plan", mishap, sheet=self._sheet(orders, same))

    @precondition(lambda self: self.plans)
    @rule(choice=st.integers(min_value=0), mishap=PERHAPS)
    def apply_a_plan(self, choice: int, mishap: Mishap | None) -> None:
        """Commit a kept plan, perhaps not for the first time."""
        self._command("apply --plan", mishap, origin=self.plans[choice % len(self.plans)])

    @precondition(lambda self: self.runs)
    @rule(choice=st.integers(min_value=0), mishap=PERHAPS)
    def undo(self, choice: int, mishap: Mishap | None) -> None:
        """Undo any run that came as far as renaming."""
        self._command("undo", mishap, origin=self.runs[choice % len(self.runs)])

    @precondition(lambda self: self._interrupted())
    @rule(choice=st.integers(min_value=0), mishap=PERHAPS)
    def resume(self, choice: int, mishap: Mishap | None) -> None:
        """Take up a run that has something left, perhaps long after others have renamed."""
        interrupted = self._interrupted()
        self._command("resume", mishap, origin=interrupted[choice % len(interrupted)])

    @rule(hours=st.sampled_from([-2.0, 2.0, -1_000.0]), in_mid_run=st.booleans())
    def the_clock_jumps(self, hours: float, in_mid_run: bool) -> None:
        """Set the clock, now or at the next rename."""
        if in_mid_run:
            self.api.jump_h = hours
        else:
            CLOCK.ahead_s += hours * 3600

    @rule(
        orders=st.sets(st.sampled_from(ORDERS), min_size=1),
        others=st.sets(st.sampled_from(ORDERS), min_size=1),
        first=MISHAP,
        undone=st.booleans(),
    )
    def another_run_in_between(self, orders: set[str], others: set[str], first: Mishap, undone: bool) -> None:
        """Interrupt a run, apply another sheet, perhaps undo that, and take the first one up after all."""
        self._command("apply", first, sheet=self._sheet(orders, min(orders)))
        with self._journal() as journal:
            interrupted = next((run.id for run in journal.runs.find() if run.command == "apply"), None)
        before = len(self.runs)
        self._command("apply", None, sheet=self._sheet(others, min(others)))
        if undone and len(self.runs) > before:
            self._command("undo", None, origin=self.runs[-1])
        if interrupted is not None and interrupted in self.began:
            self._command("resume", None, origin=interrupted)

    @rule(
        orders=st.sets(st.sampled_from(ORDERS), min_size=1),
        undo=st.booleans(),
        first=MISHAP,
        then=st.lists(st.tuples(st.none() | st.sampled_from(ORDERS), PERHAPS), min_size=1, max_size=3),
    )
    def a_bad_day(
        self, orders: set[str], undo: bool, first: Mishap, then: list[tuple[str | None, Mishap | None]]
    ) -> None:
        """Interrupt one run again and again while another person is at work, and finish it in the end."""
        if undo and self.runs:
            self._command("undo", first, origin=self.runs[-1])
        else:
            self._command("apply", first, sheet=self._sheet(orders, min(orders)))
        for order, mishap in then:
            if order is not None:
                self.another_person_renames(order)
            if interrupted := self._interrupted():
                self._command("resume", mishap, origin=interrupted[-1])
        if interrupted := self._interrupted():
            self._command("resume", None, origin=interrupted[-1])

    # What must be true of it

    @invariant()
    def no_name_that_was_not_asked_for(self) -> None:
        """Check every name that was ever given."""
        for given_ in self.api.story:
            assert given_.name in self.asked[given_.order]

    @invariant()
    def no_name_that_a_later_run_gave_is_overwritten(self) -> None:
        """Check every name that a run gave in place of another run's: it was there when the run began."""
        for order in ORDERS:
            story = [(-1, self.seeds.get(order) or "", "seed")]
            story += [(at, given_.name, given_.by) for at, given_ in enumerate(self.api.story) if given_.order == order]
            for place, (_, _, by) in enumerate(story[1:], start=1):
                at, overwritten, other = story[place - 1]
                if by not in self.began or other in (by, ANOTHER_PERSON, "seed"):
                    continue
                before = [name for at_, name, _ in story if at_ < self.began[by]][-1]
                assert at < self.began[by] or overwritten == before, (order, by, story)

    def _check(self, summary: RunSummary, rows: list[ReportRow], origin: RunRecord | None) -> None:
        assert sum(summary.counts.values()) == len(rows)
        bad = bool({*summary.counts} - {Result.RENAMED, Result.UNCHANGED, Result.PLANNED})
        assert summary.exit_code == (130 if summary.stopped else int(bad))
        if summary.stopped:
            # What it didn't come to is as it was before.
            rows = [row for row in rows if row.result not in (Result.PENDING, Result.UNKNOWN)]
        for row in rows:
            self._check_row(summary.run_id, row)
        if summary.command == "undo" and not summary.stopped and origin is not None:
            self._check_undo(summary.run_id, rows, origin)

    def _check_row(self, run: str, row: ReportRow) -> None:
        story = [Given(order=row.order_id, name=self.seeds[row.order_id] or "", by="seed")]
        story += [given_ for given_ in self.api.story if given_.order == row.order_id]
        ours = [place for place, given_ in enumerate(story) if given_.by == run]
        where = f"{run} {row} {story}"
        assert row.result not in (Result.PENDING, Result.SKIPPED), where
        # An undo sends nothing for an order that has its old name, and can't tell whether it is renamed yet.
        awaited = row.attempts == 0 and row.final_name == row.new_name
        assert row.result is not Result.UNKNOWN or awaited or row.order_id in self.api.lost_now, where
        if not ours:
            assert row.result is not Result.RENAMED, where
        elif row.result is Result.UNKNOWN:
            return  # Its last answer was lost, and it could not be seen that it had taken effect.
        elif all(given_.by == run for given_ in story[ours[0] :]):
            assert (row.result, row.final_name) == (Result.RENAMED, self.api.names[row.order_id]), where
            assert row.old_name == (story[ours[0] - 1].name or None), where
        else:
            # Another person has renamed it again after this run did; whether that was seen depends on when it looked.
            assert row.result in (Result.RENAMED, Result.DRIFTED), where

    def _check_undo(self, run: str, rows: list[ReportRow], undone: RunRecord) -> None:
        """What was not touched in between has its old name again; every rename of the run has been thought of."""
        by_order = {row.order_id: row for row in rows}
        for order in ORDERS:
            story = [Given(order=order, name=self.seeds[order] or "", by="seed")]
            story += [given_ for given_ in self.api.story if given_.order == order]
            places = [place for place, given_ in enumerate(story) if given_.by == undone.id]
            left = {story[place].name for place in places}
            overwritten = [story[place - 1] for place, given_ in enumerate(story) if given_.by == run]
            # It may have been given again since, by the undo of another undo; that is the same name.
            assert all(given_.by == run or given_.name in left for given_ in overwritten), story
            if [given_.name for given_ in story if given_.by != run][-1] not in left:
                continue  # Another person has renamed it since: nothing is to be taken back.
            assert order in by_order, f"{order} was forgotten: {story}"
            before = story[places[0] - 1].name
            if not before:
                assert by_order[order].result is Result.INVALID
            elif by_order[order].result is not Result.UNKNOWN:
                assert self.api.names[order] == before, story

    # How it happens

    def _new_name(self, order: str) -> str:
        self.fresh += 1
        name = f"name {self.fresh}"
        self.asked[order].add(name)
        return name

    def _sheet(self, orders: Iterable[str], same: str) -> pd.DataFrame:
        """Ask for new names, and for one order to keep the name that it has."""
        names = {order: self._new_name(order) for order in sorted(orders)}
        if self.api.names[same]:
            names[same] = str(self.api.names[same])
        return pd.DataFrame({"order_id": [*names], "new_name": [*names.values()]})

    def _interrupted(self) -> list[str]:
        with self._journal() as journal:
            runs = [journal.runs.get(run_id) for run_id in self.runs]
            counts = {run.id: journal.results.counts(run) for run in runs}
            return [run.id for run in runs if interrupted(run, counts[run.id]) or counts[run.id].get(Result.UNKNOWN)]

    @contextmanager
    def _journal(self) -> Iterator[MortalJournal]:
        with MortalJournal.open(self.folder / "journal.sqlite3") as journal:
            journal.plug = Plug()
            journal.select("PRAGMA synchronous = OFF", ())
            yield journal

    def _command(
        self, command: str, mishap: Mishap | None, *, sheet: pd.DataFrame | None = None, origin: str | None = None
    ) -> None:
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        with self._journal() as journal:
            past = journal.runs.get(origin) if origin is not None else None
            source: SheetSource | RunRecord
            if sheet is not None:
                source = SheetSource(open=lambda _: nullcontext(open_frame(sheet, LoadOptions())))
            else:
                assert past is not None
                source = past
            context = JobContext(
                Job(
                    command=COMMANDS[command],
                    settings=Settings(state_dir=self.folder, rate=1000.0, attempts=1, report=(str(report),), workers=2),
                    journal=journal,
                    progress=make_progress(io.StringIO(), quiet=True),
                    destination=Destination(connect=self._connect, base_url="the model", account="the model"),
                    source=source,
                )
            )
            begins_at = len(self.api.story)
            plug = Plug(mishap, stop=lambda: context.stop.request(InterruptedRunError(signal.SIGINT)))
            journal.plug = self.api.plug = plug
            self.api.run_id = lambda: context.id_for_others
            performed = _performed(context, plug)
            journal.plug = Plug()
            if context.run is not None:
                self.began.setdefault(context.run.record.id, begins_at)
            self._note(command, journal)
            if performed is not None:
                run, summary = performed
                self._check(summary, list(journal.results.report_rows(run.record)), past)
                self._check_report(report, summary, run)
        self.api.catch_up()

    def _check_report(self, report: Path, summary: RunSummary, run: Run) -> None:
        if report.exists() or not summary.stopped:  # it may be stopped before the report's place is found
            written = json.loads(report.read_text("utf-8"))["rows"]
            assert [row["result"] for row in written] == [row.result for row in run.rows()]

    def _note(self, command: str, journal: Journal) -> None:
        """Take note of plans that can be committed, and of runs that came as far as renaming."""
        for run in reversed(journal.runs.find()):
            if run.committed_at is not None and run.id not in self.runs:
                self.runs.append(run.id)
            if command == "plan" and run.command == "plan" and run.state == "planned" and run.id not in self.plans:
                self.plans.append(run.id)

    @asynccontextmanager
    async def _connect(self, _: Iterable[tuple[str, str | None]]) -> AsyncIterator[Orders]:
        yield self.api


def _performed(context: JobContext, plug: Plug) -> tuple[Run, RunSummary] | None:
    """Perform a job; return None if it died."""
    try:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            return runner.run(perform(context))
    except InterruptedRunError:  # before there were any rows
        return None
    except BaseException:  # the plug, in as many groups as there were tasks
        if not plug.pulled:
            raise
        return None


def test_nothing_is_ever_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever happens in whatever order, reports are true, undos complete, and no order gets a name unasked."""

    async def at_once(work: Callable[..., object], *args: object, **_: object) -> object:
        return work(*args)

    # No threads: the same story takes the same course every time.
    monkeypatch.setattr(anyio.to_thread, "run_sync", at_once)
    monkeypatch.setattr(time, "time", CLOCK)
    in_the_gate = settings.get_current_profile_name() == "gate"
    run_state_machine_as_test(
        Durable, settings=settings(max_examples=40 if in_the_gate else settings().max_examples, stateful_step_count=8)
    )
