"""What another run has done meanwhile: interrupted runs that are taken up late, and sheets that are applied again."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.support.command import Ended
from tests.support.crashing import OPTIONS
from tests.support.served import Command, served

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")

REPORT = ("--report", "report.json", "--workers", "1")


@pytest.fixture
async def renamer(tmp_path: Path) -> AsyncIterator[Command]:
    """Serve six orders."""
    async with served(tmp_path, options=OPTIONS) as made:
        made.begin_with({f"o{number}": f"Old {number}" for number in range(1, 7)})
        yield made


def sheet(renamer: Command, name: str, rows: dict[str, str]) -> str:
    """Write a sheet of orders and new names."""
    lines = [f"{order},{new_name}" for order, new_name in rows.items()]
    (renamer.folder / name).write_text("\n".join(["order_id,new_name", *lines, ""]), encoding="utf-8")
    return name


def names(prefix: str, *orders: int) -> dict[str, str]:
    """Return a name for each order."""
    return {f"o{number}": f"{prefix} {number}" for number in orders or range(1, 7)}


async def outage(renamer: Command, *words: str, method: str = "PATCH", nth: int = 3) -> str:
    """Run a command that an outage stops at the ``nth`` request of its kind; return its run's id."""
    renamer.sandbox.faults = FaultPlan(
        rules=[Rule(fault=Fault(kind=FaultKind.UNAVAILABLE), method=method, nth=nth, times=None)]
    )
    stopped = await renamer.do(*words, *REPORT, "--patience", "0", "--attempts", "1", "--json")
    renamer.sandbox.faults = FaultPlan()
    assert stopped.code == 4, stopped.err
    return str(stopped.result["run_id"])


async def done(renamer: Command, *words: str, code: int = 0) -> dict[str, tuple[str, str]]:
    """Run a command to its end; return result and reason of each order."""
    ended = await renamer.do(*words, "--json")
    assert ended.code == code, ended.out + ended.err
    return {row["order_id"]: (row["result"], row["reason"]) for row in ended.result["rows"]}


