"""Names and ids that break things elsewhere: each goes to its own order alone or is refused, harmlessly."""

from __future__ import annotations

import asyncio
import csv
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils.escape import unescape

from tests.support.command import Ended
from tests.support.served import served

FAMILY = "👨‍👩‍👧‍👦"
LONG = "Elm Street " * 909 + "1"
NAMES = {
    "=1+1": "=1+1",
    "NA": "NA",
    "null": "null",
    "007": "007",
    "Straße 5 · 山": "Straße 5 · 山",
    FAMILY: FAMILY,
    LONG: LONG,
    "“She” said \"no\" to 'him'; twice, or more": "“She” said \"no\" to 'him'; twice, or more",
    "two\nlines": "two lines",
    "two\r\nmore": "two more",
    "[/]": "[/]",
    "[bold red]": "[bold red]",
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "</t></is>&amp;": "</t></is>&amp;",
    "'quoted": "'quoted",
    "+49 30": "+49 30",
    "-1": "-1",
    "@SUM(A1)": "@SUM(A1)",
    "%s {0} ${HOME}": "%s {0} ${HOME}",
    "TRUE": "TRUE",
    "1e5": "1e5",
    "_x0041_": "_x0041_",
}
"""Each name as typed, and as the order is to be named."""

GOOD_IDS = ("ørdré 5", "6f1c2b7e-0a4d-4c55-9b1e-2f6f0b7c9a31", "12345", "=cmd", "007", "a&b;c", "null")
BAD_IDS = ("../x", "a/b", "a?b#c", "%2e%2e", "..", ".", "a\\b", "a\nb", "")
BYSTANDERS = ("x", "a", "b", "a?b#c", "%2e%2e", "a/b", "../x", "12345.0", "7", "orders", "cmd", "ab", "a b")
"""Orders that a careless client would reach with one of these ids."""

KINDS = ("csv", "xlsx")
RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What became of the odd sheet: the run, the orders, the requests, its reports, and the reports fed back in."""

    ran: Ended
    names: dict[str, str | None]
    paths: list[tuple[str, str]]
    csv_text: str
    xlsx_cells: list[list[tuple[object, str]]]
    json_rows: list[dict[str, Any]]
    again: dict[str, tuple[Ended, list[tuple[str, str]]]]


def odd_rows() -> list[tuple[str, str, str]]:
    """Return (order_id, new_name, skip): every name, every id, one row left out, and one that is there twice."""
    ids = [*GOOD_IDS, *(f"order-{number}" for number in range(len(NAMES) - len(GOOD_IDS)))]
    good = [(order_id, name, "") for order_id, name in zip(ids, NAMES, strict=True)]
    bad = [(order_id, "A bad id's name", "") for order_id in BAD_IDS]
    return [*good, *bad, ("left-out", "Never", "x"), good[3]]


def write_xlsx(path: Path, rows: list[tuple[str, str, str]]) -> Path:
    """Write a workbook in which every cell is text."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Orders")
        for number, row in enumerate([("order_id", "new_name", "skip"), *rows]):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
    return path


async def show(folder: Path, kind: str) -> Shown:
    """Apply the odd sheet, read its three reports, and feed two of them back in."""
    async with served(folder) as renamer:
        rows = odd_rows()
        for order_id in [*(row[0] for row in rows if row[0] not in BAD_IDS), *BYSTANDERS]:
            renamer.sandbox.store.seed(order_id, f"Old {order_id}")
        if kind == "xlsx":
            sheet = write_xlsx(folder / "orders.xlsx", rows)
        else:
            sheet = renamer.sheet(rows, headings=("order_id", "new_name", "skip"))
        reports = {ending: folder / f"out.{ending}" for ending in ("csv", "xlsx", "json")}
        words = [word for report in reports.values() for word in ("--report", str(report))]
        ran = await renamer.apply(sheet, "--verbose", *words)
        paths, names = renamer.requests, renamer.sandbox.store.names()
        book = openpyxl.load_workbook(reports["xlsx"])
        cells = [[(cell.value, cell.data_type) for cell in row] for row in book.worksheets[0].iter_rows()]
        again = {}
        for ending in ("csv", "xlsx"):
            renamer.sandbox.log.clear()
            again[ending] = (await renamer.apply(reports[ending], "--json"), renamer.requests)
        assert renamer.sandbox.store.names() == names
        return Shown(
            ran=ran,
            names=names,
            paths=paths,
            csv_text=reports["csv"].read_bytes().decode("utf-8-sig"),
            xlsx_cells=cells,
            json_rows=json.loads(reports["json"].read_text("utf-8"))["rows"],
            again=again,
        )


