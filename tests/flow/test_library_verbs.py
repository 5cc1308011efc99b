"""What follows from a result of the library: plans are applied, runs are resumed, undone and audited."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from batch_renamer import (
    InputError,
    InterruptedRenamingError,
    LockedError,
    ProblemsError,
    Renaming,
    SettingsError,
    open_plan,
    open_plan_async,
    open_run,
    open_run_async,
    plan_orders,
    plan_orders_async,
    rename_orders,
    rename_orders_async,
)
from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule, Sandbox, running
from tests.support.forks import fork
from tests.support.gate import Gate

FRAME = pd.DataFrame(
    {"order_id": ["a1", "a2"], "agent": ["Ann", "Bob"], "new_name": ["one", "two"]}, index=["first", "second"]
)


@asynccontextmanager
async def _served(*, sleep: Gate | None = None) -> AsyncIterator[tuple[Sandbox, dict[str, Any]]]:
    """Serve the orders of the frame; give how they are reached, too."""
    sandbox = Sandbox(api_key="right", sleep=sleep or asyncio.sleep)
    sandbox.store.seed_many([("a1", "old 1"), ("a2", "old 2")])
    async with running(sandbox) as base_url:
        yield sandbox, {"api_key": "right", "base_url": base_url}


async def _command(*words: str, key: str = "right") -> tuple[int, str]:
    process = await fork(words, cwd=Path.cwd(), env={**os.environ, "AUTOENHANCE_API_KEY": key})
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, (out + err).decode()


async def test_a_plan_is_applied_and_taken_back() -> None:
    """Every verb from the result of the one before, with the caller's index and columns all the way."""
    async with _served() as (sandbox, here):
        plan = await plan_orders_async(FRAME, **here)
        assert plan.outcomes["result"].tolist() == ["planned", "planned"]
        assert sandbox.store.names() == {"a1": "old 1", "a2": "old 2"}
        done = await plan.apply_async()
        assert sandbox.store.names() == {"a1": "one", "a2": "two"}
        sandbox.store.rename("a2", "sold")
        audit = await done.audit_async()
        back = await done.undo_async()
        again = await back.undo_async()
    assert audit.outcomes["result"].tolist() == ["unchanged", "drifted"]
    assert back.outcomes["result"].tolist() == ["renamed", "drifted"]
    assert again.outcomes["result"].tolist() == ["renamed"]
    assert sandbox.store.names() == {"a1": "one", "a2": "sold"}
    assert len({plan.run_id, done.run_id, audit.run_id, back.run_id, again.run_id}) == 5
    for result in (plan, done, audit, back):
        assert result.outcomes.index.tolist() == ["first", "second"]
        assert result.outcomes["agent"].tolist() == ["Ann", "Bob"]
    assert again.outcomes["agent"].tolist() == ["Ann"]


async def test_a_plan_that_is_applied_twice_renames_once() -> None:
    """The second time every order has its name."""
    async with _served() as (_, here):
        plan = await plan_orders_async(FRAME, **here)
        first, second = await plan.apply_async(), await plan.apply_async()
    assert set(first.outcomes["result"]) == {"renamed"}
    assert set(second.outcomes["result"]) == {"unchanged"}


async def test_the_command_line_and_the_library_share_runs() -> None:
    """A run of a notebook is listed and undone by the command, and a run of the command is opened in a notebook."""
    async with _served() as (sandbox, here):
        done = await rename_orders_async(FRAME, **here)
        where = ("--base-url", here["base_url"])
        assert done.run_id in (await _command("runs"))[1]
        code, said = await _command("undo", done.run_id, *where, "--yes", "--json")
        assert code == 0, said
        assert sandbox.store.names() == {"a1": "old 1", "a2": "old 2"}
        undo = await open_run_async(**here)
        assert undo.summary.command == "undo"
        assert (await undo.undo_async()).outcomes["result"].tolist() == ["renamed", "renamed"]
    assert sandbox.store.names() == {"a1": "one", "a2": "two"}


