"""Whatever stops a run, its last line goes on with it, and only one run renames at a time."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.support.command import Ended
from tests.support.crashing import OPTIONS
from tests.support.served import Command, rows_of, served

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks, and sends POSIX signals")


@pytest.fixture
async def renamer(tmp_path: Path) -> AsyncIterator[Command]:
    """Serve six orders, and write a sheet that renames them."""
    async with served(tmp_path, options=OPTIONS) as made:
        made.begin_with({f"o{number}": f"Old {number}" for number in range(1, 7)})
        made.sheet([(f"o{number}", f"New {number}") for number in range(1, 7)])
        yield made


RENAMED = {f"o{number}": f"New {number}" for number in range(1, 7)}
ALL_ROWS = [(n + 1, f"o{n}", f"Old {n}", f"New {n}", f"New {n}", "renamed") for n in range(1, 7)]
APPLY = ("apply", "orders.csv", "--report", "report.json", "--workers", "1")

# 200 orders are read first.
FULL_AT_THE_50TH = """
from functools import partial
from pathlib import Path
from tests.support.failpoints import arm, fill_the_disk
arm("send:250:before", then=partial(fill_the_disk, of=Path({journal!r})))
"""


async def stopped_by_signal(renamer: Command, number: signal.Signals, *, times: int = 1) -> Ended:
    """Stop an apply while its third rename is under way; ``times`` 2 ends it before the answer is there."""
    gate = renamer.hold_renames(first=3, after=True)
    async with renamer.start(*renamer.line(*APPLY)) as started:
        await gate.until_waiting(1)
        for _ in range(times):
            started.process.send_signal(number)
            await started.until_it_says("Stopping")
        if times == 1:
            gate.open()
        stopped = await started.ended()
    gate.open()
    renamer.sandbox.faults = FaultPlan()
    return stopped


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
async def test_a_signal(renamer: Command, number: signal.Signals, code: int) -> None:
    """The last line, pasted, ends in the report of an undisturbed run, in the same place."""
    stopped = await stopped_by_signal(renamer, number)
    assert (stopped.code, [row[-1] for row in rows_of(renamer.folder / "report.json")].count("pending")) == (code, 3)
    again = await renamer.paste(stopped.last_line)
    assert (again.code, renamer.names, rows_of(renamer.folder / "report.json")) == (0, RENAMED, ALL_ROWS)
    assert "has nothing left" in (await renamer.paste(stopped.last_line)).out


async def test_an_unknown_row_is_read_back(renamer: Command) -> None:
    """What two Ctrl-C left unknown was applied after all, and is renamed; its tries are added up."""
    stopped = await stopped_by_signal(renamer, signal.SIGINT, times=2)
    assert [row[-1] for row in rows_of(renamer.folder / "report.json")] == ["renamed"] * 2 + ["unknown"] + [
        "pending"
    ] * 3
    assert (await renamer.paste(stopped.last_line)).code == 0
    assert rows_of(renamer.folder / "report.json") == ALL_ROWS
    assert sorted(map(str, renamer.patched)) == ["o1", "o2", "o3", "o4", "o5", "o6"]  # each once


STOPS = {
    "outage": Rule(fault=Fault(kind=FaultKind.UNAVAILABLE), nth=10, times=None),
    "too many failures": Rule(fault=Fault(kind=FaultKind.REDIRECT), method="PATCH", nth=3),
}


@pytest.mark.parametrize("stop", STOPS)
async def test_the_api_stops_it(renamer: Command, stop: str) -> None:
    """An outage, or too many failures: exit 4, and the last line goes on."""
    renamer.sandbox.faults = FaultPlan(rules=[STOPS[stop]])
    stopped = await renamer.do(*APPLY, "--patience", "0", "--attempts", "1", "--max-failures", "0")
    assert (stopped.code, stopped.last_line.split()[:2]) == (4, ["batch-renamer", "resume"])
    renamer.sandbox.faults = FaultPlan()
    await renamer.paste(stopped.last_line)
    ended = await renamer.do("resume", "--failed")
    assert (ended.code, renamer.names, rows_of(renamer.folder / "report.json")) == (0, RENAMED, ALL_ROWS)


async def test_a_refused_key(renamer: Command) -> None:
    """The key is not accepted before the first read: exit 3, and the last line checks the key that replaces it."""
    stopped = await renamer.do(*APPLY, key="wrong")
    assert (stopped.code, stopped.last_line.split()[:2], renamer.patched) == (3, ["batch-renamer", "doctor"], [])
    assert (await renamer.paste(stopped.last_line)).code == 0
    assert ((await renamer.do(*APPLY)).code, renamer.names) == (0, RENAMED)


async def test_a_failed_row_is_tried_again_on_request(renamer: Command) -> None:
    """Exit 1 ends with a command that tries again what failed; its tries are added up."""
    fault = Fault(kind=FaultKind.REFUSED)
    renamer.sandbox.faults = FaultPlan(rules=[Rule(fault=fault, method="PATCH", order_id="o2")])
    failed = await renamer.do(*APPLY)
    assert (failed.code, " --failed " in failed.last_line) == (1, True)
    plain = await renamer.do("resume")
    assert (plain.code, "nothing left to finish but 1 failed row" in plain.out) == (1, True)
    assert (await renamer.paste(plain.last_line)).code == 0
    report = json.loads((renamer.folder / "report.json").read_text("utf-8"))
    assert [row["attempts"] for row in report["rows"]] == [1, 2, 1, 1, 1, 1]


async def test_a_trial_tries_again_all_that_failed(renamer: Command) -> None:
    """An order that is there by now takes no other row's place: what was sent and failed is never left out."""
    renamer.sheet([("late", "New late"), *((f"o{number}", f"New {number}") for number in range(1, 7))])
    fault = Fault(kind=FaultKind.REFUSED)
    renamer.sandbox.faults = FaultPlan(rules=[Rule(fault=fault, method="PATCH", times=2)])
    failed = await renamer.do(*APPLY, "--first", "2")
    assert [row[-1] for row in rows_of(renamer.folder / "report.json")] == ["failed"] * 3 + ["skipped"] * 4
    renamer.sandbox.store.seed("late", "Old late")
    assert (await renamer.paste(failed.last_line)).code == 0
    assert [row[-1] for row in rows_of(renamer.folder / "report.json")] == ["renamed"] * 3 + ["skipped"] * 4


