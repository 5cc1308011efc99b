"""A sheet without ids enters; each order is found by its current name, and renamed only if no other has this name."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas
import pytest

from batch_renamer.model import COLUMNS_BACK
from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.support.served import Command

NAMED = ("current_name", "new_name")
BY_NAME = ("--match-by", "current-name")
ACCOUNT = {
    "a1": "IMG_1",
    "a2": "IMG_2",
    "b1": "Twice",
    "b2": "Twice ",
    "c1": "12 Elm Stret",
    "d1": "Caf\u00e9",
    **{f"z{n}": f"Other {n}" for n in range(150)},
}
ROWS = [
    ("IMG_1", "One"),
    ("Twice", "Two"),
    ("12 Elm Street", "Three"),
    ("Cafe\u0301", "Four"),
    ("nowhere", "Five"),
    ("", "Six"),
    ("IMG_1", "One"),
    ("IMG_2", ""),
]
DONE = ["renamed", "invalid", "invalid", "renamed", "invalid", "invalid", "skipped", "skipped"]


def failing(kind: FaultKind, *, nth: int) -> FaultPlan:
    """Let the list fail from its ``nth`` page on; the first one proves the key."""
    return FaultPlan(rules=[Rule(fault=Fault(kind=kind), method="GET", nth=nth, times=None)])


async def test_orders_are_found_by_names_that_no_other_has(renamer: Command) -> None:
    """The others are invalid, with the candidates; the plan has the ids, and all that follows works as usual."""
    renamer.begin_with(ACCOUNT)
    sheet = renamer.sheet(ROWS, headings=NAMED)
    checked = await renamer.check(sheet, *BY_NAME, "--json")
    assert checked.results == ["planned", "planned", "planned", "planned", "planned", "invalid", "skipped", "skipped"]
    plan = await renamer.plan(sheet, *BY_NAME, "--json", "--report", "plan.csv")
    assert plan.results == [result.replace("renamed", "planned") for result in DONE]
    assert [row["order_id"] for row in plan.rows] == ["a1", "", "", "d1", "", "", "a1", "a2"]
    reasons = [row["reason"] for row in plan.rows]
    assert reasons[1].endswith("give the order id. Here: b2, b1.")
    assert reasons[2].endswith('Here: "12 Elm Street"; nearly the same: "12 Elm Stret" (c1).')
    nowhere = "No order of the account has this current name: correct it, or give the order id."
    assert reasons[4] == f'{nowhere} Here: "nowhere".'
    done = await renamer.do("apply", "--plan", plan.result["run_id"], "--json")
    assert (done.code, done.results) == (1, DONE)
    assert (renamer.names["a1"], renamer.names["d1"], renamer.names["c1"]) == ("One", "Four", "12 Elm Stret")
    report = await renamer.apply(renamer.folder / "plan.csv", "--json")
    assert report.results == [result.replace("renamed", "unchanged") for result in DONE]
    again = await renamer.apply(sheet, *BY_NAME, "--json")
    assert again.results == [result.replace("renamed", "unchanged") for result in DONE]
    assert len(renamer.patched) == 2
    undone = await renamer.do("undo", done.result["run_id"], "--json")
    assert (undone.code, undone.result["counts"]) == (0, {"renamed": 2})
    assert renamer.names == ACCOUNT


@pytest.mark.parametrize("kind", [FaultKind.SERVER_ERROR, FaultKind.MALFORMED], ids=["down", "malformed"])
async def test_a_list_that_is_not_whole_proves_nothing(renamer: Command, kind: FaultKind) -> None:
    """No row gets an order, nothing is sent, and the run can be resumed when the list is whole."""
    renamer.begin_with(ACCOUNT)
    sheet = renamer.sheet([("IMG_1", "One")], headings=NAMED)
    renamer.sandbox.faults = failing(kind, nth=3)
    stopped = await renamer.apply(sheet, *BY_NAME, "--patience", "0", "--attempts", "1", "--json")
    assert (stopped.code, stopped.results) == (4, ["pending"])
    assert stopped.result["stopped"].startswith("The API gave no good answer")
    assert renamer.patched == []
    renamer.sandbox.faults = FaultPlan()
    resumed = await renamer.do("resume", stopped.result["run_id"], "--json")
    assert (resumed.code, resumed.results, renamer.names["a1"]) == (0, ["renamed"], "One")


MID_TRANSACTION = """
import os, signal
from batch_renamer.journal import matching
give_ids = matching._give_ids
matching._give_ids = lambda *given: (give_ids(*given), os.kill(os.getpid(), signal.SIGKILL))
"""
ALL_FOUND = """
import os, signal
from batch_renamer.journal.matching import MatchTable
settle = MatchTable.settle
MatchTable.settle = lambda *given, **how: (settle(*given, **how), os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.mark.parametrize(
    "instant",
    [
        {"failpoint": "send:2:after"},
        {"failpoint": "send:3:after"},
        {"prelude": MID_TRANSACTION},
        {"prelude": ALL_FOUND},
    ],
    ids=["first-page", "last-page", "mid-transaction", "all-found"],
)
async def test_a_run_that_is_killed_while_it_finds_orders_goes_on(renamer: Command, instant: dict[str, str]) -> None:
    """Either all rows have their orders or none has; nothing is sent twice, and the totals add up."""
    renamer.begin_with(ACCOUNT)
    sheet = renamer.sheet([*ROWS[:5], ("IMG_2", "Seven")], headings=NAMED)
    killed = await renamer.apply(sheet, *BY_NAME, **instant)
    assert killed.code == -9
    [run] = (await renamer.do("runs", "--json")).result["runs"]
    resumed = await renamer.do("resume", run["run_id"], "--json")
    assert resumed.results == ["renamed", "invalid", "invalid", "renamed", "invalid", "renamed"]
    assert sorted(filter(None, renamer.patched)) == ["a1", "a2", "d1"]


async def test_an_order_that_is_renamed_after_it_was_found_is_left_alone(renamer: Command) -> None:
    """The name by which it was found is its guard."""
    renamer.begin_with(ACCOUNT)
    sheet = renamer.sheet([("IMG_1", "One"), ("IMG_2", "Two")], headings=NAMED)
    plan = await renamer.plan(sheet, *BY_NAME, "--json")
    renamer.sandbox.store.rename("a1", "Sold")
    done = await renamer.do("apply", "--plan", plan.result["run_id"], "--json")
    assert (done.code, done.results) == (1, ["drifted", "renamed"])
    assert renamer.names["a1"] == "Sold"


async def test_rows_with_one_current_name_contradict_each_other(renamer: Command) -> None:
    """Neither is sent, and that is seen without the API."""
    renamer.begin_with(ACCOUNT)
    sheet = renamer.sheet([("IMG_1", "One"), (" IMG_1", "Two"), ("IMG_2", "Three")], headings=NAMED)
    checked = await renamer.check(sheet, *BY_NAME, "--json")
    assert checked.results == ["invalid", "invalid", "planned"]
    done = await renamer.apply(sheet, *BY_NAME, "--json")
    assert done.results == ["invalid", "invalid", "renamed"]
    refused = await renamer.apply(sheet, *BY_NAME, "--strict")
    assert refused.code == 2


async def test_a_sheet_without_ids_says_what_helps(renamer: Command) -> None:
    """Where there are current names, the option is named."""
    ran = await renamer.check(renamer.sheet(ROWS, headings=NAMED))
    assert ran.code == 2
    assert ran.err.splitlines()[-1].endswith("Without ids, --match-by current-name finds the orders by their names.")


async def test_a_sheet_without_ids_is_practised_with(renamer: Command) -> None:
    """The sandbox has an order of each name."""
    sheet = renamer.sheet([("IMG_1", "One"), ("IMG_2", "Two")], headings=NAMED)
    ran = await renamer.run("apply", str(sheet), *BY_NAME, "--sandbox", "--yes", "--json")
    assert (ran.code, ran.results) == (0, ["renamed", "renamed"])
    back = await renamer.run("undo", "--sandbox", "--yes", "--json")
    assert [row["final_name"] for row in back.rows] == ["IMG_1", "IMG_2"]


def cells_of(path: Path) -> list[list[str]]:
    """Return the cells of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("planned", [False, True], ids=["applied", "planned-first"])
async def test_results_of_rows_without_ids_go_into_a_spreadsheet_with_the_same_names(
    renamer: Command, planned: bool
) -> None:
    """Orders that have their new names already are known by the names that the sheet has; other names are refused."""
    renamer.begin_with({"a1": "IMG_1", "a2": "IMG_2"})
    sheet = renamer.sheet([("IMG_1", "One"), ("IMG_2", "Two"), ("nowhere", "Three")], headings=NAMED)
    await renamer.apply(sheet, *BY_NAME, "--only", "2")
    if planned:
        plan = await renamer.plan(sheet, *BY_NAME, "--json")
        done = await renamer.do("apply", "--plan", plan.result["run_id"], "--json")
    else:
        done = await renamer.apply(sheet, *BY_NAME, "--json")
    assert done.results == ["unchanged", "renamed", "invalid"]
    with sheet.open("a", encoding="utf-8") as file:
        file.write("\n")
    ended = await renamer.do("report", done.result["run_id"], "--write-back", sheet)
    assert ended.code == 0, ended.err
    assert [cells[2] for cells in cells_of(sheet)[1:4]] == ["unchanged", "renamed", "invalid"]
    sheet.write_text(sheet.read_text("utf-8").replace("IMG_2", "IMG_7"), "utf-8")
    refused = await renamer.do("report", done.result["run_id"], "--write-back", sheet)
    said = 'in row 3 the run had the current name "IMG_2", and the file has the current name "IMG_7".'
    assert (refused.code, said in " ".join(refused.err.split())) == (2, True), refused.err


async def test_a_sheet_without_ids_that_changes_meanwhile_keeps_its_changes(renamer: Command) -> None:
    """The results stand beside it."""
    renamer.begin_with({"a1": "IMG_1"})
    sheet = renamer.sheet([("IMG_1", "One")], headings=("Title", "new_name"))
    gate = renamer.hold_renames()
    line = renamer.line("apply", sheet, *BY_NAME, "--current-name-column", "Title", "--write-back", "--json")
    async with renamer.start(*line) as started:
        await gate.until_waiting(1)
        sheet.write_text(sheet.read_text("utf-8").replace("new_name", "new_name,note"), "utf-8")
        gate.open()
        ended = await started.ended()
    assert ended.code == 0, ended.err
    assert cells_of(Path(ended.result["workbook"]))[0] == ["Title", "new_name", "note", *COLUMNS_BACK]
    assert cells_of(sheet)[0] == ["Title", "new_name", "note"]


PASSED_AROUND = {
    "swap": {"a": "B", "b": "A"},
    "chain": {"a": "B", "b": "C", "c": "D"},
    "circle": {"a": "B", "b": "C", "c": "A"},
}


@pytest.mark.parametrize("repaired", [False, True], ids=["same rows", "a row more"])
@pytest.mark.parametrize("passed", PASSED_AROUND.values(), ids=PASSED_AROUND)
async def test_names_that_were_passed_around_stay_when_the_sheet_is_applied_again(
    renamer: Command, passed: dict[str, str], repaired: bool
) -> None:
    """An order that got the current name of another row by this sheet is not taken for the order of that row."""
    renamer.begin_with({order: order.upper() for order in passed})
    rows = [(order.upper(), new_name) for order, new_name in passed.items()]
    sheet = renamer.sheet(rows, headings=NAMED)
    assert (await renamer.apply(sheet, *BY_NAME)).code == 0
    assert renamer.names == passed
    if repaired:
        renamer.sandbox.store.seed_many([("z", "Late")])
        renamer.sheet([*rows, ("Late", "Later")], headings=NAMED)
    again = await renamer.apply(sheet, *BY_NAME, "--json")
    assert (again.code, again.results) == (0, ["unchanged"] * len(rows) + ["renamed"] * repaired)
    assert {order: renamer.names[order] for order in passed} == passed
    assert [row["order_id"] for row in again.rows[: len(rows)]] == list(passed)


async def test_names_that_are_being_passed_around_are_applied_again_after_a_kill(renamer: Command) -> None:
    """Two orders have one name then; the one that got it by the run is not the one that is still to be renamed."""
    before = {f"o{number}": f"House {number}" for number in range(8)}
    after = {f"o{number}": f"House {number + 1}" for number in range(8)}
    renamer.begin_with(before)
    sheet = renamer.sheet(zip(before.values(), after.values(), strict=True), headings=NAMED)
    killed = await renamer.apply(sheet, *BY_NAME, "--workers", "1", failpoint="send:15:after")
    assert killed.code < 0
    assert renamer.names not in (before, after)
    renamer.sheet([*zip(before.values(), after.values(), strict=True), ("House 8", "")], headings=NAMED)
    again = await renamer.apply(sheet, *BY_NAME, "--json")
    assert (again.code, set(again.results)) == (0, {"renamed", "unchanged", "skipped"})
    assert renamer.names == after


async def test_an_order_with_a_name_given_by_the_same_rows_is_not_guessed(renamer: Command) -> None:
    """Where no order that is left can be meant, the row says why, and --again takes the name as it is."""
    renamer.begin_with({"a": "A"})
    assert (await renamer.apply(renamer.sheet([("A", "B")], headings=NAMED), *BY_NAME)).code == 0
    sheet = renamer.sheet([("A", "B"), ("B", "C")], headings=NAMED)
    ended = await renamer.apply(sheet, *BY_NAME, "--json")
    assert (ended.code, ended.results) == (1, ["unchanged", "invalid"])
    assert ended.rows[1]["reason"].startswith(
        "The order with this current name got it by another row of this spreadsheet"
    )
    assert renamer.names == {"a": "B"}


RULES = [
    pytest.param(("--name-template", "{current_name} - {Town}"), ["IMG_1 - Bath", "IMG_2 - York"], id="template"),
    pytest.param(("--replace", "IMG_=Photo "), ["Photo 1", "Photo 2"], id="replace"),
]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(("rule", "expected"), RULES)
async def test_names_by_rule_need_neither_ids_nor_new_names(
    renamer: Command, kind: str, rule: tuple[str, str], expected: list[str]
) -> None:
    """Results go into the sheet; the same command again renames nothing, and all of it can be put back."""
    renamer.begin_with({"a1": "IMG_1", "a2": "IMG_2", "b1": "Twice", "b2": "Twice"})
    rows = [("IMG_1", "Bath"), ("IMG_2", "York"), ("Twice", "Hull"), ("nowhere", "Ayr")]
    sheet = renamer.sheet(rows, headings=("current_name", "Town"))
    if kind == "xlsx":
        sheet = sheet.with_suffix(".xlsx")
        pandas.DataFrame(rows, columns=["current_name", "Town"]).to_excel(sheet, index=False)
    done = await renamer.apply(sheet, *BY_NAME, *rule, "--json")
    assert done.results == ["renamed", "renamed", "invalid", "invalid"], done.err
    assert [renamer.names["a1"], renamer.names["a2"]] == expected
    written = await renamer.do("report", done.result["run_id"], "--write-back", sheet)
    assert written.code == 0, written.err
    again = await renamer.apply(sheet, *BY_NAME, *rule, "--json")
    assert (again.results, len(renamer.patched)) == (["unchanged", "unchanged", "invalid", "invalid"], 2)
    undone = await renamer.do("undo", done.result["run_id"], "--json")
    assert (undone.code, renamer.names["a1"], renamer.names["a2"]) == (0, "IMG_1", "IMG_2")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_a_column_of_ids_may_be_left_unread(renamer: Command, kind: str) -> None:
    """The ids of another system would be taken for those of orders; without --match-by the word is a heading."""
    renamer.begin_with({"a1": "IMG_1", "a2": "IMG_2"})
    rows = [("777", "IMG_1", "One"), ("778", "IMG_2", "Two")]
    headings = ("id", *NAMED)
    sheet = renamer.sheet(rows, headings=headings)
    if kind == "xlsx":
        sheet = sheet.with_suffix(".xlsx")
        pandas.DataFrame(rows, columns=list(headings)).to_excel(sheet, index=False)
    assert (await renamer.apply(sheet, *BY_NAME, "--dry-run", "--json")).results == ["failed", "failed"]
    done = await renamer.apply(sheet, *BY_NAME, "--id-column", "none", "--write-back", "--json")
    assert (done.code, done.results) == (0, ["renamed", "renamed"]), done.err
    written = await renamer.do("report", done.result["run_id"], "--write-back", sheet)
    assert written.code == 0, written.err
    again = await renamer.apply(sheet, *BY_NAME, "--id-column", "none", "--json")
    assert (again.results, len(renamer.patched)) == (["unchanged", "unchanged"], 2)
    refused = await renamer.check(sheet, "--id-column", "none")
    assert (refused.code, 'no heading "none" (--id-column)' in " ".join(refused.err.split())) == (2, True), refused.err