async def test_a_plan_of_the_library_is_committed_by_the_command_and_the_reverse(tmp_path: Path) -> None:
    """Plans are kept in the one journal."""
    (sheet := tmp_path / "orders.csv").write_text("order_id,new_name\na1,three\n", "utf-8")
    async with _served() as (sandbox, here):
        where = ("--base-url", here["base_url"])
        plan = await plan_orders_async(FRAME, **here)
        assert (await _command("apply", "--plan", plan.run_id, *where, "--yes", "--quiet"))[0] == 0
        assert sandbox.store.names() == {"a1": "one", "a2": "two"}
        assert (await _command("plan", str(sheet), *where, "--quiet"))[0] == 0
        newest = await open_plan_async(**here)
        assert (await newest.apply_async()).outcomes["final_name"].tolist() == ["three"]


async def test_what_failed_is_tried_again_upon_request() -> None:
    """A resume leaves a finished run as it is; with ``failed`` its failed rows are sent."""
    async with _served() as (sandbox, here):
        sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.REFUSED), method="PATCH", order_id="a2")])
        done = await rename_orders_async(FRAME, **here)
        assert done.outcomes["result"].tolist() == ["renamed", "failed"]
        requests = len(sandbox.log)
        as_it_was = await done.resume_async()
        assert (len(sandbox.log), as_it_was.run_id) == (requests, done.run_id)
        pd.testing.assert_frame_equal(as_it_was.outcomes, done.outcomes)
        assert (await done.resume_async(failed=True)).outcomes["result"].tolist() == ["renamed", "renamed"]


async def test_rows_that_come_again_are_left_alone_where_they_were_renamed_since() -> None:
    """As on the command line; ``again=True`` renames them, and the reason says so in a caller's words."""
    async with _served() as (_, here):
        await (await rename_orders_async(FRAME, **here)).undo_async()
        second = await rename_orders_async(FRAME, **here)
        assert set(second.outcomes["result"]) == {"drifted"}
        assert second.outcomes["reason"].str.contains("again=True renames it again").all()
        third = await rename_orders_async(FRAME, again=True, **here)
    assert set(third.outcomes["result"]) == {"renamed"}


async def test_an_undo_is_named_only_for_the_names_that_it_took_back() -> None:
    """A run that found an order renamed already did not give it its name."""
    async with _served() as (_, here):
        trial = await rename_orders_async(FRAME, first=1, **here)
        whole = await rename_orders_async(FRAME, **here)
        assert whole.outcomes["result"].tolist() == ["unchanged", "renamed"]
        for done in (whole, trial):
            await done.undo_async()
        again = await rename_orders_async(FRAME, **here)
    assert again.outcomes["result"].tolist() == ["drifted", "drifted"]
    first, second = again.outcomes["reason"]
    assert first.startswith("An earlier run of these rows gave this order this name, and it has been renamed since.")
    assert second.startswith(f"Run {whole.run_id} gave this order this name, and its undo took it back.")


async def test_no_second_run_in_the_account() -> None:
    """Whatever is to be renamed, undone or resumed: the error names the run at work, and nothing is sent."""
    async with _served(sleep=(gate := Gate())) as (sandbox, here):
        done = await rename_orders_async(FRAME, **here)
        sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.SLOW), method="PATCH", times=None)])
        held = asyncio.create_task(rename_orders_async(FRAME.assign(new_name=["three", "four"]), **here))
        await gate.until_waiting(2)
        sent = [entry for entry in sandbox.log if entry.method == "PATCH"]
        plan = await plan_orders_async(FRAME.assign(new_name=["five", "six"]), **here)
        others = FRAME.assign(new_name=["seven", "eight"])
        calls: list[Callable[[], Awaitable[Renaming]]]
        calls = [plan.apply_async, done.undo_async, lambda: rename_orders_async(others, **here)]
        for call in calls:
            with pytest.raises(LockedError, match=r"^Not started: run \w+ .*is at work in this account\."):
                await call()
        assert [entry for entry in sandbox.log if entry.method == "PATCH"] == sent
        gate.open()
        assert set((await held).outcomes["result"]) == {"renamed"}


