"""What another run has done meanwhile: interrupted runs that are taken up late, and sheets that are applied again."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.support.durable import Ended, Nursery, Place, place

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")

REPORT = ("--report", "report.json", "--workers", "1")


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Keep a process ready to be forked."""
    with Nursery.opened() as opened:
        yield opened


@pytest.fixture
async def here(tmp_path: Path, nursery: Nursery) -> AsyncIterator[Place]:
    """Serve six orders."""
    async with place(tmp_path, nursery) as made:
        made.seed({f"o{number}": f"Old {number}" for number in range(1, 7)})
        yield made


def sheet(here: Place, name: str, rows: dict[str, str]) -> str:
    """Write a sheet of orders and new names."""
    lines = [f"{order},{new_name}" for order, new_name in rows.items()]
    (here.folder / name).write_text("\n".join(["order_id,new_name", *lines, ""]), encoding="utf-8")
    return name


def names(prefix: str, *orders: int) -> dict[str, str]:
    """Return a name for each order."""
    return {f"o{number}": f"{prefix} {number}" for number in orders or range(1, 7)}


async def outage(here: Place, *words: str, method: str = "PATCH", nth: int = 3) -> str:
    """Run a command that an outage stops at the ``nth`` request of its kind; return its run's id."""
    here.sandbox.faults = FaultPlan(
        rules=[Rule(fault=Fault(kind=FaultKind.UNAVAILABLE), method=method, nth=nth, times=None)]
    )
    stopped = await here.do(*words, *REPORT, "--patience", "0", "--attempts", "1", "--json")
    here.sandbox.faults = FaultPlan()
    assert stopped.code == 4, stopped.err
    return str(stopped.result["run_id"])


async def done(here: Place, *words: str, code: int = 0) -> dict[str, tuple[str, str]]:
    """Run a command to its end; return result and reason of each order."""
    ended = await here.do(*words, "--json")
    assert ended.code == code, ended.out + ended.err
    return {row["order_id"]: (row["result"], row["reason"]) for row in ended.result["rows"]}


def results(rows: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Return the results alone."""
    return {order: result for order, (result, _) in rows.items()}


async def listed(here: Place) -> dict[str, dict[str, object]]:
    """Return the runs as `runs --json` has them."""
    return {run["run_id"]: run for run in (await here.do("runs", "--json")).result["runs"]}


# A run that is taken up


@pytest.mark.parametrize("by", ["apply", "resume"])
async def test_what_was_renamed_since_is_reported_as_it_is_now(here: Place, by: str) -> None:
    """Rows done before the interruption are read again, since another run has renamed their orders."""
    first = await outage(here, "apply", sheet(here, "a.csv", names("New")), nth=4)
    other = str((await here.do("apply", sheet(here, "b.csv", names("Newer", 1, 2)), "--json")).result["run_id"])
    rows = await done(here, *(["apply", "a.csv"] if by == "apply" else ["resume", first]), code=1)
    assert rows["o1"] == ("drifted", f"Run {other} has renamed this order since; it was left alone.")
    assert results(rows) == {"o1": "drifted", "o2": "drifted"} | dict.fromkeys(("o3", "o4", "o5", "o6"), "renamed")
    assert here.names == names("New") | names("Newer", 1, 2)
    assert results(await done(here, "audit", first, code=1))["o1"] == "drifted"


async def test_what_was_renamed_since_and_put_back_is_renamed(here: Place) -> None:
    """It has the name of the first run again when it is read, and that run's old names are not forgotten."""
    first = await outage(here, "apply", sheet(here, "a.csv", names("New")), nth=4)
    await done(here, "apply", sheet(here, "b.csv", names("Newer", 1, 2)))
    await done(here, "undo")
    assert results(await done(here, "resume", first)) == dict.fromkeys(names("New"), "renamed")
    await done(here, "undo", first)
    assert here.names == names("Old")


async def test_an_undo_gives_back_the_first_names_of_what_had_drifted(here: Place) -> None:
    """A row that was found renamed again when its run was taken up still knows the name from before the run."""
    first = await outage(here, "apply", sheet(here, "a.csv", names("New")), nth=4)
    await done(here, "apply", sheet(here, "b.csv", names("Newer", 1)))
    await done(here, "resume", first, code=1)
    here.sandbox.store.rename("o1", "New 1")
    assert results(await done(here, "undo", first)) == dict.fromkeys(names("New"), "renamed")
    assert here.names == names("Old")


async def test_a_run_from_an_old_mail_overwrites_no_newer_names(here: Place) -> None:
    """A later run has dealt with all that the stopped one left: it is closed, and taking it up is refused."""
    first = await outage(here, "apply", sheet(here, "a.csv", names("New")), method="GET", nth=4)
    assert here.names == names("Old")
    later = str((await here.do("apply", sheet(here, "better.csv", names("Better")), "--json")).result["run_id"])
    assert (await listed(here))[first]["state"] == "superseded"
    here.sandbox.log.clear()
    refused = await here.do("resume", first)
    assert (refused.code, here.patched, here.names) == (2, [], names("Better"))
    assert f"Run {later} came later and took care of every order that run {first} had left" in refused.err
    assert f"superseded by {later}" in (await here.do("runs")).out
    assert "is unfinished" not in (await here.do("apply", sheet(here, "b.csv", names("Best", 1)))).out


async def test_what_a_later_run_renamed_is_left_alone_though_it_was_never_read(here: Place) -> None:
    """The stopped run knew no names yet; the journal knows what was renamed since, and it goes on with the rest."""
    first = await outage(here, "apply", sheet(here, "a.csv", names("New")), method="GET", nth=3)
    other = str((await here.do("apply", sheet(here, "b.csv", names("Newer", 2, 5)), "--json")).result["run_id"])
    rows = await done(here, "resume", first, code=1)
    assert rows["o5"] == ("drifted", f"Run {other} has renamed this order since; it was left alone.")
    assert here.names == names("New") | names("Newer", 2, 5)


async def test_a_later_run_that_was_undone_stands_in_nobodys_way(here: Place) -> None:
    """Its orders have the names again that they had when the first run began."""
    first = await outage(here, "apply", sheet(here, "a.csv", names("New")), method="GET", nth=3)
    await done(here, "apply", sheet(here, "b.csv", names("Newer", 2, 5)))
    await done(here, "undo")
    await done(here, "resume", first)
    assert here.names == names("New")


async def test_the_failed_rows_of_an_old_run_overwrite_no_newer_names(here: Place) -> None:
    """`resume --failed` from an old mail leaves alone what a repaired sheet has renamed."""
    here.sandbox.faults = FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.REFUSED), method="PATCH", order_id="o2")])
    first = await here.do("apply", sheet(here, "a.csv", names("New")), "--json")
    here.sandbox.faults = FaultPlan()
    await done(here, "apply", sheet(here, "b.csv", names("Repaired", 2)))
    assert results(await done(here, "resume", str(first.result["run_id"]), "--failed", code=1))["o2"] == "drifted"
    assert here.names == names("New") | names("Repaired", 2)


