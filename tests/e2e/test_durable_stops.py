"""Whatever stops a run, its last line goes on with it, and only one run renames at a time."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.support.durable import Ended, Nursery, Place, ended, place, rows_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks, and sends POSIX signals")


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """Keep a process ready to be forked."""
    with Nursery.opened() as opened:
        yield opened


@pytest.fixture
async def here(tmp_path: Path, nursery: Nursery) -> AsyncIterator[Place]:
    """Serve six orders, and write a sheet that renames them."""
    async with place(tmp_path, nursery) as made:
        made.seed({f"o{number}": f"Old {number}" for number in range(1, 7)})
        made.sheet([(f"o{number}", f"New {number}") for number in range(1, 7)])
        yield made


RENAMED = {f"o{number}": f"New {number}" for number in range(1, 7)}
ALL_ROWS = [(n + 1, f"o{n}", f"Old {n}", f"New {n}", f"New {n}", "renamed") for n in range(1, 7)]
APPLY = ("apply", "orders.csv", "--report", "report.json", "--workers", "1")


async def stopped_by_signal(here: Place, number: signal.Signals, *, times: int = 1) -> Ended:
    """Stop an apply while its third rename is under way; ``times`` 2 ends it before the answer is there."""
    gate = here.hold_renames(first=3, after=True)
    async with here.started(*here.words(*APPLY)) as process:
        await gate.until_waiting(1)
        assert process.stderr is not None
        for _ in range(times):
            process.send_signal(number)
            while b"Stopping" not in await process.stderr.readline():
                pass
        if times == 1:
            gate.open()
        stopped = await ended(process)
    gate.open()
    here.sandbox.faults = FaultPlan()
    return stopped


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
async def test_a_signal(here: Place, number: signal.Signals, code: int) -> None:
    """The last line, pasted, ends in the report of an undisturbed run, in the same place."""
    stopped = await stopped_by_signal(here, number)
    assert (stopped.code, [row[-1] for row in rows_of(here.folder / "report.json")].count("pending")) == (code, 3)
    again = await here.paste(stopped.last_line)
    assert (again.code, here.names, rows_of(here.folder / "report.json")) == (0, RENAMED, ALL_ROWS)
    assert "has nothing left" in (await here.paste(stopped.last_line)).out


async def test_an_unknown_row_is_read_back(here: Place) -> None:
    """What two Ctrl-C left unknown was applied after all, and is renamed; its tries are added up."""
    stopped = await stopped_by_signal(here, signal.SIGINT, times=2)
    assert [row[-1] for row in rows_of(here.folder / "report.json")] == ["renamed"] * 2 + ["unknown"] + ["pending"] * 3
    assert (await here.paste(stopped.last_line)).code == 0
    assert rows_of(here.folder / "report.json") == ALL_ROWS
    assert sorted(map(str, here.patched)) == ["o1", "o2", "o3", "o4", "o5", "o6"]  # each once


STOPS: dict[str, tuple[FaultPlan, int]] = {
    "outage": (FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.UNAVAILABLE), nth=10, times=None)]), 4),
    "too many failures": (FaultPlan(rules=[Rule(fault=Fault(kind=FaultKind.REDIRECT), method="PATCH", nth=3)]), 4),
}


@pytest.mark.parametrize("stop", STOPS)
async def test_the_api_stops_it(here: Place, stop: str) -> None:
    """An outage, or too many failures: exit 4, and the last line goes on."""
    here.sandbox.faults, code = STOPS[stop]
    stopped = await here.do(*APPLY, "--patience", "0", "--attempts", "1", "--max-failures", "0")
    assert (stopped.code, stopped.last_line.split()[:2]) == (code, ["batch-renamer", "resume"])
    here.sandbox.faults = FaultPlan()
    await here.paste(stopped.last_line)
    ended = await here.do("resume", "--failed")
    assert (ended.code, here.names, rows_of(here.folder / "report.json")) == (0, RENAMED, ALL_ROWS)


async def test_a_refused_key(here: Place) -> None:
    """The key is taken back before the first read: exit 3, and the last line goes on once the key is good."""
    stopped = await here.do(*APPLY, env={"AUTOENHANCE_API_KEY": "wrong"})
    assert (stopped.code, stopped.last_line.split()[:2], here.patched) == (3, ["batch-renamer", "resume"], [])
    refused = await here.paste(stopped.last_line)
    assert (refused.code, here.patched) == (2, [])
    assert "another key" in refused.err


async def test_a_failed_row_is_tried_again_on_request(here: Place) -> None:
    """Exit 1 ends with a command that tries again what failed; its tries are added up."""
    fault = Fault(kind=FaultKind.REFUSED)
    here.sandbox.faults = FaultPlan(rules=[Rule(fault=fault, method="PATCH", order_id="o2")])
    failed = await here.do(*APPLY)
    assert (failed.code, " --failed " in failed.last_line) == (1, True)
    plain = await here.do("resume")
    assert (plain.code, "nothing left to finish but 1 failed row" in plain.out) == (1, True)
    assert (await here.paste(plain.last_line)).code == 0
    report = json.loads((here.folder / "report.json").read_text("utf-8"))
    assert [row["attempts"] for row in report["rows"]] == [1, 2, 1, 1, 1, 1]


async def test_a_trial_tries_again_all_that_failed(here: Place) -> None:
    """An order that is there by now takes no other row's place: what was sent and failed is never left out."""
    here.sheet([("late", "New late"), *((f"o{number}", f"New {number}") for number in range(1, 7))])
    fault = Fault(kind=FaultKind.REFUSED)
    here.sandbox.faults = FaultPlan(rules=[Rule(fault=fault, method="PATCH", times=2)])
    failed = await here.do(*APPLY, "--first", "2")
    assert [row[-1] for row in rows_of(here.folder / "report.json")] == ["failed"] * 3 + ["skipped"] * 4
    here.sandbox.store.seed("late", "Old late")
    assert (await here.paste(failed.last_line)).code == 0
    assert [row[-1] for row in rows_of(here.folder / "report.json")] == ["renamed"] * 3 + ["skipped"] * 4


