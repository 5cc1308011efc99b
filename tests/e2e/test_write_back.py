"""A spreadsheet enters the real command with --write-back; it leaves with what became of each row."""

from __future__ import annotations

import csv
import json
import shutil
import signal
from pathlib import Path

import openpyxl
import pandas
import pytest
import xlsxwriter

from tests.support.served import Command

DIES = "import os, signal\nfrom batch_renamer.reports.own_workbook import writing\n"
AT_THE_REPLACEMENT = DIES + "writing.replace_file = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
AFTER_IT = DIES + (
    "really = writing.replace_file\n"
    "writing.replace_file = lambda *files: (really(*files), os.kill(os.getpid(), signal.SIGKILL))\n"
)
DISK_IS_FULL = DIES + (
    "def full(*_, **__):\n    raise OSError(28, 'No space left on device')\nwriting.write_back_text = full\n"
)


def cells_of(path: Path) -> list[list[str]]:
    """Return the cells of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def bytes_of(path: str) -> bytes:
    """Return what is in a file."""
    return Path(path).read_bytes()


async def test_results_stand_beside_the_columns_of_the_user(renamer: Command) -> None:
    """The backup is the spreadsheet as it was, and the command names both files."""
    rows = [*renamer.seed(2), ("order-9", "Nobody's")]
    sheet = renamer.sheet(rows)
    before = sheet.read_bytes()
    ended = await renamer.apply(sheet, "--write-back", "--json")
    answer = json.loads(ended.out)
    assert (ended.code, answer["workbook"]) == (1, str(sheet))
    assert bytes_of(answer["backup"]) == before
    heading, *results = cells_of(sheet)
    assert heading == ["order_id", "new_name", "result", "reason", "final_name", "renamed_at"]
    told = [(row["result"], row["reason"], row["final_name"] or "") for row in answer["rows"]]
    assert [tuple(cells[2:5]) for cells in results] == told
    assert [bool(cells[5]) for cells in results] == [True, True, False]


async def test_the_same_sheet_again_renames_nothing(renamer: Command) -> None:
    """The columns with results are not read, and change."""
    sheet = renamer.sheet(renamer.seed(3))
    await renamer.apply(sheet, "--write-back")
    patched = len(renamer.patched)
    ended = await renamer.apply(sheet, "--write-back")
    assert (ended.code, len(renamer.patched)) == (0, patched)
    assert "unused" not in ended.err
    assert [cells[2:] for cells in cells_of(sheet)[1:]] == [["unchanged", "", f"New name {n}", ""] for n in (1, 2, 3)]


def names_in(folder: Path, word: str) -> list[str]:
    """Return the names with a word in them, in order."""
    return sorted(path.name for path in folder.iterdir() if word in path.name)


async def test_a_killed_run_that_is_resumed_writes_all_rows(renamer: Command) -> None:
    """A resumed run writes its results into the spreadsheet as the first part was asked to."""
    sheet = renamer.sheet(renamer.seed(4))
    killed = await renamer.do("apply", sheet, "--write-back", failpoint="send:7:after")
    assert (killed.code, len(cells_of(sheet)[0])) == (-signal.SIGKILL, 2)
    resumed = await renamer.do("resume", "--json")
    answer = json.loads(resumed.out)
    assert (resumed.code, answer["workbook"]) == (0, str(sheet))
    told = [[row["result"], row["reason"], row["final_name"]] for row in answer["rows"]]
    assert [cells[2:5] for cells in cells_of(sheet)[1:]] == told
    assert len(told) == 4


@pytest.mark.parametrize(
    ("prelude", "is_new"),
    [pytest.param(AT_THE_REPLACEMENT, False, id="before"), pytest.param(AFTER_IT, True, id="after")],
)
async def test_a_run_that_is_killed_at_the_replacement_is_finished(
    renamer: Command, prelude: str, is_new: bool
) -> None:
    """On either side of it; there is one backup, and no temporary file stays."""
    sheet = renamer.sheet(renamer.seed(2))
    before = sheet.read_bytes()
    killed = await renamer.run(*renamer.line("apply", sheet, "--write-back"), prelude=prelude)
    assert (killed.code, sheet.read_bytes() != before) == (-signal.SIGKILL, is_new)
    resumed = await renamer.do("resume", "--json")
    assert (resumed.code, json.loads(resumed.out)["workbook"]) == (0, str(sheet))
    assert [cells[2] for cells in cells_of(sheet)[1:]] == ["renamed", "renamed"]
    [backup] = names_in(renamer.folder, "backup")
    assert bytes_of(str(renamer.folder / backup)) == before
    assert names_in(renamer.folder, ".batch-renamer-") == []


async def test_a_run_that_was_stopped_goes_on_when_its_spreadsheet_is_applied_again(renamer: Command) -> None:
    """Its results are in the spreadsheet by then, as far as they are known."""
    sheet = renamer.sheet(renamer.seed(4))
    gate = renamer.hold_renames(first=3)
    async with renamer.start(*renamer.line("apply", sheet, "--write-back", "--workers", "1")) as started:
        await gate.until_waiting(1)
        started.process.send_signal(signal.SIGTERM)
        await started.until_it_says("Stopping")
        gate.open()
        stopped = await started.ended()
    assert (stopped.code, {cells[2] for cells in cells_of(sheet)[1:]}) == (143, {"renamed", "pending"})
    ended = await renamer.apply(sheet, "--write-back")
    assert (ended.code, "of the same rows was interrupted" in ended.err) == (0, True), ended.err
    assert {cells[2] for cells in cells_of(sheet)[1:]} == {"renamed"}
    assert len(names_in(renamer.folder, "backup")) == 1


async def test_a_full_disk_at_the_end_is_said_and_can_be_made_good(renamer: Command) -> None:
    """The spreadsheet is as it was, the report is there, and resume writes what is missing."""
    sheet = renamer.sheet(renamer.seed(2))
    before = sheet.read_bytes()
    ended = await renamer.run(*renamer.line("apply", sheet, "--write-back"), prelude=DISK_IS_FULL)
    assert (ended.code, sheet.read_bytes()) == (4, before)
    assert "which is as it was: No space left on device." in " ".join(ended.out.split())
    resumed = await renamer.do("resume")
    assert (resumed.code, [cells[2] for cells in cells_of(sheet)[1:]]) == (0, ["renamed", "renamed"])


async def test_a_workbook_makes_the_whole_trip(renamer: Command) -> None:
    """Formulas and formats stay; applied again, no order is renamed."""
    sheet = renamer.folder / "orders.xlsx"
    with xlsxwriter.Workbook(sheet) as book:
        page, bold = book.add_worksheet("Orders"), book.add_format({"bold": True})
        for column, heading in enumerate(("Order ID", "New name", "Price", "Total")):
            page.write(1, column, heading, bold)
        for number, (order_id, name) in enumerate(renamer.seed(3), 3):
            page.write_row(number - 1, 0, [order_id, name, number])
            page.write_formula(number - 1, 3, f"=C{number}*2", None, number * 2)
    ended = await renamer.apply(sheet, "--write-back")
    assert ended.code == 0, ended.err
    page = openpyxl.load_workbook(sheet)["Orders"]
    assert [cell.value for cell in page[2]][4:] == ["result", "reason", "final_name", "renamed_at"]
    assert [page["D3"].value, page["E3"].value, page["G3"].value] == ["=C3*2", "renamed", "New name 1"]
    assert (page["H3"].is_date, page["A2"].font.b, page["E2"].font.b) == (True, True, True)
    patched = len(renamer.patched)
    again = await renamer.apply(sheet, "--write-back")
    assert (again.code, len(renamer.patched)) == (0, patched)
    assert "without a heading" not in again.out
    assert openpyxl.load_workbook(sheet)["Orders"]["E3"].value == "unchanged"


async def test_a_kept_plan_is_written_back_as_the_environment_says(renamer: Command) -> None:
    """As a nightly job is set up; what is piped in has no file, which is said."""
    sheet = renamer.sheet(renamer.seed(1))
    nightly = {"BATCH_RENAMER_WRITE_BACK": "true"}
    planned = json.loads((await renamer.plan(sheet, "--json")).out)["run_id"]
    assert len(cells_of(sheet)[0]) == 2
    assert (await renamer.do("apply", "--plan", planned, env=nightly)).code == 0
    assert cells_of(sheet)[1][2] == "renamed"
    with sheet.open("rb") as file:
        piped = await renamer.do("apply", "-", env=nightly, stdin=file.fileno())
    assert (piped.code, "What is piped in is no file" in piped.out) == (0, True)


async def test_a_run_that_sends_nothing_leaves_the_spreadsheet(renamer: Command) -> None:
    """Its rows are pending, which says nothing of an order."""
    sheet = renamer.sheet(renamer.seed(2))
    before = sheet.read_bytes()
    ended = await renamer.apply(sheet, "--write-back", "--max-renames", "1")
    assert (ended.code, sheet.read_bytes(), names_in(renamer.folder, "backup")) == (2, before, [])


async def test_practice_is_written_beside(renamer: Command) -> None:
    """The orders at the API were not renamed, so the spreadsheet must not say so."""
    sheet = renamer.sheet([("a1", "12 Elm")])
    before = sheet.read_bytes()
    ended = await renamer.run("apply", str(sheet), "--sandbox", "--yes", "--write-back", "--json")
    answer = json.loads(ended.out)
    assert (ended.code, sheet.read_bytes(), answer["backup"]) == (0, before, None)
    assert cells_of(Path(answer["workbook"]))[1][2] == "renamed"
    assert "because this is the sandbox, so the results are beside it" in answer["warnings"][-1]


async def test_the_results_of_a_past_run_go_into_a_spreadsheet_with_its_rows(renamer: Command) -> None:
    """It may be another file; other rows are refused, with the first that differs."""
    sheet = renamer.sheet(renamer.seed(3))
    run_id = json.loads((await renamer.apply(sheet, "--json")).out)["run_id"]
    copy = renamer.folder / "copy.csv"
    shutil.copy(sheet, copy)
    ended = await renamer.do("report", run_id, "--write-back", copy, "--json")
    answer = json.loads(ended.out)
    assert (ended.code, answer["workbook"], answer["reports"]) == (0, str(copy), [])
    assert [cells[2] for cells in cells_of(copy)[1:]] == ["renamed"] * 3
    sheet.write_text(sheet.read_text("utf-8").replace("order-2", "order-7"), "utf-8")
    before = sheet.read_bytes()
    refused = await renamer.do("report", run_id, "--write-back", sheet)
    assert (refused.code, sheet.read_bytes()) == (2, before)
    assert 'in row 3 the run had order "order-2", and the file has order "order-7".' in " ".join(refused.err.split())


async def test_an_undo_says_that_the_spreadsheet_has_old_results(renamer: Command) -> None:
    """It names the backup, which has none."""
    sheet = renamer.sheet(renamer.seed(1))
    backup = json.loads((await renamer.apply(sheet, "--write-back", "--json")).out)["backup"]
    undone = json.loads((await renamer.do("undo", "--json")).out)
    assert any(f"{backup} is the spreadsheet without them." in note for note in undone["warnings"])


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
async def test_failed_rows_are_chosen_by_the_results_in_the_spreadsheet(renamer: Command, kind: str) -> None:
    """A user does the failed ones again as soon as the columns with results are there."""
    rows = [*renamer.seed(2), ("order-9", "Nobody's"), ("order-8", "=No one's")]
    sheet = renamer.sheet(rows)
    if kind != "csv":
        sheet = sheet.with_suffix(f".{kind}")
        frame = pandas.DataFrame(rows, columns=["order_id", "new_name"])
        frame.to_excel(sheet, index=False)
    assert (await renamer.apply(sheet, "--write-back")).code == 1
    ended = await renamer.apply(sheet, "--where", "result=failed", "--json")
    assert ended.results == ["skipped", "skipped", "failed", "failed"], ended.err
    ended = await renamer.apply(sheet, "--where", "final_name=New name 2", "--json")
    assert ended.results == ["skipped", "unchanged", "skipped", "skipped"], ended.err
