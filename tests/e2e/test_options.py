"""What the options promise, one run of the command each."""

from __future__ import annotations

import csv
import datetime
import json
import shlex
import stat
import sys

import openpyxl
import pytest

from batch_renamer.model import COLUMNS
from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Outage, OutageMode, Rule
from tests.e2e.trouble import forbidding
from tests.support.schemas import wrong_with
from tests.support.served import Command

GUARDED = ("order_id", "current_name", "new_name")


def failing(*, first: int = 1, status: FaultKind = FaultKind.REDIRECT) -> FaultPlan:
    """Refuse every PATCH from the ``first`` one on."""
    return FaultPlan(rules=[Rule(fault=Fault(kind=status), method="PATCH", nth=first, times=None)])


# What the result says


async def test_json_of_check_needs_no_api(renamer: Command) -> None:
    """One object with every column of every row; what only the API knows is null."""
    ran = await renamer.check(renamer.sheet([("a1", "New"), ("", "no id")]), "--json")
    assert (ran.code, ran.result["command"], ran.result["exit_code"]) == (1, "check", 1)
    assert ran.result["counts"] == {"invalid": 1, "planned": 1}
    assert [tuple(row) for row in ran.rows] == [COLUMNS] * 2
    assert (ran.results, ran.rows[0]["old_name"]) == (["planned", "invalid"], None)
    assert renamer.requests == []


async def test_a_dry_run_is_a_plan(renamer: Command) -> None:
    """``apply --dry-run`` needs no yes and sends no PATCH; its last line commits what it shows."""
    sheet = renamer.sheet(renamer.seed(2))
    words = [str(sheet), "--base-url", renamer.base_url, "--json"]
    ran = await renamer.run("apply", *words, "--dry-run")
    assert wrong_with(ran.result, "result") == []
    assert (ran.code, ran.result["command"], ran.result["counts"]) == (0, "plan", {"planned": 2})
    assert [(row["row"], row["old_name"], row["status"]) for row in ran.rows] == [
        (2, "Old name 1", "processed"),
        (3, "Old name 2", "processed"),
    ]
    assert renamer.patched == []
    assert shlex.split(ran.last_line) == ["batch-renamer", "apply", "--plan", ran.result["run_id"], *words[1:3]]


@pytest.mark.skipif(sys.platform == "win32", reason="/bin/sh")
async def test_the_command_that_is_shown_works_for_any_file_name(renamer: Command) -> None:
    """Pasted into a shell, it takes neither a dash for an option nor a quotation mark for its own."""
    renamer.sheet(renamer.seed(1), name="-it's 5 $HOME.csv")
    renamer.sandbox.outage = Outage(mode=OutageMode.REFUSE)
    plan = await renamer.run("plan", "--base-url", renamer.base_url, "--patience", "0", "--", "-it's 5 $HOME.csv")
    renamer.sandbox.outage = None
    again = await renamer.run("-c", plan.last_line, program=["/bin/sh"])
    assert (plan.code, again.code) == (4, 0), again.err