async def test_a_plan_with_too_many_missing_orders(renamer: Command) -> None:
    """No command helps until the ids are corrected, so the last line says that, and so does `resume`."""
    renamer.sheet([(f"later-{number}", f"New {number}") for number in range(30)])
    stopped = await renamer.do("apply", "orders.csv")
    assert (stopped.code, renamer.patched) == (4, [])
    assert stopped.out.splitlines()[0] == "Stopped: nothing was renamed; 30 of 30 rows failed."
    repair = "30 orders are not in this account: repair the spreadsheet and apply it again."
    assert stopped.last_line == repair
    plain = await renamer.do("resume")
    assert (plain.code, plain.last_line.endswith(repair)) == (1, True)
    renamer.begin_with({f"later-{number}": f"Old {number}" for number in range(30)})
    assert ((await renamer.do("resume", "--failed")).code, len(renamer.patched)) == (0, 30)


async def test_a_plan_with_too_many_drifted_orders(renamer: Command) -> None:
    """No command helps where the spreadsheet is wrong, and none is printed."""
    renamer.sheet(
        [(f"o{number}", f"New {number}", "Otherwise") for number in range(1, 7)],
        headings=("order_id", "new_name", "old_name"),
    )
    stopped = await renamer.do("apply", "orders.csv", "--max-failures", "5")
    assert (stopped.code, renamer.patched) == (4, [])
    assert stopped.out.splitlines()[0] == "Stopped: nothing was renamed; 6 of 6 rows have problems."
    assert stopped.last_line == "Repair the spreadsheet and apply it again."


