"""A kept plan is committed by another run: every stage with a fake API, and what another person did in between."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from batch_renamer.client.orders_api import ListQuery, OrderPage, OrdersApi
from batch_renamer.commands import COMMANDS
from batch_renamer.errors import JournalError
from batch_renamer.jobs.destinations import Destination
from batch_renamer.jobs.job import Job, SheetSource
from batch_renamer.jobs.pipeline import perform
from batch_renamer.jobs.run import JobContext, Run
from batch_renamer.jobs.stages import load_options
from batch_renamer.jobs.state import open_journal
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.journal.rows import RowTable
from batch_renamer.loader import open_frame
from batch_renamer.model import ReportRow, Result
from batch_renamer.progress import make_progress
from batch_renamer.settings import Settings
from tests.support.bench import a_stop
from tests.support.fake_api import FakeOrdersApi, Refused

COMPOSED, APART = "Caf\u00e9", unicodedata.normalize("NFD", "Caf\u00e9")


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One account, one journal, and the spreadsheet of the day."""

    api: FakeOrdersApi
    journal: Journal
    frame: pd.DataFrame

    async def perform(self, command: str, origin: RunRecord | None = None, *, stop_at_proof: bool = False) -> Run:
        """Take a command through its stages, by default to its end; or stop it once the key is proven."""
        settings = Settings(yes=True, state_dir=self.journal.path.parent)
        context: JobContext

        class Stopping(FakeOrdersApi):
            async def page(
                self, *, per_page: int, offset: str | None = None, query: ListQuery | None = None
            ) -> OrderPage:
                context.stop.request(a_stop())
                return await FakeOrdersApi.page(self, per_page=per_page, offset=offset, query=query)

        api: OrdersApi = Stopping(self.api.names) if stop_at_proof else self.api

        @asynccontextmanager
        async def connect(_: Iterable[tuple[str, str | None]]) -> AsyncIterator[OrdersApi]:
            yield api

        sheet = SheetSource(open=lambda _: nullcontext(open_frame(self.frame, load_options(settings))))
        context = JobContext(
            Job(
                command=COMMANDS[command],
                settings=settings,
                journal=self.journal,
                progress=make_progress(io.StringIO(), quiet=True),
                destination=Destination(connect=connect, base_url="http://127.0.0.1:1", account="office"),
                source=sheet if origin is None else self.journal.runs.get(origin.id),
            )
        )
        run, _ = await perform(context)
        return run


@contextmanager
def an_office(
    folder: Path, names: dict[str, str | None], new_names: Mapping[str, str], *, refused: str = ""
) -> Iterator[Office]:
    """Open one whose spreadsheet gives these orders new names; the API refuses that of the order ``refused``."""
    api = FakeOrdersApi(names, latency_s=0.001, script={(refused, "rename"): [Refused()]})
    frame = pd.DataFrame({"order_id": list(new_names), "new_name": list(new_names.values())})
    with open_journal(Settings(state_dir=folder)) as journal:
        yield Office(api=api, journal=journal, frame=frame)


def by_order(run: Run) -> dict[str, ReportRow]:
    """Return the rows of a run by their orders."""
    return {row.order_id: row for row in run.rows()}


@pytest.mark.parametrize(
    ("seen", "found", "new_name"),
    [
        pytest.param("old", "old ", "new", id="a space at the end"),
        pytest.param(COMPOSED, APART, "new", id="the same to the eye"),
        pytest.param(COMPOSED, APART, COMPOSED, id="right already, and then the same to the eye"),
        pytest.param(None, "named", "new", id="no name before"),
    ],
)
async def test_a_name_that_changed_by_a_hair_is_drifted(
    tmp_path: Path, seen: str | None, found: str, new_name: str
) -> None:
    """A plan is committed as it was seen, to the letter; nothing is sent for an order that is another by now."""
    with an_office(tmp_path, {"a": seen}, {"a": new_name}) as office:
        plan = await office.perform("plan")
        office.api.names["a"] = found
        row = by_order(await office.perform("apply --plan", plan.record))["a"]
    assert (row.result, row.final_name) == (Result.DRIFTED, found)
    assert plan.record.id in row.reason
    assert office.api.count("rename") == 0


async def test_an_order_without_a_name_has_none_in_the_report(tmp_path: Path) -> None:
    """Neither in the plan's nor in that of the run that commits it; an undo says that there is none to give back."""
    with an_office(tmp_path, {"a": None}, {"a": "new"}) as office:
        plan = await office.perform("plan")
        run = await office.perform("apply --plan", plan.record)
        undo = await office.perform("undo", run.record)
        rows = [by_order(run)["a"] for run in (plan, run, undo)]
    assert [(row.old_name, row.result) for row in rows[:2]] == [(None, Result.PLANNED), (None, Result.RENAMED)]
    assert rows[2].result is Result.INVALID


async def test_a_kept_plan_that_is_taken_up_says_what_a_plan_says(tmp_path: Path) -> None:
    """Interrupted before its first read and resumed, the reason still speaks of the plan."""
    with an_office(tmp_path, {"a": "old", "b": "old"}, {"a": "new", "b": "new b"}) as office:
        plan = await office.perform("plan")
        office.api.names["b"] = "theirs"
        stopped = await office.perform("apply --plan", plan.record, stop_at_proof=True)
        assert [row.result for row in stopped.rows()] == [Result.PENDING] * 2
        rows = by_order(await office.perform("resume", stopped.record))
    assert (rows["a"].result, rows["b"].result) == (Result.RENAMED, Result.DRIFTED)
    assert f"plan {plan.record.id}" in rows["b"].reason


async def test_a_journal_that_fails_after_an_outcome_loses_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails while outcomes are recorded, what was renamed is called so once the run is taken up."""
    names: dict[str, str | None] = {f"o{number}": "old" for number in range(60)}

    def fail(*_: object) -> dict[int, str]:
        raise JournalError("the disk is full")

    with an_office(tmp_path, names, {order_id: f"new {order_id}" for order_id in names}, refused="o5") as office:
        with monkeypatch.context() as patched:
            patched.setattr(RowTable, "order_ids", fail)
            stopped = await office.perform("apply")
        assert stopped.stop.cause is not None
        rows = by_order(await office.perform("resume", stopped.record))
    assert {order_id for order_id, row in rows.items() if row.result is Result.RENAMED} == names.keys() - {"o5"}