async def test_a_plan_with_too_many_missing_orders(here: Place) -> None:
    """Nothing is left but failed rows: the last line tries them again, and is of use once the orders are there."""
    here.sheet([(f"later-{number}", f"New {number}") for number in range(30)])
    stopped = await here.do("apply", "orders.csv")
    assert (stopped.code, here.patched, "--failed" in stopped.last_line) == (4, [], True)
    assert stopped.out.splitlines()[0] == "Stopped: nothing was renamed; 30 of 30 rows failed."
    plain = await here.do("resume")
    assert (plain.code, "nothing left to finish but 30 failed rows" in plain.out) == (1, True)
    here.seed({f"later-{number}": f"Old {number}" for number in range(30)})
    assert ((await here.paste(stopped.last_line)).code, len(here.patched)) == (0, 30)


async def test_a_plan_with_too_many_drifted_orders(here: Place) -> None:
    """No command helps where the spreadsheet is wrong, and none is printed."""
    here.sheet(
        [(f"o{number}", f"New {number}", "Otherwise") for number in range(1, 7)],
        headings=("order_id", "new_name", "old_name"),
    )
    stopped = await here.do("apply", "orders.csv", "--max-failures", "5")
    assert (stopped.code, here.patched) == (4, [])
    assert stopped.out.splitlines()[0] == "Stopped: nothing was renamed; 6 of 6 rows need a look."
    assert stopped.last_line == "Repair the spreadsheet and apply it again."


async def test_drifted_rows_do_not_stop_what_is_taken_up(here: Place) -> None:
    """Nothing is sent for them, so they are reported and the rest is done, however many they are."""
    here.seed({f"o{number}": f"Old {number}" for number in range(60)})
    here.sheet([(f"o{number}", f"New {number}") for number in range(60)])
    assert (await here.do(*APPLY, failpoint="send:30:after")).code == -9
    theirs = [order for order, name in here.names.items() if str(name).startswith("Old")][:25]
    for order in theirs:
        here.sandbox.store.rename(order, "Theirs")
    taken_up = await here.do("resume", "--max-failures", "10%")
    assert (taken_up.code, "25  drifted" in taken_up.out) == (1, True)
    assert {name for name in here.names.values() if not str(name).startswith("New")} == {"Theirs"}


async def test_bounds_hold_for_whoever_takes_it_up(here: Place) -> None:
    """A trial on two rows that is killed while names are read stays a trial on two rows."""
    assert (await here.do(*APPLY, "--first", "2", failpoint="send:3:after")).code == -9
    assert (await here.do("resume")).code == 0
    assert sorted(map(str, here.patched)) == ["o1", "o2"]


async def test_a_plan_that_was_refused_stays_refused(here: Place) -> None:
    """What --max-renames refuses is not renamed by a resume either."""
    assert (await here.do(*APPLY, "--max-renames", "5")).code == 2
    assert ((await here.do("resume")).code, here.patched) == (2, [])