async def test_drifted_rows_do_not_stop_what_is_taken_up(renamer: Command) -> None:
    """Nothing is sent for them, so they are reported and the rest is done, however many they are."""
    renamer.begin_with({f"o{number}": f"Old {number}" for number in range(60)})
    renamer.sheet([(f"o{number}", f"New {number}") for number in range(60)])
    assert (await renamer.do(*APPLY, failpoint="send:30:after")).code == -9
    theirs = [order for order, name in renamer.names.items() if str(name).startswith("Old")][:25]
    for order in theirs:
        renamer.sandbox.store.rename(order, "Theirs")
    taken_up = await renamer.do("resume", "--max-failures", "10%")
    assert (taken_up.code, "25  changed meanwhile" in taken_up.out) == (1, True)
    assert {name for name in renamer.names.values() if not str(name).startswith("New")} == {"Theirs"}


async def test_bounds_hold_for_a_run_that_is_taken_up(renamer: Command) -> None:
    """A trial on two rows that is killed while names are read stays a trial on two rows."""
    assert (await renamer.do(*APPLY, "--first", "2", failpoint="send:3:after")).code == -9
    assert (await renamer.do("resume")).code == 0
    assert sorted(map(str, renamer.patched)) == ["o1", "o2"]


async def test_a_plan_that_was_refused_stays_refused(renamer: Command) -> None:
    """What --max-renames refuses is not renamed by a resume either."""
    assert (await renamer.do(*APPLY, "--max-renames", "5")).code == 2
    assert ((await renamer.do("resume")).code, renamer.patched) == (2, [])


async def test_full_disk(renamer: Command) -> None:
    """One clear line and exit 4; the journal can be read, and with room the run goes on."""
    renamer.begin_with({f"o{number}": f"Old {number}" for number in range(200)})
    renamer.sheet([(f"o{number}", f"New {number}") for number in range(200)])
    plan = (await renamer.do("plan", "orders.csv", "--json")).result["run_id"]
    full = FULL_AT_THE_50TH.format(journal=f"{renamer.state / 'journal.sqlite3'}-wal")
    stopped = await renamer.do("apply", "--plan", plan, *APPLY[2:], prelude=full)
    assert (stopped.code, 49 <= len(renamer.patched) < 200) == (4, True), stopped.err
    said = [line for line in (stopped.out + stopped.err).splitlines() if re.search(r"disk (I/O|is) ", line)]
    assert len(said) == 1, said
    assert "Traceback" not in stopped.err
    assert "interrupted" in (await renamer.do("runs")).out.splitlines()[1]
    again = await renamer.paste(stopped.last_line)
    assert (again.code, {row[-1] for row in rows_of(renamer.folder / "report.json")}) == (0, {"renamed"})
    assert all(name is not None and name.startswith("New") for name in renamer.names.values())


async def test_two_at_once(renamer: Command) -> None:
    """The second exits 5 without a PATCH, and says which run, which process and since when; reading is welcome."""
    gate = renamer.hold_renames(first=2)
    async with renamer.start(*renamer.line(*APPLY)) as first:
        await gate.until_waiting(1)
        sent = len(renamer.patched)
        other = renamer.folder / "other.csv"
        other.write_text("order_id,new_name\no6,Other\n", "utf-8")
        second = await renamer.do("apply", "other.csv")
        at_work = (await renamer.do("runs", "--json")).result["runs"][1]
        shown = await renamer.do("show", run := at_work["run_id"])
        gate.open()
        done = await first.ended()
    assert at_work["state"] == "at work"
    assert re.search(r"^At work at this moment: [1-6] of 6 rows still to come\.$", shown.out, re.MULTILINE)
    assert re.search(r"^  [1-6]  unknown    sent, or about to be sent; not confirmed yet$", shown.out, re.MULTILINE)
    newest = (await renamer.do("runs", "--json")).result["runs"][0]  # the one that did something last
    assert (newest["run_id"], newest["state"]) == (run, "done")
    assert (second.code, renamer.patched[sent:]) == (5, ["o3", "o4", "o5", "o6"])
    assert re.search(
        rf"run {run} \(process {first.process.pid}, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\)", second.out + second.err
    )
    assert (shown.code, done.code, renamer.names) == (0, 0, RENAMED)