def results(rows: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Return the results alone."""
    return {order: result for order, (result, _) in rows.items()}


async def listed(renamer: Command) -> dict[str, dict[str, object]]:
    """Return the runs as `runs --json` has them."""
    return {run["run_id"]: run for run in (await renamer.do("runs", "--json")).result["runs"]}


# A run that is taken up


@pytest.mark.parametrize("by", ["apply", "resume"])
async def test_what_was_renamed_since_is_reported_as_it_is_now(renamer: Command, by: str) -> None:
    """Rows done before the interruption are read again, since another run has renamed their orders."""
    first = await outage(renamer, "apply", sheet(renamer, "a.csv", names("New")), nth=4)
    other = str((await renamer.do("apply", sheet(renamer, "b.csv", names("Newer", 1, 2)), "--json")).result["run_id"])
    rows = await done(renamer, *(["apply", "a.csv"] if by == "apply" else ["resume", first]), code=1)
    assert rows["o1"] == ("drifted", f"Run {other} has renamed this order since; it was left alone.")
    assert results(rows) == {"o1": "drifted", "o2": "drifted"} | dict.fromkeys(("o3", "o4", "o5", "o6"), "renamed")
    assert renamer.names == names("New") | names("Newer", 1, 2)
    assert results(await done(renamer, "audit", first, code=1))["o1"] == "drifted"


async def test_what_was_renamed_since_and_put_back_is_renamed(renamer: Command) -> None:
    """It has the name of the first run again when it is read, and that run's old names are not forgotten."""
    first = await outage(renamer, "apply", sheet(renamer, "a.csv", names("New")), nth=4)
    await done(renamer, "apply", sheet(renamer, "b.csv", names("Newer", 1, 2)))
    await done(renamer, "undo")
    assert results(await done(renamer, "resume", first)) == dict.fromkeys(names("New"), "renamed")
    await done(renamer, "undo", first)
    assert renamer.names == names("Old")


async def test_an_undo_gives_back_the_first_names_of_what_had_drifted(renamer: Command) -> None:
    """A row that was found renamed again when its run was taken up still knows the name from before the run."""
    first = await outage(renamer, "apply", sheet(renamer, "a.csv", names("New")), nth=4)
    await done(renamer, "apply", sheet(renamer, "b.csv", names("Newer", 1)))
    await done(renamer, "resume", first, code=1)
    renamer.sandbox.store.rename("o1", "New 1")
    assert results(await done(renamer, "undo", first)) == dict.fromkeys(names("New"), "renamed")
    assert renamer.names == names("Old")


async def test_a_run_from_an_old_mail_overwrites_no_newer_names(renamer: Command) -> None:
    """A later run has dealt with all that the stopped one left: it is closed, and taking it up is refused."""
    first = await outage(renamer, "apply", sheet(renamer, "a.csv", names("New")), method="GET", nth=4)
    assert renamer.names == names("Old")
    later = str((await renamer.do("apply", sheet(renamer, "better.csv", names("Better")), "--json")).result["run_id"])
    assert (await listed(renamer))[first]["state"] == "superseded"
    renamer.sandbox.log.clear()
    refused = await renamer.do("resume", first)
    assert (refused.code, renamer.patched, renamer.names) == (2, [], names("Better"))
    assert f"Run {later} came later and took care of every order that run {first} had left" in refused.err
    assert f"superseded by {later}" in (await renamer.do("runs")).out
    assert "is unfinished" not in (await renamer.do("apply", sheet(renamer, "b.csv", names("Best", 1)))).out


async def test_what_a_later_run_renamed_is_left_alone_though_it_was_never_read(renamer: Command) -> None:
    """The stopped run knew no names yet; the journal knows what was renamed since, and it goes on with the rest."""
    first = await outage(renamer, "apply", sheet(renamer, "a.csv", names("New")), method="GET", nth=3)
    other = str((await renamer.do("apply", sheet(renamer, "b.csv", names("Newer", 2, 5)), "--json")).result["run_id"])
    rows = await done(renamer, "resume", first, code=1)
    assert rows["o5"] == ("drifted", f"Run {other} has renamed this order since; it was left alone.")
    assert renamer.names == names("New") | names("Newer", 2, 5)


async def test_a_later_run_that_was_undone_stands_in_no_way(renamer: Command) -> None:
    """Its orders have the names again that they had when the first run began."""
    first = await outage(renamer, "apply", sheet(renamer, "a.csv", names("New")), method="GET", nth=3)
    await done(renamer, "apply", sheet(renamer, "b.csv", names("Newer", 2, 5)))
    await done(renamer, "undo")
    await done(renamer, "resume", first)
    assert renamer.names == names("New")


async def test_the_failed_rows_of_an_old_run_overwrite_no_newer_names(renamer: Command) -> None:
    """`resume --failed` from an old mail leaves alone what a repaired sheet has renamed."""
    renamer.sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.REFUSED), method="PATCH", order_id="o2")])
    first = await renamer.do("apply", sheet(renamer, "a.csv", names("New")), "--json")
    renamer.sandbox.faults = FaultPlan()
    await done(renamer, "apply", sheet(renamer, "b.csv", names("Repaired", 2)))
    assert results(await done(renamer, "resume", str(first.result["run_id"]), "--failed", code=1))["o2"] == "drifted"
    assert renamer.names == names("New") | names("Repaired", 2)


async def test_the_newest_run_is_the_one_that_did_something_last(renamer: Command) -> None:
    """An older run that was taken up since is what `undo` is about."""
    first = await outage(renamer, "apply", sheet(renamer, "a.csv", names("New", 1, 2, 3)), nth=2)
    await done(renamer, "apply", sheet(renamer, "b.csv", names("Newer", 5)))
    await done(renamer, "resume", first)
    await done(renamer, "undo")
    assert renamer.names == names("Old") | names("Newer", 5)


# A run that is over