async def test_the_options_of_a_call_hold_for_what_follows_and_can_be_changed() -> None:
    """Where and how requests go is kept; limits, trials and reports belong to one call."""
    async with _served() as (_, here):
        trial = await rename_orders_async(FRAME, first=1, attempts=2, **here)
        assert trial.outcomes["result"].tolist() == ["renamed", "skipped"]
        assert trial.outcomes["reason"].tolist() == ["", "Left out: first=1 was asked for."]
        with pytest.raises(SettingsError, match=r"^There is no option rat here\. Did you mean rate\?$"):
            await trial.undo_async(rat=5)  # type: ignore[call-arg]
        assert (await trial.undo_async(rate=100)).outcomes["result"].tolist() == ["renamed"]


async def test_a_key_is_needed_by_what_follows() -> None:
    """A run can be looked at without one; the key of another account is refused, unless it replaced the run's own."""
    async with _served() as (sandbox, here):
        done = await rename_orders_async(FRAME, **here)
        bare = open_run(done.run_id, base_url=here["base_url"])
        assert bare.outcomes["result"].tolist() == ["renamed", "renamed"]
        with pytest.raises(SettingsError, match="api_key is missing"):
            await bare.undo_async()
    new = {**here, "api_key": "new"}
    replaced = Sandbox(api_key="new", store=sandbox.store)
    async with running(replaced, port=int(here["base_url"].rpartition(":")[2])):
        with pytest.raises(InputError, match=r"made with another key.* give same_account=True\."):
            await open_run(done.run_id, **new).undo_async()
        past = open_run(done.run_id, same_account=True, **new)
        assert set((await past.undo_async()).outcomes["result"]) == {"renamed"}


def test_practice_has_orders_and_runs_of_its_own(home: Path) -> None:
    """They stay from call to call until they are reset, and the command line has the same ones."""
    first = rename_orders(FRAME, sandbox=True)
    assert rename_orders(FRAME, sandbox=True).outcomes["result"].tolist() == ["unchanged", "unchanged"]
    with pytest.raises(InputError, match=r"There are runs with sandbox=True\."):
        open_run(first.run_id)
    assert open_run(first.run_id, sandbox=True).undo().outcomes["final_name"].tolist() == ["Order a1", "Order a2"]
    fresh = rename_orders(FRAME, sandbox=True, sandbox_reset=True)
    assert fresh.outcomes["result"].tolist() == ["renamed", "renamed"]
    assert fresh.state_dir is not None
    assert fresh.state_dir.is_relative_to(home)


async def test_every_verb_waits_inside_a_running_loop() -> None:
    """A notebook's loop is running already, and the plain calls work there too."""
    assert asyncio.get_running_loop().is_running()
    plan = plan_orders(FRAME, sandbox=True)
    assert open_plan(plan.run_id[:4], sandbox=True).run_id == plan.run_id
    done = plan.apply()
    assert set(done.audit().outcomes["result"]) == {"unchanged"}
    assert set(done.resume().outcomes["result"]) == {"renamed"}
    assert set(done.undo().outcomes["result"]) == {"renamed"}


def test_what_kept_no_journal_says_what_to_do_instead() -> None:
    """Nothing is guessed from the outcomes."""
    done = rename_orders(FRAME, sandbox=True, state_dir=None)
    with pytest.raises(InputError, match=r"state_dir=None was given\. Rename its undo_frame\(\)"):
        done.undo()
    with pytest.raises(
        InputError, match=r"^Run \w+ kept no journal, for state_dir=None was given\. Plan the orders again"
    ):
        plan_orders(FRAME, sandbox=True, state_dir=None).apply()
    with pytest.raises(InputError, match="state_dir=None keeps no journal"):
        open_run(done.run_id, sandbox=True, state_dir=None)  # type: ignore[arg-type]