async def test_waiting_for_the_other(renamer: Command) -> None:
    """With --wait the second goes on when the first is done."""
    gate = renamer.hold_renames(first=2)
    (renamer.folder / "other.csv").write_text("order_id,new_name\no6,Other\n", "utf-8")
    async with renamer.start(*renamer.line(*APPLY)) as first:
        await gate.until_waiting(1)
        async with renamer.start(*renamer.line("apply", "other.csv", "--wait", "60")) as second:
            await second.until_it_says("Waiting up to 60 s")
            gate.open()
            assert ((await first.ended()).code, (await second.ended()).code) == (0, 1)
    # When it had planned, that order was called otherwise: it has looked again, and left it alone.
    assert renamer.names == RENAMED


async def test_what_was_right_before_the_wait_is_looked_at_again(renamer: Command) -> None:
    """An order that had its name, and lost it to the run that was waited for, is not reported as having it."""
    gate = renamer.hold_renames(first=2)
    (renamer.folder / "other.csv").write_text("order_id,new_name\no5,Other\no6,Old 6\n", "utf-8")
    async with renamer.start(*renamer.line(*APPLY)) as first:
        await gate.until_waiting(1)
        waits = renamer.line("apply", "other.csv", "--wait", "60", "--report", "other.json")
        async with renamer.start(*waits) as second:
            await second.until_it_says("is at work in this account. Waiting up to 60 s.")
            gate.open()
            assert ((await first.ended()).code, (await second.ended()).code) == (0, 1)
    assert [row[-1] for row in rows_of(renamer.folder / "other.json")] == ["drifted", "drifted"]
    assert renamer.names == RENAMED


async def test_a_run_is_not_undone_while_it_is_at_work(renamer: Command) -> None:
    """What it renames meanwhile would stay: the undo is refused, or waits before it reads and then takes all of it."""
    gate = renamer.hold_renames(first=2)
    async with renamer.start(*renamer.line(*APPLY)) as first:
        await gate.until_waiting(1)
        run = (await renamer.do("runs", "--json")).result["runs"][0]["run_id"]
        assert (await renamer.do("undo", run)).code == 5
        async with renamer.start(*renamer.line("undo", run, "--wait", "60")) as second:
            await second.until_it_says("Waiting up to 60 s.")
            gate.open()
            assert (await first.ended()).code == 0
            waited = await second.ended()
    assert waited.code == 0
    assert renamer.names == {f"o{number}": f"Old {number}" for number in range(1, 7)}


async def test_the_plan_of_a_run_that_was_not_let_in_is_kept(renamer: Command) -> None:
    """Exit 5, and the last line does it when the other is done."""
    gate = renamer.hold_renames(first=2)
    (renamer.folder / "other.csv").write_text("order_id,new_name\no6,Other\n", "utf-8")
    async with renamer.start(*renamer.line(*APPLY)) as first:
        await gate.until_waiting(1)
        refused = await renamer.do("apply", "other.csv")
        state = (await renamer.do("runs", "--json")).result["runs"][0]["state"]
        gate.open()
        assert (await first.ended()).code == 0
    assert (refused.code, state, "apply --plan" in refused.last_line) == (5, "planned", True)
    assert (await renamer.paste(refused.last_line)).code == 1  # called otherwise by now, it is left alone
    assert renamer.names == RENAMED