async def test_full_disk(here: Place) -> None:
    """One clear line and exit 4; the journal can be read, and with room the run goes on."""
    here.seed({f"o{number}": f"Old {number}" for number in range(2_000)})
    here.sheet([(f"o{number}", f"New {number}") for number in range(2_000)])
    plan = (await here.do("plan", "orders.csv", "--json")).result["run_id"]
    journal = here.state / "journal.sqlite3"
    stopped: Ended | None = None
    # How far it comes is a matter of pages and groups; it is to come to its first renames and not to its last.
    for more in range(100_000, 2_000_000, 50_000):
        stopped = await here.do("apply", "--plan", plan, *APPLY[2:], largest_file=journal.stat().st_size + more)
        if here.patched:
            break
    assert stopped is not None
    assert (stopped.code, 0 < len(here.patched) < 2_000) == (4, True), stopped.err
    said = [line for line in (stopped.out + stopped.err).splitlines() if re.search(r"disk (I/O|is) ", line)]
    assert len(said) == 1, said
    assert "Traceback" not in stopped.err
    assert "interrupted" in (await here.do("runs")).out.splitlines()[0]
    again = await here.paste(stopped.last_line)
    assert (again.code, {row[-1] for row in rows_of(here.folder / "report.json")}) == (0, {"renamed"})
    assert all(name is not None and name.startswith("New") for name in here.names.values())


async def test_two_at_once(here: Place) -> None:
    """The second exits 5 without a PATCH, and says which run, which process and since when; reading is welcome."""
    gate = here.hold_renames(first=2)
    async with here.started(*here.words(*APPLY)) as first:
        await gate.until_waiting(1)
        sent = len(here.patched)
        other = here.folder / "other.csv"
        other.write_text("order_id,new_name\no6,Other\n", "utf-8")
        second = await here.do("apply", "other.csv")
        at_work = (await here.do("runs", "--json")).result["runs"][1]
        shown = await here.do("show", run := at_work["run_id"])
        gate.open()
        done = await ended(first)
    assert at_work["state"] == "at work"
    assert re.search(r"^At work at this moment: [1-6] of 6 rows still to come\.$", shown.out, re.MULTILINE)
    newest = (await here.do("runs", "--json")).result["runs"][0]  # the one that did something last
    assert (newest["run_id"], newest["state"]) == (run, "done")
    assert (second.code, here.patched[sent:]) == (5, ["o3", "o4", "o5", "o6"])
    assert re.search(
        rf"Run {run} \(process {first.pid}, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\)", second.out + second.err
    )
    assert (shown.code, done.code, here.names) == (0, 0, RENAMED)


async def test_waiting_for_the_other(here: Place) -> None:
    """With --wait the second goes on when the first is done."""
    gate = here.hold_renames(first=2)
    (here.folder / "other.csv").write_text("order_id,new_name\no6,Other\n", "utf-8")
    async with here.started(*here.words(*APPLY)) as first:
        await gate.until_waiting(1)
        async with here.started(*here.words("apply", "other.csv", "--wait", "60")) as second:
            assert second.stderr is not None
            while b"Waiting up to 60 s" not in await second.stderr.readline():
                pass
            gate.open()
            assert ((await ended(first)).code, (await ended(second)).code) == (0, 1)
    # When it had planned, that order was called otherwise: it has looked again, and left it alone.
    assert here.names == RENAMED


async def test_what_was_right_before_the_wait_is_looked_at_again(here: Place) -> None:
    """An order that had its name, and lost it to the run that was waited for, is not reported as having it."""
    gate = here.hold_renames(first=2)
    (here.folder / "other.csv").write_text("order_id,new_name\no5,Other\no6,Old 6\n", "utf-8")
    async with here.started(*here.words(*APPLY)) as first:
        await gate.until_waiting(1)
        waits = here.words("apply", "other.csv", "--wait", "60", "--report", "other.json")
        async with here.started(*waits) as second:
            assert second.stderr is not None
            while b"is at work in this account. Waiting up to 60 s." not in await second.stderr.readline():
                pass
            gate.open()
            assert ((await ended(first)).code, (await ended(second)).code) == (0, 1)
    assert [row[-1] for row in rows_of(here.folder / "other.json")] == ["drifted", "drifted"]
    assert here.names == RENAMED


async def test_a_run_is_not_undone_while_it_is_at_work(here: Place) -> None:
    """What it renames meanwhile would stay: the undo is refused, or waits before it reads and then takes all of it."""
    gate = here.hold_renames(first=2)
    async with here.started(*here.words(*APPLY)) as first:
        await gate.until_waiting(1)
        run = (await here.do("runs", "--json")).result["runs"][0]["run_id"]
        assert (await here.do("undo", run)).code == 5
        async with here.started(*here.words("undo", run, "--wait", "60")) as second:
            assert second.stderr is not None
            while b"Waiting up to 60 s." not in await second.stderr.readline():
                pass
            gate.open()
            assert (await ended(first)).code == 0
            waited = await ended(second)
    assert waited.code == 0
    assert here.names == {f"o{number}": f"Old {number}" for number in range(1, 7)}