def test_a_run_that_is_not_there_is_said() -> None:
    """So is an id of the wrong kind, and there being none at all."""
    with pytest.raises(InputError, match="There is no run at the sandbox yet"):
        open_run(sandbox=True)
    plan = plan_orders(FRAME, sandbox=True)
    with pytest.raises(InputError, match='There is no run "zzz" here'):
        open_run("zzz", sandbox=True)
    with pytest.raises(InputError, match=f"Run {plan.run_id} is a plan"):
        open_run(plan.run_id, sandbox=True)
    with pytest.raises(InputError, match=r"The id of a run is a text \(str\), not int\."):
        open_run(5, sandbox=True)  # type: ignore[arg-type]
    done = rename_orders(FRAME, sandbox=True)
    with pytest.raises(InputError, match="is no plan that waits"):
        open_plan(done.run_id, sandbox=True)


async def test_problems_are_raised_upon_request() -> None:
    """With the counts and the first rows; a result without problems is returned."""
    frame = pd.DataFrame({"order_id": ["a1", "nowhere", "a/2"], "new_name": ["one", "two", "three"]})
    async with _served() as (_, here):
        done = await rename_orders_async(frame, max_failures="100%", **here)
        clean = await done.undo_async()
        refused = await rename_orders_async(frame, **{**here, "api_key": "wrong"})
    with pytest.raises(ProblemsError) as caught:
        done.raise_for_problems()
    first, *rows = str(caught.value).splitlines()
    assert first == "2 of 3 rows have problems: 1 failed, 1 invalid."
    assert [row.partition(":")[0] for row in rows] == ["  row 3  nowhere  failed", "  row 4  a/2  invalid"]
    assert (caught.value.run_id, caught.value.exit_code) == (done.run_id, 1)
    assert caught.value.counts == {"renamed": 1, "failed": 1, "invalid": 1}
    assert clean.raise_for_problems() is clean
    with pytest.raises(ProblemsError, match=r"(?s)^Stopped: The API .*401.* pending") as caught:
        refused.raise_for_problems()
    assert caught.value.exit_code == 3


def test_the_cause_of_a_stop_is_shown_before_what_was_not_reached() -> None:
    """So it is where all good rows come before the bad one."""
    frame = pd.DataFrame({"order_id": [*(f"a{number}" for number in range(9)), "a/9"], "new_name": "one"})
    refused = rename_orders(frame, sandbox=True, strict=True)
    with pytest.raises(ProblemsError) as caught:
        refused.raise_for_problems()
    _, _, first, second, *_ = str(caught.value).splitlines()
    assert first.startswith("  row 11  a/9  invalid: ")
    assert second == "  row 2  a0  pending"


async def test_many_problems_are_counted_and_the_first_shown() -> None:
    """The rest is in the outcomes."""
    many = pd.DataFrame({"order_id": [f"a/{number}" for number in range(9)], "new_name": "one"})
    plan = await plan_orders_async(many, sandbox=True)
    with pytest.raises(ProblemsError) as caught:
        plan.raise_for_problems()
    assert str(caught.value).splitlines()[0] == "9 of 9 rows have problems: 9 invalid."
    assert str(caught.value).splitlines()[-1] == "  and 4 more"