async def test_the_newest_run_is_the_one_that_did_something_last(here: Place) -> None:
    """An older run that was taken up since is what `undo` is about."""
    first = await outage(here, "apply", sheet(here, "a.csv", names("New", 1, 2, 3)), nth=2)
    await done(here, "apply", sheet(here, "b.csv", names("Newer", 5)))
    await done(here, "resume", first)
    await done(here, "undo")
    assert here.names == names("Old") | names("Newer", 5)


# A run that is over


@pytest.mark.parametrize("bound", [("--max-renames", "2"), ("--strict",), ("--max-failures", "0")])
async def test_a_refused_run_is_over(here: Place, bound: tuple[str, ...]) -> None:
    """It is called refused, offers nothing, is not remembered, and is not taken up."""
    sheet(here, "a.csv", names("New") | {"": "No id"})
    refused = await here.do("apply", "a.csv", *bound)
    assert (refused.code, "batch-renamer resume" in refused.out) == (4 if "--max-failures" in bound else 2, False)
    [run] = (await listed(here)).values()
    assert run["state"] == "refused"
    again = await here.do("resume", str(run["run_id"]))
    assert (again.code, f"Run {run['run_id']} was refused and is over" in again.err) == (2, True)
    shown = await here.do("show", str(run["run_id"]), "--json")
    assert (shown.code, shown.result["exit_code"]) == (0, refused.code)
    assert "is unfinished" not in (await here.do("apply", sheet(here, "b.csv", names("Newer", 1)))).out


async def test_a_dismissed_run_is_not_mentioned_again(here: Place) -> None:
    """Named, it can still be finished; what is not interrupted can't be dismissed."""
    first = await outage(here, "apply", sheet(here, "a.csv", names("New")))
    sheet(here, "b.csv", names("Newer", 1))
    assert "is unfinished" in (await here.do("plan", "b.csv")).out
    dismissed = await here.do("runs", "--dismiss", first[:4])
    assert (dismissed.code, f"Run {first} will not be mentioned again." in dismissed.err) == (0, True)
    assert (await listed(here))[first]["state"] == "dismissed"
    assert "is unfinished" not in (await here.do("plan", "b.csv")).out
    await done(here, "apply", "b.csv")
    refused = await here.do("runs", "--dismiss", next(iter(await listed(here))))
    assert (refused.code, "not interrupted: there is nothing to dismiss" in refused.err) == (2, True)
    assert (await here.do("resume", first)).code == 1
    assert here.names == names("New") | names("Newer", 1)


