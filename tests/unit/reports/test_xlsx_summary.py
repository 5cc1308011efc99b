"""What the sheet ``summary`` of an .xlsx report says, read back by readers of other makes."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from batch_renamer.loader import open_sheet
from batch_renamer.model import HERE, GivenSetting, ReportLine, ReportRow, Result, ResultMeaning, RunFacts, RunSummary
from batch_renamer.reports import write_report
from tests.unit.reports.samples import a_row

FACTS = RunFacts(
    sentence="Finished, but 1 of 3 rows has a problem.",
    meanings=(
        ResultMeaning(Result.RENAMED, "the API confirmed the new name", "good"),
        ResultMeaning(Result.UNCHANGED, "the order already had that name", "quiet"),
        ResultMeaning(Result.FAILED, "not renamed as asked", "bad"),
    ),
    base_url="https://api.autoenhance.ai",
    profile="harbour",
    sheet="/home/ann/orders.xlsx",
    command_line="batch-renamer apply orders.xlsx --rate 20",
    settings=(GivenSetting("rate", "20", "--rate"),),
    began_at=1795680062.5,
    ended_at=1795680145.0,
)
SUMMARY = RunSummary(
    run_id="k3f9ab",
    command="apply",
    counts={Result.FAILED: 1, Result.RENAMED: 2},
    seconds=83.4,
    requests=6,
    throttled=1,
    facts=FACTS,
)


def written(folder: Path, summary: RunSummary = SUMMARY, rows: Sequence[ReportRow] = (a_row(),)) -> Path:
    """Return the path of a report."""
    return write_report(folder / "report.xlsx", [ReportLine(row) for row in rows], summary=summary)


def sheet_in(path: Path) -> Worksheet:
    """Return the summary of a report."""
    sheet = openpyxl.load_workbook(path)["summary"]
    assert isinstance(sheet, Worksheet)
    return sheet


def lines_of(sheet: Worksheet) -> list[tuple[object, ...]]:
    """Return the cells that are not blank, line by line."""
    lines = (tuple(cell for cell in line if cell is not None) for line in sheet.iter_rows(values_only=True))
    return [line for line in lines if line]


def test_the_report_is_the_first_sheet_and_the_summary_the_last(tmp_path: Path) -> None:
    """Programs that read the first sheet find the rows; so does the loader."""
    path = written(tmp_path)
    assert openpyxl.load_workbook(path).sheetnames == ["report", "summary"]
    with open_sheet(path) as sheet:
        assert (sheet.sheet_name, sheet.columns.is_report) == ("report", True)


@pytest.mark.usefixtures("in_berlin")
def test_the_summary_says_what_happened_and_how_it_was_asked_for(tmp_path: Path) -> None:
    """The sentence, the counts in the order in which people are shown them, the facts; numbers and times are typed."""
    lines = lines_of(sheet_in(written(tmp_path)))
    assert lines[:5] == [
        ("Finished, but 1 of 3 rows has a problem.",),
        ("result", "rows", "share", "what it means"),
        ("renamed", 2, pytest.approx(2 / 3), "the API confirmed the new name"),
        ("failed", 1, pytest.approx(1 / 3), "not renamed as asked"),
        ("all rows", 3),
    ]
    assert lines[5:-1] == [
        ("About this run",),
        ("Account", "https://api.autoenhance.ai (profile harbour)"),
        ("Spreadsheet", "/home/ann/orders.xlsx"),
        ("Run", "k3f9ab"),
        ("Began", datetime.datetime(2026, 11, 26, 9, 1, 2, 500000)),  # noqa: DTZ001 - a workbook has no zones
        ("Ended", datetime.datetime(2026, 11, 26, 9, 2, 25)),  # noqa: DTZ001
        ("Times", "UTC+01:00 on every sheet: the time of the computer that wrote this file"),
        ("Took", "1 min 23 s"),
        ("Requests", 6),
        ("Told to slow down (429)", 1),
        ("Command", "batch-renamer apply orders.xlsx --rate 20"),
        ("Setting rate", "20 (--rate)"),
    ]
    assert lines[-1][0] == "Written by"


def test_figures_of_a_resumed_run_say_since_when_they_count(tmp_path: Path) -> None:
    """Those of its earlier parts may be lost, if it was killed."""
    lines = lines_of(sheet_in(written(tmp_path, replace(SUMMARY, facts=replace(FACTS, resumed=True)))))
    assert ("Took", "1 min 23 s since it was resumed; so are the requests") in lines


def test_what_is_not_known_is_left_out(tmp_path: Path) -> None:
    """A run of the library has no command line, a check has no account and no requests."""
    bare = RunSummary(run_id="", command="check", counts={})
    labels = [line[0] for line in lines_of(sheet_in(written(tmp_path, bare, ())))]
    assert labels == ["0 rows", "About this run", "Times", "Written by"]


def test_notes_about_the_run_are_texts_in_the_summary(tmp_path: Path) -> None:
    """No row is to blame for them; none is a formula."""
    sheet = sheet_in(written(tmp_path, replace(SUMMARY, warnings=("=A note.", "Another."))))
    assert lines_of(sheet)[-3:] == [("Notes",), ("=A note.",), ("Another.",)]
    assert not [cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]


def test_why_the_run_stopped_stands_below_the_sentence_once(tmp_path: Path) -> None:
    """Unless it is the sentence itself."""
    stopped, same = (
        lines_of(sheet_in(written(tmp_path, replace(SUMMARY, stopped=text)))) for text in ("API down.", FACTS.sentence)
    )
    assert [line[0] for line in stopped[:3]] == [FACTS.sentence, "API down.", "result"]
    assert [line[0] for line in same[:2]] == [FACTS.sentence, "result"]


def test_reasons_are_counted_without_what_they_say_of_one_row(tmp_path: Path) -> None:
    """What needs a look comes first, then the most frequent one; rows that are well have none."""
    reason = f"The new name has a control character: delete it.{HERE}"
    bad = [replace(a_row(result=Result.INVALID), reason=f"{reason}place {n}.") for n in range(3)]
    gone = replace(a_row(result=Result.FAILED), reason="There is no such order.")
    left = replace(a_row(result=Result.SKIPPED), reason="Left as it is: the new name is blank.")
    lines = lines_of(sheet_in(written(tmp_path, rows=[a_row(), gone, *[left] * 4, *bad])))
    found = lines.index(("result", "rows", "why, and what helps"))
    assert lines[found + 1 : found + 4] == [
        ("invalid", 3, "The new name has a control character: delete it."),
        ("failed", 1, "There is no such order."),
        ("skipped", 4, "Left as it is: the new name is blank."),
    ]


def test_the_counts_are_a_chart_with_a_name_and_numbers(tmp_path: Path) -> None:
    """Each bar is labelled; a text says what the chart shows to those who can't see it."""
    with zipfile.ZipFile(written(tmp_path)) as parts:
        chart = parts.read("xl/charts/chart1.xml").decode()
        drawing = parts.read("xl/drawings/drawing1.xml").decode()
    assert "<c:f>summary!$A$4:$A$5</c:f>" in chart
    assert "<c:f>summary!$B$4:$B$5</c:f>" in chart
    assert '<c:showVal val="1"/>' in chart
    assert 'descr="Bars: how many rows have each result"' in drawing


def test_a_run_without_rows_has_no_chart(tmp_path: Path) -> None:
    """There is nothing to draw."""
    with zipfile.ZipFile(written(tmp_path, replace(SUMMARY, counts={}), ())) as parts:
        assert not [name for name in parts.namelist() if "chart" in name]


def test_a_long_text_has_a_line_that_is_high_enough(tmp_path: Path) -> None:
    """No spreadsheet program finds the height of merged cells itself."""
    facts = replace(FACTS, command_line="batch-renamer apply " + "x" * 400)
    sheet = sheet_in(written(tmp_path, replace(SUMMARY, facts=facts)))
    [line] = [cell.row for cell in sheet["A"] if cell.value == "Command"]
    assert sheet.row_dimensions[line].height >= 4 * 15


def test_the_file_says_in_its_properties_what_it_is(tmp_path: Path) -> None:
    """File managers show them."""
    properties = openpyxl.load_workbook(written(tmp_path)).properties
    assert properties.title == "Report of run k3f9ab"
    assert re.fullmatch(r"3 rows, written by batch-renamer [0-9].*", str(properties.description))