async def test_an_unfinished_run_is_remembered() -> None:
    """A later renaming of other rows says that there is one, and how it is gone on with."""
    async with _served() as (sandbox, here):
        sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.REFUSED), method="PATCH")])
        many = pd.DataFrame({"order_id": ["a2", *(f"b{number}" for number in range(99))], "new_name": "y"})
        sandbox.store.seed_many((order, "old") for order in many["order_id"])
        stopped = await rename_orders_async(many, workers=1, max_failures=0, **here)
        assert "pending" in stopped.outcomes["result"].tolist()
        later: Renaming = await rename_orders_async(pd.DataFrame({"order_id": ["a1"], "new_name": ["x"]}), **here)
    assert any(
        f"open_run('{stopped.run_id}', api_key=..., base_url={here['base_url']!r}).resume() goes on." in said
        for said in later.summary.warnings
    )


def test_a_result_is_short_to_look_at_and_hides_the_key() -> None:
    """A notebook shows what a cell ends with."""
    done = rename_orders(FRAME, sandbox=True)
    assert repr(done) == f"<Renaming {done.run_id}: 2 renamed>"


def test_a_result_to_look_at_says_why_its_run_was_stopped() -> None:
    """The counts alone would be a riddle."""
    plan = plan_orders(FRAME, sandbox=True, max_renames=1)
    assert repr(plan) == f"<Plan {plan.run_id}: 2 planned. {plan.summary.stopped}>"
    assert "more than max_renames=1 allows" in plan.summary.stopped


async def test_an_undo_is_shown_before_it_is_done() -> None:
    """Nothing is renamed by that, and the orders are those that the undo then gives their names back."""
    async with _served() as (sandbox, here):
        done = await rename_orders_async(FRAME, **here)
        sandbox.store.rename("a2", "of another person")
        sent = len(sandbox.log)
        shown = await done.undo_async(dry_run=True)
        assert not [entry for entry in list(sandbox.log)[sent:] if entry.method == "PATCH"]
        assert shown.outcomes["result"].tolist() == ["planned", "drifted"]
        assert shown.outcomes["agent"].tolist() == ["Ann", "Bob"]
        with pytest.raises(InputError, match="was planned and never begun; undo that run again"):
            await shown.resume_async()
        undone = await done.undo_async()
        assert undone.outcomes["result"].tolist() == ["renamed", "drifted"]


async def test_a_call_that_follows_can_show_progress_of_its_own() -> None:
    """What follows from its result keeps that, as it keeps the options."""
    told: list[str] = []
    async with _served() as (_, here):
        done = await rename_orders_async(FRAME, **here)
        undone = await done.undo_async(progress=lambda now: told.append(now.stage))
        assert "Renaming" in told
        told.clear()
        await undone.audit_async(progress=False)
        assert told == []
        await undone.undo_async()
        assert "Renaming" in told


async def test_a_run_at_work_is_shown_as_such() -> None:
    """Opened meanwhile it says so, and what is asked of it is refused."""
    async with _served(sleep=(gate := Gate())) as (sandbox, here):
        sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.SLOW), method="PATCH", times=None)])
        held = asyncio.create_task(rename_orders_async(FRAME, **here))
        await gate.until_waiting(2)
        now = await open_run_async(**here)
        assert now.summary.stopped == f"Run {now.run_id} is at work in another process."
        with pytest.raises(LockedError):
            await now.resume_async()
        gate.open()
        assert (await held).run_id == now.run_id


async def test_a_timeout_stays_a_timeout() -> None:
    """Python's own kinds of cancellation work, and what was done can be had from them."""
    async with _served(sleep=(gate := Gate())) as (sandbox, here):
        sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.SLOW), method="PATCH", times=None)])
        with pytest.raises(TimeoutError) as caught:
            await _rename_until_held(gate, here)
        cancelled = caught.value.__context__  # Python 3.11.2, which Debian 12 has, sets no __cause__
        assert cancelled is not None
        assert isinstance(cancelled.__cause__, InterruptedRenamingError)
        assert (await cancelled.__cause__.renaming.undo_async()).summary.exit_code == 0