async def test_undone_runs_are_marked(here: Place) -> None:
    """An undo that was undone itself doesn't count."""
    run = str((await here.do("apply", sheet(here, "a.csv", names("New")), "--json")).result["run_id"])
    await done(here, "undo")
    assert (await listed(here))[run]["state"] == "undone"
    await done(here, "undo")
    assert (await listed(here))[run]["state"] == "done"


# The same content applied again


async def test_a_sheet_left_in_place_puts_no_edits_back(here: Place) -> None:
    """Night after night: an order that somebody else has renamed since is drifted, however the file was saved."""
    sheet(here, "a.csv", names("New"))
    await done(here, "apply", "a.csv")
    here.sandbox.store.rename("o2", "By a colleague")
    for _ in range(2):
        rows = await done(here, "apply", "a.csv", code=1)
        assert results(rows) == names("New") | dict.fromkeys(names("New"), "unchanged") | {"o2": "drifted"}
        assert "it has been renamed since" in rows["o2"][1]
        saved = [f'"{order}";"{name}"' for order, name in reversed(names("New").items())]
        (here.folder / "a.csv").write_text("\r\n".join(["order_id;new_name", *saved, ""]), encoding="utf-8-sig")
    assert here.names["o2"] == "By a colleague"
    assert results(await done(here, "apply", "a.csv", "--again"))["o2"] == "renamed"
    assert here.names == names("New")


async def test_a_sheet_with_other_rows_is_another_wish(here: Place) -> None:
    """A new sheet may give an order a name that it had before."""
    await done(here, "apply", sheet(here, "a.csv", names("New")))
    await done(here, "apply", sheet(here, "b.csv", names("Newer", 1, 2)))
    await done(here, "apply", sheet(here, "a.csv", names("New", 1, 2)))
    assert here.names == names("New")


async def test_what_an_undo_took_back_stays_so_at_night(here: Place) -> None:
    """The sheet is still there the night after; its names come back on request alone, guards in the sheet or not."""
    (here.folder / "a.csv").write_text("order_id,current_name,new_name\no1,Old 1,New 1\n", encoding="utf-8")
    run = str((await here.do("apply", "a.csv", "--json")).result["run_id"])
    await done(here, "undo")
    rows = await done(here, "apply", "a.csv", code=1)
    assert rows["o1"][0] == "drifted"
    assert f"Run {run} gave this order this name, and its undo took it back" in rows["o1"][1]
    await done(here, "apply", "a.csv", "--again")
    assert here.names["o1"] == "New 1"


async def test_a_trial_does_not_stand_in_the_way_of_the_rest(here: Place) -> None:
    """After `--first`, the same sheet is applied whole."""
    await done(here, "apply", sheet(here, "a.csv", names("New")), "--first", "2")
    await done(here, "apply", "a.csv")
    assert here.names == names("New")


# Runs at work


async def test_a_run_at_work_is_not_undone_or_gone_on_with(here: Place) -> None:
    """Nothing is read and no run begins; it is not called interrupted."""
    sheet(here, "a.csv", names("New"))
    gate = here.hold_renames(first=3)
    async with here.started(*here.words("apply", "a.csv", *REPORT)) as process:
        await gate.until_waiting(1)
        run = next(iter(await listed(here)))
        here.sandbox.log.clear()
        for words in (("undo",), ("undo", run), ("apply", "a.csv")):
            refused = await here.do(*words)
            assert (refused.code, f"Run {run}" in refused.out + refused.err) == (5, True), words
            assert "interrupted" not in refused.out + refused.err
        assert ([entry.method for entry in here.sandbox.log], len(await listed(here))) == ([], 1)
        gate.open()
        await process.communicate()


# Clocks, keys, counts


@pytest.mark.parametrize("hours", [2, -2])
async def test_a_clock_that_was_wrong_during_apply_refuses_no_undo(here: Place, hours: int) -> None:
    """Events are ordered by the journal: moments that lie in the future, or long ago, decide nothing."""
    run = str((await here.do("apply", sheet(here, "a.csv", names("New")), "--json")).result["run_id"])
    with closing(sqlite3.connect(here.state / "journal.sqlite3")) as connection, connection:
        for column in ("created_at", "committed_at", "finished_at", "reported_at"):
            connection.execute(f"UPDATE runs SET {column} = {column} + ?", (hours * 3600,))  # noqa: S608 - a constant
        connection.execute("UPDATE rows SET started_at = started_at + ?, read_at = read_at + ?", (hours * 3600,) * 2)
    undone = await here.do("undo")
    assert (undone.code, here.names) == (0, names("Old")), run + undone.err