@pytest.mark.parametrize("bound", [("--max-renames", "2"), ("--strict",), ("--max-failures", "0")])
async def test_a_refused_run_is_over(renamer: Command, bound: tuple[str, ...]) -> None:
    """It is called refused, offers nothing, is not remembered, and is not taken up."""
    sheet(renamer, "a.csv", names("New") | {"": "No id"})
    refused = await renamer.do("apply", "a.csv", *bound)
    assert (refused.code, "batch-renamer resume" in refused.out) == (4 if "--max-failures" in bound else 2, False)
    [run] = (await listed(renamer)).values()
    assert run["state"] == "refused"
    again = await renamer.do("resume", str(run["run_id"]))
    assert (again.code, f"Run {run['run_id']} was refused and is over" in again.err) == (2, True)
    shown = await renamer.do("show", str(run["run_id"]), "--json")
    assert (shown.code, shown.result["exit_code"]) == (0, refused.code)
    assert "is unfinished" not in (await renamer.do("apply", sheet(renamer, "b.csv", names("Newer", 1)))).out


async def test_the_list_of_runs_says_how_to_go_on(renamer: Command) -> None:
    """The newest run that was interrupted is finished by the last line."""
    run = await outage(renamer, "apply", sheet(renamer, "a.csv", names("New")))
    listed = await renamer.do("runs")
    assert f"To go on with run {run}:" in listed.err
    assert (await renamer.paste(f"{listed.err.splitlines()[-1]} --yes")).code == 0
    assert renamer.names == names("New")
    assert "To go on" not in (await renamer.do("runs")).err


async def test_an_interrupted_plan_is_not_to_be_resumed(renamer: Command) -> None:
    """`resume` would refuse it, so neither `show` nor `runs` offers that."""
    run = await outage(renamer, "plan", sheet(renamer, "a.csv", names("New")), method="GET")
    shown, listed = await renamer.do("show", run), await renamer.do("runs")
    assert "interrupted" in listed.out
    assert "resume" not in shown.out + listed.err


async def test_a_dismissed_run_is_not_mentioned_again(renamer: Command) -> None:
    """Named, it can still be finished; what is not interrupted can't be dismissed."""
    first = await outage(renamer, "apply", sheet(renamer, "a.csv", names("New")))
    sheet(renamer, "b.csv", names("Newer", 1))
    assert "is unfinished" in (await renamer.do("plan", "b.csv")).out
    dismissed = await renamer.do("runs", "--dismiss", first[:4])
    assert (dismissed.code, f"Run {first} will not be mentioned again." in dismissed.err) == (0, True)
    assert (await listed(renamer))[first]["state"] == "dismissed"
    assert "is unfinished" not in (await renamer.do("plan", "b.csv")).out
    await done(renamer, "apply", "b.csv")
    refused = await renamer.do("runs", "--dismiss", next(iter(await listed(renamer))))
    assert (refused.code, "not interrupted: there is nothing to dismiss" in refused.err) == (2, True)
    assert (await renamer.do("resume", first)).code == 1
    assert renamer.names == names("New") | names("Newer", 1)


async def test_undone_runs_are_marked(renamer: Command) -> None:
    """An undo that was undone itself doesn't count."""
    run = str((await renamer.do("apply", sheet(renamer, "a.csv", names("New")), "--json")).result["run_id"])
    await done(renamer, "undo")
    assert (await listed(renamer))[run]["state"] == "undone"
    await done(renamer, "undo")
    assert (await listed(renamer))[run]["state"] == "done"


# The same content applied again


async def test_a_sheet_left_in_place_puts_no_edits_back(renamer: Command) -> None:
    """Night after night: an order that another person has renamed since is drifted, however the file was saved."""
    sheet(renamer, "a.csv", names("New"))
    await done(renamer, "apply", "a.csv")
    renamer.sandbox.store.rename("o2", "By a colleague")
    for _ in range(2):
        rows = await done(renamer, "apply", "a.csv", code=1)
        assert results(rows) == names("New") | dict.fromkeys(names("New"), "unchanged") | {"o2": "drifted"}
        assert "it has been renamed since" in rows["o2"][1]
        saved = [f'"{order}";"{name}"' for order, name in reversed(names("New").items())]
        (renamer.folder / "a.csv").write_text("\r\n".join(["order_id;new_name", *saved, ""]), encoding="utf-8-sig")
    assert renamer.names["o2"] == "By a colleague"
    assert results(await done(renamer, "apply", "a.csv", "--again"))["o2"] == "renamed"
    assert renamer.names == names("New")