async def show_all(folder: Path) -> dict[str, Shown]:
    """Apply both kinds of sheet at once, each against a sandbox of its own."""
    shown = await asyncio.gather(*(show(folder / kind, kind) for kind in KINDS))
    return dict(zip(KINDS, shown, strict=True))


@pytest.fixture(scope="module")
def all_shown() -> Iterator[dict[str, Shown]]:
    """Apply the odd sheet once, as a text file and as a workbook."""
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            Path(folder, kind).mkdir()
        yield asyncio.run(show_all(Path(folder)))


@pytest.fixture(params=KINDS)
def shown(all_shown: dict[str, Shown], request: pytest.FixtureRequest) -> Shown:
    """Give what became of one kind of sheet."""
    return all_shown[request.param]


def expected() -> list[tuple[str, str, str]]:
    """Return (order_id, new_name, result) of every row, as the reports are to have them."""
    rows = odd_rows()
    good, bad, left_out, twice = rows[: len(NAMES)], rows[len(NAMES) : -2], rows[-2], rows[-1]
    return [
        *((order_id, NAMES[name], "renamed") for order_id, name, _ in good),
        *((order_id, name, "invalid") for order_id, name, _ in bad),
        (*left_out[:2], "skipped"),
        (*twice[:2], "skipped"),
    ]


def test_every_good_row_renames_its_own_order_and_no_other(shown: Shown) -> None:
    """All others, those a careless client would reach among them, keep their names."""
    renamed = {order_id: name for order_id, name, result in expected() if result == "renamed"}
    assert {order_id: name for order_id, name in shown.names.items() if name != f"Old {order_id}"} == renamed
    assert shown.ran.code == 1


def test_every_id_is_exactly_one_segment_of_a_path(shown: Shown) -> None:
    """By the raw paths that were asked for: one read and one rename of each good id, and nothing else."""
    quoted = [f"/v3/orders/{quote(order_id, safe='')}" for order_id, _, result in expected() if result == "renamed"]
    wanted = [*(("GET", path) for path in quoted), *(("PATCH", path) for path in quoted)]
    assert sorted(shown.paths) == sorted([*wanted, ("GET", "/v3/orders/?per_page=1")])


def test_the_json_report_alters_nothing(shown: Shown) -> None:
    """Names and ids are those of the sheet, line breaks in names aside."""
    assert [(row["order_id"], row["new_name"], row["result"]) for row in shown.json_rows] == expected()
    assert all(row["final_name"] == row["new_name"] for row in shown.json_rows if row["result"] == "renamed")


def test_the_csv_report_is_harmless_and_loses_nothing(shown: Shown) -> None:
    """No cell begins like a formula, and without the guards the texts are exact."""
    lines = list(csv.reader(shown.csv_text.splitlines(keepends=True)))
    assert [cell for line in lines for cell in line if cell.startswith(RISKY)] == []
    texts = [[cell.removeprefix("'") for cell in line] for line in lines]
    found = [dict(zip(texts[0], line, strict=True)) for line in texts[1:]]
    assert [(row["order_id"], row["new_name"], row["result"]) for row in found] == expected()


def test_the_workbook_is_harmless_and_loses_nothing(shown: Shown) -> None:
    """No cell is a formula, every id and name is text; and the texts are exact."""
    headings = [value for value, _ in shown.xlsx_cells[0]]
    filled = [
        (heading, kind)
        for line in shown.xlsx_cells[1:]
        for heading, (value, kind) in zip(headings, line, strict=True)
        if value is not None
    ]
    texts_alone = {"order_id", "old_name", "new_name", "final_name", "skip", "result", "reason", "warning", "status"}
    assert {kind for heading, kind in filled if heading in texts_alone} == {"s"}
    assert {kind for _, kind in filled} <= {"s", "n", "b", "d"}
    # openpyxl leaves the format's own escapes of a cell (_x005F_) to its reader.
    texts = [[unescape(str(value or "")) for value, _ in line] for line in shown.xlsx_cells[1:]]
    found = [dict(zip(headings, line, strict=True)) for line in texts]
    assert [(row["order_id"], row["new_name"], row["result"]) for row in found] == expected()


def test_the_screen_shows_no_raw_control_character(shown: Shown) -> None:
    """Line breaks and the like of names and ids are shown escaped."""
    assert not {"\r", "\x1b", "\x07"} & set(shown.ran.out + shown.ran.err)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_report_can_be_fed_back_in(shown: Shown, ending: str) -> None:
    """What is done comes out unchanged, what was left out stays so, and nothing is written."""
    ran, requests = shown.again[ending]
    as_before = {"renamed": "unchanged"}
    wanted = [(order_id, name, as_before.get(result, result)) for order_id, name, result in expected()]
    assert [(row["order_id"], row["new_name"], row["result"]) for row in ran.rows] == wanted
    assert {method for method, _ in requests} == {"GET"}
