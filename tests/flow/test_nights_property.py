"""Nights in any order: files that contradict each other, failures, kills, and undos by day, against what is true."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import anyio.to_thread
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from batch_renamer.journal import RunRecord
from batch_renamer.model import NightFile, ReportRow, Result
from tests.support.fake_api import FakeOrdersApi, Fault, Refused, Transient
from tests.support.mortal import Mishap, MortalJournal, Plug
from tests.support.small_nights import SmallNights, sheet_of

ORDERS = ("a", "b", "c")
FILES = ("1.csv", "2.csv", "3.csv")
RETRY_NIGHTS = 3
DONE = (Result.RENAMED, Result.UNCHANGED)

SHEET = st.dictionaries(st.sampled_from(ORDERS), st.integers(min_value=0, max_value=2), min_size=1)
FAULT = st.sampled_from([Refused(), Transient(applied=True), Transient(applied=False)])
KILL = st.builds(Mishap, st.integers(min_value=1, max_value=60), polite=st.just(value=False), renaming=st.booleans())


class MortalApi(FakeOrdersApi):
    """An account that a dead command can't reach."""

    plug = Plug()

    async def _answer(
        self, method: str, order_id: str, new_name: str | None = None, *, script: str | None = None
    ) -> None:
        self.plug.boundary()
        await super()._answer(method, order_id, new_name, script=script)  # type: ignore[arg-type]
        self.plug.boundary()