async def test_a_sheet_with_other_rows_is_another_wish(renamer: Command) -> None:
    """A new sheet may give an order a name that it had before."""
    await done(renamer, "apply", sheet(renamer, "a.csv", names("New")))
    await done(renamer, "apply", sheet(renamer, "b.csv", names("Newer", 1, 2)))
    await done(renamer, "apply", sheet(renamer, "a.csv", names("New", 1, 2)))
    assert renamer.names == names("New")


async def test_what_an_undo_took_back_stays_so_at_night(renamer: Command) -> None:
    """The sheet is still there the night after; its names come back on request alone, guards in the sheet or not."""
    (renamer.folder / "a.csv").write_text("order_id,current_name,new_name\no1,Old 1,New 1\n", encoding="utf-8")
    run = str((await renamer.do("apply", "a.csv", "--json")).result["run_id"])
    await done(renamer, "undo")
    rows = await done(renamer, "apply", "a.csv", code=1)
    assert rows["o1"][0] == "drifted"
    assert f"Run {run} gave this order this name, and its undo took it back" in rows["o1"][1]
    await done(renamer, "apply", "a.csv", "--again")
    assert renamer.names["o1"] == "New 1"


async def test_a_trial_does_not_stand_in_the_way_of_the_rest(renamer: Command) -> None:
    """After `--first`, the same sheet is applied whole."""
    await done(renamer, "apply", sheet(renamer, "a.csv", names("New")), "--first", "2")
    await done(renamer, "apply", "a.csv")
    assert renamer.names == names("New")


# Runs at work


async def test_a_run_at_work_is_not_undone_or_gone_on_with(renamer: Command) -> None:
    """Nothing is read and no run begins; it is not called interrupted."""
    sheet(renamer, "a.csv", names("New"))
    gate = renamer.hold_renames(first=3)
    async with renamer.start(*renamer.line("apply", "a.csv", *REPORT)) as started:
        await gate.until_waiting(1)
        run = next(iter(await listed(renamer)))
        renamer.sandbox.log.clear()
        for words in (("undo",), ("undo", run), ("apply", "a.csv")):
            refused = await renamer.do(*words)
            assert (refused.code, f"un {run}" in refused.out + refused.err) == (5, True), words
            assert "interrupted" not in refused.out + refused.err
        assert ([entry.method for entry in renamer.sandbox.log], len(await listed(renamer))) == ([], 1)
        gate.open()
        await started.ended()


# Clocks, keys, counts


@pytest.mark.parametrize("hours", [2, -2])
async def test_a_clock_that_was_wrong_during_apply_refuses_no_undo(renamer: Command, hours: int) -> None:
    """Events are ordered by the journal: moments that lie in the future, or long ago, decide nothing."""
    run = str((await renamer.do("apply", sheet(renamer, "a.csv", names("New")), "--json")).result["run_id"])
    with closing(sqlite3.connect(renamer.state / "journal.sqlite3")) as connection, connection:
        for column in ("created_at", "committed_at", "finished_at", "reported_at"):
            connection.execute(f"UPDATE runs SET {column} = {column} + ?", (hours * 3600,))  # noqa: S608 - a constant
        connection.execute("UPDATE rows SET started_at = started_at + ?, read_at = read_at + ?", (hours * 3600,) * 2)
    undone = await renamer.do("undo")
    assert (undone.code, renamer.names) == (0, names("Old")), run + undone.err


async def test_a_new_key_of_the_same_account_upon_the_users_word(renamer: Command) -> None:
    """Without it the way to go on is named; with it, all runs of the old key are this account's."""
    run = str((await renamer.do("apply", sheet(renamer, "a.csv", names("New")), "--json")).result["run_id"])
    with closing(sqlite3.connect(renamer.state / "journal.sqlite3")) as connection, connection:
        connection.execute("UPDATE runs SET account = 'of an older key', key_print = 'older'")
    for command in ("resume", "audit", "undo"):
        refused = await renamer.do(command, run)
        assert (refused.code, "give --same-account" in refused.err) == (2, True)
    assert (await renamer.do("resume", run, "--same-account")).code == 0
    assert (await renamer.do("undo", run)).code == 0
    assert renamer.names == names("Old")