async def _rename_until_held(gate: Gate, here: dict[str, Any]) -> None:
    """Rename within a time limit that is over when requests are held, and let them go then."""

    async def expire(limit: asyncio.Timeout) -> None:
        await gate.until_waiting(2)
        limit.reschedule(asyncio.get_running_loop().time())
        await asyncio.sleep(0)  # it is over from the next turn of the loop on
        gate.open()

    async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as group:
        group.create_task(expire(limit))
        await rename_orders_async(FRAME, **here)


async def test_a_plan_that_is_cancelled_has_nothing_to_go_on_with() -> None:
    """It is made again."""
    async with _served(sleep=(gate := Gate())) as (sandbox, here):
        sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.SLOW), method="GET", times=None)])
        task = asyncio.create_task(plan_orders_async(FRAME, **here))
        await gate.until_waiting(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        gate.open()
    assert type(caught.value.__cause__) is KeyboardInterrupt
    assert str(caught.value.__cause__) == "Interrupted; nothing was renamed."


def test_a_journal_that_cannot_be_kept_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a caller's words: the argument that names another place."""
    (home / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "file"))
    with pytest.raises(InputError, match=r"can't be used \(.*\)\. Choose another with state_dir\."):
        rename_orders(FRAME, sandbox=True)
    assert rename_orders(FRAME, sandbox=True, state_dir=None).state_dir is None


async def test_a_run_that_was_to_keep_no_journal_is_found_where_it_is() -> None:
    """It was stopped after it had begun to rename, so its journal stayed."""
    async with _served() as (sandbox, here):
        sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.REFUSED), method="PATCH")])
        stopped = await rename_orders_async(FRAME, workers=1, max_failures=0, state_dir=None, **here)
        with pytest.raises(
            InputError, match=f'A run that was to keep no journal is in state_dir="{stopped.state_dir}"'
        ):
            open_run(stopped.run_id, **here)
        assert stopped.state_dir is not None
        found = open_run(stopped.run_id, state_dir=stopped.state_dir, **here)
        assert set((await found.resume_async(failed=True)).outcomes["result"]) == {"renamed"}


def test_reports_are_those_of_one_call(tmp_path: Path) -> None:
    """What follows writes its own, and only where that is asked for."""
    done = rename_orders(FRAME, sandbox=True, report=tmp_path / "done.csv")
    assert done.summary.reports == (str(tmp_path / "done.csv"),)
    written = (tmp_path / "done.csv").read_bytes()
    assert done.undo().summary.reports == ()
    assert done.audit(report=[tmp_path / "audit.json"]).summary.reports == (str(tmp_path / "audit.json"),)
    assert (tmp_path / "done.csv").read_bytes() == written


async def test_rows_are_chosen_and_orders_found_by_their_names() -> None:
    """The options of the command line, with numbers as a program has them; a part is undone, and then the rest."""
    frame = pd.DataFrame(
        {
            "current_name": ["old 1", "old 2", "gone"],
            "new_name": ["one", "two", "three"],
            "agent": ["Ann", "Bob", "Bob"],
        }
    )
    async with _served() as (sandbox, access):
        plan = await plan_orders_async(frame, match_by="current-name", where={"agent": ["Ann", "bob"]}, **access)
        assert plan.outcomes["order_id"].tolist() == ["a1", "a2", ""]
        assert plan.outcomes["result"].tolist() == ["planned", "planned", "invalid"]
        done = await plan.apply_async(except_rows="4")
        assert done.outcomes["result"].tolist() == ["renamed", "renamed", "skipped"]
        assert done.outcomes["reason"].tolist()[2] == "Left out: except_rows names this row."
        part = await done.undo_async(only=range(3, 4))
        assert part.outcomes["result"].tolist() == ["skipped", "renamed"]
        await done.undo_async()
        assert sandbox.store.names() == {"a1": "old 1", "a2": "old 2"}
        with pytest.raises(SettingsError, match="only=a list: names no row"):
            await plan_orders_async(frame, match_by="current-name", only=[], **access)