class Nights(RuleBasedStateMachine):
    """One inbox, filled by people by day."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.api = MortalApi({order: f"old {order}" for order in ORDERS}, latency_s=0.001)
        self.inbox: dict[str, dict[str, str]] = {}
        self.dropped: list[dict[str, str]] = []
        self.fresh = 0
        self.runs: list[str] = []
        self.undone_at: dict[str, int] = {}
        self.contradicted: dict[str, set[str]] = {}
        self.never: dict[str, set[str]] = defaultdict(set)

    def teardown(self) -> None:
        """Remove the state directory."""
        shutil.rmtree(self.folder)

    # What can happen by day

    @rule(name=st.sampled_from(FILES), sheet=SHEET)
    def drop(self, name: str, sheet: dict[str, int]) -> None:
        """Put a file with new names into the inbox; the number tells names of the same day from each other."""
        self.fresh += 1
        self._put(name, {order: f"name {self.fresh} {order} {number}" for order, number in sheet.items()})

    @precondition(lambda self: self.inbox)
    @rule(
        name=st.sampled_from(FILES), choice=st.integers(min_value=0), order=st.sampled_from(ORDERS), same=st.booleans()
    )
    def drop_beside(self, name: str, choice: int, order: str, *, same: bool) -> None:
        """Put a file beside another one, that gives one of its orders the same name, or another one."""
        other = list(self.inbox.values())[choice % len(self.inbox)]
        self.fresh += 1
        sheet = {order: f"name {self.fresh} {order}"}
        shared = min(other)
        sheet[shared] = other[shared] if same else f"name {self.fresh} {shared}"
        self._put(name, sheet)

    @precondition(lambda self: self.dropped)
    @rule(name=st.sampled_from(FILES), choice=st.integers(min_value=0))
    def drop_again(self, name: str, choice: int) -> None:
        """Put the rows of an earlier file into the inbox once more."""
        self._put(name, self.dropped[choice % len(self.dropped)])

    @rule(order=st.sampled_from(ORDERS), faults=st.lists(FAULT, min_size=1, max_size=5))
    def the_next_renames_will_fail(self, order: str, faults: list[Fault]) -> None:
        """Let renames of an order fail."""
        self.api.add(order, script={"rename": faults})

    @precondition(lambda self: self.runs)
    @rule(choice=st.integers(min_value=0))
    def undo(self, choice: int) -> None:
        """Undo the run of a night."""
        run_id = self.runs[choice % len(self.runs)]
        with self._nights() as nights:
            if nights.journal.runs.get(run_id).committed_at is None:
                return
            orders = [*nights.rows(run_id)]
            with suppress(Exception):  # there may be nothing to undo
                nights.undone(run_id)
        self.undone_at |= dict.fromkeys(orders, len(self.runs))

    def _put(self, name: str, sheet: dict[str, str]) -> None:
        if name in self.inbox:
            return
        self.inbox[name] = sheet
        self.dropped.append(sheet)
        self.contradicted.pop(name, None)
        for order, new_name in sheet.items():
            self.never[order].discard(new_name)

    # The nights

    @rule()
    def a_night(self) -> None:
        """Let a night pass."""
        self._night(None)

    @rule(kill=KILL)
    def a_night_that_is_killed(self, kill: Mishap) -> None:
        """Kill a night; the next one goes on."""
        self._night(kill)

    @rule()
    def quiet_nights(self) -> None:
        """Let nights pass in which nothing is dropped and nothing fails: all that can be done is done."""
        for order in ORDERS:
            self.api.add(order, script={"rename": []})
        for _ in range(RETRY_NIGHTS + 1):
            self._night(None)
        assert not self.inbox
        with self._nights() as nights:
            for order in ORDERS:
                self._check_nothing_is_left(nights, order)

    def _night(self, kill: Mishap | None) -> None:
        self._expect_contradictions()
        with self._nights() as nights:
            before = {order: len(given) for order, given in self.api.names_given.items()}
            plug = Plug(kill)
            nights.journal.plug = self.api.plug = plug  # type: ignore[attr-defined]
            inbox = dict(self.inbox)
            try:
                nights.over()
            except BaseException:  # the plug, in as many groups as there were tasks
                if not plug.pulled:
                    raise
            nights.journal.plug = self.api.plug = Plug()  # type: ignore[attr-defined]
            self.inbox = {name: self.inbox[name] for name in nights.inbox}
            self._take_note(nights)
            self._check_given(before)
            if not plug.pulled:
                self._check_results(nights, inbox)

    def _expect_contradictions(self) -> None:
        """Note which rows contradict each other; a file whose run had begun before is older than the others."""
        with self._nights() as nights:
            begun = {
                Path(run.sheet).name
                for run in nights.journal.runs.find()
                if run.sheet and run.command == "apply" and run.committed_at is not None and run.id not in self.runs
            }
        fresh = {name: sheet for name, sheet in self.inbox.items() if name not in begun}
        self.contradicted = {name: orders for name, orders in self.contradicted.items() if name in self.inbox}
        for name, sheet in fresh.items():
            found = {
                order
                for other in fresh.values()
                for order, new_name in other.items()
                if order in sheet and sheet[order] != new_name
            }
            self.contradicted[name] = self.contradicted.get(name, set()) | found
            for order in self.contradicted[name]:
                self.never[order].add(sheet[order])

    def _take_note(self, nights: SmallNights) -> None:
        for file in self._noted(nights):
            if file.run_id is not None and file.run_id not in self.runs:
                self.runs.append(file.run_id)

    def _noted(self, nights: SmallNights) -> tuple[NightFile, ...]:
        return nights.journal.nights.get(nights.night.number).files if nights.night.number else ()

    # What must be true

    def _check_given(self, before: Mapping[str, int]) -> None:
        for order, given in self.api.names_given.items():
            assert not self.never[order].intersection(given[before.get(order, 0) :]), (order, given, self.never)

    def _check_results(self, nights: SmallNights, inbox: Mapping[str, Mapping[str, str]]) -> None:
        assert not nights.inbox
        for file in self._noted(nights):
            if file.end == "same" or file.run_id is None:
                continue
            run = nights.journal.runs.get(file.run_id)
            assert sum(nights.journal.results.checked_counts(run).values()) == run.sheet_rows
            assert run.retries <= RETRY_NIGHTS
            rows = nights.rows(file.run_id)
            if file.name in inbox and rows.keys() == inbox[file.name].keys():
                invalid = {order for order, row in rows.items() if row.result is Result.INVALID}
                assert invalid == self.contradicted.get(file.name, set()) or file.again, (file, rows)
        for order in ORDERS:
            self._check_newest(nights, order)

    def _newest(self, nights: SmallNights, order: str) -> tuple[int, RunRecord, ReportRow] | None:
        for place in range(len(self.runs) - 1, -1, -1):
            row = nights.rows(self.runs[place]).get(order)
            if row is not None and row.result not in (Result.INVALID, Result.SKIPPED):
                return place, nights.journal.runs.get(self.runs[place]), row
        return None

    def _check_newest(self, nights: SmallNights, order: str) -> None:
        newest = self._newest(nights, order)
        if newest is None or newest[0] < self.undone_at.get(order, 0):
            return
        _, run, row = newest
        if row.result in DONE:
            assert self.api.names[order] == row.new_name, (order, run, row)
        elif row.result is Result.DRIFTED:
            assert "--again" in row.reason or order in self.undone_at, (order, run, row)

    def _check_nothing_is_left(self, nights: SmallNights, order: str) -> None:
        newest = self._newest(nights, order)
        if newest is None or newest[0] < self.undone_at.get(order, 0):
            return
        place, run, row = newest
        if row.result in DONE or row.result is Result.DRIFTED:
            return
        newer = [nights.rows(later).get(order) for later in self.runs[place + 1 :]]
        blocked = any(one is not None and one.result is Result.INVALID for one in newer)
        assert row.result in (Result.FAILED, Result.UNKNOWN), (order, run, row)
        assert run.retries == RETRY_NIGHTS or blocked, (order, run, row)

    @invariant()
    def every_name_was_asked_for(self) -> None:
        """Check all names that orders ever got."""
        for order, given in self.api.names_given.items():
            asked = {sheet[order] for sheet in self.dropped if order in sheet}
            assert set(given) <= asked | {f"old {order}"} | asked

    @contextmanager
    def _nights(self) -> Iterator[SmallNights]:
        with MortalJournal.open(self.folder / "journal.sqlite3") as journal:
            journal.plug = Plug()
            journal.select("PRAGMA synchronous = OFF", ())
            inbox = {name: sheet_of(sheet) for name, sheet in self.inbox.items()}
            yield SmallNights(folder=self.folder, journal=journal, api=self.api, inbox=inbox, retry_nights=RETRY_NIGHTS)


def test_nights_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each order ends with the name that its newest row gave, and no row that was contradicted is ever sent."""

    async def at_once(work: Callable[..., object], *args: object, **_: object) -> object:
        return work(*args)

    monkeypatch.setattr(anyio.to_thread, "run_sync", at_once)
    in_the_gate = settings.get_current_profile_name() == "gate"
    run_state_machine_as_test(
        Nights, settings=settings(max_examples=15 if in_the_gate else settings().max_examples, stateful_step_count=8)
    )