async def test_a_run_that_is_alive_is_not_taken_up(renamer: Command) -> None:
    """Exit 5, and nothing that the living run has noted is touched: killed after that, it ends as it should."""
    gate = renamer.hold_renames(first=3, after=True)
    async with renamer.start(*renamer.line(*APPLY)) as first:
        await gate.until_waiting(1)
        refused = await renamer.do("resume")
        assert refused.code == 5
        first.process.kill()
        await first.process.wait()
    gate.open()
    renamer.sandbox.faults = FaultPlan()
    assert (await renamer.do("resume")).code == 0  # the lock went with its process
    assert rows_of(renamer.folder / "report.json") == ALL_ROWS
    assert sorted(map(str, renamer.patched)) == ["o1", "o2", "o3", "o4", "o5", "o6"]  # each once


async def test_the_same_sheet_goes_on_under_its_id(renamer: Command) -> None:
    """Without a terminal, apply goes on with the run that was killed; another content is another run."""
    assert (await renamer.do(*APPLY, failpoint="send:10:after")).code == -9
    [killed] = (await renamer.do("runs", "--json")).result["runs"]
    again = await renamer.do(*APPLY)
    assert (again.code, f"Run {killed['run_id']} of the same rows was interrupted" in again.err) == (0, True)
    [done] = (await renamer.do("runs", "--json")).result["runs"]
    assert (done["run_id"], done["state"], rows_of(renamer.folder / "report.json")) == (
        killed["run_id"],
        "done",
        ALL_ROWS,
    )
    await renamer.do(*APPLY)
    assert len((await renamer.do("runs", "--json")).result["runs"]) == 2


@pytest.mark.parametrize("change", ["content", "undone"])
async def test_another_run_begins(renamer: Command, change: str) -> None:
    """A sheet that was changed, or whose run was undone, begins anew; names that an undo gave back wait for --again."""
    assert (await renamer.do(*APPLY, failpoint="send:10:after")).code == -9
    if change == "content":
        with (renamer.folder / "orders.csv").open("a", encoding="utf-8") as sheet:
            sheet.write("o7,New 7\n")
    else:
        assert (await renamer.do("undo")).code == 0
        assert renamer.names == renamer.seeds
    before = len((await renamer.do("runs", "--json")).result["runs"])
    again = await renamer.do(*APPLY)
    assert ("interrupted" in again.err, len((await renamer.do("runs", "--json")).result["runs"])) == (False, before + 1)
    if change == "undone":
        left = {order for _, order, *_, result in rows_of(renamer.folder / "report.json") if result == "drifted"}
        assert left == {order for order in RENAMED if renamer.names[order] == renamer.seeds[order]} != set()
        assert (await renamer.do(*APPLY, "--again")).code == 0
    assert {order: renamer.names[order] for order in RENAMED} == RENAMED


@pytest.mark.parametrize(("answer", "runs"), [("y", 1), ("n", 2)])
async def test_on_a_terminal_it_is_offered(renamer: Command, answer: str, runs: int) -> None:
    """There, yes goes on with the old run; no plans a new one, and asks about that."""
    assert (await renamer.do(*APPLY, failpoint="send:10:after")).code == -9
    ours, theirs = pty.openpty()
    words = [word for word in renamer.line(*APPLY) if word != "--yes"]
    async with renamer.start(*words, stdin=theirs) as started:
        said = await started.until_it_asks("[y/N] ")
        assert re.search(r"was interrupted with [3-6] orders left", said)
        os.write(ours, f"{answer}\n".encode())
        if answer == "n":
            assert "Rename 3 orders at" in await started.until_it_asks(" rows] ")
            os.write(ours, b"y\n")
        assert (await started.ended()).code == 0
    os.close(ours)
    os.close(theirs)
    assert (renamer.names, len((await renamer.do("runs", "--json")).result["runs"])) == (RENAMED, runs)