async def test_quiet_leaves_the_result_alone(renamer: Command) -> None:
    """One line on standard output and nothing on standard error; the report is beside the sheet as ever."""
    ran = await renamer.apply(renamer.sheet(renamer.seed(2)), "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "Done: 2 of 2 rows renamed.\n", "")
    assert len(list(renamer.folder.glob("orders.report-*.xlsx"))) == 1


async def test_the_log_file_has_one_object_a_line(renamer: Command) -> None:
    """What a run before has left in it stays; verbosely it names the source of every setting, as the screen does."""
    log = renamer.folder / "log.jsonl"
    log.write_text('{"time": "2025-11-03T02:00:00Z", "level": "earlier", "message": ""}\n', encoding="utf-8")
    sheet = renamer.sheet([*renamer.seed(1), ("missing", "New")])
    ran = await renamer.apply(sheet, "--log-file", log, "--verbose", env={"BATCH_RENAMER_WORKERS": "3"})
    records = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert (ran.code, {record["level"] for record in records}) == (1, {"earlier", "debug", "info", "warning"})
    for said in ("row 3 is failed", "workers = 3 (BATCH_RENAMER_WORKERS)", "rate = 2000 (--rate)"):
        assert said in ran.err
        assert any(said in record["message"] for record in records)


# Reports


async def test_reports_go_where_they_were_asked_for(renamer: Command) -> None:
    """Several of them, with date and id filled in, and all with the same rows."""
    (renamer.folder / "out").mkdir()
    targets = ["out/{date}-{id}.csv", "out/{id}.xlsx", "out/x.json"]
    words = [word for target in targets for word in ("--report", target)]
    now = datetime.datetime.now(datetime.UTC)
    midday = {"TZ": f"UTC{now.hour - 12:+}"}  # where it is noon, no midnight comes in between
    ran = await renamer.apply(renamer.sheet(renamer.seed(2)), "--json", *words, env=midday)
    run_id, today = ran.result["run_id"], now.date()
    out = renamer.folder / "out"
    assert {path.name for path in out.iterdir()} == {f"{today}-{run_id}.csv", f"{run_id}.xlsx", "x.json"}
    with (out / f"{today}-{run_id}.csv").open(encoding="utf-8-sig", newline="") as file:
        by_csv = [row["result"] for row in csv.DictReader(file)]
    book = openpyxl.load_workbook(out / f"{run_id}.xlsx")
    by_xlsx = [row[COLUMNS.index("result")].value for row in book.worksheets[0].iter_rows(min_row=2)]
    assert by_csv == by_xlsx == ran.results == ["renamed", "renamed"]
    by_json = json.loads((out / "x.json").read_text("utf-8"))
    assert (by_json["run_id"], by_json["counts"], by_json["rows"]) == (run_id, ran.result["counts"], ran.rows)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are POSIX's")
async def test_what_is_for_the_user_alone_is_private(renamer: Command) -> None:
    """The log, the journal and their folder are for the user alone; the report follows the umask."""
    sheet, report = renamer.sheet(renamer.seed(1)), renamer.folder / "report.csv"
    await renamer.apply(sheet, "--log-file", "log.jsonl", "--report", report)
    places = [renamer.folder / "log.jsonl", renamer.state, renamer.state / "journal.sqlite3", report]
    (umask_file := renamer.folder / "any").touch()
    assert [stat.S_IMODE(place.stat().st_mode) for place in places] == [
        0o600,
        0o700,
        0o600,
        stat.S_IMODE(umask_file.stat().st_mode),
    ]


# Brakes


async def test_first_is_a_trial_on_the_first_renames(renamer: Command) -> None:
    """Rows that need no rename don't count; the rest is left out, and hardly any of it is read."""
    rows = renamer.seed(50)
    renamer.sandbox.store.seed("order-1", "New name 1")
    ran = await renamer.apply(renamer.sheet(rows), "--json", "--first", "2")
    assert (ran.code, sorted(map(str, renamer.patched))) == (0, ["order-2", "order-3"])
    assert ran.results == ["unchanged", "renamed", "renamed", *["skipped"] * 47]
    assert len([path for method, path in renamer.requests if method == "GET"]) < 8


async def test_max_failures_as_a_number_stops_in_mid_run(renamer: Command) -> None:
    """4: one failure more than allowed, and soon nothing more is handed out."""
    renamer.sandbox.faults = failing(first=3)
    words = ["--json", "--workers", "1", "--max-failures", "1", "--rate", "100"]
    ran = await renamer.apply(renamer.sheet(renamer.seed(50)), *words)
    assert ran.code == 4
    assert ran.results[:4] == ["renamed", "renamed", "failed", "failed"]
    assert ran.results[-20:] == ["pending"] * 20


async def test_max_failures_as_a_share_stops_before_the_first_rename(renamer: Command) -> None:
    """4: a sheet for another account is found out by its missing orders; no order is touched."""
    rows = [*renamer.seed(10), *((f"missing-{number}", "New") for number in range(15))]
    ran = await renamer.apply(renamer.sheet(rows), "--json")
    assert (ran.code, renamer.patched) == (4, [])
    assert ran.result["counts"] == {"failed": 15, "pending": 10}


async def test_strict_counts_what_only_the_api_knows(renamer: Command) -> None:
    """2: a missing order is a bad row too, and nothing is renamed."""
    ran = await renamer.apply(renamer.sheet([*renamer.seed(2), ("missing", "New")]), "--strict")
    assert (ran.code, renamer.patched) == (2, [])


# Rows


async def test_each_row_gets_the_result_it_deserves(renamer: Command) -> None:
    """In the order of decisions: invalid, skipped, missing or deleted, unchanged, drifted, renamed."""
    renamer.seed(9)
    renamer.sandbox.store.seed("order-8", "Old name 8", is_deleted=True)
    rows = {
        ("order-1", "Old name 1", "New 1"): "renamed",
        ("order-2", "Another name", "New 2"): "drifted",
        ("order-3", "Another name", "Old name 3"): "unchanged",
        ("order-4", " Old name 4 ", "New 4"): "renamed",
        ("order-5", "", "New 5"): "renamed",
        ("order-6", "", "One"): "invalid",
        ("order-6", "", "Two"): "invalid",
        ("order-7", "", " "): "skipped",
        ("order-8", "", "New 8"): "failed",
        ("missing", "", "New"): "failed",
        ("order-5", "", "New 5 "): "skipped",
    }
    ran = await renamer.apply(renamer.sheet(rows, headings=GUARDED), "--json", "--max-failures", "100%")
    assert (ran.code, ran.results) == (1, list(rows.values()))
    assert sorted(filter(None, renamer.patched)) == ["order-1", "order-4", "order-5"]
    drifted = ran.rows[1]
    assert (drifted["old_name"], drifted["final_name"]) == ("Another name", "Old name 2")
    assert "rows 7 and 8" in ran.rows[5]["reason"]


async def test_a_key_that_may_do_nothing_ends_the_run(renamer: Command) -> None:
    """3: after 20 answers of 403 it is the key; a single one would be the row's."""
    async with forbidding() as base_url:
        rows = [(f"order-{number}", "New") for number in range(60)]
        words = ["apply", str(renamer.sheet(rows)), "--base-url", base_url, "--yes", "--json", "--rate", "500"]
        ran = await renamer.run(*words, "--max-failures", "100%")
    assert ran.code == 3
    assert {"failed", "pending"} == set(ran.results)
