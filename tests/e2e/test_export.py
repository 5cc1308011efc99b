"""From the account to the spreadsheet and back, on the command line."""

from __future__ import annotations

import csv
import json
import signal
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from batch_renamer.sandbox import Fault, FaultKind, FaultPlan, Rule
from tests.support.gate import Gate
from tests.support.schemas import wrong_with
from tests.support.served import Command


def _fill_in_workbook(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    for line in range(2, 42, 10):
        book["orders"].cell(line, 3).value = f"New {line}"
    book.save(path)


def _fill_in_csv(path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    for line in range(2, 42, 10):
        rows[line - 1][2] = f"New {line}"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.mark.parametrize(
    ("name", "fill_in"),
    [pytest.param("o.xlsx", _fill_in_workbook, id="xlsx"), pytest.param("o.csv", _fill_in_csv, id="csv")],
)
async def test_some_names_are_filled_in_and_the_rest_stays(
    renamer: Command, name: str, fill_in: Callable[[Path], None]
) -> None:
    """Four of forty are renamed; applied again, nothing is. Names that look like formulas stay what they are."""
    renamer.begin_with({f"order-{number}": f"=Old {number}" for number in range(40)})
    exported = await renamer.do("export", name, "--json")
    assert (exported.code, wrong_with(exported.result, "export")) == (0, [])
    assert (exported.result["orders"], exported.result["requests"]) == (40, len(renamer.requests))
    fill_in(renamer.folder / name)
    for results in ({"renamed": 4, "skipped": 36}, {"unchanged": 4, "skipped": 36}):
        applied = await renamer.apply(renamer.folder / name, "--json")
        assert (applied.code, applied.result["counts"]) == (0, results)
    assert len(renamer.patched) == 4


async def test_the_next_command_plans_the_file_whatever_the_configuration_says(renamer: Command) -> None:
    """The headings of other spreadsheets are in the configuration; those of the export are its own."""
    renamer.seed(3)
    (renamer.folder / "own.toml").write_text('id_column = "Job"\nname_column = "Title"\nencoding = "cp1252"\n')
    exported = await renamer.do("export", "o.csv", "--config", "own.toml")
    assert exported.out.startswith("Exported 3 orders.\n")
    planned = await renamer.paste(exported.last_line)
    assert (planned.code, "3  skipped" in planned.out) == (0, True)


async def test_a_file_that_is_there_is_never_touched(renamer: Command) -> None:
    """Nothing is asked of the API for it."""
    (path := renamer.folder / "o.csv").write_text("mine")
    refused = await renamer.do("export", path, "--json")
    assert (refused.code, refused.result["exit_code"], wrong_with(refused.result, "refusal")) == (2, 2, [])
    assert (path.read_text(), renamer.requests) == ("mine", [])


async def test_a_refused_key_writes_nothing(renamer: Command) -> None:
    """It is found out before the list is read."""
    renamer.seed(3)
    refused = await renamer.run(*renamer.line("export", "o.csv"), key="wrong-key-123")
    assert (refused.code, len(renamer.requests), [*renamer.folder.glob("*o.csv*")]) == (3, 1, [])


async def test_the_orders_that_were_asked_for_are_exported(renamer: Command) -> None:
    """As CSV on standard output, in a pipe; the words for people are elsewhere."""
    renamer.seed(12)
    renamer.sandbox.store.seed("gone", "Old name 1", is_deleted=True)
    words = ("--name-contains", "NAME 1", "--sort", "name", "--limit", "2", "--status", "processed", "--since", "1d")
    exported = await renamer.do("export", "-", *words)
    assert [line.split(",")[0] for line in exported.out.splitlines()] == ["order_id", "order-1", "order-10"]
    assert "1 deleted order is left out." in exported.err


async def test_an_interrupted_export_leaves_no_file(renamer: Command) -> None:
    """It ends at once, while a page is waited for, and says how to begin again."""
    renamer.seed(300)
    gate = renamer.sandbox.sleep = Gate()
    slow = Rule(fault=Fault(kind=FaultKind.SLOW), method="GET", nth=3, times=None)
    renamer.sandbox.faults = FaultPlan(rules=[slow])
    async with renamer.start(*renamer.line("export", "o.csv")) as started:
        await gate.until_waiting(1)
        started.process.send_signal(signal.SIGINT)
        ended = await started.ended()
    gate.open()
    assert (ended.code, "Stopped by Ctrl-C." in ended.err, [*renamer.folder.glob("*o.csv*")]) == (130, True, [])


STUCK = """
import sys, time
from batch_renamer.exporting import writing
def stuck(file, *_, **__):
    sys.stderr.write("WRITING\\n")
    sys.stderr.flush()
    time.sleep(600)
writing.write_csv = stuck
"""


async def test_a_second_signal_ends_an_export_that_can_not_be_stopped(renamer: Command) -> None:
    """The thread that writes the file is stuck; its unfinished part is removed before the process ends."""
    renamer.seed(3)
    async with renamer.start(*renamer.line("export", "o.csv"), prelude=STUCK) as started:
        await started.until_it_says("WRITING")
        begun = [*renamer.folder.glob(".batch-renamer-*")]
        for number in (signal.SIGINT, signal.SIGTERM):  # two of one kind that wait at the same time would be one
            started.process.send_signal(number)
        ended = await started.ended()
    assert (len(begun), ended.code, "SIGTERM" in ended.err) == (2, 143, True)
    assert [*renamer.folder.glob("*o.csv*")] == [*renamer.folder.glob(".batch-renamer-*")] == []


async def test_where_nothing_fits_no_file_is_written(renamer: Command) -> None:
    """That is no error."""
    renamer.seed(3)
    exported = await renamer.do("export", "--name-contains", "Elm")
    assert (exported.code, exported.out.splitlines()[0]) == (
        0,
        "None of the account's orders fits (of 3); no file was written.",
    )
    assert [*renamer.folder.glob("orders*")] == []


async def test_a_template_needs_no_key(renamer: Command) -> None:
    """Its example is left out when it is checked."""
    made = await renamer.run("export", "--template", "--quiet", key=None)
    path = Path(made.out.strip())
    checked = await renamer.check(path, "--json")
    assert (made.code, path.name, checked.code, checked.results) == (0, "orders-template.xlsx", 0, ["skipped"])


async def test_the_sandbox_has_orders_to_practise_on(renamer: Command) -> None:
    """They are there as long as it has no others."""
    exported = await renamer.run("export", "--sandbox", "--json")
    assert exported.result["orders"] == 25
    again = await renamer.run("export", "--sandbox", "--json")
    assert (again.result["orders"], Path(again.result["file"]).stem[-2:]) == (25, "-2")
    planned = await renamer.run("plan", exported.result["file"], "--sandbox", "--json")
    assert json.dumps(planned.result["counts"]) == '{"skipped": 25}'