async def test_a_run_is_shown_as_it_ended(renamer: Command) -> None:
    """Its exit code, its seconds and its requests are those that it ended with."""
    ended = await renamer.do("apply", sheet(renamer, "a.csv", names("New") | {"missing": "New"}))
    took = next(line for line in ended.out.splitlines() if line.startswith("Took"))
    [run] = await listed(renamer)
    shown = await renamer.do("show", run)
    assert next(line for line in shown.out.splitlines() if line.startswith("Took")) == took
    assert (ended.code, (await renamer.do("show", run, "--json")).result["exit_code"]) == (1, 1)


def unrecorded(ended: Ended) -> list[str]:
    """Return the orders of a result that may have been renamed."""
    return [row["order_id"] for row in ended.result["rows"] if row["result"] == "unknown"]


@pytest.mark.parametrize("failpoint", ["send:10:after", "send:9:before"])
async def test_what_a_killed_run_may_have_sent_is_unknown_everywhere(renamer: Command, failpoint: str) -> None:
    """`show`, `report`, `runs` agree; undo and audit take such rows, and `resume` reads them back."""
    sheet(renamer, "a.csv", names("New"))
    killed = await renamer.do("apply", "a.csv", *REPORT, failpoint=failpoint)
    assert killed.code < 0
    [(run, entry)] = (await listed(renamer)).items()
    shown = await renamer.do("show", run, "--json")
    applied = [order for order, name in renamer.names.items() if name.startswith("New")]  # type: ignore[union-attr]
    assert set(applied) <= {*unrecorded(shown)} | {
        r["order_id"] for r in shown.result["rows"] if r["result"] == "renamed"
    }
    assert "pending" not in shown.result["counts"]
    assert (entry["counts"], entry["state"]) == (shown.result["counts"], "interrupted")
    await renamer.do("report", run, "--report", "again.json")
    assert json.loads((renamer.folder / "again.json").read_text("utf-8"))["rows"] == shown.result["rows"]
    audited = await done(renamer, "audit", run, code=1)
    assert {order for order, result in results(audited).items() if result == "unchanged"} == {*applied}
    renamer.keep("kept")
    await done(renamer, "undo", run)
    assert renamer.names == names("Old")
    for order in applied:
        renamer.sandbox.store.rename(order, f"New {order[1:]}")
    renamer.back_to("kept")
    await done(renamer, "resume", run)
    assert renamer.names == names("New")


@pytest.mark.parametrize("command", ["plan", "apply"])
async def test_a_sheet_of_missing_orders_asks_for_the_right_account(renamer: Command, command: str) -> None:
    """Not one order is there: most often that is another account's key. One that is there is account enough."""
    sheet(renamer, "a.csv", {f"x{number}": "New" for number in range(6)})
    said = (await renamer.do(command, "a.csv")).out
    assert f"None of the 6 orders is in this account ({renamer.base_url}): is it the right one?" in said
    sheet(renamer, "b.csv", {f"x{number}": "New" for number in range(6)} | names("New", 1))
    assert "right one?" not in (await renamer.do(command, "b.csv")).out


async def test_a_state_that_cannot_be_used_is_one_code(renamer: Command) -> None:
    """Whether the folder, the journal or its first rows fail, nothing began: exit 2."""
    sheet(renamer, "a.csv", names("New"))
    (renamer.folder / "file").touch()
    codes = [(await renamer.do("apply", "a.csv", "--state-dir", renamer.folder / "file")).code]
    full = await renamer.do("apply", "a.csv", largest_file=1_000)
    newer = renamer.folder / "newer"
    newer.mkdir(mode=0o700)
    with closing(sqlite3.connect(newer / "journal.sqlite3")) as connection:
        connection.execute("PRAGMA user_version = 99")
    codes += [full.code, (await renamer.do("apply", "a.csv", "--state-dir", newer)).code]
    assert (codes, renamer.patched) == ([2, 2, 2], [])