async def test_the_plan_of_a_run_that_was_not_let_in_is_kept(here: Place) -> None:
    """Exit 5, and the last line does it when the other is done."""
    gate = here.hold_renames(first=2)
    (here.folder / "other.csv").write_text("order_id,new_name\no6,Other\n", "utf-8")
    async with here.started(*here.words(*APPLY)) as first:
        await gate.until_waiting(1)
        refused = await here.do("apply", "other.csv")
        state = (await here.do("runs", "--json")).result["runs"][0]["state"]
        gate.open()
        assert (await ended(first)).code == 0
    assert (refused.code, state, "apply --plan" in refused.last_line) == (5, "planned", True)
    assert (await here.paste(refused.last_line)).code == 1  # called otherwise by now, it is left alone
    assert here.names == RENAMED


async def test_a_run_that_is_alive_is_not_taken_up(here: Place) -> None:
    """Exit 5, and nothing that the living run has noted is touched: killed after that, it ends as it should."""
    gate = here.hold_renames(first=3, after=True)
    async with here.started(*here.words(*APPLY)) as first:
        await gate.until_waiting(1)
        refused = await here.do("resume")
        assert refused.code == 5
        first.kill()
        await first.wait()
    gate.open()
    here.sandbox.faults = FaultPlan()
    assert (await here.do("resume")).code == 0  # the lock went with its process
    assert rows_of(here.folder / "report.json") == ALL_ROWS
    assert sorted(map(str, here.patched)) == ["o1", "o2", "o3", "o4", "o5", "o6"]  # each once


async def test_the_same_sheet_goes_on_under_its_id(here: Place) -> None:
    """Without a terminal, apply goes on with the run that was killed; another content is another run."""
    assert (await here.do(*APPLY, failpoint="send:10:after")).code == -9
    [killed] = (await here.do("runs", "--json")).result["runs"]
    again = await here.do(*APPLY)
    assert (again.code, f"Run {killed['run_id']} of the same rows was interrupted" in again.err) == (0, True)
    [done] = (await here.do("runs", "--json")).result["runs"]
    assert (done["run_id"], done["state"], rows_of(here.folder / "report.json")) == (killed["run_id"], "done", ALL_ROWS)
    await here.do(*APPLY)
    assert len((await here.do("runs", "--json")).result["runs"]) == 2


@pytest.mark.parametrize("change", ["content", "undone"])
async def test_another_run_begins(here: Place, change: str) -> None:
    """A sheet that was changed, or whose run was undone, begins anew; names that an undo gave back wait for --again."""
    assert (await here.do(*APPLY, failpoint="send:10:after")).code == -9
    if change == "content":
        with (here.folder / "orders.csv").open("a", encoding="utf-8") as sheet:
            sheet.write("o7,New 7\n")
    else:
        assert (await here.do("undo")).code == 0
        assert here.names == here.seeds
    before = len((await here.do("runs", "--json")).result["runs"])
    again = await here.do(*APPLY)
    assert ("interrupted" in again.err, len((await here.do("runs", "--json")).result["runs"])) == (False, before + 1)
    if change == "undone":
        left = {order for _, order, *_, result in rows_of(here.folder / "report.json") if result == "drifted"}
        assert left == {order for order in RENAMED if here.names[order] == here.seeds[order]} != set()
        assert (await here.do(*APPLY, "--again")).code == 0
    assert {order: here.names[order] for order in RENAMED} == RENAMED


@pytest.mark.parametrize(("answer", "runs"), [("y", 1), ("n", 2)])
async def test_on_a_terminal_it_is_offered(here: Place, answer: str, runs: int) -> None:
    """There, yes goes on with the old run; no plans a new one, and asks about that."""
    assert (await here.do(*APPLY, failpoint="send:10:after")).code == -9
    ours, theirs = pty.openpty()
    words = [word for word in here.words(*APPLY) if word != "--yes"]
    async with here.started(*words, stdin=theirs) as process:
        assert process.stderr is not None
        said = await process.stderr.readuntil(b"[y/N] ")
        assert re.search(rb"was interrupted with [3-6] orders left", said)
        os.write(ours, f"{answer}\n".encode())
        if answer == "n":
            assert b"Rename 3 orders at" in await process.stderr.readuntil(b"[y/N] ")
            os.write(ours, b"y\n")
        assert (await ended(process)).code == 0
    os.close(ours)
    os.close(theirs)
    assert (here.names, len((await here.do("runs", "--json")).result["runs"])) == (RENAMED, runs)