async def test_a_new_key_of_the_same_account_upon_the_users_word(here: Place) -> None:
    """Without it the way to go on is named; with it, all runs of the old key are this account's."""
    run = str((await here.do("apply", sheet(here, "a.csv", names("New")), "--json")).result["run_id"])
    with closing(sqlite3.connect(here.state / "journal.sqlite3")) as connection, connection:
        connection.execute("UPDATE runs SET account = 'of an older key', key_print = 'older'")
    for command in ("resume", "audit", "undo"):
        refused = await here.do(command, run)
        assert (refused.code, "give --same-account" in refused.err) == (2, True)
    assert (await here.do("resume", run, "--same-account")).code == 0
    assert (await here.do("undo", run)).code == 0
    assert here.names == names("Old")


async def test_a_run_is_shown_as_it_ended(here: Place) -> None:
    """Its exit code and its seconds are those that it ended with."""
    ended = await here.do("apply", sheet(here, "a.csv", names("New") | {"nobody": "New"}))
    took = next(line for line in ended.out.splitlines() if line.startswith("Took"))
    [run] = await listed(here)
    shown = await here.do("show", run)
    assert next(line for line in shown.out.splitlines() if line.startswith("Took")) == took.split(", ")[0]
    assert (ended.code, (await here.do("show", run, "--json")).result["exit_code"]) == (1, 1)


def unrecorded(ended: Ended) -> list[str]:
    """Return the orders of a result that may have been renamed."""
    return [row["order_id"] for row in ended.result["rows"] if row["result"] == "unknown"]


@pytest.mark.parametrize("failpoint", ["send:10:after", "send:9:before"])
async def test_what_a_killed_run_may_have_sent_is_unknown_everywhere(here: Place, failpoint: str) -> None:
    """`show`, `report`, `runs` agree; undo and audit take such rows, and `resume` reads them back."""
    sheet(here, "a.csv", names("New"))
    killed = await here.do("apply", "a.csv", *REPORT, failpoint=failpoint)
    assert killed.code < 0
    [(run, entry)] = (await listed(here)).items()
    shown = await here.do("show", run, "--json")
    applied = [order for order, name in here.names.items() if name.startswith("New")]  # type: ignore[union-attr]
    assert set(applied) <= {*unrecorded(shown)} | {
        r["order_id"] for r in shown.result["rows"] if r["result"] == "renamed"
    }
    assert "pending" not in shown.result["counts"]
    assert (entry["counts"], entry["state"]) == (shown.result["counts"], "interrupted")
    await here.do("report", run, "--report", "again.json")
    assert json.loads((here.folder / "again.json").read_text("utf-8"))["rows"] == shown.result["rows"]
    audited = await done(here, "audit", run, code=1)
    assert {order for order, result in results(audited).items() if result == "unchanged"} == {*applied}
    here.keep("kept")
    await done(here, "undo", run)
    assert here.names == names("Old")
    for order in applied:
        here.sandbox.store.rename(order, f"New {order[1:]}")
    here.back_to("kept")
    await done(here, "resume", run)
    assert here.names == names("New")


@pytest.mark.parametrize("command", ["plan", "apply"])
async def test_a_sheet_of_missing_orders_asks_for_the_right_account(here: Place, command: str) -> None:
    """Not one order is there: most often that is another account's key. One that is there is account enough."""
    sheet(here, "a.csv", {f"x{number}": "New" for number in range(6)})
    said = (await here.do(command, "a.csv")).out
    assert f"None of the 6 orders is in this account ({here.base_url}): is it the right one?" in said
    sheet(here, "b.csv", {f"x{number}": "New" for number in range(6)} | names("New", 1))
    assert "right one?" not in (await here.do(command, "b.csv")).out


async def test_a_state_that_cannot_be_used_is_one_code(here: Place) -> None:
    """Whether the folder, the journal or its first rows fail, nothing began: exit 2."""
    sheet(here, "a.csv", names("New"))
    (here.folder / "file").touch()
    codes = [(await here.do("apply", "a.csv", "--state-dir", here.folder / "file")).code]
    full = await here.do("apply", "a.csv", largest_file=1_000)
    newer = here.folder / "newer"
    newer.mkdir(mode=0o700)
    with closing(sqlite3.connect(newer / "journal.sqlite3")) as connection:
        connection.execute("PRAGMA user_version = 99")
    codes += [full.code, (await here.do("apply", "a.csv", "--state-dir", newer)).code]
    assert (codes, here.patched) == ([2, 2, 2], [])
